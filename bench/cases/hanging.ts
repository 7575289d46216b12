import { count, median, percent, perSecond, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Case } from '../support/program.ts'
import type { Receivers } from '../support/receivers.ts'
import { requireComplete } from '../support/sides.ts'

const SESSIONS = 1_000
const ROUNDS = 4
const WARM_UP = 500
const SIDES = ['without', 'with', 'later'] as const
type Side = (typeof SIDES)[number]
const NAMES: Readonly<Record<Side, string>> = {
  without: 'it answers',
  with: 'it hangs',
  later: 'it hangs after a third of all sessions',
}

/** One of ten clients' receivers hangs: what that does to the others. */
export const hanging: Case = {
  name: 'hanging',
  about: `one of ten clients hangs, ${count(SESSIONS)} sessions: the other nine end at what rate (target: 90 %)`,
  usual: true,
  async run(bench, { rounds = ROUNDS, sessions = [SESSIONS], ofEach: [ofEach = 1] = [] }) {
    await inBigRealm(bench, async ({ realm, receivers, sides }) => {
      const [hangs = ''] = realm.clientIds
      await realm.copySessions(WARM_UP)
      requireComplete(await sides.all(), WARM_UP)
      for (const number of sessions) {
        const rates: Record<Side, number[]> = { without: [], with: [], later: [] }
        for (let round = 0; round < rounds; round++)
          for (const side of round % 2 === 0 ? SIDES : [...SIDES].reverse()) {
            await realm.copySessions(number, ofEach)
            receivers.hang(side === 'without' ? undefined : hangs, side === 'later' ? number / 3 : 0)
            const run = await sides.all()
            requireComplete(run, number)
            rates[side].push(rateOfOthers(receivers, hangs))
            bench.say(
              `  ${NAMES[side]}: the other nine at ${perSecond(rateOfOthers(receivers, hangs))}, the whole run ${seconds(run.wall)}`,
            )
          }
        for (const side of SIDES)
          bench.say(
            `${count(number)} sessions, ${NAMES[side]}: the other nine at ${spread(rates[side], perSecond)}, ${percent(median(rates[side]) / median(rates.without))}`,
          )
      }
    })
  },
}

/**
 * From the first session of the clients that answer until 95 % of theirs have ended: a few wait in the request of their
 * user behind one that hangs.
 */
function rateOfOthers({ times }: Receivers, hangs: string): number {
  const others = [...times].filter(([clientId]) => clientId !== hangs).flatMap(([, at]) => at)
  const sorted = others.sort((a, b) => a - b)
  const most = Math.floor(sorted.length * 0.95)
  return most / (((sorted[most] ?? Number.NaN) - (sorted[0] ?? Number.NaN)) / 1000)
}
