import type { Command } from '@commander-js/extra-typings'
import type { LoggedIn } from '../../auth/accounts.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { deviceCodeView, loggedInView } from './account.view.ts'
import { LoginDialogue } from './ask-login.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

const EXAMPLES = examples([
  ['kc-logout login', 'asks for server, realm and username'],
  [
    'kc-logout login --server https://kc.example.com -r customers --username ada',
    'asks only for the password',
  ],
  ['kc-logout login --device --client-id kc-logout', 'confirm a code in a browser'],
  ['kc-logout login --client-id night-job --client-secret-file secret.txt', 'for a service account'],
  ['kc-logout login --from-kcadm -r customers', "use kcadm's sign-in"],
])

const declare = (program: Command) =>
  program
    .command('login')
    .description(
      'Sign in and store the sign-in in a profile, so that other commands need no connection options.',
    )
    .option('--device', 'Sign in with a code in a browser (OAuth device flow)')
    .option('--from-kcadm [file]', "Use kcadm's access token until it expires (~/.keycloak/kcadm.config)")
    .addHelpText('before', EXAMPLES)

export type LoginOptions = OptionsOf<typeof declare>

/** Adds `login` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((flags) => start((ctx) => runLogin(flags, ctx)))
}

/** Signs in and stores it in a profile. Roles: none. Sends the sign-in, and checks that the realm exists. */
export async function runLogin(options: LoginOptions, ctx: Context): Promise<ExitCode> {
  const { device, fromKcadm } = options
  if (device && fromKcadm !== undefined)
    throw usageError('contradiction', '--device and --from-kcadm are two ways to sign in.', 'Use one.')
  const accounts = await ctx.accounts()
  if (fromKcadm !== undefined) {
    const path = fromKcadm === true ? undefined : fromKcadm
    return shown(await accounts.loginFromKcadm(path), ctx)
  }

  // Gather: ask for what is missing, in a terminal.
  const needsUsername = (settings: Settings) => !device && !hasCredentials(settings)
  const dialogue = ctx.ask.possible ? new LoginDialogue(ctx, accounts) : undefined
  const stored = dialogue && !device ? await accounts.storedSignIn() : undefined
  if (stored) await dialogue?.replaceStored(stored)
  const settings = await (dialogue?.complete(needsUsername) ?? accounts.loginSettings())
  if (needsUsername(settings) && settings.server) throw noUsername(ctx)

  // Execute.
  const code = {
    device: (shownCode: Parameters<typeof deviceCodeView>[0]) => ctx.print.plan(shownCode, deviceCodeView),
  }
  const login = (complete: Settings) => accounts.login(complete, device ? code : {})
  return shown(await (dialogue?.signIn(settings, login) ?? login(settings)), ctx)
}

const hasCredentials = ({ username, clientSecret, clientKey, clientCert, token }: Settings) =>
  [username, clientSecret, clientKey, clientCert, token].some((one) => one !== undefined)

const noUsername = ({ ask }: Context) =>
  new UserError('not-signed-in', 'No username given.', {
    exitCode: EXIT.denied,
    hint: `Use --username${ask.possible ? '' : ' with --password-stdin'}, --client-id with --client-secret-file, or --device.`,
  })

function shown(result: LoggedIn, ctx: Context): ExitCode {
  if (ctx.print.json) {
    const { expires, kept, realm, username } = result
    const document = {
      ...result,
      realm: realm ?? null,
      username: username ?? null,
      expires: expires === undefined ? null : new Date(expires).toISOString(),
      kept: kept.map(({ what, path, origin }) => ({ what, path, origin })),
    }
    ctx.print.result(document, () => [])
  } else ctx.print.result(result, loggedInView)
  return EXIT.ok
}
