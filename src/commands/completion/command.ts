import type { Command } from 'commander'
import { oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { SCRIPTS, type Shell } from './scripts.ts'

const EXAMPLES = examples([
  ['source <(kc-logout completion bash)', 'bash: in ~/.bashrc'],
  ['source <(kc-logout completion zsh)', 'zsh: in ~/.zshrc, after compinit'],
  ['kc-logout completion fish | source', 'fish: in ~/.config/fish/config.fish'],
])

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const satisfies readonly Shell[]

/** Adds `completion` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('completion')
    .description(
      'Prints a script by which the shell completes commands, options and their values, realms, clients and profiles. Names come from Keycloak, by the stored sign-in, and are kept for five minutes. PowerShell: untested.',
    )
    .argument('<shell>', SHELLS.join(', '), oneOf(...SHELLS))
    .addHelpText('before', EXAMPLES)
    .action((shell: Shell) => start((ctx) => runCompletion(shell, ctx)))
}

/** Prints the script, as it is: a shell runs it. Roles: none. Sends nothing. */
export async function runCompletion(shell: Shell, ctx: Context): Promise<ExitCode> {
  const script = SCRIPTS[shell]
  if (ctx.print.json) ctx.print.result({ shell, script }, () => [])
  else ctx.print.raw(script)
  return EXIT.ok
}
