import { ANSWERS_LOG } from '../../test/support/answers-log.ts'
import { startJaeger } from '../../test/support/jaeger.ts'
import { count, median, percent, perSecond, seconds, spread } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Bench, Case } from '../support/program.ts'
import { type Run, requireComplete, type Sides } from '../support/sides.ts'

const SESSIONS = [2_000]
const ROUNDS = 4
const WARM_UP = 1_000

/** What evidence costs: one server that logs and traces all the time, with and without --evidence in turns. */
export const evidence: Case = {
  name: 'evidence',
  about: 'sessions ended without and with --evidence, by log and by traces, in turns (target: 90 %)',
  usual: false,
  async run(bench, { rounds = ROUNDS, sessions = SESSIONS }) {
    const jaeger = await startJaeger()
    const tracing = [
      '--tracing-enabled=true',
      `--tracing-endpoint=${jaeger.otlpUrl}`,
      '--tracing-sampler-ratio=0.001',
      // As docs/guides/proof.md has it: with a span for each statement most traces were missing in one of three runs.
      '--tracing-jdbc-enabled=false',
    ]
    try {
      await inBigRealm(
        bench,
        async ({ realm, sides, logFile }) => {
          const ways: Record<Way, readonly string[]> = {
            without: [],
            log: ['--evidence', `log:${logFile}`],
            traces: ['--evidence', `jaeger:${jaeger.queryUrl}`],
          }
          await realm.copySessions(WARM_UP)
          requireComplete(await sides.all(), WARM_UP)
          for (const number of sessions) {
            const fill = () => realm.copySessions(number)
            const runs = await inTurns(bench, sides, ways, { number, rounds, fill })
            for (const way of WAYS) bench.say(lineOf(way, runs, number))
          }
        },
        [ANSWERS_LOG, ...tracing],
      )
    } finally {
      await jaeger.stop()
    }
  },
}

type Way = 'without' | 'log' | 'traces'
const WAYS: readonly Way[] = ['without', 'log', 'traces']

interface Ended {
  readonly wall: number
  /** Seconds of kc-logout's own CPU time: on a busy machine this says more than rates. */
  readonly cpu: number
  /** Seconds of the step that ends the sessions one by one. */
  readonly ending: number
  readonly accepted: number
  readonly problems: string
}

async function inTurns(
  bench: Bench,
  sides: Sides,
  ways: Readonly<Record<Way, readonly string[]>>,
  { number, rounds, fill }: { number: number; rounds: number; fill: () => Promise<void> },
): Promise<Record<Way, Ended[]>> {
  const runs: Record<Way, Ended[]> = { without: [], log: [], traces: [] }
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < WAYS.length; turn++) {
      const way = WAYS[(round + turn) % WAYS.length] ?? 'without'
      await fill()
      const run = await sides.all(...ways[way])
      requireComplete(run, number)
      const ended = endedBy(run)
      runs[way].push(ended)
      bench.say(
        `  ${way}: ${perSecond(number / ended.ending)}, ${seconds(ended.wall)}, own CPU ${seconds(ended.cpu)}, ${count(ended.accepted)} seen ${ended.problems}`,
      )
    }
  return runs
}

function endedBy({ wall, cpu, stdout }: Run): Ended {
  const {
    phases,
    clients,
    evidenceProblems = [],
  } = JSON.parse(stdout) as {
    phases: { name: string; seconds: number }[]
    clients: { notifications: { accepted: number } }[]
    evidenceProblems?: string[]
  }
  return {
    wall,
    cpu,
    ending: phases.find(({ name }) => name === 'client')?.seconds ?? 0,
    accepted: clients.reduce((sum, { notifications }) => sum + notifications.accepted, 0),
    problems: evidenceProblems.join(' '),
  }
}

function lineOf(way: Way, runs: Record<Way, Ended[]>, number: number): string {
  const rates = (of: Way) => runs[of].map(({ ending }) => number / ending)
  const cpus = (of: Way) => runs[of].map(({ cpu }) => cpu)
  const walls = (of: Way) => runs[of].map(({ wall }) => wall)
  const rate = `${count(number)} ended, ${way}: ${spread(rates(way), perSecond)}, whole run ${spread(walls(way), seconds)}, own CPU ${spread(cpus(way), seconds)}`
  if (way === 'without') return rate
  const seen = runs[way].map(({ accepted }) => accepted)
  const added = median(walls(way)) - median(walls('without'))
  return `${rate}: ${percent(median(rates(way)) / median(rates('without')))} of the rate, ${seconds(added)} more in all; ${count(Math.min(...seen))} of ${count(number)} seen accepted`
}
