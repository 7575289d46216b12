import { type ExpectedCalls, plus } from '../../core/notifications.ts'
import type { SessionTarget } from '../../sessions/target.ts'

/** What ending sessions one by one meant for one client. */
export interface ClientCalls {
  /** Sessions of this client that this run ended. */
  readonly ended: number
  /** Calls that Keycloak made to it for them, if it is notified at each session's end. */
  readonly calls: ExpectedCalls
}

const NO_CALLS: ClientCalls = { ended: 0, calls: { min: 0, max: 0 } }

/** Counts the calls to each client (internal id) while sessions end one by one. */
export class CallCounter {
  readonly #byClient = new Map<string, ClientCalls>()

  /** Keycloak confirmed that it ended the session; each request may have called the clients. */
  ended(target: SessionTarget, requests = 1): void {
    this.#add(target, 1, { min: 1, max: Math.max(1, requests) })
  }

  /** Whether a request ended the session is unknown. */
  unclear(target: SessionTarget, requests: number): void {
    this.#add(target, 0, { min: 0, max: requests })
  }

  of(clientUuid: string): ClientCalls {
    return this.#byClient.get(clientUuid) ?? NO_CALLS
  }

  #add({ clients }: SessionTarget, ended: number, calls: ExpectedCalls): void {
    for (const id of clients) {
      const before = this.of(id)
      this.#byClient.set(id, { ended: before.ended + ended, calls: plus(before.calls, calls) })
    }
  }
}
