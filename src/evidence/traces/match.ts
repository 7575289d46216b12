import type { SeenOutcome } from '../../core/notifications.ts'
import { sessionKey } from '../../core/session-key.ts'
import { causeOf } from '../../server-log/cause.ts'
import { addTo, groupBy } from '../../util/group-by.ts'
import { type EndedSession, type ExpectedClient, REALM_LOGOUT, type SeenDelivery } from '../delivery.ts'
import { sameCall, withoutCredentials } from './called-url.ts'
import type { Span } from './span.ts'

/** What the spans of a trace show of the sessions that were ended in it. */
export interface MatchedTrace {
  readonly deliveries: readonly SeenDelivery[]
  /** Expected calls that the trace does not hold; empty where spans are missing. True if the store has the whole run. */
  readonly notSent: readonly SeenDelivery[]
  /** Sessions whose request is in the trace, from its first to its last span. */
  readonly seen: ReadonlySet<string>
}

/**
 * Matches Keycloak's calls to applications with sessions and clients. A call is a CLIENT span with `url.full` (calls of
 * the database and of caches have none) below the SERVER span of `DELETE …/sessions/{id}`. It belongs to the client of
 * that session with that URL.
 *
 * Two clients of one session with one URL cannot be told apart: where all their calls ended alike, each gets its
 * share; where they did not, none is attributed (both stay unknown).
 *
 * A call counts as not sent only where the request's SERVER span is there and no span of the trace lacks its parent.
 * @param realm the name of the realm, as it stands in the path
 */
export function matchTrace(
  spans: readonly Span[],
  sessions: ReadonlyMap<string, EndedSession>,
  realm: string,
): MatchedTrace {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const byParent = groupBy(spans, ({ parentSpanId }) => parentSpanId ?? '')
  // Requests have a parent that is ours and in no store; each other span has one that Keycloak exported.
  const hasGap = spans.some(
    ({ parentSpanId, kind }) => kind !== 'server' && parentSpanId !== undefined && !known.has(parentSpanId),
  )
  const found: SeenDelivery[] = []
  const seen = new Set<string>()
  for (const [key, servers] of requestsOf(spans, realm)) {
    const session = sessions.get(key)
    const [first] = servers
    if (!session || !first) continue
    seen.add(key)
    // A request that was retried has several spans; the calls may be below any of them.
    const calls = servers
      .flatMap((server) => descendants(server, byParent))
      .filter(({ kind, attributes }) => kind === 'client' && attributes.has('url.full'))
    found.push(...deliveriesOf(session, calls, first))
  }
  return {
    deliveries: found.filter((one) => !isNotSent(one)),
    notSent: hasGap ? [] : found.filter(isNotSent),
    seen,
  }
}

/** The requests of a trace, by what they ended. */
function requestsOf(spans: readonly Span[], realm: string): Map<string, Span[]> {
  const requests = new Map<string, Span[]>()
  for (const span of spans) {
    const key = span.kind === 'server' ? requestKey(span, realm) : undefined
    if (key !== undefined) addTo(requests, key, span)
  }
  return requests
}

/** `/admin/realms/{realm}/sessions/{id}` or `/admin/realms/{realm}/logout-all`, whatever the server's base path. */
function requestKey({ attributes }: Span, realm: string): string | undefined {
  const [target = '', rest = ''] = (attributes.get('http.target') ?? '').split('?')
  const path = attributes.get('url.path') ?? target
  const [, inRealm = '', operation = '', id = ''] =
    /\/admin\/realms\/([^/]+)\/(?:(logout-all)|sessions\/([^/]+))$/.exec(path) ?? []
  if (decoded(inRealm) !== realm) return undefined
  if (operation !== '') return sessionKey({ id: REALM_LOGOUT, offline: false })
  const query = attributes.get('url.query') ?? rest
  return sessionKey({ id: decoded(id), offline: /(^|&)isOffline=true(&|$)/.test(query) })
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function descendants(root: Span, byParent: ReadonlyMap<string, readonly Span[]>): Span[] {
  const found: Span[] = []
  const open = [root.spanId]
  const visited = new Set(open)
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const span of byParent.get(id) ?? []) {
      if (visited.has(span.spanId)) continue
      visited.add(span.spanId)
      found.push(span)
      open.push(span.spanId)
    }
  return found
}

function deliveriesOf(session: EndedSession, calls: readonly Span[], server: Span): SeenDelivery[] {
  const deliveries: SeenDelivery[] = []
  const done = new Set<string>()
  for (const client of session.clients) {
    if (done.has(client.clientId)) continue
    const sharing = session.clients.filter(({ url }) => sameCall(url, client.url))
    for (const one of sharing) done.add(one.clientId)
    const theirs = calls.filter((call) => isCallTo(client.url, call))
    deliveries.push(...attributed(session, sharing, theirs, server))
  }
  // A call to an unknown URL may be one that is missed: a client's URL may have changed during the run.
  const isKnown = (call: Span) => session.clients.some(({ url }) => isCallTo(url, call))
  return calls.every(isKnown) ? deliveries : deliveries.filter((one) => !isNotSent(one))
}

const isCallTo = (url: string, { attributes }: Span): boolean =>
  sameCall(attributes.get('url.full') ?? '', url)
const isNotSent = ({ outcome }: SeenDelivery): boolean => outcome.kind === 'not-sent'

/** The calls of clients that share one URL. */
function attributed(
  session: EndedSession,
  clients: readonly ExpectedClient[],
  calls: readonly Span[],
  server: Span,
): SeenDelivery[] {
  const at = (client: ExpectedClient) => ({
    sessionId: session.id === REALM_LOGOUT ? null : session.id,
    offline: session.offline,
    clientId: client.clientId,
    url: withoutCredentials(client.url),
    traceId: server.traceId,
    evidence: 'traces' as const,
  })
  const ofCall = (client: ExpectedClient, call: Span): SeenDelivery => ({
    ...at(client),
    outcome: outcomeOf(call),
    at: call.start,
    milliseconds: call.milliseconds,
  })
  const notSent = (client: ExpectedClient): SeenDelivery => ({
    ...at(client),
    outcome: { kind: 'not-sent' },
    at: server.start,
  })
  if (clients.length === 1)
    return clients.flatMap((client) => {
      if (calls.length > 0) return calls.map((call) => ofCall(client, call))
      return client.isExpected ? [notSent(client)] : []
    })
  const outcomes = new Set(calls.map((call) => JSON.stringify(outcomeOf(call))))
  if (calls.length === 0) return clients.filter(({ isExpected }) => isExpected).map(notSent)
  if (calls.length !== clients.length || outcomes.size > 1) return []
  return clients.flatMap((client, index) => {
    const call = calls[index]
    return call ? [ofCall(client, call)] : []
  })
}

/** A call without a status failed: the exceptions say how, or `error.type` names the outermost one. */
function outcomeOf({ attributes, exceptions }: Span): SeenOutcome {
  const status = Number(attributes.get('http.response.status_code') ?? attributes.get('http.status_code'))
  if (Number.isInteger(status) && status > 0) return { kind: 'answered', status }
  return { kind: 'failed', error: causeOf([...exceptions, attributes.get('error.type') ?? '']) }
}
