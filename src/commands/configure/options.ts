import type { Command } from '@commander-js/extra-typings'
import { oneOf } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import { PRESETS } from './preset.ts'

/** Adds the description, the argument and the options of `configure`. */
export const declareOptions = (command: Command) =>
  command
    .description('Set the logout settings of clients, and nothing else.')
    .argument('[client-id...]', 'clients to configure; --export and --check take all if omitted')
    .option('--backchannel-url <url>', 'Set the Backchannel Logout URL; none removes it')
    .option('--admin-url <url>', 'Set the Admin URL; none removes it')
    .option('--session-required', 'Name the session (sid) in logout tokens')
    .option('--no-session-required', 'Name only the user in logout tokens')
    .option('--revoke-offline', 'Set revoke_offline_access in logout tokens')
    .option('--no-revoke-offline', 'Do not set revoke_offline_access in logout tokens')
    .option('--preset <name>', 'Set both URLs of a platform: cumulocity (one client)', oneOf(...PRESETS))
    .option('--tenant-url <url>', 'Use this tenant with --preset')
    .option('--file <file>', 'Read the settings of many clients (YAML or JSON; - for stdin)')
    .option('--export', 'Print the present settings in that form')
    .option('--check', 'Change nothing; exit 7 if anything differs')
    .option('-n, --dry-run', 'Show the plan, change nothing')
    .option('-y, --yes', 'Skip the confirmation prompt')

export type ConfigureOptions = OptionsOf<typeof declareOptions> & { readonly clientIds: readonly string[] }
