import type { NotNotifiedReason } from './reach.ts'

/** Why a client is not notified, in a few words for a table. */
export const REASON_TEXTS: Readonly<Record<NotNotifiedReason, string>> = {
  'built-in': "Keycloak's own",
  disabled: 'disabled',
  saml: 'SAML: only as a session ends',
  'saml-redirect-only': 'SAML redirect binding only',
  'front-channel': 'front channel is on',
  'relative-without-root': 'relative, no root URL',
  'relative-to-keycloak': 'relative to Keycloak',
  placeholder: '${…} in its URL',
  'url-unusable': 'URL cannot be called',
  'no-adapter-session': 'Admin URL: adapters only',
  'session-host': '${application.session.host}',
  'session-host-backchannel': '${application.session.host}',
  'backchannel-only': 'Backchannel URL only',
  'no-url': 'no logout URL',
  'not-visible': 'not visible to you',
  'session-expired': 'its session has expired',
  'offline-invalidated': 'offline session stops working',
  changed: 'changed during the run',
  'unconfirmed-end': 'end of sessions unconfirmed',
  'no-connection': 'refuses connections from here',
  'ssf-not-emitted': 'SSF: only as a session ends',
  'may-have-expired': 'its sessions may have expired',
}
