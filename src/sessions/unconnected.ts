import pMap from 'p-map'
import type { Client } from '../core/model.ts'
import { reach } from '../core/reach.ts'
import type { Connection } from '../keycloak/http/can-connect.ts'
import { isInternalHost } from '../util/internal-host.ts'
import { isLoopback } from '../util/loopback.ts'

const PARALLEL_CONNECTIONS = 8
/** Names that only a cluster or a network of containers resolves. */
const CLUSTER_NAME = /^[^.:]+$|\.svc$|\.cluster\.local$/

/**
 * Returns the clients (internal ids) that Keycloak calls when a session ends, and whose logout URL is at a host that
 * refuses connections from this machine. Tries each host once; sends no request. Keycloak may be in another network, so a
 * refusal only casts doubt, and a host that does not answer or that only Keycloak's network knows casts none.
 * @param clients those that were called
 * @param server Keycloak's address
 */
export async function findUnconnected(
  clients: readonly Client[],
  server: string,
  connect: (url: string) => Promise<Connection>,
): Promise<ReadonlySet<string>> {
  const byHost = new Map<string, { readonly url: string; readonly ids: string[] }>()
  for (const client of clients) {
    const { url, notified, channel } = reach(client, 'user')
    if (!notified || url === null || (channel !== 'backchannel' && channel !== 'saml')) continue
    if (!isSeenFromHere(url, server)) continue
    const host = new URL(url).origin
    const entry = byHost.get(host) ?? { url, ids: [] }
    byHost.set(host, entry)
    entry.ids.push(client.id)
  }
  const unconnected = new Set<string>()
  await pMap(
    byHost.values(),
    async ({ url, ids }) => {
      if ((await connect(url)) === 'refused') for (const id of ids) unconnected.add(id)
    },
    { concurrency: PARALLEL_CONNECTIONS },
  )
  return unconnected
}

/**
 * Is the host of a URL likely the same one for this machine and for Keycloak? Not if it is in a private network and
 * Keycloak's public address says that it is elsewhere.
 */
export function isSeenFromHere(url: string, server: string): boolean {
  const { hostname } = new URL(url)
  const own = new URL(server).hostname
  if (isLoopback(hostname)) return isLoopback(own)
  return !CLUSTER_NAME.test(hostname) && (!isInternalHost(hostname) || isInternalHost(own))
}
