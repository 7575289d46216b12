import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { commandsAllowed } from '../../core/roles.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { type WhoAmI, whoAmIView } from './account.view.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

const EXAMPLES = examples([
  ['kc-logout whoami', 'who is signed in, where, until when'],
  ['kc-logout whoami -r customers', 'which commands the roles allow there'],
  ['kc-logout whoami --json | jq -r .expires', 'when to sign in again'],
])

const declare = (program: Command) =>
  program
    .command('whoami')
    .description('Show who is signed in, where, until when, and which commands the roles allow.')
    .addHelpText('before', EXAMPLES)

/** Adds `whoami` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action(() => start((ctx) => runWhoAmI(ctx)))
}

/** Shows who is signed in. Roles: none; it reports missing ones. Sends the sign-in and GETs. */
export async function runWhoAmI(ctx: Context): Promise<ExitCode> {
  const settings = await ctx.settings()
  const accounts = await ctx.accounts()
  const identity = await accounts.whoAmI(settings)
  const expires = await expiryOf(settings, identity.tokenExpires)
  const who: WhoAmI = {
    server: identity.server,
    realm: settings.realm?.value ?? null,
    loginRealm: settings.loginRealm.value,
    username: identity.username ?? null,
    clientId: identity.clientId ?? (settings.token ? null : settings.clientId.value),
    expires: dateOf(expires),
    sources: sourcesOf(settings),
    commands: identity.roles ? commandsAllowed(identity.roles) : [],
    ...(identity.sight
      ? { seesAllClients: identity.sight.isAll ?? null, notVisible: identity.sight.notVisible }
      : {}),
  }
  ctx.print.result(who, whoAmIView)
  return EXIT.ok
}

/** ISO 8601; null for 0 and for numbers that are not a valid date: a token can contain any number. */
function dateOf(milliseconds = 0): string | null {
  const date = new Date(milliseconds)
  return milliseconds <= 0 || Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** When the user has to sign in again. A client or a password signs in again by itself. */
async function expiryOf(settings: Settings, tokenExpires: number | undefined): Promise<number | undefined> {
  if (settings.token) return tokenExpires
  if (settings.session) return (await settings.session.store.read())?.refreshExpiresAt
  return undefined
}

function sourcesOf(settings: Settings): Record<string, string> {
  const { server, realm, loginRealm, clientId, username, profile } = settings
  const { token, session, password, clientSecret, clientKey, clientCert } = settings
  const credentials =
    token ?? session ?? (username ? password : undefined) ?? clientSecret ?? clientCert ?? clientKey
  const named = {
    server,
    realm,
    loginRealm,
    clientId,
    username: token ? undefined : username,
    profile,
    credentials,
  }
  return Object.fromEntries(Object.entries(named).flatMap(([name, one]) => (one ? [[name, one.source]] : [])))
}
