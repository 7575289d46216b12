import type { Command } from '@commander-js/extra-typings'
import { notNegative } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import { addEvidenceOptions } from '../../cli/evidence-options.ts'
import { examples } from '../../cli/help.ts'

const EXAMPLES = examples([
  ['kc-logout drill --user dora --user-password-file drill.pw', 'every application'],
  ['kc-logout drill shop --user dora --url https://shop.example.com/', 'one application, at this page'],
  [
    'kc-logout drill --user dora --user-password-file drill.pw --file drill.yaml',
    'with a page and a mark for each',
  ],
])

/** Declares `drill` and its options. */
export const declare = (program: Command) =>
  addEvidenceOptions(
    program
      .command('drill')
      .description(
        'Sign in at applications as a drill user, log that session out, and look whether the user is really out.',
      )
      .argument('[client-id...]', 'Only these clients (default: all that users sign in to)')
      .option('--user <name>', 'User to sign in as: one without administrative roles')
      .option('--user-password-file <file>', 'Read the password of this user from a file (default: ask)')
      .option('--url <url>', 'Page to open (default: the base or root URL of the client)')
      .option('--file <file>', 'Read applications, pages and marks from a YAML or JSON file')
      .option('--wait <seconds>', 'Look again for this long after the logout (120)', notNegative)
      .option('--browser', 'Use a Chromium of this machine, for applications that sign in by script')
      .option('--browser-path <file>', 'Use this Chromium, Chrome or Edge (implies --browser)'),
  )
    .option('--report <file>', 'Write a record (.html, .md, .json or .csv)')
    .option('--reason <text>', 'Why, for the report and the User-Agent')
    .option('--ticket <text>', 'The same: number of a ticket')
    .addHelpText('before', EXAMPLES)

export type DrillOptions = OptionsOf<typeof declare> & {
  /** Clients (clientId); empty: those of the file, or all. */
  readonly clientIds: readonly string[]
}
