import type { LoggedIn } from '../../auth/accounts.ts'
import type { DeviceCode } from '../../core/connection.ts'
import type { CommandAllowed } from '../../core/roles.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatDateTime } from '../../util/format.ts'

const WAYS: Readonly<Record<LoggedIn['signIn'], string>> = {
  password: 'a password',
  device: 'a code that was confirmed in a browser',
  'client-secret': "the client's secret",
  'client-key': "the client's private key",
  'client-cert': "the client's certificate",
  kcadm: 'kcadm',
}

/** What a sign-in came to, what is kept of it and where, and what is not. */
export function loggedInView(result: LoggedIn, screen: Screen): Line[] {
  const { profile, file, server, realm, loginRealm, username, clientId, signIn, expires, kept } = result
  const who = username ?? `client ${clientId}`
  const head: Line =
    signIn === 'kcadm'
      ? [good("Uses kcadm's sign-in"), ` to realm ${loginRealm} at ${server}.`]
      : [good(`Signed in as ${who}`), ` to realm ${loginRealm} at ${server}, by ${WAYS[signIn]}.`]
  return [
    ...wrapped(head, screen),
    ...wrapped(['Profile ', bold(profile), ` is the active one: ${file}`], screen),
    ...kept.flatMap((each) =>
      wrapped([dim('  kept:     '), `${KEPT[each.what]} in `, dim(each.path)], screen, 12),
    ),
    ...wrapped([dim('  not kept: '), NOT_KEPT[signIn]], screen, 12),
    ...(expires === undefined ? [] : wrapped([dim('  until:    '), untilWords(signIn, expires)], screen, 12)),
    '',
    ['Next: ', accent(`kc-logout sessions${realm === undefined ? ' -r REALM' : ''}`)],
  ]
}

const KEPT: Readonly<Record<LoggedIn['kept'][number]['what'], string>> = {
  session: 'the session (tokens)',
  'client-secret': "the client's secret",
}
const NOT_KEPT: Readonly<Record<LoggedIn['signIn'], string>> = {
  password: 'the password',
  device: 'any password; none was typed here',
  'client-secret': 'tokens; each command gets its own',
  'client-key': 'the key itself; it stays in its file',
  'client-cert': 'the certificate and its key; they stay in their files',
  kcadm: "anything: kcadm's file is read each time",
}

function untilWords(signIn: LoggedIn['signIn'], expires: number): string {
  if (signIn === 'kcadm') return `${formatDateTime(expires)}; kcadm renews it, this does not`
  return `${formatDateTime(expires)}; each command that runs before moves that on, up to the realm's limit`
}

/** The code and where it is typed, before the waiting begins. */
export function deviceCodeView(
  { userCode, url, completeUrl, expiresIn }: DeviceCode,
  screen: Screen,
): Line[] {
  return [
    ['Open ', accent(url)],
    ['and type the code ', bold(userCode)],
    ...(completeUrl === undefined ? [] : [[dim('or open '), dim(completeUrl)]]),
    ...wrapped(
      dim(`Waiting until it is confirmed; the code lives ${duration(expiresIn)}. Ctrl-C ends it.`),
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
  /** ISO 8601; null where nothing is known to end it. */
  readonly expires: string | null
  readonly sources: Readonly<Record<string, string>>
  readonly commands: readonly CommandAllowed[]
}

/** Who is signed in, where, until when, and what the roles are enough for. */
export function whoAmIView(who: WhoAmI, { columns }: Screen): Line[] {
  const { sources, commands } = who
  const rows: [string, Piece, string | undefined][] = [
    ['who', nameOf(who), sources.username],
    ['client', who.clientId ?? dim('(unknown)'), sources.clientId],
    ['signed in to', `realm ${who.loginRealm}`, sources.loginRealm],
    ['server', accent(who.server), sources.server],
    [
      'acts on',
      who.realm === null ? warn('no realm is named: -r REALM') : `realm ${who.realm}`,
      sources.realm,
    ],
    ['by', sources.credentials ?? '', undefined],
    [
      'until',
      who.expires === null ? dim('nothing is known to end it') : formatDateTime(Date.parse(who.expires)),
      undefined,
    ],
  ]
  return [
    ...rows.map(
      ([name, value, source]): Line => [
        dim(name.padEnd(14)),
        value,
        ...(source === undefined ? [] : [dim(`  (${source})`)]),
      ],
    ),
    ...(commands.length === 0 ? [] : ['', ...commandTable(commands, columns)]),
  ]
}

/** admin-cli has no account of its own, and its tokens do not say whose they are. */
function nameOf({ username, clientId }: WhoAmI): Piece {
  if (username !== null) return bold(username)
  return clientId === null || clientId === 'admin-cli'
    ? dim('(the token does not say)')
    : bold(`client ${clientId}`)
}

const commandTable = (commands: readonly CommandAllowed[], columns: number): Line[] =>
  table(
    [{ head: 'command' }, { head: 'allowed' }, { head: 'because', least: 10 }],
    commands.map(({ name, allowed, roles }) => [
      name,
      allowed === 'yes' ? good('yes') : allowed === 'no' ? bad('no') : warn('not known'),
      allowed === 'yes'
        ? ''
        : `${allowed === 'no' ? 'missing' : 'harmless reads do not tell of'} ${roles.join(', ')}`,
    ]),
    columns,
  )
