import type { Client } from './model.ts'

/** How Keycloak notifies a SAML client when a session ends, or why it does not. */
export type SamlReach =
  | { readonly notified: true; readonly binding: 'soap' | 'post' | 'processing-url'; readonly url: string }
  | { readonly notified: false; readonly reason: 'disabled' | 'front-channel' | 'redirect-only' | 'no-url' }

/**
 * Decides whether Keycloak calls a SAML client at the end of a session (`DELETE sessions/{id}`, `POST users/{id}/logout`).
 * Measured on 26.7.4: with the front channel off it sends a LogoutRequest to the URL of the SOAP binding, else of the POST
 * binding, else to the Master SAML Processing URL. `POST logout-all` sends no LogoutRequest at all.
 */
export function samlReach({ enabled, frontchannelLogout, samlLogoutUrls, adminUrl }: Client): SamlReach {
  const { soap, post, redirect } = samlLogoutUrls
  if (!enabled) return { notified: false, reason: 'disabled' }
  if (frontchannelLogout) return { notified: false, reason: 'front-channel' }
  if (soap) return { notified: true, binding: 'soap', url: soap }
  if (post) return { notified: true, binding: 'post', url: post }
  if (adminUrl) return { notified: true, binding: 'processing-url', url: adminUrl }
  return { notified: false, reason: redirect ? 'redirect-only' : 'no-url' }
}
