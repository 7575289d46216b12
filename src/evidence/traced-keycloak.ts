import type { Client } from '../core/model.ts'
import { reach } from '../core/reach.ts'
import { sessionKey } from '../core/session-key.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type ExpectedClient, REALM_LOGOUT } from './delivery.ts'
import type { Evidence } from './evidence.ts'
import { logoutAction } from './traces/called-url.ts'

/** A Keycloak whose requests that end sessions belong to traces of this run. */
export interface TracedKeycloak {
  readonly keycloak: Keycloak
  /** Takes a session that this run ended, as Keycloak answered, among those that evidence is looked for. */
  ended(target: Ended): void
}

interface Ended {
  readonly id: string
  readonly offline: boolean
  /** Internal ids of its clients. */
  readonly clients: readonly string[]
}

/**
 * Lets each request that ends sessions carry a trace, and tells the evidence which sessions ended and which clients
 * Keycloak calls for them. A request that is retried stays in its trace.
 * @param clients those that are known when the run begins
 */
export function tracedKeycloak(
  keycloak: Keycloak,
  evidence: Evidence,
  clients: readonly Client[],
): TracedKeycloak {
  const traces = new Map<string, { readonly traceId: string; readonly traceparent: string }>()
  const expected = new Map(clients.flatMap((client) => expectedOf(client)))
  const shared = new Map<readonly string[], readonly ExpectedClient[]>()
  const clientsOf = (ids: readonly string[]) => {
    const known = shared.get(ids) ?? ids.flatMap((id) => expected.get(id) ?? [])
    shared.set(ids, known)
    return known
  }
  const traced: Pick<Keycloak, 'endSession' | 'logoutUser' | 'logoutRealm'> = {
    endSession(id, kind) {
      const key = sessionKey({ id, offline: kind.offline })
      const trace = traces.get(key) ?? evidence.nextTrace()
      traces.set(key, trace)
      return keycloak.endSession(id, { ...kind, traceparent: trace.traceparent })
    },
    logoutUser: (userId, request) =>
      keycloak.logoutUser(userId, { ...request, traceparent: evidence.nextTrace().traceparent }),
    async logoutRealm() {
      const { traceId, traceparent } = evidence.nextTrace()
      // Before the request: it may outlast the timeout and call all the same.
      const called = clients.flatMap((client) => adminUrlOf(client))
      evidence.ended({ id: REALM_LOGOUT, offline: false, traceId, clients: called })
      await keycloak.logoutRealm(traceparent)
    },
  }
  return {
    keycloak: overlaid(keycloak, traced),
    ended({ id, offline, clients: ids }) {
      const key = sessionKey({ id, offline })
      evidence.ended({ id, offline, traceId: traces.get(key)?.traceId, clients: clientsOf(ids) })
      traces.delete(key)
    },
  }
}

/** Whom Keycloak calls when a session ends: an Admin URL only if an adapter registered the session, which is not known. */
function expectedOf(client: Client): [string, ExpectedClient][] {
  const { id, clientId } = client
  const { channel, url, notified } = reach(client, 'user')
  if (url === null) return []
  const called = channel === 'admin-url' ? logoutAction(url) : url
  return [[id, { id, clientId, url: called, isExpected: notified }]]
}

/** Whom Keycloak's realm logout calls. */
function adminUrlOf(client: Client): ExpectedClient[] {
  const { id, clientId } = client
  const { url, notified } = reach(client, 'realm-step')
  return notified && url !== null ? [{ id, clientId, url: logoutAction(url), isExpected: true }] : []
}

/** The same object with some methods replaced; the others keep their `this`. */
function overlaid<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const own: unknown = Object.hasOwn(methods, name) ? Reflect.get(methods, name) : undefined
      const value: unknown = own ?? Reflect.get(target, name, target)
      return typeof value === 'function' && own === undefined ? value.bind(target) : value
    },
  })
}
