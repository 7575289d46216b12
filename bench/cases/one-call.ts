import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { distribution } from '../../test/support/keycloak/distribution.ts'
import { createRealm } from '../../test/support/realm.ts'
import { directGrant } from '../../test/support/sign-in.ts'
import { bundled } from '../support/bundled.ts'
import { median, ms, spread, times } from '../support/figures.ts'
import { type Cost, measureOk } from '../support/measure.ts'
import type { Case } from '../support/program.ts'
import { startRig } from '../support/rig.ts'

const ROUNDS = 25
const LIBRARIES = fileURLToPath(new URL('../commander-admin-client.mjs', import.meta.url))
/** kcadm takes seconds each time. */
const KCADM_EVERY = 5
const SESSIONS = 20

type Side = 'empty' | 'ours' | 'libraries' | 'kcadm, the same' | 'kcadm, one question'

const sum = (one: Cost, other: Cost): Cost => ({
  ...other,
  cpu: one.cpu + other.cpu,
  wall: one.wall + other.wall,
})

/** Both sides have to have seen them all. */
function requireSessions(seen: unknown) {
  if (seen !== SESSIONS) throw new Error(`${seen} sessions were seen, there are ${SESSIONS}`)
}

/**
 * Signing in and one question, against a Node that does nothing and against Keycloak's own tool. That one has no
 * command which shows a realm's sessions: it takes two, which client has some and which those are, each with its
 * sign-in.
 */
export const oneCall: Case = {
  name: 'one-call',
  about:
    'sign-in and `sessions --json` of a small realm (targets: 3.5 × the CPU of an empty .mjs; 10 × kcadm)',
  usual: true,
  async run({ program, empty, say }, { rounds = ROUNDS }) {
    const rig = await startRig(say)
    const folder = await mkdtemp(join(tmpdir(), 'kc-logout-bench-call-'))
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
      const kcadmGet = [join(await distribution(keycloak.version), 'bin', 'kcadm.sh'), 'get', '--no-config']
      const signIn = [
        ...['--server', keycloak.url, '--realm', 'master'],
        ...['--user', username, '--password', password],
      ]
      const kcadm = (path: string) => measureOk([...kcadmGet, path, '-r', realm.name, ...signIn])
      const libraries = [process.execPath, await bundled(LIBRARIES, folder), '-r', realm.name]
      const costs: Record<Side, Cost[]> = {
        empty: [],
        ours: [],
        libraries: [],
        'kcadm, one question': [],
        'kcadm, the same': [],
      }
      for (let warm = 0; warm < 3; warm++) await measureOk(ours, { env })
      for (let round = 0; round < rounds; round++) {
        costs.empty.push(await measureOk(empty))
        costs.ours.push(await measureOk(ours, { env }))
        costs.libraries.push(await measureOk(libraries, { env }))
        if (round % KCADM_EVERY > 0) continue
        const stats = await kcadm('client-session-stats')
        const [shop] = JSON.parse(stats.stdout)
        const sessions = await kcadm(`clients/${shop.id}/user-sessions`)
        requireSessions(JSON.parse(sessions.stdout).length)
        costs['kcadm, one question'].push(stats)
        costs['kcadm, the same'].push(sum(stats, sessions))
      }
      requireSessions(JSON.parse(costs.ours[0]?.stdout ?? '').totals.sessions)
      requireSessions(JSON.parse(costs.libraries[0]?.stdout ?? '').sessions)
      const of = (side: Side, field: 'cpu' | 'wall') => costs[side].map((cost) => cost[field])
      const ratio = (a: Side, b: Side, field: 'cpu' | 'wall') =>
        times(median(of(a, field)) / median(of(b, field)))
      say(`empty .mjs          ${spread(of('empty', 'cpu'), ms)} CPU`)
      say(`sessions --json     ${spread(of('ours', 'cpu'), ms)} CPU: ${ratio('ours', 'empty', 'cpu')}`)
      say(
        `commander and the admin client alone ${spread(of('libraries', 'cpu'), ms)} CPU: ${ratio('libraries', 'empty', 'cpu')}`,
      )
      say(`sessions --json     ${spread(of('ours', 'wall'), ms)} wall`)
      for (const side of ['kcadm, the same', 'kcadm, one question'] as const)
        say(`${side.padEnd(19)} ${spread(of(side, 'wall'), ms)} wall: ${ratio(side, 'ours', 'wall')} as long`)
    } finally {
      await rm(folder, { recursive: true })
      await realm.remove()
      await rig.stop()
    }
  },
}
