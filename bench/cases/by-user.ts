import { count, median, ms, perSecond, spread, times } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Case } from '../support/program.ts'
import { type Run, requireComplete, workOf } from '../support/sides.ts'

const WAYS = ['sessions', 'users', 'looked', 'program'] as const
type Way = (typeof WAYS)[number]
const NAMES: Readonly<Record<Way, string>> = {
  sessions: 'bare loop, one request a session',
  users: 'bare loop, one a user',
  looked: 'bare loop, one a user after a look at the sessions',
  program: 'kc-logout, the whole run',
}
const OF_EACH_USER = [10, 5, 3]
const SESSIONS = 1_000
const ROUNDS = 4

/** Keycloak's logout of a user instead of the end of each session: what the bare loop wins by it, and kc-logout. */
export const byUser: Case = {
  name: 'by-user',
  about: "users with several sessions: Keycloak's logout of the user instead of one request a session",
  usual: false,
  async run(bench, { rounds = ROUNDS, sessions: [sessions = SESSIONS] = [], ofEach: each = OF_EACH_USER }) {
    await inBigRealm(bench, async ({ realm, sides }) => {
      const runOf = (way: Way) => (way === 'program' ? sides.all() : sides.bare(way))
      for (const way of WAYS) {
        await realm.copySessions(sessions, 5)
        await runOf(way)
      }
      for (const ofEach of each) {
        const runs: Record<Way, Run[]> = { sessions: [], users: [], looked: [], program: [] }
        for (let round = 0; round < rounds; round++)
          for (const way of round % 2 === 0 ? WAYS : [...WAYS].reverse()) {
            await realm.copySessions(sessions, ofEach)
            const run = await runOf(way)
            requireComplete(run, sessions)
            runs[way].push(run)
          }
        const rates = (way: Way) => runs[way].map(({ wall }) => sessions / wall)
        const cpu = (way: Way) => median(runs[way].map((run) => workOf(run) / sessions))
        for (const way of WAYS)
          bench.say(
            `${ofEach} sessions a user, ${count(sessions)}: ${NAMES[way]}: ${spread(rates(way), perSecond)}, ${times(median(rates(way)) / median(rates('sessions')))}; ${ms(cpu(way))} CPU a session of all processes, ${times(cpu('sessions') / cpu(way))}`,
          )
      }
    })
  },
}
