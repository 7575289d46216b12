import { count, median, megabytes, percent, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import { type Cost, measureOk } from '../support/measure.ts'
import type { Bench, Case } from '../support/program.ts'

const SESSIONS = 100_000
const ROUNDS = 3
/** Of the users, how many are members of the group. */
const MEMBERS = 0.2

/** Choosing among a realm's sessions (`sessions --list`), against listing them all. */
export const choosing: Case = {
  name: 'choosing',
  about: 'sessions chosen by network and idle time, and by a group, against listing them all',
  usual: false,
  async run(bench, { rounds = ROUNDS, sessions: [sessions = SESSIONS] = [] }) {
    await inBigRealm(bench, async ({ realm, sides }) => {
      await realm.copySessions(sessions)
      await realm.spread()
      await realm.fillGroup('crew', sessions * MEMBERS)
      const ways = [
        { name: 'listing alone', args: [], expected: sessions },
        {
          name: 'two networks and an idle time',
          args: ['--ip', '10.2.0.0/16', '--ip', '10.5.0.0/16', '--idle', '10h'],
          expected: await realm.countSpread([2, 5], 10),
        },
        { name: 'a group', args: ['--group', '/crew'], expected: sessions * MEMBERS },
      ]
      const { env } = sides.command
      const line = [...bench.program, 'sessions', '-r', realm.realm.name, '--list', '--json']
      const runs = ways.map((): Cost[] => [])
      await measureOk(line, { env })
      for (let round = 0; round < rounds; round++)
        for (const [index, { name, args, expected }] of ways.entries()) {
          const run = await measureOk([...line, ...args], { env })
          const lines = run.stdout.split('\n').length - 1
          if (lines !== expected) throw new Error(`${name}: ${lines} sessions, not ${expected}`)
          runs[index]?.push({ ...run, stdout: '' })
        }
      show(bench, ways, runs)
    })
  },
}

function show(
  { say }: Bench,
  ways: readonly { readonly name: string; readonly expected: number }[],
  runs: readonly (readonly Cost[])[],
) {
  const wall = (of: readonly Cost[] = []) => of.map((run) => run.wall)
  for (const [index, { name, expected }] of ways.entries()) {
    const of = runs[index] ?? []
    const rate = percent(median(wall(runs[0])) / median(wall(of)))
    const rss = megabytes(Math.max(...of.map((run) => run.rss)))
    const cpu = seconds(median(of.map((run) => run.cpu)))
    say(
      `${name}: ${count(expected)} sessions, ${spread(wall(of), seconds)}, ${rate} of its rate, own CPU ${cpu}, ${rss}`,
    )
  }
}
