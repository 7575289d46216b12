import { cpus } from 'node:os'
import { count, median, megabytes, ms, percent, perSecond, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Bench, Case } from '../support/program.ts'
import { type Run, requireComplete, type Sides, WIDTH, workOf } from '../support/sides.ts'

const SESSIONS = [1_000, 10_000]
const ROUNDS = 4
const WARM_UP = 1_000

/** Logging everybody out, against the bare loop. */
export const logout: Case = {
  name: 'logout',
  about: `a realm's sessions listed and ended with everybody told, against a bare loop, ${WIDTH} in flight (target: 90 %)`,
  usual: true,
  async run(bench, { rounds = ROUNDS, sessions = SESSIONS }) {
    await inBigRealm(bench, async ({ realm, sides }) => {
      for (const side of [sides.bare, sides.all]) {
        await realm.copySessions(WARM_UP)
        requireComplete(await side(), WARM_UP)
      }
      for (const number of sessions) {
        await ending(bench, sides, number, rounds, () => realm.copySessions(number))
      }
    })
  },
}

const NAMES = { bare: 'bare loop', all: 'kc-logout' }
type Side = keyof typeof NAMES

async function ending(
  { say }: Bench,
  sides: Sides,
  number: number,
  rounds: number,
  fill: () => Promise<void>,
) {
  const runs: Record<Side, Run[]> = { bare: [], all: [] }
  for (let round = 0; round < rounds; round++) {
    // In turns, and the first one is another each time: a server gets warmer, a database fuller.
    for (const side of round % 2 === 0 ? (['all', 'bare'] as const) : (['bare', 'all'] as const)) {
      await fill()
      const run = await sides[side]()
      requireComplete(run, number)
      runs[side].push(run)
      say(`  ${NAMES[side]} ${seconds(run.wall)}: ${costs(run, number)}`)
    }
  }
  const rates = (side: Side) => runs[side].map(({ wall }) => number / wall)
  const most = (side: Side) => Math.max(...runs[side].map(({ rss }) => rss))
  const perSession = (side: Side) => median(runs[side].map((run) => workOf(run) / number))
  say(
    `${count(number)} ended:  bare loop ${spread(rates('bare'), perSecond)}, kc-logout ${spread(rates('all'), perSecond)}: ${percent(median(rates('all')) / median(rates('bare')))} of its rate; everybody told once, none left`,
  )
  say(
    `${count(number)} ended:  all processes together ${ms(perSession('bare'))} and ${ms(perSession('all'))} CPU for a session: ${percent(perSession('bare') / perSession('all'))} of its rate, if the CPU is what limits both; RSS at most ${megabytes(most('bare'))} and ${megabytes(most('all'))}`,
  )
}

function costs(run: Run, number: number): string {
  const { wall, cpu, rss, work } = run
  const others = (work.machine - workOf(run)) / (wall * cpus().length)
  return [
    perSecond(number / wall),
    `CPU a session ${ms(cpu / number)} own, ${ms(work.server / number)} server, ${ms(work.receivers / number)} receivers`,
    `RSS ${megabytes(rss)}`,
    `${percent(Math.max(0, others))} of the machine taken by others`,
  ].join('; ')
}
