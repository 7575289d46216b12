import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { usageError } from '../errors.ts'

/**
 * Refuses arguments and values of options that are empty or blank: usually an unset shell variable. To be called before
 * the line is parsed.
 * @param root with its commands
 * @throws {UserError} `empty-value` (2), before the command runs
 */
export function refuseBlankValues(root: CommandUnknownOpts): void {
  for (const command of [root, ...root.commands])
    for (const option of command.options)
      if (option.required)
        command.on(`option:${option.name()}`, (value: string) => {
          const name = option.long ?? option.flags
          refuseBlank(
            value,
            name,
            /\bnone removes it/.test(option.description) ? ` ${name} none removes it.` : '',
          )
        })
  root.hook('preAction', (_, { args, registeredArguments: expected }) => {
    for (const [index, value] of args.entries())
      refuseBlank(value, `<${(expected[index] ?? expected.at(-1))?.name()}>`)
  })
}

function refuseBlank(value: string, name: string, otherwise = ''): void {
  if (value.trim() === '')
    throw usageError('empty-value', `${name} is empty.`, `Is a shell variable unset?${otherwise}`)
}
