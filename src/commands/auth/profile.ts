import type { Command } from '@commander-js/extra-typings'
import { oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { kcLogout } from '../../util/shown-command.ts'
import { profileListView, profileShownView } from './profile.view.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

const EXAMPLES = examples([
  ['kc-logout profile list', '* marks the active profile'],
  ['kc-logout profile show', 'what the next command uses, and where it comes from'],
  ['kc-logout profile use prod', 'make another profile the active one'],
  ['kc-logout sessions --profile prod', 'use a profile for one command'],
  ['kc-logout profile remove prod', 'delete it and end its session'],
])

const OPERATIONS = ['list', 'show', 'use', 'remove'] as const
type Operation = (typeof OPERATIONS)[number]

const declare = (program: Command) =>
  program
    .command('profile')
    .description('List, show, choose and remove the profiles of `kc-logout login`.')
    .argument('[operation]', `${OPERATIONS.join(', ')} (list)`, oneOf(...OPERATIONS))
    .argument('[name]', 'name of the profile')
    .addHelpText('before', EXAMPLES)

/** Adds `profile` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((operation = 'list', name) => start((ctx) => runProfile(operation, name, ctx)))
}

/** Manages profiles. Roles: none. Sends nothing, except that `remove` ends the profile's session in Keycloak. */
export async function runProfile(
  operation: Operation,
  name: string | undefined,
  ctx: Context,
): Promise<ExitCode> {
  switch (operation) {
    case 'list':
      if (name !== undefined)
        throw usageError(
          'contradiction',
          '`profile list` takes no name.',
          `To show one profile: ${kcLogout`profile show ${{ value: name, orElse: 'NAME' }}`}`,
        )
      return list(ctx)
    case 'show':
      return show(name, ctx)
    case 'use':
      return use(required(operation, name), ctx)
    case 'remove':
      return removeProfile(required(operation, name), ctx)
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

/** Every value with its source. Of a secret, only that it is set. */
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
  ctx.print.result({ active: name, file: profiles.path }, () => [`Profile ${name} is now active.`])
  return EXIT.ok
}

/** Removes a profile and ends its session in Keycloak. */
export async function removeProfile(name: string, ctx: Context): Promise<ExitCode> {
  const accounts = await ctx.accounts()
  const { sessionEnded } = await accounts.remove(name)
  const words =
    sessionEnded === undefined
      ? ''
      : sessionEnded
        ? ' Its session in Keycloak has ended.'
        : ' Its session in Keycloak could not be ended; it expires when it is not used.'
  const document = { removed: name, sessionEnded: sessionEnded ?? null, file: accounts.profiles.path }
  ctx.print.result(document, () => [`Profile ${name} and its stored tokens and secrets are removed.${words}`])
  return EXIT.ok
}

function required(operation: Operation, name: string | undefined): string {
  if (name !== undefined) return name
  throw usageError(
    'no-profile-name',
    `\`profile ${operation}\` needs the name of a profile.`,
    'kc-logout profile list shows the names.',
  )
}
