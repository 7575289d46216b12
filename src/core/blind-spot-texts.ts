import type { Finding } from './finding.ts'

/** What follows the name of one client, or the names of several. */
type OneOrMany = readonly [one: string, many: string]

const TEXTS: Readonly<Record<string, OneOrMany>> = {
  'built-in': [
    'is a built-in client of Keycloak and needs no notification.',
    'are built-in clients of Keycloak and need no notification.',
  ],
  disabled: ['is disabled: Keycloak sends it nothing.', 'are disabled: Keycloak sends them nothing.'],
  saml: [
    'uses SAML: Keycloak sends it a LogoutRequest when single sessions end, not with its own "Logout all".',
    'use SAML: Keycloak sends them LogoutRequests when single sessions end, not with its own "Logout all".',
  ],
  'saml-redirect-only': [
    'uses SAML and has only a logout URL for the redirect binding, which needs a browser: Keycloak does not notify it.',
    'use SAML and have only logout URLs for the redirect binding, which needs a browser: Keycloak does not notify them.',
  ],
  'front-channel': [
    'has front-channel logout on: Keycloak does not notify it when single sessions end.',
    'have front-channel logout on: Keycloak does not notify them when single sessions end.',
  ],
  'relative-without-root': [
    'has a relative logout URL and no root URL: Keycloak posts its logout tokens to its own host.',
    'have a relative logout URL and no root URL: Keycloak posts their logout tokens to its own host.',
  ],
  'relative-to-keycloak': [
    "has a relative logout URL, and its root URL stands for Keycloak's own address: Keycloak posts its logout tokens to itself.",
    "have relative logout URLs, and their root URLs stand for Keycloak's own address: Keycloak posts their logout tokens to itself.",
  ],
  placeholder: [
    'has a placeholder ${…} in its logout URL: unless the server is set up to fill it in, Keycloak sends nothing.',
    'have placeholders ${…} in their logout URLs: unless the server is set up to fill them in, Keycloak sends nothing.',
  ],
  'url-unusable': [
    'has a logout URL that cannot be called: it is not http or https, or has no host.',
    'have a logout URL that cannot be called: it is not http or https, or has no host.',
  ],
  'no-adapter-session': [
    'has only an Admin URL: it is notified of a realm logout, but of the end of a single session only if a Keycloak adapter registered it.',
    'have only an Admin URL: they are notified of a realm logout, but of the end of a single session only if a Keycloak adapter registered it.',
  ],
  'session-host': [
    "has ${application.session.host} in its Admin URL, which makes Keycloak's realm logout fail for all clients.",
    "have ${application.session.host} in their Admin URLs, which makes Keycloak's realm logout fail for all clients.",
  ],
  'session-host-backchannel': [
    'has ${application.session.host} in its Backchannel Logout URL. Keycloak resolves that only for sessions of an adapter; it is not notified of other sessions.',
    'have ${application.session.host} in their Backchannel Logout URLs. Keycloak resolves that only for sessions of an adapter; they are not notified of other sessions.',
  ],
  'backchannel-only': [
    'has only a Backchannel Logout URL: it is notified by `kc-logout user` and `kc-logout all`, not by Keycloak\'s own "Logout all".',
    'have only a Backchannel Logout URL: they are notified by `kc-logout user` and `kc-logout all`, not by Keycloak\'s own "Logout all".',
  ],
  'not-visible': [
    'is not visible to you: whether Keycloak notifies it is unknown.',
    'are not visible to you: whether Keycloak notifies them is unknown.',
  ],
  'session-expired': [
    'has sessions that expired before their user sessions ended: Keycloak does not notify it of those.',
    'have sessions that expired before their user sessions ended: Keycloak does not notify them of those.',
  ],
  'offline-invalidated': [
    'has offline sessions that stop working without a notification.',
    'have offline sessions that stop working without a notification.',
  ],
  'no-url': [
    'has no logout URL: it is never notified; users stay signed in until its tokens are checked again.',
    'have no logout URL: they are never notified; users stay signed in until their tokens are checked again.',
  ],
  'no-connection': [
    'refuses connections from this machine: Keycloak may not reach it either.',
    'refuse connections from this machine: Keycloak may not reach them either.',
  ],
  'ssf-not-emitted': [
    "receives security events, which are emitted as single sessions end, not by Keycloak's own realm logout.",
    "receive security events, which are emitted as single sessions end, not by Keycloak's own realm logout.",
  ],
  'may-have-expired': [
    'took part in sessions in which its part may have expired: Keycloak does not notify it of those.',
    'took part in sessions in which their part may have expired: Keycloak does not notify them of those.',
  ],
  'unconfirmed-end': [
    'took part in sessions whose end Keycloak did not confirm: it may have been notified of them or not.',
    'took part in sessions whose end Keycloak did not confirm: they may have been notified of them or not.',
  ],
  changed: [
    'was changed or deleted during the run: whether Keycloak notified it is unknown.',
    'were changed or deleted during the run: whether Keycloak notified them is unknown.',
  ],
}

/** Returns a sentence without its subject, the name of the client or the names of several (`clients` > 1). */
export function blindSpotText({ code, args }: Finding, clients = 1): string {
  const [one, many] =
    code === 'tenant-not-notified' ? redirectHost(String(args?.host)) : (TEXTS[code] ?? [code, code])
  return clients > 1 ? many : one
}

const redirectHost = (host: string): OneOrMany => {
  const rest = `redirect URIs at ${host}. An application there will not be notified.`
  return [`also has ${rest}`, `also have ${rest}`]
}
