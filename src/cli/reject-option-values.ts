import type { Option } from '@commander-js/extra-typings'
import { usageError } from '../errors.ts'
import { shellQuote } from '../util/shell-quote.ts'

/**
 * Refuses a value that looks like another option, as in `--session -rx`: it could be meant as `-r x`, and the command
 * would run on another realm. `--session=-rx` is always a value.
 *
 * @param argv the command line; words after `--` are not checked
 * @param options the command's options and the global ones
 * @throws {UserError} `option-as-value` (2)
 */
export function refuseOptionsAsValues(argv: readonly string[], options: readonly Option[]): void {
  const optionOf = (word: string) => options.find(({ long, short }) => word === long || word === short)
  for (let i = 0; i < argv.length && argv[i] !== '--'; i++) {
    const option = optionOf(argv[i] ?? '')
    if (!option?.required) continue
    const value = argv[++i]
    const other = value === undefined ? undefined : optionOf(optionNameIn(value))
    if (value === undefined || !other) continue
    const name = option.long ?? option.flags
    throw usageError(
      'option-as-value',
      `${value} looks like the option ${other.long}, not like a value for ${name}.`,
      `Use ${name}=${shellQuote(value) ?? 'VALUE'} if you mean the value.`,
    )
  }
}

/** The option that a word would be parsed as: `--realm` for `--realm=x`, `-r` for `-rx`. */
const optionNameIn = (word: string): string =>
  word.startsWith('--') ? word.replace(/=.*$/s, '') : word.startsWith('-') ? word.slice(0, 2) : word
