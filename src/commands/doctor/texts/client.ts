import { shellQuote } from '../../../util/shell-quote.ts'
import type { Args } from '../rules/rule.ts'
import { NOT_TOLD, type Row } from './row.ts'

const backchannel = (_: Args, client: string) => `kc-logout configure ${client} --backchannel-url <url>`

/** What `doctor` says of a client's settings. */
export const CLIENT: Readonly<Record<string, Row>> = {
  'front-channel-silences': {
    message: () => 'The front channel is on: it silences the Backchannel Logout URL.',
    why: `An administrator's logout has no browser, and nothing else is called. ${NOT_TOLD}`,
    fix: ({ url }, client) =>
      `kc-logout configure ${client} --backchannel-url ${shellQuote(String(url)) ?? '<url>'}`,
    evidence: ({ url }) => `frontchannelLogout: true, Backchannel Logout URL ${url}`,
  },
  'front-channel-only': {
    message: () => 'The client has only the front channel.',
    why: `It works in a browser that logs itself out, and never in an administrator's logout. ${NOT_TOLD}`,
    fix: backchannel,
    evidence: () => 'frontchannelLogout: true, no Backchannel Logout URL',
  },
  'no-url': {
    message: () => 'The client has no logout URL.',
    why: 'It hears of no logout, and goes on until it looks at its tokens again.',
    fix: backchannel,
  },
  'no-adapter-session': {
    message: () => 'The client has an Admin URL only.',
    why: "It hears of a logout of the realm. Of the end of one person's sessions it hears only if a Keycloak adapter registered them, which cannot be seen from here.",
    fix: backchannel,
  },
  'backchannel-only': {
    message: () => 'The client has a Backchannel Logout URL only.',
    why: 'Keycloak\'s own "Logout all" never calls it (keycloak#27342): by design, its maintainers say.',
    fix: 'Log everybody out with `kc-logout all`, which tells it.',
  },
  'relative-without-root': {
    message: ({ name }) => `The ${name} is relative, and there is no root URL.`,
    why: `Keycloak completes it with its own address and posts the logout to itself. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <absolute url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'session-host': {
    message: () => 'The Admin URL holds ${application.session.host}.',
    why: "It makes Keycloak's own logout of the realm fail for everybody (HTTP 500).",
    fix: (_, client) => `kc-logout configure ${client} --admin-url <url>`,
  },
  'session-host-backchannel': {
    message: () => 'The Backchannel Logout URL holds ${application.session.host}.',
    why: `Keycloak fills that in only for sessions that an adapter registered. ${NOT_TOLD}`,
    fix: backchannel,
  },
  'url-not-http': {
    message: ({ name }) => `The ${name} is no http or https URL.`,
    why: `Keycloak takes it, and fails when it calls it. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-unusable': {
    message: ({ name }) => `The ${name} is no address that can be called.`,
    why: `It names no host, or no port that there is: Keycloak takes it, and fails when it calls it. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'relative-to-keycloak': {
    message: ({ name }) => `The ${name} is relative, and the root URL stands for Keycloak's own address.`,
    why: `Keycloak posts the logout to itself. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <absolute url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  placeholder: {
    message: ({ name }) => `The ${name} contains a placeholder.`,
    why: `Keycloak fills it in only if the server option spi-admin--allowed-system-variables names the variable. Otherwise Java refuses the URL, and nothing is sent. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-unencrypted': {
    message: ({ name }) => `The ${name} is not encrypted (http).`,
    why: 'Who sits in between learns who is logged out, and can keep it from arriving.',
    fix: ({ name, url }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} ${shellQuote(String(url).replace(/^http:/i, 'https:')) ?? '<url>'}`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-loopback': {
    message: ({ name }) => `The ${name} is on loopback.`,
    why: 'Keycloak calls its own machine, or its own container: right only when the application runs there too.',
    fix: 'Use the address by which the application is reached from Keycloak.',
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-fragment': {
    message: ({ name }) => `The ${name} has a fragment (#).`,
    why: 'A fragment is never sent; the specification forbids it in a Backchannel Logout URL.',
    fix: ({ name, url }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} ${shellQuote(String(url).replace(/#.*$/s, '')) ?? '<url>'}`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'logout-token-hmac': {
    message: ({ alg }) => `Logout tokens are signed with ${alg}.`,
    why: "The key is Keycloak's own secret and not the client's: nobody else can verify such a token, so applications reject it.",
    fix: 'Set "ID token signature algorithm" of the client to RS256 or ES256.',
    evidence: ({ alg }) => `algorithm ${alg}`,
  },
  'sid-not-required': {
    message: () => 'Logout tokens do not name the session.',
    why: 'Ending one session of a person then ends all of them at this application, or none, where it needs a `sid`.',
    fix: (_, client) => `kc-logout configure ${client} --session-required`,
  },
  'revoke-offline-member': {
    message: () => 'Logout tokens ask the application to drop offline tokens.',
    why: '`events` then has a second member, which strict applications reject.',
    fix: (_, client) => `If its logout answers 400: kc-logout configure ${client} --no-revoke-offline`,
  },
  'nodes-registered': {
    message: ({ nodes }) => `Keycloak calls registered nodes instead of the Admin URL's host: ${nodes}.`,
    why: 'A node that has gone makes each call fail, and takes its time.',
    fix: 'Remove nodes that no longer exist: the client\'s "Advanced" tab, "Registered nodes".',
    evidence: ({ nodes }) => `registered: ${nodes}`,
  },
  'tenant-not-notified': {
    message: ({ host }) =>
      `People of ${host} sign in through this client, and its logout URLs are on another host.`,
    why: 'One client has one Backchannel Logout URL and one Admin URL: that tenant is not told.',
    fix: 'Give each tenant a client of its own.',
    evidence: ({ host }) => `${host} is among the redirect URIs`,
  },
  disabled: {
    message: () => 'The client is disabled.',
    why: 'Keycloak tells it nothing. Sessions from before go on at the application.',
    fix: 'Nothing, if that is long ago.',
  },
  saml: {
    message: () => 'The client speaks SAML.',
    why: 'It is told by SAML, if at all; nothing is known of that here.',
    fix: 'Look at its "Logout Service" URLs. `kc-logout explain` shows SAML logouts that failed.',
  },
  'saml-admin-url': {
    message: () => 'The SAML client has a master processing URL.',
    why: "Keycloak's own logout of the realm posts an OpenID message to it, which it does not understand.",
    fix: 'Nothing, if its answer does no harm. Give each SAML binding its own URL otherwise.',
    evidence: ({ url }) => `master processing URL ${url}`,
  },
}
