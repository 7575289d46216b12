import { median, ms, spread, times } from '../support/figures.ts'
import { measureOk } from '../support/measure.ts'
import type { Case } from '../support/program.ts'

const ROUNDS = 25

/** `--version` and `--help` against a Node that does nothing, in turns. */
export const startUp: Case = {
  name: 'start-up',
  about: '--version and --help against an empty .mjs (target: at most 1.5 × its CPU time)',
  usual: true,
  async run({ program, empty, say }, { rounds = ROUNDS }) {
    const sides = {
      'an empty .mjs': empty,
      '--version': [...program, '--version'],
      '--help': [...program, '--help'],
    }
    const cpu = new Map<string, number[]>(Object.keys(sides).map((name) => [name, []]))
    for (const command of Object.values(sides)) await measureOk(command)
    for (let round = 0; round < rounds; round++)
      for (const [name, command] of Object.entries(sides)) cpu.get(name)?.push((await measureOk(command)).cpu)
    const base = median(cpu.get('an empty .mjs') ?? [])
    for (const [name, values] of cpu)
      say(
        `${name.padEnd(14)} ${spread(values, ms)} CPU, median of ${rounds}: ${times(median(values) / base)}`,
      )
  },
}
