import fc from 'fast-check'
import { expect, it } from 'vitest'
import { virtualClock } from '../../../test/support/clock.ts'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { mishapsAt, prepareMishaps } from '../../../test/support/mishaps.ts'
import { EXIT } from '../../errors.ts'
import type { UserOutcome } from './outcome.ts'

const CLIENTS = ['mail', 'shop', 'wiki'] as const
const USERS = ['ada', 'bob'] as const
const OPTIONS = ['', '--offline-sessions', '--keep-offline-sessions', '--disable'] as const
const METHODS = ['sessionsOf', 'endSession', 'logoutUser', 'setUserEnabled', 'findUserById'] as const

const scene = fc.record({
  sessions: fc.array(fc.subarray([...CLIENTS], { minLength: 1 }), { maxLength: 5 }),
  offline: fc.boolean(),
  options: fc.constantFrom(...OPTIONS),
  mishaps: mishapsAt(METHODS),
})
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never

function prepare({ sessions, offline, mishaps }: Scene) {
  const clock = virtualClock()
  const keycloak = new FakeKeycloak({ now: clock.now })
  const controller = new AbortController()
  keycloak.addClient({ clientId: 'mail', backchannelLogoutUrl: 'https://mail.example/logout' })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'wiki' })
  for (const name of USERS) keycloak.addUser(name, { id: `id-${name}` })
  sessions.forEach((clients, i) => {
    keycloak.addSession({ id: `s${i}`, username: USERS[i % 2] ?? 'ada', clients })
  })
  if (offline) keycloak.addSession({ id: 'o', username: 'ada', clients: ['shop'], offline: true })
  prepareMishaps(keycloak, METHODS, mishaps, {
    clock,
    interrupt: () => controller.abort('SIGINT'),
    join: (at) => {
      if (at !== 'sessionsOf') keycloak.addSession({ username: 'ada', clients: ['shop', 'wiki'] })
    },
  })
  return { clock, keycloak, controller }
}

it('reports only what really happened to users and sessions, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const { clock, keycloak, controller } = prepare(given)
      const ran = await commandLine(keycloak, { clock, signal: controller.signal })(
        ...['user', ...USERS, '--yes', '--json', ...given.options.split(' ').filter(Boolean)],
      )
      const outcome = ran.json<UserOutcome | { readonly error: object }>()
      // An error before the first operation: nothing was changed.
      if (!('act' in outcome)) return void expect(keycloak.operations).toEqual([])

      const isActive = ({ id, offline }: { readonly id: string; readonly offline: boolean }) =>
        keycloak.sessions.some((one) => one.id === id && one.offline === offline)
      const deliveries = keycloak.deliveries
      for (const user of outcome.users) {
        keycloak.on('findUserById', () => undefined)
        const real = await keycloak.findUserById(user.id)
        for (const session of user.sessions)
          if (user.lookedAgain) expect([session.id, session.ended]).toEqual([session.id, !isActive(session)])
        const isSet = (real?.notBefore ?? 0) > 0
        if (user.notBeforeSet !== null) expect(user.notBeforeSet).toBe(isSet)
        if (user.disabled !== null) expect(user.disabled).toBe(real?.enabled === false)
        if (user.verdict === 'done') {
          expect(user.sessionsLeft).toBe(0)
          if (user.setsNotBefore) expect(isSet).toBe(true)
          if (user.disables) expect(real?.enabled).toBe(false)
        }
        for (const { ended, sessions } of user.clients) expect(ended).toBeLessThanOrEqual(sessions)
      }
      for (const clientId of ['mail', 'shop']) {
        const claimed = outcome.users
          .flatMap(({ clients }) => clients)
          .filter((client) => client.clientId === clientId && client.delivery === 'unconfirmed')
          .reduce((sum, { ended }) => sum + ended, 0)
        expect(claimed).toBeLessThanOrEqual(deliveries.filter((one) => one.clientId === clientId).length)
      }
      if (ran.code === EXIT.ok) {
        const left = outcome.users
          .flatMap(({ sessions }) => sessions)
          .filter((one) => one.planned && isActive(one))
        expect(left).toEqual([])
      }
    }),
    { numRuns: 500 },
  )
})
