import { type ExpectedCalls, plus } from '../../core/notifications.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { ALL_ACTIVE, type Part, type Parts } from './client-parts.ts'

/** What ending sessions one by one meant for one client. */
export interface ClientCalls {
  /** Sessions of this client that this run ended. */
  readonly ended: number
  /** Of these, those in which its part had expired. */
  readonly expired: number
  /** Those in which its part may have expired. */
  readonly doubtful: number
  /** Calls that Keycloak made to it for them, if it is notified at each session's end. */
  readonly calls: ExpectedCalls
}

const NO_CALLS: ClientCalls = { ended: 0, expired: 0, doubtful: 0, calls: { min: 0, max: 0 } }

/** Counts the calls to each client (internal id) while sessions end one by one. */
export class CallCounter {
  readonly #byClient = new Map<string, ClientCalls>()

  /** Keycloak confirmed that it ended the session; each request may have called the clients. */
  ended(target: SessionTarget, requests = 1, parts: Parts = ALL_ACTIVE): void {
    for (const id of target.clients) {
      const part = parts.get(id) ?? 'active'
      this.#add(id, {
        ended: 1,
        expired: part === 'expired' ? 1 : 0,
        doubtful: part === 'unknown' ? 1 : 0,
        calls: callsTo(part, 1, Math.max(1, requests)),
      })
    }
  }

  /** Whether a request ended the session is unknown. */
  unclear(target: SessionTarget, requests: number, parts: Parts = ALL_ACTIVE): void {
    for (const id of target.clients)
      this.#add(id, {
        ...NO_CALLS,
        calls: callsTo(parts.get(id) ?? 'active', 0, requests),
      })
  }

  of(clientUuid: string): ClientCalls {
    return this.#byClient.get(clientUuid) ?? NO_CALLS
  }

  #add(id: string, more: ClientCalls): void {
    const before = this.of(id)
    this.#byClient.set(id, {
      ended: before.ended + more.ended,
      expired: before.expired + more.expired,
      doubtful: before.doubtful + more.doubtful,
      calls: plus(before.calls, more.calls),
    })
  }
}

function callsTo(part: Part, min: number, max: number): ExpectedCalls {
  if (part === 'expired') return { min: 0, max: 0 }
  return { min: part === 'unknown' ? 0 : min, max }
}
