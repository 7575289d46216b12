import { addTo, groupBy } from '../../util/group-by.ts'
import { type EndedSession, REALM_LOGOUT, type SeenDelivery } from '../delivery.ts'
import { logoutAction, sameCall, withoutCredentials } from '../traces/called-url.ts'
import type { LoggedCall } from './call-observer.ts'

/**
 * Matches the calls that a log shows with the sessions that ended.
 *
 * From 26.7 on a call names its session and client. Before, it names at most client and URL, so that it cannot be told
 * from the call for a session that somebody else ended at the same time: the calls of a client are attributed only
 * where they are exactly as many as its sessions that ended; to sessions only where all ended alike.
 *
 * It never says "not sent": a line may be lost.
 */
export function matchLoggedCalls(
  calls: readonly LoggedCall[],
  sessions: Iterable<EndedSession>,
): SeenDelivery[] {
  const bySession = new Map<string, LoggedCall[]>()
  const anonymous: LoggedCall[] = []
  for (const call of calls) {
    if (call.session === undefined) anonymous.push(call)
    else addTo(bySession, sessionKey(call.session.id, call.session.clientUuid), call)
  }
  const expected: Expected[] = []
  const deliveries: SeenDelivery[] = []
  for (const session of sessions)
    for (const client of session.clients) {
      const one = { session, client }
      // Of an online and an offline session with one id the online one ends first.
      const call = bySession.get(sessionKey(session.id, client.id))?.shift()
      if (call) deliveries.push(delivered(one, call))
      else if (client.isExpected) expected.push(one)
    }
  return anonymous.length === 0 ? deliveries : [...deliveries, ...matchByCount(anonymous, expected)]
}

interface Expected {
  readonly session: EndedSession
  readonly client: EndedSession['clients'][number]
}

function matchByCount(calls: readonly LoggedCall[], expected: readonly Expected[]): SeenDelivery[] {
  return [...groupBy(expected, ({ client }) => client.clientId).values()].flatMap((ones) => {
    const [first] = ones
    if (!first) return []
    const theirs = calls.filter((call) => isOf(call, first.client))
    // More or fewer calls than sessions: some are of somebody else, or lines are missing.
    if (theirs.length !== ones.length) return []
    const isUniform = new Set(theirs.map(({ outcome }) => JSON.stringify(outcome))).size === 1
    return ones.flatMap((one, index) => {
      const call = theirs[index]
      if (!call) return []
      const delivery = delivered(one, call)
      // The client's calls are known, but not which session had which answer.
      return isUniform ? delivery : { ...delivery, sessionId: null }
    })
  })
}

const isOf = ({ clientId, url }: LoggedCall, client: Expected['client']) =>
  clientId === client.clientId &&
  // An entry about an Admin URL names it as it is set.
  (url === undefined || sameCall(url, client.url) || sameCall(logoutAction(url), client.url))

function delivered({ session, client }: Expected, { outcome, time }: LoggedCall): SeenDelivery {
  return {
    sessionId: session.id === REALM_LOGOUT ? null : session.id,
    offline: session.offline,
    clientId: client.clientId,
    url: withoutCredentials(client.url),
    outcome,
    at: time === undefined ? null : timeOf(time),
    ...(session.traceId === undefined ? {} : { traceId: session.traceId }),
    evidence: 'log',
  }
}

/** A time with date and zone; others cannot be placed. */
function timeOf(text: string): number | null {
  const time = /^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$/.test(text)
    ? Date.parse(text.replace(',', '.'))
    : Number.NaN
  return Number.isNaN(time) ? null : time
}

const sessionKey = (sessionId: string, clientUuid: string) => `${sessionId}::${clientUuid}`
