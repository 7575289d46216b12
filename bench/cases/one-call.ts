import { join } from 'node:path'
import { distribution } from '../../test/support/keycloak/distribution.ts'
import { createRealm } from '../../test/support/realm.ts'
import { directGrant } from '../../test/support/sign-in.ts'
import { median, ms, spread, times } from '../support/figures.ts'
import { type Cost, measureOk } from '../support/measure.ts'
import type { Case } from '../support/program.ts'
import { startRig } from '../support/rig.ts'

const ROUNDS = 25
/** kcadm takes seconds each time. */
const KCADM_EVERY = 5
const SESSIONS = 20

/** Signing in and one question, against a Node that does nothing and against Keycloak's own tool. */
export const oneCall: Case = {
  name: 'one-call',
  about:
    'sign-in and `sessions --json` of a small realm (targets: 2.2 × the CPU of an empty .mjs; 10 × kcadm)',
  usual: true,
  async run({ program, empty, say }, { rounds = ROUNDS }) {
    const rig = await startRig(say)
    const { keycloak } = rig
    const realm = await createRealm(keycloak, { clients: [{ clientId: 'shop' }], users: ['ada'] })
    try {
      for (let n = 0; n < SESSIONS; n++) await directGrant(realm, { user: 'ada', client: 'shop' })
      const { username, password } = keycloak.admin
      const ours = [...program, 'sessions', '--json', '-r', realm.name]
      const env = {
        KC_LOGOUT_SERVER: keycloak.url,
        KC_LOGOUT_USERNAME: username,
        KC_LOGOUT_PASSWORD: password,
      }
      // One process, one sign-in and one question: the least that it can do.
      const kcadm = [
        join(await distribution(keycloak.version), 'bin', 'kcadm.sh'),
        ...['get', 'client-session-stats', '-r', realm.name, '--no-config'],
        ...['--server', keycloak.url, '--realm', 'master', '--user', username, '--password', password],
      ]
      const costs: Record<'empty' | 'ours' | 'kcadm', Cost[]> = { empty: [], ours: [], kcadm: [] }
      for (let warm = 0; warm < 3; warm++) await measureOk(ours, { env })
      for (let round = 0; round < rounds; round++) {
        costs.empty.push(await measureOk(empty))
        costs.ours.push(await measureOk(ours, { env }))
        if (round % KCADM_EVERY === 0) costs.kcadm.push(await measureOk(kcadm))
      }
      const of = (side: keyof typeof costs, field: 'cpu' | 'wall') => costs[side].map((cost) => cost[field])
      const ratio = (a: keyof typeof costs, b: keyof typeof costs, field: 'cpu' | 'wall') =>
        times(median(of(a, field)) / median(of(b, field)))
      say(`empty .mjs       ${spread(of('empty', 'cpu'), ms)} CPU`)
      say(`sessions --json  ${spread(of('ours', 'cpu'), ms)} CPU: ${ratio('ours', 'empty', 'cpu')}`)
      say(`sessions --json  ${spread(of('ours', 'wall'), ms)} wall`)
      say(
        `kcadm.sh         ${spread(of('kcadm', 'wall'), ms)} wall: ${ratio('kcadm', 'ours', 'wall')} as long`,
      )
    } finally {
      await realm.remove()
      await rig.stop()
    }
  },
}
