import { count, median, percent, perSecond, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Case } from '../support/program.ts'
import type { Receivers } from '../support/receivers.ts'
import { requireComplete } from '../support/sides.ts'

const SESSIONS = 1_000
const ROUNDS = 4
const WARM_UP = 500

/** One of ten clients' receivers hangs: what that does to the others. */
export const hanging: Case = {
  name: 'hanging',
  about: `one of ten clients hangs, ${count(SESSIONS)} sessions: the other nine end at what rate (target: 80 %)`,
  usual: true,
  async run(bench, { rounds = ROUNDS, sessions = [SESSIONS], ofEach: [ofEach = 1] = [] }) {
    await inBigRealm(bench, async ({ realm, receivers, sides }) => {
      const [hangs = ''] = realm.clientIds
      await realm.copySessions(WARM_UP)
      requireComplete(await sides.all(), WARM_UP)
      for (const number of sessions) {
        const rates: Record<'with' | 'without', number[]> = { with: [], without: [] }
        const whole: number[] = []
        for (let round = 0; round < rounds; round++) {
          for (const side of round % 2 === 0
            ? (['without', 'with'] as const)
            : (['with', 'without'] as const)) {
            await realm.copySessions(number, ofEach)
            receivers.hang(side === 'with' ? hangs : undefined)
            const run = await sides.all()
            requireComplete(run, number)
            rates[side].push(rateOfOthers(receivers, hangs))
            if (side === 'with') whole.push(run.wall)
            bench.say(
              `  ${side} it: the other nine at ${perSecond(rateOfOthers(receivers, hangs))}, the whole run ${seconds(run.wall)}`,
            )
          }
        }
        bench.say(
          `${count(number)} sessions: the other nine at ${spread(rates.without, perSecond)} without it, ${spread(rates.with, perSecond)} with it: ${percent(median(rates.with) / median(rates.without))}`,
        )
        bench.say(`the whole run, 5 s for each of ${count(number / 10)} that hang: ${spread(whole, seconds)}`)
      }
    })
  },
}

/** From the first to the last session of a client that answers. */
function rateOfOthers({ times }: Receivers, hangs: string): number {
  const others = [...times].filter(([clientId]) => clientId !== hangs).flatMap(([, at]) => at)
  return (others.length - 1) / ((Math.max(...others) - Math.min(...others)) / 1000)
}
