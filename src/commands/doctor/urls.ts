import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { hasHost } from '../../core/urls.ts'
import type { UrlUse } from './facts.ts'

/** A URL to check, with the client that Keycloak calls it for. */
export interface UrlToCheck {
  readonly client: Client
  readonly use: UrlUse
  readonly url: string
}

/**
 * The URLs that Keycloak would call. URLs that it never calls (front channel on, no root URL, client disabled) are left
 * out: their state does not matter.
 */
export function urlsToCheck(clients: readonly Client[]): UrlToCheck[] {
  return clients.flatMap((client) => {
    const bySession = reach(client, 'user')
    const byRealmStep = reach(client, 'realm-step')
    return [
      ...(bySession.channel === 'backchannel' && bySession.notified
        ? [{ client, use: 'backchannel' as const, url: bySession.url }]
        : []),
      ...(byRealmStep.channel === 'admin-url' && byRealmStep.notified
        ? [{ client, use: 'admin' as const, url: byRealmStep.url }]
        : []),
    ].flatMap(({ url, ...rest }) => (url !== null && hasHost(url) ? [{ ...rest, url }] : []))
  })
}
