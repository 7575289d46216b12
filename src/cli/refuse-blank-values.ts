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
          // Said of some options in the help.
          const removes = option.description.includes('none removes it') ? ` ${name} none removes it.` : ''
          refuseBlank(value, name, removes)
        })
  root.hook('preAction', (_, { args, registeredArguments: expected }) => {
    for (const [index, value] of args.entries())
      refuseBlank(value, `<${(expected[index] ?? expected.at(-1))?.name()}>`)
  })
}

function refuseBlank(value: string, name: string, more = ''): void {
  if (value.trim() === '')
    throw usageError('empty-value', `${name} is empty.`, `Is a shell variable unset?${more}`)
}
