import { count, median, ms, percent, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Bench, Case } from '../support/program.ts'
import type { Sides, Worked } from '../support/sides.ts'

const SESSIONS = [1_000, 10_000]
const ROUNDS = 5

/** Listing a realm's sessions as `all --dry-run` does it, against the bare loop. */
export const listing: Case = {
  name: 'listing',
  about: "a realm's sessions listed (`all --dry-run`), against a bare loop",
  usual: true,
  async run(bench, { rounds = ROUNDS, sessions = SESSIONS }) {
    await inBigRealm(bench, async ({ realm, sides }) => {
      let there = 0
      for (const number of [...sessions].sort((a, b) => a - b)) {
        await realm.copySessions(number - there)
        there = number
        await inTurns(bench, sides, number, rounds)
      }
    })
  },
}

async function inTurns({ say }: Bench, sides: Sides, number: number, rounds: number) {
  const bare: Worked[] = []
  const ours: Worked[] = []
  await sides.bareList()
  for (let round = 0; round < rounds; round++) {
    bare.push(await sides.bareList())
    const run = await sides.dryRun()
    const { before } = JSON.parse(run.stdout)
    if (before.sessions !== number) throw new Error(`${before.sessions} of ${number} sessions were listed`)
    ours.push(run)
  }
  const wall = (runs: readonly Worked[]) => runs.map((run) => run.wall)
  const cpu = (runs: readonly Worked[]) => median(runs.map((run) => run.cpu))
  const server = (runs: readonly Worked[]) => median(runs.map(({ work }) => work.server)) / number
  say(
    `${count(number)} listed: bare loop ${spread(wall(bare), seconds)}, kc-logout ${spread(wall(ours), seconds)}: ${percent(median(wall(bare)) / median(wall(ours)))} of its rate`,
  )
  say(
    `${''.padEnd(count(number).length)}         own CPU ${seconds(cpu(bare))} and ${seconds(cpu(ours))}; the server's for a session ${ms(server(bare))} and ${ms(server(ours))}`,
  )
}
