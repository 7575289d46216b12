import type { Client, Realm } from '../../../core/model.ts'
import { reach } from '../../../core/reach.ts'
import { type SamlReach, samlReach } from '../../../core/saml.ts'
import { tenantsNotNotified } from '../../../core/tenant.ts'
import {
  fillDefaults,
  hasHost,
  hasPlaceholder,
  hasSessionHost,
  isKeycloakRoot,
  isRelative,
  resolveUrl,
} from '../../../core/urls.ts'
import { isLoopback } from '../../../util/loopback.ts'
import { isLongAccessToken, iso } from './realm-rules.ts'
import { type Args, type Rule, when } from './rule.ts'

/** A client with what its rules need. */
export interface ClientSubject {
  readonly client: Client
  readonly realm: Realm
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Can Keycloak call this client at all? */
const isCallable = ({ enabled, protocol }: Client) => enabled && protocol === 'openid-connect'

/** A rule about clients that an operation does not notify for this reason. */
const unnotifiedBy =
  (operation: 'user' | 'realm-step', reason: string) =>
  ({ client }: ClientSubject): Args | undefined =>
    when(reach(client, operation).reason === reason)

/** The client's logout URLs, with their names. */
const urlsOf = ({ backchannelLogoutUrl, adminUrl }: Client) => [
  ...(backchannelLogoutUrl ? [{ name: 'Backchannel Logout URL', url: backchannelLogoutUrl }] : []),
  ...(adminUrl ? [{ name: 'Admin URL', url: adminUrl }] : []),
]
/** The root URL, unless it stands for Keycloak. */
const ownRoot = ({ rootUrl }: Client) => (isKeycloakRoot(rootUrl) ? undefined : rootUrl)
const urlRule =
  (applies: (url: string) => boolean) =>
  ({ client }: ClientSubject): Args[] =>
    isCallable(client)
      ? urlsOf(client)
          .map(({ name, url }) => ({ name, url: fillDefaults(resolveUrl(url, client.rootUrl)) }))
          .filter(({ url }) => applies(url))
      : []

/** A rule about how a SAML client is notified. */
function samlRule(check: (reach: SamlReach) => Args | undefined) {
  return ({ client }: ClientSubject): Args | undefined =>
    client.protocol === 'saml' ? check(samlReach(client)) : undefined
}

/** The session limits of a client that end before the user's session, in seconds; undefined if none does. */
function earlyLimit({ client, realm }: ClientSubject): Args | undefined {
  if (!reach(client, 'user').notified) return undefined
  const { user, client: ofClients } = realm.sessionLimits ?? {}
  for (const kind of ['max', 'idle'] as const) {
    const seconds = client.sessionLimits?.[kind] ?? ofClients?.[kind]
    const session = user?.[kind]
    if (seconds !== undefined && session !== undefined && seconds < session) return { kind, seconds, session }
  }
  return undefined
}

/** Rules about the settings of one client that decide whether a logout reaches it. */
export const CLIENT_RULES: readonly Rule<ClientSubject>[] = [
  {
    code: 'front-channel-silences',
    severity: 'error',
    check: ({ client }) =>
      isCallable(client) && client.frontchannelLogout && client.backchannelLogoutUrl
        ? { url: client.backchannelLogoutUrl }
        : undefined,
  },
  {
    code: 'front-channel-only',
    severity: 'warning',
    check: ({ client }) =>
      when(
        isCallable(client) &&
          client.frontchannelLogout &&
          !client.backchannelLogoutUrl &&
          !isUntouchedBuiltIn(client),
      ),
  },
  {
    code: 'no-url',
    severity: 'warning',
    // Without redirect URIs no user signs in there with a browser: it is mostly a service without users.
    check: (subject) =>
      isCallable(subject.client) && subject.client.redirectUris.length > 0
        ? unnotifiedBy('user', 'no-url')(subject)
        : undefined,
  },
  {
    code: 'no-adapter-session',
    severity: 'warning',
    check: unnotifiedBy('user', 'no-adapter-session'),
  },
  {
    code: 'backchannel-only',
    severity: 'info',
    check: ({ client }) =>
      when(reach(client, 'user').notified && reach(client, 'realm-step').reason === 'backchannel-only'),
  },
  {
    code: 'relative-without-root',
    severity: 'error',
    check: ({ client }) =>
      isCallable(client) && !client.rootUrl
        ? urlsOf(client).filter(({ url }) => isRelative(url) && url.startsWith('/') && !url.startsWith('//'))
        : undefined,
  },
  { code: 'session-host', severity: 'error', check: unnotifiedBy('realm-step', 'session-host') },
  {
    code: 'session-host-backchannel',
    severity: 'error',
    check: unnotifiedBy('user', 'session-host-backchannel'),
  },
  {
    code: 'url-not-http',
    severity: 'error',
    check: urlRule((url) => url.startsWith('//') || (!isRelative(url) && !/^https?:/i.test(url))),
  },
  {
    code: 'url-unusable',
    severity: 'error',
    check: urlRule((url) => /^https?:/i.test(url) && !hasPlaceholder(url) && !hasHost(url)),
  },
  {
    code: 'relative-to-keycloak',
    severity: 'error',
    check: ({ client }) =>
      isCallable(client) && isKeycloakRoot(client.rootUrl)
        ? urlsOf(client).filter(({ url }) => isRelative(url))
        : undefined,
  },
  {
    code: 'placeholder',
    severity: 'error',
    check: ({ client }) =>
      isCallable(client)
        ? urlsOf(client).filter(
            ({ url }) => hasPlaceholder(resolveUrl(url, ownRoot(client))) && !hasSessionHost(url),
          )
        : undefined,
  },
  {
    code: 'url-unencrypted',
    severity: 'warning',
    check: urlRule((url) => /^http:/i.test(url) && !isLocal(url)),
  },
  { code: 'url-loopback', severity: 'warning', check: urlRule(isLocal) },
  { code: 'url-fragment', severity: 'warning', check: urlRule((url) => url.includes('#')) },
  {
    code: 'logout-token-hmac',
    severity: 'error',
    check: ({ client, realm }) => {
      const alg = client.idTokenSignedResponseAlg ?? realm.defaultSignatureAlgorithm ?? ''
      return isCallable(client) && client.backchannelLogoutUrl && /^HS/.test(alg) ? { alg } : undefined
    },
  },
  {
    code: 'sid-not-required',
    severity: 'warning',
    check: ({ client }) =>
      when(isCallable(client) && !!client.backchannelLogoutUrl && !client.backchannelLogoutSessionRequired),
  },
  {
    code: 'revoke-offline-member',
    severity: 'info',
    check: ({ client }) =>
      when(
        isCallable(client) && !!client.backchannelLogoutUrl && client.backchannelLogoutRevokeOfflineTokens,
      ),
  },
  {
    code: 'nodes-registered',
    severity: 'warning',
    check: ({ client }) =>
      isCallable(client) && client.adminUrl && client.registeredNodes.length > 0
        ? { nodes: client.registeredNodes.join(', ') }
        : undefined,
  },
  {
    code: 'tenant-not-notified',
    severity: 'warning',
    check: ({ client }) =>
      isCallable(client) ? tenantsNotNotified(client).map((host) => ({ host })) : undefined,
  },
  { code: 'client-session-ends-first', severity: 'warning', check: earlyLimit },
  { code: 'disabled', severity: 'info', check: ({ client }) => when(!client.enabled) },
  {
    code: 'saml',
    severity: 'info',
    check: samlRule((reach) => (reach.notified ? { binding: reach.binding, url: reach.url } : undefined)),
  },
  {
    code: 'saml-front-channel',
    severity: 'warning',
    check: samlRule((reach) => when(!reach.notified && reach.reason === 'front-channel')),
  },
  {
    code: 'saml-redirect-only',
    severity: 'warning',
    check: samlRule((reach) => when(!reach.notified && reach.reason === 'redirect-only')),
  },
  {
    code: 'saml-no-logout-url',
    severity: 'warning',
    check: samlRule((reach) => when(!reach.notified && reach.reason === 'no-url')),
  },
  {
    code: 'saml-admin-url',
    severity: 'warning',
    check: ({ client }) =>
      client.enabled && client.protocol === 'saml' && client.adminUrl ? { url: client.adminUrl } : undefined,
  },
  {
    code: 'not-before-in-future',
    severity: 'error',
    check: ({ client: { notBefore }, now }) =>
      notBefore * 1000 > now ? { whose: 'client', at: iso(notBefore) } : undefined,
  },
  {
    code: 'access-token-long',
    severity: 'warning',
    check: ({ client: { accessTokenLifespan: seconds = 0 } }) =>
      isLongAccessToken(seconds) ? { seconds } : undefined,
  },
]

const isUntouchedBuiltIn = ({ builtIn, adminUrl }: Client) => builtIn && !adminUrl

function isLocal(url: string): boolean {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return false
  return isLoopback(new URL(url).hostname)
}
