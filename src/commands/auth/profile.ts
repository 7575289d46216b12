import type { Command } from 'commander'
import { oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import { profileListView, profileShownView } from './profile.view.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

const EXAMPLES = examples([
  ['kc-logout profile list', 'the profiles; * marks the active one'],
  ['kc-logout profile show', 'what the next command uses, and where from'],
  ['kc-logout profile use prod', 'makes another the active one'],
  ['kc-logout sessions --profile prod', 'uses one once'],
  ['kc-logout profile remove prod', 'forgets it, and ends its session'],
])

const ACTS = ['list', 'show', 'use', 'remove'] as const
type Act = (typeof ACTS)[number]

/** Adds `profile` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('profile')
    .description('Lists, shows, chooses and removes what `kc-logout login` keeps.')
    .argument('<act>', ACTS.join(', '), oneOf(...ACTS))
    .argument('[name]', 'the profile')
    .addHelpText('before', EXAMPLES)
    .action((act: Act, name: string | undefined) => start((ctx) => runProfile(act, name, ctx)))
}

/** Works on profiles. Roles: none. Sends nothing, but `remove` ends the profile's own session at Keycloak. */
export async function runProfile(act: Act, name: string | undefined, ctx: Context): Promise<ExitCode> {
  switch (act) {
    case 'list':
      if (name !== undefined)
        throw usageError(
          'contradiction',
          '`profile list` lists them all and takes no name.',
          `For one of them: kc-logout profile show ${shellQuote(name) ?? 'NAME'}`,
        )
      return list(ctx)
    case 'show':
      return show(name, ctx)
    case 'use':
      return use(required(act, name), ctx)
    case 'remove':
      return remove(required(act, name), ctx)
  }
}

async function list(ctx: Context): Promise<ExitCode> {
  const { profiles } = await ctx.accounts()
  const file = await profiles.read()
  const entries = file.profiles.map(({ name, server, realm, username, clientId, signIn }) => ({
    name,
    active: name === file.active,
    server: server ?? null,
    realm: realm ?? null,
    username: username ?? null,
    clientId: clientId ?? 'admin-cli',
    signIn: signIn ?? null,
  }))
  ctx.print.result({ file: file.path, profiles: entries }, profileListView)
  return EXIT.ok
}

async function show(name: string | undefined, ctx: Context): Promise<ExitCode> {
  const accounts = await ctx.accounts()
  const settings = await (name === undefined ? ctx.settings() : accounts.settingsOf(name))
  const kept = settings.profile ? await accounts.profiles.kept(settings.profile.value) : []
  const document = {
    profile: settings.profile?.value ?? null,
    file: accounts.profiles.path,
    values: valuesOf(settings),
    kept: kept.map(({ what, path, origin, until }) => ({
      what,
      path,
      origin,
      until: until === undefined ? null : new Date(until).toISOString(),
    })),
  }
  ctx.print.result(document, profileShownView)
  return EXIT.ok
}

/** Every value but the secrets: of those only that they are there, and where they come from. */
function valuesOf(settings: Settings) {
  const { server, realm, loginRealm, clientId, username, caFile, profile } = settings
  const { token, session, password, clientSecret, clientKey, clientCert } = settings
  const plain = {
    profile,
    server,
    realm,
    'login-realm': loginRealm,
    'client-id': clientId,
    username,
    'ca-file': caFile,
  }
  const secret = { token, session, password, 'client-secret': clientSecret }
  const files = { 'client-key': clientKey, 'client-cert': clientCert }
  return [
    ...Object.entries(plain).flatMap(([name, one]) =>
      one ? [{ name, value: one.value, source: one.source }] : [],
    ),
    ...Object.entries(files).flatMap(([name, one]) =>
      one ? [{ name, value: one.path, source: one.source }] : [],
    ),
    ...Object.entries(secret).flatMap(([name, one]) =>
      one ? [{ name, value: '(secret)', source: one.source }] : [],
    ),
    ...Object.entries({ insecure: settings.insecureFrom, 'allow-http': settings.allowHttpFrom }).flatMap(
      ([name, source]) => (source === undefined ? [] : [{ name, value: 'true', source }]),
    ),
  ]
}

async function use(name: string, ctx: Context): Promise<ExitCode> {
  const { profiles } = await ctx.accounts()
  await profiles.use(name)
  ctx.print.result({ active: name, file: profiles.path }, () => [`Profile ${name} is the active one.`])
  return EXIT.ok
}

async function remove(name: string, ctx: Context): Promise<ExitCode> {
  const accounts = await ctx.accounts()
  const { sessionEnded } = await accounts.remove(name)
  const words =
    sessionEnded === undefined
      ? ''
      : sessionEnded
        ? ' Its session at Keycloak has ended.'
        : ' Its session at Keycloak could not be ended; it ends by itself when nobody uses it.'
  const document = { removed: name, sessionEnded: sessionEnded ?? null, file: accounts.profiles.path }
  ctx.print.result(document, () => [`Profile ${name} is removed, with what was kept for it.${words}`])
  return EXIT.ok
}

function required(act: Act, name: string | undefined): string {
  if (name !== undefined) return name
  throw usageError(
    'no-profile-name',
    `Which profile should \`profile ${act}\` act on?`,
    '`kc-logout profile list` shows them.',
  )
}
