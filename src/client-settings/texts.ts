import type { Finding } from '../core/finding.ts'
import { maskFinding } from '../core/mask-finding.ts'

/** The text of a finding: what is the case, why it matters, what to do. */
export interface FindingTexts {
  readonly message: string
  readonly why?: string
  readonly fix?: string
}

type Args = Readonly<Record<string, string | number | boolean>>
type TextsOf = (about: { readonly field: string; readonly url: string; readonly args: Args }) => FindingTexts

const FIELD_NAMES: Readonly<Record<string, string>> = {
  backchannelLogoutUrl: 'Backchannel Logout URL',
  adminUrl: 'Admin URL',
  tenantUrl: 'tenant URL',
}

const suggested = ({ suggestion }: Args) => (suggestion ? { fix: `Write ${suggestion}` } : {})

const ABSOLUTE = 'Give the complete URL, starting with https://'

const CLIENT_GONE: Readonly<Record<string, string>> = {
  yes: 'The change was written, but the client no longer exists.',
  'not-known': 'It is not known whether the change was written, and the client no longer exists.',
}

/** Findings about a URL, in the order of the checks. */
const URL_TEXTS: Readonly<Record<string, TextsOf>> = {
  'url-empty': ({ field }) => ({
    message: `The ${field} is empty.`,
    fix: 'To remove it, write none as an option or null in a file.',
  }),
  'url-credentials': ({ field }) => ({
    message: `The ${field} contains a user name or password (before the @).`,
    why: 'Everyone who can view the client sees them, and Keycloak writes them to its log.',
    fix: 'Remove them: the signature of the logout token tells the application who called.',
  }),
  'url-space': ({ field, url }) => ({
    message: `The ${field} "${url}" contains white space or a control character.`,
    fix: 'Remove it, or write a space in a path as %20.',
  }),
  'admin-url-session-host': ({ url }) => ({
    message: `The Admin URL ${url} contains \${application.session.host}.`,
    why: "It makes Keycloak's own logout of the realm fail with an internal error for every client.",
    fix: 'Write the host name. If the application has several hosts, register them as nodes of its client.',
  }),
  'url-character': ({ field, url, args }) => ({
    message: `The ${field} ${url} contains the character ${args.character}, which is not allowed in a URL.`,
    fix: 'Percent-encode it.',
  }),
  'url-double-slash': ({ field, url, args }) => ({
    message: `The ${field} ${url} starts with //.`,
    why: 'Keycloak would treat it as a path, not as a host.',
    ...suggested(args),
  }),
  'url-scheme': ({ field, url, args }) => ({
    message: `The ${field} ${url} does not start with http:// or https://.`,
    fix: args.suggestion ? `Write ${args.suggestion}` : ABSOLUTE,
  }),
  'url-fragment': ({ field, url, args }) => ({
    message: `The ${field} ${url} has a fragment (#…), which is never sent to a server.`,
    ...suggested(args),
  }),
  'url-percent': ({ field, url }) => ({
    message: `The ${field} ${url} contains a % that does not encode a character.`,
    fix: 'Write the percent sign itself as %25.',
  }),
  'url-invalid': ({ field, url }) => ({
    message: `The ${field} ${url} is not a valid URL.`,
    fix: 'Check its host and its port.',
  }),
  'url-not-ascii': ({ field, url, args }) => ({
    message: `The ${field} ${url} contains characters that must be encoded in a URL.`,
    ...suggested(args),
  }),
  'url-too-long': ({ field, args }) => ({
    message: `The ${field} is ${args.length} characters long; Keycloak stores at most ${args.longest}.`,
    fix: 'Give the application a shorter URL.',
  }),
  'tenant-url-with-path': ({ url, args }) => ({
    message: `The tenant URL ${url} has a path or a query.`,
    ...suggested(args),
  }),
  'relative-without-root': ({ field, url }) => ({
    message: `The ${field} ${url} is relative, but the client has no root URL.`,
    why: 'Keycloak would send the request to its own address.',
    fix: ABSOLUTE,
  }),
  'relative-to-keycloak': ({ field, url, args }) => ({
    message: `The ${field} ${url} is relative, and the root URL ${args.rootUrl} stands for Keycloak's own address.`,
    why: 'Keycloak would send the request to itself.',
    fix: ABSOLUTE,
  }),
  'relative-root-unusable': ({ field, url, args }) => ({
    message: `The ${field} ${url} is relative, but the client's root URL ${args.rootUrl} is not an http(s) URL.`,
    fix: ABSOLUTE,
  }),
  'url-http': ({ field, url }) => ({
    message: `The ${field} ${url} is not encrypted.`,
    why: 'Anyone on the network path can read the logout token and block it.',
    fix: 'Use https.',
  }),
  'url-session-host': ({ field }) => ({
    message: `The ${field} contains \${application.session.host}.`,
    why: 'Keycloak replaces it only for sessions of its own adapters, and recent versions only with a host of the Admin URL or a registered node.',
    fix: 'Write the host name.',
  }),
  'admin-url-with-action': ({ url, args }) => ({
    message: `The Admin URL ${url} ends with ${args.action}.`,
    why: 'Keycloak itself appends /k_logout and the like.',
    fix: `Remove ${args.action}, unless the application really has it twice.`,
  }),
  'relative-url': ({ field, url, args }) => ({
    message: `The ${field} ${url} is relative. With the root URL it is ${args.resolved}`,
  }),
  'same-url': ({ field, url, args }) => ({
    message: `${args.count} clients get the same ${field}: ${url}`,
    why: 'Each application checks that a logout token is meant for its own client id.',
    fix: 'Give each client the URL of its own application.',
  }),
}

/** Findings about a client and what was requested for it. */
const CLIENT_TEXTS: Readonly<Record<string, TextsOf>> = {
  'not-openid-connect': ({ args }) => ({
    message: `The client uses the protocol ${args.protocol}.`,
    why: 'The Admin URL of a SAML client is the address that receives its assertions.',
    fix: 'Leave this client out.',
  }),
  'front-channel-wanted': () => ({
    message: 'A Backchannel Logout URL and "frontchannelLogout: true" exclude each other.',
    why: 'With the front channel on, Keycloak sends nothing to the Backchannel Logout URL.',
    fix: 'Leave frontchannelLogout out, or set it to false.',
  }),
  'built-in': () => ({
    message: "This is one of Keycloak's own clients.",
    why: 'It has no application to notify.',
  }),
  'not-allowed': () => ({
    message: 'Your account may not change this client.',
    fix: 'Grant your account the role manage-clients of client realm-management.',
  }),
  disabled: () => ({
    message: 'The client is disabled: Keycloak does not notify it, whatever its URLs are.',
    fix: 'Enable it.',
  }),
  'front-channel-off': () => ({
    message:
      'Switches the front channel off: with it on, Keycloak sends nothing to the Backchannel Logout URL.',
  }),
  'backchannel-silenced': () => ({
    message: 'The front channel is on: Keycloak sends nothing to the Backchannel Logout URL.',
    fix: 'Set the Backchannel Logout URL again; that switches the front channel off.',
  }),
  'no-sid': () => ({
    message:
      'Logout tokens do not name the session (sid): the application can only end all sessions of the user.',
    fix: 'Add --session-required if the application ends single sessions.',
  }),
  'logout-token-hs': ({ args }) => ({
    message: `Logout tokens are signed with ${args.alg} and a key that only Keycloak has: no application can verify them.`,
    fix: "Set the client's ID token signature algorithm to RS256 or another asymmetric one.",
  }),
  'admin-url-only': () => ({
    message:
      'The Admin URL is called when the realm is logged out. When a single session ends it is called only if a Keycloak adapter registered the session.',
    fix: 'Set a Backchannel Logout URL if the application has one.',
  }),
  'backchannel-only': () => ({
    message:
      'Without an Admin URL, Keycloak\'s own "Logout all" does not notify this client; `kc-logout all` does.',
  }),
}

/** Findings about writing a client. */
const WRITE_TEXTS: Readonly<Record<string, TextsOf>> = {
  'changed-meanwhile': ({ args }) => ({
    message: `The client was changed after the plan was shown (${args.fields}), so it was left alone.`,
    fix: 'Run the command again and read the new plan.',
  }),
  'client-gone': ({ args }) => ({
    message: CLIENT_GONE[String(args.written)] ?? 'The client no longer exists. Nothing was changed.',
  }),
  'not-written': ({ args }) => ({ message: `The client was not changed: ${args.error}` }),
  'not-verified': ({ args }) => ({
    message: `The change was written, but could not be read back: ${args.error}`,
    fix: 'Look again with --check.',
  }),
  'not-known': ({ args }) => ({
    message: `It is not known whether the change was written: ${args.error}`,
    fix: 'Look again with --check.',
  }),
  'not-tried': ({ args }) => ({
    message: args.interrupted
      ? 'Not attempted: the run was interrupted.'
      : 'Not attempted: the earlier failure would have stopped this change too.',
  }),
  'not-as-written': ({ args }) => ({
    message: `Keycloak accepted the change, but shows another value (${args.fields}).`,
    why: 'The client was changed at the same time, or a Keycloak extension changes the value.',
    fix: 'Run the command again.',
  }),
  'also-changed': ({ args }) => ({
    message: args.byKeycloak
      ? `Keycloak itself also wrote ${args.name}, as this version does with every change.`
      : `${args.name} changed at the same time, and not by kc-logout.`,
  }),
}

const TEXTS = { ...URL_TEXTS, ...CLIENT_TEXTS, ...WRITE_TEXTS }

/** The text of a finding of `configure`; the code itself if it has no text. Credentials of URLs are masked. */
export function textsOf(finding: Finding): FindingTexts {
  const { code, url, args = {} } = maskFinding(finding)
  const field = FIELD_NAMES[String(args.field)] ?? String(args.field ?? 'URL')
  return TEXTS[code]?.({ field, url: url ?? '', args }) ?? { message: code }
}
