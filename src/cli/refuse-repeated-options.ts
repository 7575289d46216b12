import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { usageError } from '../errors.ts'
import { isRepeatable } from './arguments.ts'

/**
 * Refuses an option with one value that is given twice, because commander silently takes the last one: another realm
 * than the intended one, for example. Options with `collect` or `collectEach` are repeatable. To be called before the line is parsed.
 * @throws {UserError} `option-repeated` (exit 2), while the line is parsed
 */
export function refuseRepeatedOptions(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    if (!(option.required || option.optional) || option.variadic || isRepeatable(option.parseArg)) continue
    let isGiven = false
    command.on(`option:${option.name()}`, () => {
      const name = option.long ?? option.flags
      if (isGiven)
        throw usageError('option-repeated', `${name} is given twice.`, 'It takes one value: give it once.')
      isGiven = true
    })
  }
}
