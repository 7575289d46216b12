import type { Command } from 'commander'
import type { LoggedIn } from '../../auth/accounts.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { deviceCodeView, loggedInView } from './account.view.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

export interface LoginOptions {
  readonly device?: boolean
  /** `true` without a file. */
  readonly fromKcadm?: string | true
}

const EXAMPLES = examples([
  ['kc-logout login', 'asks for the server, the realm and who you are'],
  [
    'kc-logout login --server https://kc.example.com -r customers --username ada',
    'asks for the password alone',
  ],
  ['kc-logout login --device --client-id kc-logout', 'a code to confirm in a browser, no password here'],
  ['kc-logout login --client-id night-job --client-secret-file secret.txt', 'for a program'],
  ['kc-logout login --from-kcadm -r customers', "kcadm's sign-in, while it lives"],
])

/** Adds `login` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('login')
    .description(
      'Signs in, and keeps it in a profile, so that no other command needs to be told who and where.',
    )
    .option('--device', 'shows a code to confirm in a browser (OAuth device flow)')
    .option('--from-kcadm [file]', "uses kcadm's access token while it lives (~/.keycloak/kcadm.config)")
    .addHelpText('before', EXAMPLES)
    .action((flags: LoginOptions) => start((ctx) => runLogin(flags, ctx)))
}

/** Signs in and keeps it. Roles: none to sign in. Sends the sign-in, and looks whether the realm is there. */
export async function runLogin(options: LoginOptions, ctx: Context): Promise<ExitCode> {
  const { device, fromKcadm } = options
  if (device && fromKcadm !== undefined)
    throw usageError('contradiction', '--device and --from-kcadm are two ways of signing in.', 'Use one.')
  const accounts = await ctx.accounts()
  if (fromKcadm !== undefined) {
    const path = fromKcadm === true ? undefined : fromKcadm
    return shown(await accounts.loginFromKcadm(path), ctx)
  }

  // Gather: what is missing is asked for where somebody can be asked.
  let settings = await accounts.loginSettings()
  const typed: { server?: string; realm?: string; username?: string } = {}
  const ask = async (what: keyof typeof typed, question: string) => {
    const answer = (await ctx.ask.text(question)).trim()
    if (answer !== '') typed[what] = answer
    settings = await accounts.loginSettings(typed)
  }
  if (ctx.ask.possible) {
    if (!settings.server) await ask('server', 'Address of Keycloak')
    if (!settings.realm) await ask('realm', 'Realm to act on (empty: name it with -r each time)')
    if (!device && !hasWay(settings)) await ask('username', 'Username')
  }
  if (!device && !hasWay(settings) && settings.server) throw noWay(ctx)

  // Act.
  const code = {
    device: (shownCode: Parameters<typeof deviceCodeView>[0]) => ctx.print.plan(shownCode, deviceCodeView),
  }
  return shown(await accounts.login(settings, device ? code : {}), ctx)
}

const hasWay = ({ username, clientSecret, clientKey, clientCert, token }: Settings) =>
  [username, clientSecret, clientKey, clientCert, token].some((one) => one !== undefined)

const noWay = ({ ask }: Context) =>
  new UserError('not-signed-in', 'Nobody is named who could sign in.', {
    exitCode: EXIT.denied,
    hint: `Give --username${ask.possible ? '' : ' with --password-stdin'}, --client-id with --client-secret-file, or --device.`,
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
