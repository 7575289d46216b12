import type { Reason } from './reach.ts'

/** Why a client is not told, in a few words that fit a table. */
export const WHY_NOT: Readonly<Record<Reason, string>> = {
  'built-in': "Keycloak's own, has nothing to tell",
  disabled: 'disabled',
  saml: 'SAML: by its own protocol, if at all',
  'front-channel': 'front channel is on, which silences the backchannel',
  'relative-without-root': 'relative URL without a root URL',
  'no-adapter-session': 'Admin URL: only for sessions of an adapter',
  'session-host': 'Admin URL with ${application.session.host}',
  'backchannel-only': 'Backchannel Logout URL only',
  'no-url': 'no Backchannel Logout URL',
}
