import type { Client } from './model.ts'
import { hasSessionHost, isCallableUrl, isRelative, resolveUrl } from './urls.ts'

/**
 * What ends sessions:
 * - `user`: sessions ended one by one, or a person's logout (`DELETE sessions/{id}`, `POST users/{id}/logout`)
 * - `realm-step`: Keycloak's own logout of a realm (`POST logout-all`)
 * - `all`: one by one first, then the realm step
 */
export type Operation = 'user' | 'realm-step' | 'all'

export type Channel = 'backchannel' | 'admin-url' | 'front-channel' | 'saml' | 'none'

/** Why a client will not be told. The sentences are in `reach-texts.ts`. */
export type NotNotifiedReason =
  | 'built-in'
  | 'disabled'
  | 'saml'
  | 'front-channel'
  | 'relative-without-root'
  | 'url-unusable'
  | 'no-adapter-session'
  | 'session-host'
  | 'session-host-backchannel'
  | 'backchannel-only'
  | 'no-url'

/** Will this client be told, by which channel, and if not, why? */
export interface Reach {
  readonly channel: Channel
  /** What Keycloak would call, resolved against the root URL; null where it calls nothing. */
  readonly url: string | null
  readonly notified: boolean
  readonly reason?: NotNotifiedReason
}

/**
 * Decides whether Keycloak will call this client for this act. It does not say whether the client listens.
 * Same on Keycloak 12 to 26 (measured); it is Keycloak's `ResourceAdminManager` and `UserSessionUtil` in rules:
 * - the front channel silences the backchannel call (keycloak#15058)
 * - with both URLs, a session's end calls the Backchannel Logout URL only (keycloak#8798)
 * - an Admin URL hears of a session's end only if an adapter gave `client_session_state` when it took its tokens,
 *   which the admin API does not show: so it counts as not told (spring-security#7770)
 * - the realm step calls enabled clients' Admin URLs and never a Backchannel Logout URL (keycloak#27342)
 */
export function reach(client: Client, act: Operation): Reach {
  if (act === 'user') return reachOfSessionEnd(client)
  if (act === 'realm-step') return reachOfRealmStep(client)
  // The realm step calls every Admin URL once, also of clients whose sessions were ended before it.
  const byRealmStep = reachOfRealmStep(client)
  if (byRealmStep.notified) return byRealmStep
  const bySession = reachOfSessionEnd(client)
  if (bySession.notified) return bySession
  // Both steps say no: the reason worth knowing is the one that somebody can mend.
  return byRealmStep.channel === 'admin-url' ? byRealmStep : bySession
}

function reachOfSessionEnd(client: Client): Reach {
  const { backchannelLogoutUrl, adminUrl, rootUrl } = client
  if (client.builtIn && !backchannelLogoutUrl && !adminUrl) return unnotified('none', 'built-in')
  if (!client.enabled) return unnotified('none', 'disabled')
  if (client.protocol === 'saml') return unnotified('saml', 'saml')
  if (client.frontchannelLogout) return unnotified('front-channel', 'front-channel')
  if (backchannelLogoutUrl) {
    // Keycloak calls nobody then, unless an adapter registered its host (measured on 26.7.4).
    if (hasSessionHost(backchannelLogoutUrl)) return unnotified('backchannel', 'session-host-backchannel')
    return called('backchannel', backchannelLogoutUrl, rootUrl)
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

function reachOfRealmStep(client: Client): Reach {
  const { backchannelLogoutUrl, adminUrl, rootUrl } = client
  if (!client.enabled) return unnotified('none', 'disabled')
  if (adminUrl) {
    // Keycloak posts k_logout to a SAML client's processing URL too; nobody there understands it.
    if (client.protocol === 'saml') return unnotified('saml', 'saml')
    if (hasSessionHost(adminUrl)) return unnotified('admin-url', 'session-host')
    return called('admin-url', adminUrl, rootUrl)
  }
  if (client.builtIn && !backchannelLogoutUrl) return unnotified('none', 'built-in')
  if (client.protocol === 'saml') return unnotified('saml', 'saml')
  return unnotified('none', backchannelLogoutUrl ? 'backchannel-only' : 'no-url')
}

const unnotified = (channel: Channel, reason: NotNotifiedReason): Reach => ({
  channel,
  url: null,
  notified: false,
  reason,
})

function called(channel: Channel, url: string, rootUrl: string | undefined): Reach {
  // Without a root URL Keycloak resolves a relative one against its own host, and posts it there (measured).
  if (isRelative(url) && !rootUrl) return unnotified(channel, 'relative-without-root')
  const whole = resolveUrl(url, rootUrl)
  return isCallableUrl(whole) ? { channel, url: whole, notified: true } : unnotified(channel, 'url-unusable')
}

/**
 * Is it only a call at each session's end that reaches this client? Then a realm step that comes first would end its
 * sessions untold.
 */
export const isNotifiedBySessionEndOnly = (client: Client): boolean =>
  reach(client, 'user').notified && !reach(client, 'realm-step').notified
