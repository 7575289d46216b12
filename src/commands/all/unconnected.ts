import pMap from 'p-map'
import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { isInternalHost } from '../../util/internal-host.ts'
import { isLoopback } from '../../util/loopback.ts'
import type { Execution } from './execute.ts'
import type { RealmRun } from './run.ts'

const PARALLEL_CONNECTIONS = 8
/** Names that only a cluster or a network of containers resolves. */
const CLUSTER_NAME = /^[^.:]+$|\.svc$|\.cluster\.local$/

/**
 * Returns the clients (internal ids) whose sessions were ended one by one, and whose logout URL is at a host that refuses
 * connections from this machine. Tries each host once. Keycloak may be in another network, so a refusal only casts doubt,
 * and a host that does not answer or that only Keycloak's network knows casts none. With evidence nothing is tried: it
 * shows what Keycloak reached.
 */
export async function findUnconnected(
  { connect, keycloak, settings }: RealmRun,
  { calls }: Pick<Execution, 'calls'>,
  clients: readonly Client[],
): Promise<ReadonlySet<string>> {
  const unconnected = new Set<string>()
  if ((settings.evidence.evidence ?? []).length > 0) return unconnected
  const byHost = new Map<string, { readonly url: string; readonly ids: string[] }>()
  for (const client of clients) {
    const { url, notified, channel } = reach(client, 'user')
    if (!notified || url === null || calls.of(client.id).calls.max === 0) continue
    if (channel !== 'backchannel' && channel !== 'saml') continue
    if (!isSeenFromHere(url, keycloak.server)) continue
    const host = new URL(url).origin
    const entry = byHost.get(host) ?? { url, ids: [] }
    byHost.set(host, entry)
    entry.ids.push(client.id)
  }
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
