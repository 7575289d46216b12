import { bigRealm } from '../support/big-realm.ts'
import { count, median, megabytes, percent, perSecond, seconds, spread } from '../support/figures.ts'
import type { Bench, Case } from '../support/program.ts'
import { startReceivers } from '../support/receivers.ts'
import { startRig } from '../support/rig.ts'
import { type Run, requireComplete, type Sides, sidesOf, WIDTH } from '../support/sides.ts'

const SESSIONS = [1_000, 10_000]
const ROUNDS = 4
const WARM_UP = 1_000

/** Listing a realm's sessions, and logging everybody out, against the bare loop. */
export const logout: Case = {
  name: 'logout',
  about: `a realm's sessions listed, and ended with everybody told, against a bare loop, ${WIDTH} in flight (target: 90 %)`,
  usual: true,
  async run(bench, { rounds = ROUNDS, sessions = SESSIONS }) {
    const rig = await startRig(bench.say)
    const receivers = await startReceivers()
    const realm = await bigRealm(rig, receivers)
    try {
      const sides = await sidesOf(bench, rig, realm, receivers)
      for (const side of [sides.bare, sides.all]) {
        await realm.copySessions(WARM_UP)
        requireComplete(await side(), WARM_UP)
      }
      for (const number of sessions) {
        await listing(bench, sides, number, rounds, () => realm.copySessions(number))
        await ending(bench, sides, number, rounds, () => realm.copySessions(number))
      }
    } finally {
      await realm.remove()
      await receivers.close()
      await rig.stop()
    }
  },
}

/** One filling, read by each side in turns; the last reader is the one that then ends them. */
async function listing(
  { say }: Bench,
  sides: Sides,
  number: number,
  rounds: number,
  fill: () => Promise<void>,
) {
  await fill()
  const bare: number[] = []
  const ours: number[] = []
  for (let round = 0; round < rounds; round++) {
    bare.push((await sides.bareList()).wall)
    ours.push((await sides.dryRun()).wall)
  }
  say(
    `${count(number)} listed: bare loop ${spread(bare, seconds)}, kc-logout ${spread(ours, seconds)}: ${percent(median(bare) / median(ours))} of its rate`,
  )
  requireComplete(await sides.bare(), number)
}

async function ending(
  { say }: Bench,
  sides: Sides,
  number: number,
  rounds: number,
  fill: () => Promise<void>,
) {
  const runs: Record<'bare' | 'all', Run[]> = { bare: [], all: [] }
  for (let round = 0; round < rounds; round++) {
    // In turns, and the first one is another each time: a server gets warmer, a database fuller.
    for (const side of round % 2 === 0 ? (['bare', 'all'] as const) : (['all', 'bare'] as const)) {
      await fill()
      const run = await sides[side]()
      requireComplete(run, number)
      runs[side].push(run)
    }
  }
  const rates = (side: 'bare' | 'all') => runs[side].map(({ wall }) => number / wall)
  const most = (side: 'bare' | 'all') => Math.max(...runs[side].map(({ rss }) => rss))
  const cpu = (side: 'bare' | 'all') => median(runs[side].map((run) => run.cpu))
  say(
    `${count(number)} ended:  bare loop ${spread(rates('bare'), perSecond)}, kc-logout ${spread(rates('all'), perSecond)}: ${percent(median(rates('all')) / median(rates('bare')))} of its rate; everybody told once, none left`,
  )
  say(
    `${''.padEnd(count(number).length)}         CPU ${seconds(cpu('bare'))} and ${seconds(cpu('all'))}, RSS at most ${megabytes(most('bare'))} and ${megabytes(most('all'))}`,
  )
}
