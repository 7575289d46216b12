import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { hasHost } from '../../core/urls.ts'
import type { UrlUse } from './facts.ts'

export interface UrlToLookAt {
  readonly client: Client
  readonly use: UrlUse
  readonly url: string
}

/**
 * The URLs that Keycloak would call: those that silence, a missing root URL or a disabled client keep it from are left
 * out, as their condition matters to nobody.
 */
export function urlsToLookAt(clients: readonly Client[]): UrlToLookAt[] {
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
