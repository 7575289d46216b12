import type { SeenOutcome } from '../../core/notifications.ts'
import type { SsfReceiver } from '../../core/ssf.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak, SecurityEventState } from '../../keycloak/keycloak.ts'
import { causeOf } from '../../server-log/cause.ts'

/** One security event of this run. */
export interface EmittedEvent {
  readonly sessionId: string
  readonly clientId: string
  /** The push endpoint; null if the receiver polls. */
  readonly url: string | null
  /** Undefined while the outbox still holds it, with no attempt that failed. */
  readonly outcome: SeenOutcome | undefined
  /** When the session ended, by the server's clock where it is known; milliseconds since the epoch. */
  readonly at: number
}

interface Pending {
  readonly event: EmittedEvent
  readonly jti: string
}

type Ended = { readonly id: string; readonly userId: string }

/** Requests in flight: Keycloak stores each event in its database. */
const WIDTH = 4
const BETWEEN_LOOKS_MS = 500
/** The receiver did not subscribe to this user, or to these events: it expects none. */
const NOT_EXPECTED = new Set(['dropped_filtered', 'dropped_unsubscribed'])

/**
 * Emits session-revoked to each receiver for each session that ended, beside the run, and reads the outbox afterwards:
 * Keycloak itself emits nothing when an administrator ends a single session (26.7.4).
 */
export function ssfEmitter(
  receivers: readonly SsfReceiver[],
  keycloak: Pick<Keycloak, 'emitSessionRevoked' | 'securityEvent' | 'serverTime'>,
  { now, sleep, signal }: { now: () => number; sleep: (ms: number) => Promise<void>; signal: AbortSignal },
) {
  const queue: (readonly [SsfReceiver, Ended, number])[] = []
  const settled: EmittedEvent[] = []
  let pending: Pending[] = []
  /** Receivers for which Keycloak refuses each event: it is not asked again. */
  const refused = new Map<string, SeenOutcome>()
  const working = new Set<Promise<void>>()

  const emit = async (receiver: SsfReceiver, session: Ended, ended: number): Promise<void> => {
    const { clientId, ssf } = receiver
    const at = ended - clockError(await keycloak.serverTime().catch(() => undefined), now())
    const event = { sessionId: session.id, clientId, url: ssf.url, at }
    const known = refused.get(clientId)
    if (known) return void settled.push({ ...event, outcome: known })
    try {
      const to = { clientId, issuer: ssf.issuer }
      const { status, jti } = await keycloak.emitSessionRevoked(to, { ...session, at })
      if (jti !== undefined && status === 'dispatched')
        pending.push({ jti, event: { ...event, outcome: undefined } })
      else if (!NOT_EXPECTED.has(status))
        settled.push({ ...event, outcome: { kind: 'failed', error: 'ssf-not-dispatched' } })
    } catch (error) {
      const failed = refusal(error)
      if (failed.isForAll) refused.set(clientId, failed.outcome)
      settled.push({ ...event, outcome: failed.outcome })
    }
  }
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await emit(...next)
  }
  const look = async (): Promise<void> => {
    const open = pending.splice(0)
    for (const { event, jti } of open) {
      const state = await keycloak.securityEvent(event.clientId, jti).catch(() => undefined)
      const outcome = state && outcomeOf(state)
      const isOver = state?.status === 'DELIVERED' || state?.status === 'DEAD_LETTER'
      if (isOver) settled.push({ ...event, outcome })
      else pending.push({ jti, event: { ...event, outcome: outcome ?? event.outcome } })
    }
  }
  return {
    ended(session: Ended): void {
      for (const receiver of receivers) queue.push([receiver, session, now()])
      while (working.size < Math.min(WIDTH, queue.length)) {
        const one = work().finally(() => working.delete(one))
        working.add(one)
      }
    },
    /** Waits until everything is emitted, then for the outbox, at most this many seconds. */
    async settle(wait: number): Promise<readonly EmittedEvent[]> {
      await Promise.all(working)
      const until = now() + wait * 1000
      for (await look(); pending.length > 0 && now() < until && !signal.aborted; await look())
        await sleep(Math.min(BETWEEN_LOOKS_MS, Math.max(0, until - now())))
      const rest = pending
      pending = []
      return [...settled, ...rest.map(({ event }) => event)]
    },
  }
}

/**
 * Milliseconds that the local clock is fast: receivers compare the time of an event with times of Keycloak. 0 where it
 * may be right, as the server's clock is known to two seconds.
 */
function clockError(server: number | undefined, local: number): number {
  const difference = server === undefined ? 0 : local - server
  return difference >= 0 && difference <= 2500 ? 0 : difference
}

/** What Keycloak said when it was asked to emit. */
function refusal(error: unknown): { readonly outcome: SeenOutcome; readonly isForAll: boolean } {
  const code = error instanceof UserError ? error.code : ''
  const failed = (cause: string, isForAll: boolean) => ({
    outcome: { kind: 'failed', error: cause } as const,
    isForAll,
  })
  if (code === 'role-missing') return failed('ssf-role-missing', true)
  if (['not-found', 'client-not-found', 'odd-id'].includes(code)) return failed('ssf-unavailable', true)
  return failed('ssf-not-dispatched', false)
}

/** `HTTP 500 …` is an answer, another error is none; undefined before the first attempt. */
function outcomeOf({ status, lastError }: SecurityEventState): SeenOutcome | undefined {
  if (status === 'DELIVERED') return { kind: 'delivered' }
  if (lastError === undefined) return undefined
  const answer = Number(/\bHTTP (\d{3})\b/.exec(lastError)?.[1])
  return answer ? { kind: 'answered', status: answer } : { kind: 'failed', error: causeOf([lastError]) }
}
