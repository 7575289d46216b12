import type { Finding } from '../core/finding.ts'

/** What a finding says to people: what is the case, why it matters, what to do. */
export interface Texts {
  readonly message: string
  readonly why?: string
  readonly fix?: string
}

type Args = Readonly<Record<string, string | number | boolean>>
type Say = (about: { readonly field: string; readonly url: string; readonly args: Args }) => Texts

const NAMES: Readonly<Record<string, string>> = {
  backchannelLogoutUrl: 'Backchannel Logout URL',
  adminUrl: 'Admin URL',
  tenantUrl: 'tenant URL',
}

const writeInstead = ({ suggestion }: Args) => (suggestion ? { fix: `Write ${suggestion}` } : {})

const ABSOLUTE = 'Write it whole, beginning with https://'

const NOT_THERE = 'No client of this name is there any more; nothing was changed.'
const GONE: Readonly<Record<string, string>> = {
  yes: 'It was written; then the client was not there any more.',
  'not-known': 'Whether it was changed is not known, and the client is not there any more.',
}

/** One entry a code of this room, in the order in which they can come up. */
const TEXTS: Readonly<Record<string, Say>> = {
  'url-empty': ({ field }) => ({
    message: `The ${field} is empty.`,
    fix: 'To remove it: none as an option, null in a file.',
  }),
  'url-credentials': ({ field }) => ({
    message: `The ${field} holds credentials (what stands before the @).`,
    why: 'Whoever may see the client sees them, and Keycloak writes them to its log.',
    fix: 'Leave them out: the logout token is signed, which is how the application knows the caller.',
  }),
  'url-space': ({ field, url }) => ({
    message: `The ${field} "${url}" holds white space or a control character.`,
    fix: 'Leave it out, or write a space within a path as %20.',
  }),
  'admin-url-session-host': ({ url }) => ({
    message: `The Admin URL ${url} holds \${application.session.host}.`,
    why: "It makes Keycloak's own logout of the realm fail with an internal error for every client.",
    fix: 'Write the host. Several hosts of one application are registered nodes of its client.',
  }),
  'url-character': ({ field, url, args }) => ({
    message: `The ${field} ${url} holds the character ${args.character}, which no URL may hold.`,
    fix: 'Write it percent-encoded.',
  }),
  'url-double-slash': ({ field, url, args }) => ({
    message: `The ${field} ${url} begins with //.`,
    why: 'Keycloak would take it for a path and not for a host.',
    ...writeInstead(args),
  }),
  'url-scheme': ({ field, url, args }) => ({
    message: `The ${field} ${url} begins neither with http:// nor with https://.`,
    fix: args.suggestion ? `Write ${args.suggestion}` : ABSOLUTE,
  }),
  'url-fragment': ({ field, url, args }) => ({
    message: `The ${field} ${url} has a fragment (#…), which is never sent to a server.`,
    ...writeInstead(args),
  }),
  'url-percent': ({ field, url }) => ({
    message: `The ${field} ${url} holds a % that encodes nothing.`,
    fix: 'Write the percent sign itself as %25.',
  }),
  'url-invalid': ({ field, url }) => ({
    message: `The ${field} ${url} is no valid URL.`,
    fix: 'Look at its host and its port.',
  }),
  'url-not-ascii': ({ field, url, args }) => ({
    message: `The ${field} ${url} holds letters that a URL carries encoded only.`,
    ...writeInstead(args),
  }),
  'url-too-long': ({ field, args }) => ({
    message: `The ${field} is ${args.length} characters long; Keycloak keeps ${args.longest}.`,
    fix: 'Give the application a shorter address.',
  }),
  'tenant-url-with-path': ({ url, args }) => ({
    message: `The tenant URL ${url} has a path or a query.`,
    ...writeInstead(args),
  }),
  'relative-without-root': ({ field, url }) => ({
    message: `The ${field} ${url} is relative, and the client has no root URL.`,
    why: 'Keycloak would post to its own address.',
    fix: ABSOLUTE,
  }),
  'relative-root-unusable': ({ field, url, args }) => ({
    message: `The ${field} ${url} is relative, and the client's root URL ${args.rootUrl} is no http(s) URL.`,
    fix: ABSOLUTE,
  }),
  'not-openid-connect': ({ args }) => ({
    message: `It is a client of protocol ${args.protocol}.`,
    why: "A SAML client's Admin URL is the address that its assertions are posted to.",
    fix: 'Leave this client out.',
  }),
  'front-channel-wanted': () => ({
    message: 'A Backchannel Logout URL and "frontchannelLogout: true" are wanted at once.',
    why: 'With the front channel on, Keycloak sends nothing to the Backchannel Logout URL.',
    fix: 'Leave frontchannelLogout out, or set it to false.',
  }),
  'url-http': ({ field, url }) => ({
    message: `The ${field} ${url} is not encrypted.`,
    why: 'Whoever listens on the way can read the logout token, and hold it back.',
    fix: 'Use https.',
  }),
  'url-session-host': ({ field }) => ({
    message: `The ${field} holds \${application.session.host}.`,
    why: 'Keycloak fills it in for sessions of its own adapters alone, and recent versions only with a host of the Admin URL or a registered node.',
    fix: 'Write the host.',
  }),
  'admin-url-with-action': ({ url, args }) => ({
    message: `The Admin URL ${url} ends with ${args.action}.`,
    why: 'Keycloak appends /k_logout and its like by itself.',
    fix: `Leave ${args.action} out, unless the application has it twice.`,
  }),
  'relative-url': ({ field, url, args }) => ({
    message: `The ${field} ${url} is relative: with this root URL it is ${args.resolved}`,
  }),
  'same-url': ({ field, url, args }) => ({
    message: `${args.count} clients are given the same ${field}: ${url}`,
    why: 'Each application checks that a logout token is meant for its own client id.',
    fix: 'Give each client the address of its own application.',
  }),
  'built-in': () => ({
    message: "This is one of Keycloak's own clients.",
    why: 'It has no application that could be told.',
  }),
  'not-allowed': () => ({
    message: 'The account signed in with may not change this client.',
    fix: 'Give it the role manage-clients of client realm-management.',
  }),
  disabled: () => ({
    message: 'The client is disabled: Keycloak tells it nothing, whatever URL it has.',
    fix: 'Enable it.',
  }),
  'front-channel-off': () => ({
    message:
      'Switches the front channel off, as Keycloak would otherwise send nothing to the Backchannel Logout URL.',
  }),
  'backchannel-silenced': () => ({
    message: 'The front channel is on: Keycloak sends nothing to the Backchannel Logout URL.',
    fix: 'Set the Backchannel Logout URL again: that switches the front channel off.',
  }),
  'no-sid': () => ({
    message: 'Logout tokens name no session (sid): the application can only end all sessions of the person.',
    fix: 'Add --session-required if it ends single sessions.',
  }),
  'logout-token-hs': ({ args }) => ({
    message: `Logout tokens are signed with ${args.alg}, by a key that only Keycloak has: no application can verify them.`,
    fix: "Set the client's ID token signature algorithm to RS256 or another asymmetric one.",
  }),
  'admin-url-only': () => ({
    message:
      'An Admin URL hears of a logout of the realm; of the end of a single session only where a Keycloak adapter registered it.',
    fix: 'Set a Backchannel Logout URL if the application has one.',
  }),
  'backchannel-only': () => ({
    message: 'Without an Admin URL Keycloak\'s own "Logout all" does not tell it; `kc-logout all` does.',
  }),
  'changed-meanwhile': ({ args }) => ({
    message: `Somebody changed it after the plan was shown (${args.fields}); it was left alone.`,
    fix: 'Run it again and read the new plan.',
  }),
  'client-gone': ({ args }) => ({ message: GONE[String(args.written)] ?? NOT_THERE }),
  'not-written': ({ args }) => ({ message: `It was not changed: ${args.error}` }),
  'not-verified': ({ args }) => ({
    message: `It was written, but could not be read back: ${args.error}`,
    fix: 'Look again with --check.',
  }),
  'not-known': ({ args }) => ({
    message: `Whether it was changed is not known: ${args.error}`,
    fix: 'Look again with --check.',
  }),
  'not-tried': ({ args }) => ({
    message: args.interrupted
      ? 'It was not tried, as the run was interrupted.'
      : 'It was not tried, as an earlier failure would have stopped it too.',
  }),
  'not-as-written': ({ args }) => ({
    message: `Keycloak took the change and shows another value (${args.fields}).`,
    why: 'Somebody else wrote at the same time, or an extension of Keycloak changes it.',
    fix: 'Run it again.',
  }),
  'also-changed': ({ args }) => ({
    message: args.byKeycloak
      ? `Keycloak itself also wrote ${args.name}, as this version does with every change.`
      : `${args.name} changed at the same time, and not by kc-logout.`,
  }),
}

/** The sentences of a finding of `configure`. */
export function textsOf({ code, url, args = {} }: Finding): Texts {
  const field = NAMES[String(args.field)] ?? String(args.field ?? 'URL')
  return TEXTS[code]?.({ field, url: url ?? '', args }) ?? { message: code }
}
