import type { Client } from './model.ts'
import { samlReach } from './saml.ts'
import {
  fillDefaults,
  hasHost,
  hasPlaceholder,
  hasSessionHost,
  isKeycloakRoot,
  isRelative,
  resolveUrl,
} from './urls.ts'

/**
 * An operation that ends sessions:
 * - `user`: ends sessions one by one, or logs a user out (`DELETE sessions/{id}`, `POST users/{id}/logout`)
 * - `realm-step`: Keycloak's own realm logout (`POST logout-all`)
 * - `all`: ends sessions one by one, then runs the realm step
 */
export type Operation = 'user' | 'realm-step' | 'all'

/** How Keycloak notifies a client. */
export type Channel = 'backchannel' | 'admin-url' | 'front-channel' | 'saml' | 'ssf' | 'none'

/** Why a client will not be notified. `reach-texts.ts` has the texts. */
export type NotNotifiedReason =
  | 'built-in'
  | 'disabled'
  | 'saml'
  | 'saml-redirect-only'
  | 'front-channel'
  | 'relative-without-root'
  | 'relative-to-keycloak'
  | 'placeholder'
  | 'url-unusable'
  | 'no-adapter-session'
  | 'session-host'
  | 'session-host-backchannel'
  | 'backchannel-only'
  | 'no-url'
  | 'not-visible'
  | 'session-expired'
  | 'offline-invalidated'
  | 'changed'
  | 'unconfirmed-end'
  | 'may-have-expired'
  | 'no-connection'
  | 'ssf-not-emitted'

/** Whether and how an operation notifies a client. */
export interface Reach {
  readonly channel: Channel
  /** The URL that Keycloak calls, resolved against the root URL; null if it calls none. */
  readonly url: string | null
  readonly notified: boolean
  readonly reason?: NotNotifiedReason
}

/**
 * Returns whether Keycloak calls this client for this operation. Does not check whether the application answers.
 * The rules of Keycloak's `ResourceAdminManager` and `UserSessionUtil`, the same in Keycloak 12 to 26 (measured):
 * - front-channel logout turns off the backchannel call (keycloak#15058)
 * - with both URLs, ending a session calls only the Backchannel Logout URL (keycloak#8798)
 * - ending a session calls an Admin URL only if an adapter sent `client_session_state` with its token request. The admin
 *   API does not show this, so the client counts as not notified (spring-security#7770)
 * - the realm step calls the Admin URLs of enabled clients and never a Backchannel Logout URL (keycloak#27342)
 * - only ending a session sends a SAML client its LogoutRequest, the realm step does not (`samlReach`)
 */
export function reach(client: Client, operation: Operation): Reach {
  if (operation === 'user') return reachOfSessionEnd(client)
  if (operation === 'realm-step') return reachOfRealmStep(client)
  // The realm step calls every Admin URL once, even if the client's sessions have already ended.
  const byRealmStep = reachOfRealmStep(client)
  if (byRealmStep.notified) return byRealmStep
  const bySession = reachOfSessionEnd(client)
  if (bySession.notified) return bySession
  // Neither step notifies it: return the reason that an administrator can fix.
  return byRealmStep.channel === 'admin-url' ? byRealmStep : bySession
}

function reachOfSessionEnd(client: Client): Reach {
  const { backchannelLogoutUrl, adminUrl, rootUrl } = client
  if (client.builtIn && !backchannelLogoutUrl && !adminUrl) return unnotified('none', 'built-in')
  if (!client.enabled) return unnotified('none', 'disabled')
  if (client.protocol === 'saml') return reachOfSamlLogout(client)
  if (client.frontchannelLogout) return unnotified('front-channel', 'front-channel')
  if (backchannelLogoutUrl) {
    // Then Keycloak calls nothing, unless an adapter registered its host (measured on 26.7.4).
    if (hasSessionHost(backchannelLogoutUrl)) return unnotified('backchannel', 'session-host-backchannel')
    return notifiedAt('backchannel', backchannelLogoutUrl, rootUrl)
  }
  if (adminUrl)
    return {
      channel: 'admin-url',
      url: resolveUrl(adminUrl, rootUrl),
      notified: false,
      reason: 'no-adapter-session',
    }
  return unnotified('none', 'no-url')
}

function reachOfSamlLogout(client: Client): Reach {
  const saml = samlReach(client)
  if (saml.notified) return notifiedAt('saml', saml.url, client.rootUrl)
  if (saml.reason === 'front-channel') return unnotified('front-channel', 'front-channel')
  return unnotified('saml', saml.reason === 'redirect-only' ? 'saml-redirect-only' : saml.reason)
}

/** Why the realm step does not notify a SAML client: it sends none a LogoutRequest; some would get none either way. */
function samlWithoutSessionEnd(client: Client): Reach {
  const bySession = reachOfSamlLogout(client)
  return bySession.notified ? unnotified('saml', 'saml') : bySession
}

function reachOfRealmStep(client: Client): Reach {
  const { backchannelLogoutUrl, adminUrl, rootUrl } = client
  if (!client.enabled) return unnotified('none', 'disabled')
  if (adminUrl) {
    // Keycloak posts k_logout to a SAML client's processing URL too, but SAML applications do not understand it.
    if (client.protocol === 'saml') return samlWithoutSessionEnd(client)
    if (hasSessionHost(adminUrl)) return unnotified('admin-url', 'session-host')
    return notifiedAt('admin-url', adminUrl, rootUrl)
  }
  if (client.builtIn && !backchannelLogoutUrl) return unnotified('none', 'built-in')
  if (client.protocol === 'saml') return samlWithoutSessionEnd(client)
  return unnotified('none', backchannelLogoutUrl ? 'backchannel-only' : 'no-url')
}

const unnotified = (channel: Channel, reason: NotNotifiedReason): Reach => ({
  channel,
  url: null,
  notified: false,
  reason,
})

function notifiedAt(channel: Channel, url: string, rootUrl: string | undefined): Reach {
  // Without a root URL, Keycloak resolves a relative URL against its own host and posts there (measured).
  if (isRelative(url) && !rootUrl) return unnotified(channel, 'relative-without-root')
  if (isRelative(url) && isKeycloakRoot(rootUrl)) return unnotified(channel, 'relative-to-keycloak')
  const absolute = fillDefaults(resolveUrl(url, rootUrl))
  if (hasPlaceholder(absolute)) return unnotified(channel, 'placeholder')
  return hasHost(absolute) ? { channel, url: absolute, notified: true } : unnotified(channel, 'url-unusable')
}

/**
 * Whether a client is notified only when its sessions are ended one by one. A realm step that runs first would end its
 * sessions without notification. Also true for a placeholder that the server may be able to fill in.
 */
export function isNotifiedBySessionEndOnly(client: Client): boolean {
  const { notified, reason } = reach(client, 'user')
  return (notified || reason === 'placeholder') && !reach(client, 'realm-step').notified
}
