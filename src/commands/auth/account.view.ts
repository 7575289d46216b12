import type { LoggedIn } from '../../auth/accounts.ts'
import type { DeviceCode } from '../../core/connection.ts'
import type { SessionCount } from '../../core/model.ts'
import { sightText } from '../../core/not-visible.ts'
import type { CommandAllowed } from '../../core/roles.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatDateTime } from '../../util/format.ts'

const METHODS: Readonly<Record<LoggedIn['signIn'], string>> = {
  password: 'a password',
  device: 'a code confirmed in a browser',
  'client-secret': "the client's secret",
  'client-key': "the client's private key",
  'client-cert': "the client's certificate",
  kcadm: 'kcadm',
}

/** The result of a sign-in: what is stored and where, and what is not stored. */
export function loggedInView(result: LoggedIn, screen: Screen): Line[] {
  const { profile, file, server, realm, loginRealm, username, clientId, signIn, expires, kept } = result
  const who = username ?? `client ${clientId}`
  const head: Line =
    signIn === 'kcadm'
      ? [good("Using kcadm's sign-in"), ` to realm ${loginRealm} at ${server}.`]
      : [good(`Signed in as ${who}`), ` to realm ${loginRealm} at ${server}, with ${METHODS[signIn]}.`]
  return [
    ...wrapped(head, screen),
    ...wrapped(['Profile ', bold(profile), ` is now active: ${file}`], screen),
    ...kept.flatMap((each) =>
      wrapped([dim('  stored:     '), `${STORED[each.what]} in `, dim(each.path)], screen, 14),
    ),
    ...wrapped([dim('  not stored: '), NOT_STORED[signIn]], screen, 14),
    ...(expires === undefined
      ? []
      : wrapped([dim('  expires:    '), expiryWords(signIn, expires)], screen, 14)),
    '',
    ['Next: ', accent(realm === undefined ? 'kc-logout sessions -r REALM' : 'kc-logout sessions')],
  ]
}

const STORED: Readonly<Record<LoggedIn['kept'][number]['what'], string>> = {
  session: 'the session (tokens)',
  'client-secret': "the client's secret",
}
const NOT_STORED: Readonly<Record<LoggedIn['signIn'], string>> = {
  password: 'the password',
  device: 'a password (none was typed here)',
  'client-secret': 'tokens; each command gets its own',
  'client-key': 'the key itself; it stays in its file',
  'client-cert': 'the certificate and its key; they stay in their files',
  kcadm: "anything; kcadm's file is read each time",
}

function expiryWords(signIn: LoggedIn['signIn'], expires: number): string {
  if (signIn === 'kcadm') return `${formatDateTime(expires)}; kcadm renews it, kc-logout does not`
  return `${formatDateTime(expires)}; using kc-logout extends this, up to the realm's limit`
}

/** The code and the page to enter it. */
export function deviceCodeView(
  { userCode, url, completeUrl, expiresIn }: DeviceCode,
  screen: Screen,
): Line[] {
  return [
    ['Open ', accent(url)],
    ['and enter the code ', bold(userCode)],
    ...(completeUrl === undefined ? [] : [[dim('or open '), dim(completeUrl)]]),
    ...wrapped(
      dim(`Waiting for confirmation. The code expires in ${duration(expiresIn)}. Ctrl-C cancels.`),
      screen,
    ),
  ]
}

export interface WhoAmI {
  readonly server: string
  readonly realm: string | null
  readonly loginRealm: string
  readonly username: string | null
  readonly clientId: string | null
  /** ISO 8601; null if unknown or if there is no end. */
  readonly expires: string | null
  readonly sources: Readonly<Record<string, string>>
  readonly commands: readonly CommandAllowed[]
  /** Does the account see all clients of the target realm? Null: not known. Absent if it sees no list of them. */
  readonly seesAllClients?: boolean | null
  /** Clients with sessions that the account may not view. */
  readonly notVisible?: readonly SessionCount[]
}

/** Who is signed in, where, until when, and which commands the roles allow. */
export function whoAmIView(who: WhoAmI, screen: Screen): Line[] {
  const { sources, commands, seesAllClients, notVisible = [] } = who
  const hidden =
    seesAllClients === undefined ? undefined : sightText({ isAll: seesAllClients ?? undefined, notVisible })
  const rows: [string, Piece, string | undefined][] = [
    ['user', nameOf(who), sources.username],
    ['client', who.clientId ?? dim('(unknown)'), sources.clientId],
    ['signed in to', `realm ${who.loginRealm}`, sources.loginRealm],
    ['server', accent(who.server), sources.server],
    [
      'target realm',
      who.realm === null ? warn('not set: use -r REALM') : `realm ${who.realm}`,
      sources.realm,
    ],
    ['credentials', sources.credentials ?? '', undefined],
    ['expires', who.expires === null ? dim('unknown') : formatDateTime(Date.parse(who.expires)), undefined],
  ]
  return [
    ...rows.map(
      ([name, value, source]): Line => [
        dim(name.padEnd(14)),
        value,
        ...(source === undefined ? [] : [dim(`  (${source})`)]),
      ],
    ),
    ...(commands.length === 0 ? [] : ['', ...commandTable(commands, screen.columns)]),
    ...(hidden === undefined ? [] : ['', ...wrapped(warn(hidden), screen)]),
  ]
}

/** Tokens of admin-cli do not contain the user. */
function nameOf({ username, clientId }: WhoAmI): Piece {
  if (username !== null) return bold(username)
  return clientId === null || clientId === 'admin-cli'
    ? dim('(not in the token)')
    : bold(`client ${clientId}`)
}

const commandTable = (commands: readonly CommandAllowed[], columns: number): Line[] =>
  table(
    [{ head: 'command' }, { head: 'allowed' }, { head: 'roles', least: 10 }],
    commands.map(({ name, allowed, roles }) => [
      name,
      allowed === 'yes' ? good('yes') : allowed === 'no' ? bad('no') : warn('unknown'),
      allowed === 'yes'
        ? ''
        : `${allowed === 'no' ? 'missing' : 'cannot be checked with read-only requests:'} ${roles.join(', ')}`,
    ]),
    columns,
  )
