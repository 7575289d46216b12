import { count, median, ms, perSecond, spread, times } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Case } from '../support/program.ts'
import { type Run, requireComplete, workOf } from '../support/sides.ts'

const WAYS = ['sessions', 'users', 'looked'] as const
const NAMES = {
  sessions: 'one request a session',
  users: 'one a user',
  looked: 'one a user, after a look at the sessions',
}
const OF_EACH_USER = [5, 3, 1]
const SESSIONS = 1_000
const ROUNDS = 4

/** Keycloak's logout of a user instead of the end of each session, by the bare loop: what would be won. */
export const byUser: Case = {
  name: 'by-user',
  about:
    "the bare loop with Keycloak's logout of the user for several sessions, instead of one request a session",
  usual: false,
  async run(bench, { rounds = ROUNDS, sessions: [sessions = SESSIONS] = [] }) {
    await inBigRealm(bench, async ({ realm, sides }) => {
      for (const way of [...WAYS, ...WAYS]) {
        await realm.copySessions(sessions, 2)
        await sides.bare(way)
      }
      for (const ofEach of OF_EACH_USER) {
        const runs: Record<(typeof WAYS)[number], Run[]> = { sessions: [], users: [], looked: [] }
        for (let round = 0; round < rounds; round++)
          for (const way of round % 2 === 0 ? WAYS : [...WAYS].reverse()) {
            await realm.copySessions(sessions, ofEach)
            const run = await sides.bare(way)
            requireComplete(run, sessions)
            runs[way].push(run)
          }
        const rates = (way: (typeof WAYS)[number]) =>
          runs[way].map(({ stdout }) => sessions / endingOf(stdout))
        const cpu = (way: (typeof WAYS)[number]) => median(runs[way].map((run) => workOf(run) / sessions))
        for (const way of WAYS)
          bench.say(
            `${ofEach} sessions a user, ${count(sessions)}: ${NAMES[way]}: ${spread(rates(way), perSecond)}, ${times(median(rates(way)) / median(rates('sessions')))}; ${ms(cpu(way))} CPU a session of all processes, ${times(cpu('sessions') / cpu(way))}`,
          )
      }
    })
  },
}

const endingOf = (stdout: string): number => JSON.parse(stdout).ending
