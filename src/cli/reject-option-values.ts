import type { Option } from 'commander'
import { usageError } from '../errors.ts'

/**
 * Refuses a value that reads as another option, as in `--session -rx`: it would be taken as `-r x`, and another realm be
 * acted on. Written as `--session=-rx` it is a value and nothing else.
 *
 * @param argv the command line as it was typed; what follows `--` is not looked at
 * @param options all that it may hold, those of the command and those of every command
 * @throws UserError (usage, exit 2)
 */
export function refuseOptionsAsValues(argv: readonly string[], options: readonly Option[]): void {
  const named = (word: string) => options.find(({ long, short }) => word === long || word === short)
  for (let i = 0; i < argv.length && argv[i] !== '--'; i++) {
    const option = named(argv[i] ?? '')
    if (!option?.required) continue
    const value = argv[++i]
    const other = value === undefined ? undefined : named(leading(value))
    if (!other) continue
    const name = option.long ?? option.flags
    throw usageError(
      'option-as-value',
      `After ${name} comes ${value}, which reads as ${other.long}.`,
      `If it is the value, write ${name}=${value}; else ${name} lacks its own.`,
    )
  }
}

/** What a word would be taken for: `--realm` of `--realm=x`, `-r` of `-rx`. */
const leading = (word: string): string =>
  word.startsWith('--') ? word.replace(/=.*$/s, '') : word.startsWith('-') ? word.slice(0, 2) : word
