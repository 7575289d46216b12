import fc from 'fast-check'
import { EXIT, UserError } from '../../src/errors.ts'
import type { Keycloak } from '../../src/keycloak/keycloak.ts'
import type { VirtualClock } from './clock.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'

/** `late`: the request is applied, its answer is lost. `joined`: a user signs in during the call. */
const KINDS = ['failed', 'forbidden', 'lost', 'late', 'interrupted', 'joined'] as const

/** One failure at one call of one method. */
export interface Mishap {
  readonly at: keyof Keycloak
  /** The index of the call. */
  readonly call: number
  readonly kind: (typeof KINDS)[number]
}

/** Up to four mishaps at these methods. */
export const mishapsAt = (methods: readonly (keyof Keycloak)[]): fc.Arbitrary<Mishap[]> =>
  fc.array(
    fc.record({
      at: fc.constantFrom(...methods),
      call: fc.nat({ max: 6 }),
      kind: fc.constantFrom(...KINDS),
    }),
    { maxLength: 4 },
  )

const lost = () => new UserError('connection-closed', 'Lost.', { exitCode: EXIT.unreachable })

/** Makes these mishaps happen. Each call takes 20 ms. */
export function prepareMishaps(
  keycloak: FakeKeycloak,
  methods: readonly (keyof Keycloak)[],
  mishaps: readonly Mishap[],
  world: { readonly clock: VirtualClock; interrupt(): void; join(at: keyof Keycloak): void },
): void {
  for (const at of methods) {
    let call = 0
    let isInside = false
    keycloak.on(at, async (...args) => {
      if (isInside) return
      await world.clock.sleep(20)
      const mine = call++
      const kind = mishaps.find((one) => one.at === at && one.call === mine)?.kind
      if (kind === 'failed') throw new UserError('server-error', 'It failed.')
      if (kind === 'forbidden') throw new UserError('forbidden', 'No.', { exitCode: EXIT.denied })
      if (kind === 'lost') throw lost()
      if (kind === 'interrupted') world.interrupt()
      if (kind === 'joined') world.join(at)
      if (kind !== 'late') return
      isInside = true
      await (keycloak[at] as (...args: readonly unknown[]) => Promise<unknown>)(...args).finally(() => {
        isInside = false
      })
      throw lost()
    })
  }
}
