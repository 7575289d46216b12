import type { Finding } from './finding.ts'
import type { NotNotifiedReason } from './reach.ts'

/** Why a client is not told, in a few words that fit a table. */
export const REASON_TEXTS: Readonly<Record<NotNotifiedReason, string>> = {
  'built-in': "Keycloak's own",
  disabled: 'disabled',
  saml: 'SAML',
  'front-channel': 'front channel is on',
  'relative-without-root': 'relative, no root URL',
  'url-unusable': 'no URL that can be called',
  'no-adapter-session': 'Admin URL: adapters only',
  'session-host': '${application.session.host}',
  'session-host-backchannel': '${application.session.host}',
  'backchannel-only': 'Backchannel URL only',
  'no-url': 'no logout URL',
}

const SPOTS: Readonly<Record<string, string>> = {
  'built-in': "is one of Keycloak's own clients and has nothing to tell.",
  disabled: 'is disabled: Keycloak tells it nothing.',
  saml: 'speaks SAML: Keycloak tells it by SAML, if at all; nothing is known of it here.',
  'front-channel':
    'has the front channel on, which silences its backchannel call: it does not hear of sessions that are ended one by one.',
  'relative-without-root':
    'has a relative logout URL and no root URL: Keycloak posts its logout tokens to its own host.',
  'url-unusable': 'has a logout URL that cannot be called: it is not http or https, or names no host.',
  'no-adapter-session':
    'has an Admin URL only: it hears of a logout of the realm, but of the end of a single session only if a Keycloak adapter registered it.',
  'session-host':
    "has ${application.session.host} in its Admin URL, which makes Keycloak's logout of the realm fail for everybody.",
  'session-host-backchannel':
    'has ${application.session.host} in its Backchannel Logout URL, which Keycloak fills in only for sessions of an adapter: others are not told.',
  'backchannel-only':
    'has a Backchannel Logout URL only: it is told by `kc-logout user` and `kc-logout all`, never by Keycloak\'s own "Logout all".',
  'no-url': 'has no logout URL: it hears of nothing and goes on until it looks at its tokens again.',
}

/** One sentence that follows the client's name. */
export function blindSpotText({ code, args }: Finding): string {
  if (code === 'tenant-not-notified')
    return `also signs people in at ${args?.host}, which is not the host of its logout URLs: one client has one Admin URL.`
  return SPOTS[code] ?? code
}
