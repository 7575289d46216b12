import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { removeProfile } from './profile.ts'

const EXAMPLES = examples([
  ['kc-logout logout', 'remove the active profile and end its session'],
  ['kc-logout logout --profile prod', 'remove another one'],
  ['kc-logout logout --json | jq .sessionEnded', 'did its session end?'],
])

const declare = (program: Command) =>
  program
    .command('logout')
    .description(
      'Remove the active profile and end its session: `profile remove` for this profile. Logs no user out.',
    )
    .addHelpText('before', EXAMPLES)

/** Adds `logout` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action(() => start((ctx) => runLogout(ctx)))
}

/** Removes the profile in use. Roles: none. Ends the profile's session in Keycloak. */
export async function runLogout(ctx: Context): Promise<ExitCode> {
  const { profile } = await ctx.settings()
  if (profile) return removeProfile(profile.value, ctx)
  throw new UserError('not-signed-in', 'Not signed in: no profile is active.', {
    exitCode: EXIT.denied,
    hint: 'kc-logout profile list shows the profiles. To log users out: kc-logout user, kc-logout all.',
  })
}
