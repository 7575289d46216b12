import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from '../support/bundled.ts'
import { count, median, megabytes, ms, percent, perSecond, spread, times } from '../support/figures.ts'
import { type Cost, measureOk } from '../support/measure.ts'
import type { Bench, Case } from '../support/program.ts'
import { makeTokens, type TokenFiles } from '../support/tokens.ts'

const ROUNDS = 25
const TOKENS = 10_000
/** Each takes seconds. */
const MANY_EVERY = 5
/** As many as `inspect-token` has under way. */
const WIDTH = 16
const BARE = fileURLToPath(new URL('../bare-verify.mjs', import.meta.url))
const LIBRARIES = fileURLToPath(new URL('../commander-jose.mjs', import.meta.url))
const SAME = fileURLToPath(new URL('../same-process.ts', import.meta.url))

/** `inspect-token`: what one token costs, and many. */
export const token: Case = {
  name: 'token',
  about: `inspect-token: one token (target: 2.5 × the CPU of an empty .mjs), and ${count(TOKENS)} (80 % of a bare jwtVerify loop)`,
  usual: true,
  async run(bench, { rounds = ROUNDS }) {
    const files = await makeTokens(TOKENS)
    try {
      await one(bench, files, rounds)
      await sameProcess(bench, files, Math.ceil(rounds / MANY_EVERY))
      await many(bench, files, Math.ceil(rounds / MANY_EVERY))
    } finally {
      await files.remove()
    }
  },
}

const inspect = ({ program }: Bench, { jwks }: TokenFiles, file: string) => [
  ...program,
  ...['inspect-token', '--no-network', '--jwks', jwks, '--file', file],
]

async function one(bench: Bench, files: TokenFiles, rounds: number) {
  const sides = {
    'empty .mjs': bench.empty,
    'commander and jose alone': [
      ...[process.execPath, await bundled(LIBRARIES, dirname(files.one))],
      ...['--jwks', files.jwks, files.one],
    ],
    'one token': inspect(bench, files, files.one),
  }
  const cpu = new Map<string, number[]>(Object.keys(sides).map((name) => [name, []]))
  for (const command of Object.values(sides)) await measureOk(command)
  for (let round = 0; round < rounds; round++)
    for (const [name, command] of Object.entries(sides)) cpu.get(name)?.push((await measureOk(command)).cpu)
  const base = median(cpu.get('empty .mjs') ?? [])
  for (const [name, values] of cpu)
    bench.say(
      `${name.padEnd(24)} ${spread(values, ms)} CPU, median of ${rounds}: ${times(median(values) / base)}`,
    )
}

/** Both sides warm in one process, in turns: what verifying with all rules costs beside verifying, without any start. */
async function sameProcess({ say }: Bench, { jwks, many: tokens }: TokenFiles, rounds: number) {
  const result = join(dirname(tokens), 'same-process.json')
  const { stdout } = await measureOk([
    ...[process.execPath, '--import', 'tsx', SAME],
    ...[jwks, tokens, String(rounds), result],
  ])
  requireAll(stdout, TOKENS)
  const seconds: Record<'bare' | 'ours', number[]> = JSON.parse(await readFile(result, 'utf8'))
  const rates = (side: 'bare' | 'ours') => seconds[side].map((each) => TOKENS / each)
  say(
    `in one process: bare loop, one at a time, ${spread(rates('bare'), perSecond)}; inspect-token ${spread(rates('ours'), perSecond)}: ${percent(median(rates('ours')) / median(rates('bare')))} of its rate`,
  )
}

/**
 * Processes of their own on both sides, in turns: in one process each would warm up code and threads for the other, and
 * neither could be charged for its memory. Start and end count. The bare loop runs twice: one token after the other, and as many in flight.
 */
async function many(bench: Bench, files: TokenFiles, rounds: number) {
  const sides = {
    'bare loop, one at a time': [process.execPath, BARE, files.jwks, files.many, '1'],
    [`bare loop, ${WIDTH} in flight`]: [process.execPath, BARE, files.jwks, files.many, String(WIDTH)],
    'inspect-token': inspect(bench, files, files.many),
  }
  const costs = new Map<string, Cost[]>(Object.keys(sides).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const [name, command] of Object.entries(sides)) costs.get(name)?.push(await measureOk(command))
  const ours = costs.get('inspect-token') ?? []
  for (const { stdout } of ours) requireAll(stdout, TOKENS)
  const rates = (of: readonly Cost[]) => of.map(({ wall }) => TOKENS / wall)
  for (const [name, each] of costs) {
    const share = percent(median(rates(ours)) / median(rates(each)))
    bench.say(
      `${name.padEnd(24)} ${spread(rates(each), perSecond)}, ${spread(
        each.map(({ cpu }) => cpu),
        ms,
      )} CPU${each === ours ? '' : `: inspect-token has ${share} of its rate`}`,
    )
  }
  const tenfold = await measureOk(inspect(bench, files, files.tenfold))
  requireAll(tenfold.stdout, 10 * TOKENS)
  bench.say(
    `memory at most ${megabytes(Math.max(...ours.map(({ rss }) => rss)))} with ${count(TOKENS)}, ${megabytes(tenfold.rss)} with ${count(10 * TOKENS)}`,
  )
}

function requireAll(stdout: string, number: number) {
  if (!stdout.endsWith(`: ${number} pass, 0 fail\n`)) throw new Error(`not all pass: ${stdout.slice(-300)}`)
}
