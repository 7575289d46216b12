import type { Command } from '@commander-js/extra-typings'
import { oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { SCRIPTS, type Shell } from './scripts.ts'

const EXAMPLES = examples([
  ['source <(kc-logout completion bash)', 'for ~/.bashrc'],
  ['source <(kc-logout completion zsh)', 'for ~/.zshrc, after compinit'],
  ['kc-logout completion fish | source', 'for ~/.config/fish/config.fish'],
])

const SHELLS = ['bash', 'zsh', 'fish', 'powershell', 'kubectl'] as const satisfies readonly Shell[]

const declare = (program: Command) =>
  program
    .command('completion')
    .description(
      'Print a script that completes commands, options and their values, realms, clients, groups, roles and profiles. Names come from Keycloak, with the stored sign-in, and are cached for five minutes. PowerShell is untested.',
    )
    .argument('<shell>', SHELLS.join(', '), oneOf(...SHELLS))
    .addHelpText('before', EXAMPLES)

/** Adds `completion` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((shell) => start((ctx) => runCompletion(shell, ctx)))
}

/** Prints the script. Roles: none. Sends nothing. */
export async function runCompletion(shell: Shell, ctx: Context): Promise<ExitCode> {
  const script = SCRIPTS[shell]
  if (ctx.print.json) ctx.print.result({ shell, script }, () => [])
  else ctx.print.raw(script)
  return EXIT.ok
}
