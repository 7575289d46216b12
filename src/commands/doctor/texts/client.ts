import { duration } from '../../../util/format.ts'
import { kcLogout, type ShownValue } from '../../../util/shown-command.ts'
import type { Args } from '../rules/rule.ts'
import { NOT_NOTIFIED, type Row } from './row.ts'

const setBackchannelUrl = (_: Args, client: ShownValue) =>
  kcLogout`configure ${client} --backchannel-url <url>`
/** Sets the URL that a finding names, to a value or to one that the administrator knows. */
const setUrl =
  (value: (url: string) => string | undefined = () => undefined, orElse = '<url>') =>
  ({ name, url }: Args, client: ShownValue) =>
    name === 'Admin URL'
      ? kcLogout`configure ${client} --admin-url ${shownUrl(url, orElse, value)}`
      : kcLogout`configure ${client} --backchannel-url ${shownUrl(url, orElse, value)}`
/** Without a URL, for findings of several clients, the placeholder. */
const shownUrl = (
  url: Args[string] | undefined,
  orElse: string,
  value: (url: string) => string | undefined,
) => ({
  value: url === undefined ? undefined : value(String(url)),
  orElse,
})
const nameAndUrl = ({ name, url }: Args) => `${name} ${url}`
const SAML_URL =
  'Set "Logout Service SOAP Binding URL" or "Logout Service POST Binding URL" of the client, and switch "Front channel logout" off.'

/** Sentences about the settings of a client. */
export const CLIENT: Readonly<Record<string, Row>> = {
  'front-channel-silences': {
    message: 'The front channel is on: it silences the Backchannel Logout URL.',
    why: `An administrator's logout has no browser, and nothing else is called. ${NOT_NOTIFIED}`,
    fix: ({ url }, client) =>
      kcLogout`configure ${client} --backchannel-url ${shownUrl(url, '<url>', (same) => same)}`,
    evidence: ({ url }) => `frontchannelLogout: true, Backchannel Logout URL ${url}`,
  },
  'front-channel-only': {
    message: 'The client has only the front channel.',
    why: `It works in a browser that logs itself out, and never in an administrator's logout. ${NOT_NOTIFIED}`,
    fix: setBackchannelUrl,
    evidence: () => 'frontchannelLogout: true, no Backchannel Logout URL',
  },
  'no-url': {
    message: 'The client has no logout URL.',
    why: 'It is never notified; users stay signed in until it checks its tokens again.',
    fix: setBackchannelUrl,
  },
  'no-adapter-session': {
    message: 'The client has an Admin URL only.',
    why: "It is notified of a logout of the realm, but of the end of a user's sessions only if a Keycloak adapter registered them, which cannot be seen from here.",
    fix: setBackchannelUrl,
  },
  'backchannel-only': {
    message: 'The client has a Backchannel Logout URL only.',
    why: 'Keycloak\'s own "Logout all" never calls it (keycloak#27342, by design).',
    fix: 'Log all users out with `kc-logout all`, which notifies it.',
  },
  'relative-without-root': {
    message: ({ name }) => `The ${name} is relative, and there is no root URL.`,
    title: 'A logout URL is relative, and there is no root URL.',
    why: `Keycloak completes it with its own address and posts the logout to itself. ${NOT_NOTIFIED}`,
    fix: setUrl(undefined, '<absolute url>'),
    evidence: nameAndUrl,
  },
  'session-host': {
    message: 'The Admin URL holds ${application.session.host}.',
    why: "It makes Keycloak's own logout of the realm fail for all users (HTTP 500).",
    fix: (_, client) => kcLogout`configure ${client} --admin-url <url>`,
  },
  'session-host-backchannel': {
    message: 'The Backchannel Logout URL holds ${application.session.host}.',
    why: `Keycloak fills that in only for sessions that an adapter registered. ${NOT_NOTIFIED}`,
    fix: setBackchannelUrl,
  },
  'url-not-http': {
    message: ({ name }) => `The ${name} is not an http or https URL.`,
    title: 'A logout URL is not an http or https URL.',
    why: `Keycloak accepts it, and fails when it calls it. ${NOT_NOTIFIED}`,
    fix: setUrl(),
    evidence: nameAndUrl,
  },
  'url-unusable': {
    message: ({ name }) => `The ${name} cannot be called.`,
    title: 'A logout URL cannot be called.',
    why: `It has no host, or no valid port: Keycloak accepts it, and fails when it calls it. ${NOT_NOTIFIED}`,
    fix: setUrl(),
    evidence: nameAndUrl,
  },
  'relative-to-keycloak': {
    message: ({ name }) => `The ${name} is relative, and the root URL stands for Keycloak's own address.`,
    title: "A logout URL is relative, and the root URL stands for Keycloak's own address.",
    why: `Keycloak posts the logout to itself. ${NOT_NOTIFIED}`,
    fix: setUrl(undefined, '<absolute url>'),
    evidence: nameAndUrl,
  },
  placeholder: {
    message: ({ name }) => `The ${name} contains a placeholder.`,
    title: 'A logout URL contains a placeholder.',
    why: `Keycloak fills it in only if the server option spi-admin--allowed-system-variables names the variable. Otherwise Java refuses the URL, and nothing is sent. ${NOT_NOTIFIED}`,
    fix: setUrl(),
    evidence: nameAndUrl,
  },
  'url-unencrypted': {
    message: ({ name }) => `The ${name} is not encrypted (http).`,
    title: 'A logout URL is not encrypted (http).',
    why: 'Others on the network see which users are logged out, and can suppress the request.',
    fix: setUrl((url) => url.replace(/^http:/i, 'https:')),
    evidence: nameAndUrl,
  },
  'url-loopback': {
    message: ({ name }) => `The ${name} is on loopback.`,
    title: 'A logout URL is on loopback.',
    why: 'Keycloak calls its own machine, or its own container: right only if the application runs there too.',
    fix: 'Use the address by which Keycloak reaches the application.',
    evidence: nameAndUrl,
  },
  'url-fragment': {
    message: ({ name }) => `The ${name} has a fragment (#).`,
    title: 'A logout URL has a fragment (#).',
    why: 'A fragment is never sent; the specification forbids it in a Backchannel Logout URL.',
    fix: setUrl((url) => url.replace(/#.*$/s, '')),
    evidence: nameAndUrl,
  },
  'logout-token-hmac': {
    message: ({ alg }) => `Logout tokens are signed with ${alg}.`,
    title: 'Logout tokens are signed with a secret of Keycloak (HMAC).',
    why: "The key is Keycloak's own secret and not the client's: no application can verify such a token, so applications reject it.",
    fix: 'Set "ID token signature algorithm" of the client to RS256 or ES256.',
    evidence: ({ alg }) => `algorithm ${alg}`,
  },
  'sid-not-required': {
    message: 'Logout tokens do not name the session.',
    why: 'The end of one session then ends all sessions of the user at this application, or none, if it needs a `sid`.',
    fix: (_, client) => kcLogout`configure ${client} --session-required`,
    fixAll: (clients) => kcLogout`configure ${clients} --session-required`,
  },
  'revoke-offline-member': {
    message: 'Logout tokens ask the application to drop offline tokens.',
    why: '`events` then has a second member, which strict applications reject.',
    fix: (_, client) => `If its logout answers 400: ${kcLogout`configure ${client} --no-revoke-offline`}`,
    fixAll: (clients) => `If their logouts answer 400: ${kcLogout`configure ${clients} --no-revoke-offline`}`,
  },
  'nodes-registered': {
    message: ({ nodes }) => `Keycloak calls registered nodes instead of the Admin URL's host: ${nodes}.`,
    title: "Keycloak calls registered nodes instead of the Admin URL's host.",
    why: 'A node that no longer exists makes each call fail, after a delay.',
    fix: 'Remove nodes that no longer exist: the client\'s "Advanced" tab, "Registered nodes".',
    evidence: ({ nodes }) => `registered: ${nodes}`,
  },
  'tenant-not-notified': {
    message: ({ host }) =>
      `Users of ${host} sign in through this client, and its logout URLs are on another host.`,
    title: 'Users of other hosts sign in through a client than that of its logout URLs.',
    why: 'One client has one Backchannel Logout URL and one Admin URL: an application at the other host is not notified.',
    fix: 'Give each host a client of its own. Accept the finding if the logout URL is an internal address of the same application.',
    evidence: ({ host }) => `${host} is among the redirect URIs`,
  },
  'client-session-ends-first': {
    message: ({ kind, seconds, session }) =>
      `Its sessions end ${kind === 'idle' ? 'without use ' : ''}after ${duration(Number(seconds))}, the user's session after ${duration(Number(session))}.`,
    title: "Sessions of a client end before the user's session.",
    why: 'From then on Keycloak does not notify the application of a logout, although users may still be signed in there (26.7.4).',
    fix: 'Raise "Client Session Max" and "Client Session Idle" of the client (tab Advanced) or of the realm to the limits of SSO sessions, unless the application ends its own session earlier.',
    evidence: ({ kind, seconds, session }) =>
      `client session ${kind} ${seconds} s, SSO session ${kind} ${session} s`,
  },
  disabled: {
    message: 'The client is disabled.',
    why: 'Keycloak does not notify it. Older sessions at the application go on.',
    fix: 'Nothing, if it was disabled long ago.',
  },
  saml: {
    message: ({ binding, url }) =>
      `The client uses SAML and is notified by ${BINDINGS[String(binding)]} at ${url}.`,
    title: 'SAML clients that are notified of the end of a session',
    why: 'Keycloak\'s own "Logout all" never notifies it, and its response is not checked here.',
    fix: '`kc-logout explain` shows SAML logouts that failed.',
    evidence: ({ binding, url }) => `${BINDINGS[String(binding)]} ${url}`,
  },
  'saml-front-channel': {
    message: 'The SAML client has the front channel on.',
    why: `An administrator's logout has no browser, and Keycloak then sends no LogoutRequest. ${NOT_NOTIFIED}`,
    fix: SAML_URL,
  },
  'saml-redirect-only': {
    message: 'The SAML client has a logout URL for the redirect binding only.',
    why: `That binding needs a browser, which an administrator's logout does not have. ${NOT_NOTIFIED}`,
    fix: SAML_URL,
  },
  'saml-no-logout-url': {
    message: 'The SAML client has no logout URL.',
    why: NOT_NOTIFIED,
    fix: SAML_URL,
  },
  'saml-admin-url': {
    message: 'The SAML client has a master processing URL.',
    why: "Keycloak's own logout of the realm posts an OpenID Connect message to it, which it does not understand.",
    fix: 'Nothing, if its response does no harm. Otherwise give each SAML binding its own URL.',
    evidence: ({ url }) => `master processing URL ${url}`,
  },
}

const BINDINGS: Readonly<Record<string, string>> = {
  soap: 'SOAP',
  post: 'POST binding',
  'processing-url': 'Master SAML Processing URL',
}
