/**
 * What is known of the calls that Keycloak makes to one client when sessions end. Nothing here is a guess that reads as
 * a fact: `expected` is what the plan could know, every other number is what evidence showed.
 */
export interface Notifications {
  /** Calls that Keycloak makes for the sessions that ended. `min` < `max` where that cannot be known exactly. */
  readonly expected: ExpectedCalls
  /** Seen: the application answered 200 or 204, the only answers that Keycloak takes for a success. */
  readonly accepted: number
  /** Seen: the application answered something else. */
  readonly refused: number
  /** Seen: no connection, TLS, time-out. */
  readonly failed: number
  /** Seen: Keycloak made no call for a session that ended. */
  readonly notSent: number
  /** Of `expected.max`, not seen in any evidence. */
  readonly unknown: number
}

export interface ExpectedCalls {
  readonly min: number
  readonly max: number
}

/** What one application answered, how often: a status of HTTP, or how the call failed (`timeout`, `refused`, …). */
export type CountedAnswer =
  | { readonly status: number; readonly count: number }
  | { readonly error: string; readonly count: number }

/** One call of Keycloak to an application, or that it made none, as evidence showed it. */
export type SeenOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: string }
  /** Keycloak's outbox says that it arrived. */
  | { readonly kind: 'delivered' }
  | { readonly kind: 'not-sent' }

/**
 * - `confirmed`: every expected call was accepted
 * - `partly`: a call was refused, failed or not sent, others were accepted or are unknown
 * - `failed`: no call was accepted
 * - `unconfirmed`: nothing bad was seen, and not everything was seen
 * - `none`: no call was expected
 */
export type DeliveryStatus = 'confirmed' | 'partly' | 'failed' | 'unconfirmed' | 'none'

const NO_CALLS: ExpectedCalls = { min: 0, max: 0 }

/** Exactly this many calls. */
export const exactly = (calls: number): ExpectedCalls => ({ min: calls, max: calls })

/** At most this many calls, perhaps none of them: what decides about a call changed or cannot be seen. */
export const atMost = (calls: number): ExpectedCalls => ({ min: 0, max: calls })

/** The calls of both. */
export const plus = (a: ExpectedCalls, b: ExpectedCalls): ExpectedCalls => ({
  min: a.min + b.min,
  max: a.max + b.max,
})

/** Is the number of calls known, and is there one? Only that counts as notified without evidence (`--strict`). */
export const isCertain = ({ min, max }: ExpectedCalls): boolean => min === max && max > 0

/** Keycloak's own rule for a backchannel logout (`ResourceAdminManager`): 200 and 204, nothing else. */
export const isAccepted = (status: number): boolean => status === 200 || status === 204

/** Counts what evidence showed against what was expected. Without evidence everything expected is `unknown`. */
export function countNotifications(
  expected: ExpectedCalls = NO_CALLS,
  seen: Iterable<SeenOutcome> = [],
): Notifications {
  let accepted = 0
  let refused = 0
  let failed = 0
  let notSent = 0
  for (const outcome of seen) {
    if (outcome.kind === 'not-sent') notSent++
    else if (outcome.kind === 'failed') failed++
    else if (outcome.kind === 'delivered') accepted++
    else if (isAccepted(outcome.status)) accepted++
    else refused++
  }
  const unknown = Math.max(0, expected.max - accepted - refused - failed - notSent)
  return { expected, accepted, refused, failed, notSent, unknown }
}

/** What was answered, the most frequent first; calls that were accepted included. */
export function countAnswers(seen: Iterable<SeenOutcome>): CountedAnswer[] {
  const counts = new Map<string, { answer: { status: number } | { error: string }; count: number }>()
  for (const outcome of seen) {
    if (outcome.kind === 'not-sent' || outcome.kind === 'delivered') continue
    const answer = outcome.kind === 'answered' ? { status: outcome.status } : { error: outcome.error }
    const key = JSON.stringify(answer)
    const counted = counts.get(key)
    if (counted) counted.count++
    else counts.set(key, { answer, count: 1 })
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || JSON.stringify(a.answer).localeCompare(JSON.stringify(b.answer)))
    .map(({ answer, count }) => ({ ...answer, count }))
}

/** The one word for it. */
export function deliveryOf({
  expected,
  accepted,
  refused,
  failed,
  notSent,
  unknown,
}: Notifications): DeliveryStatus {
  const bad = refused + failed + notSent
  if (bad > 0) return accepted + unknown > 0 ? 'partly' : 'failed'
  if (expected.max === 0 && accepted === 0) return 'none'
  return accepted > 0 && unknown === 0 ? 'confirmed' : 'unconfirmed'
}

/** Was a refusal, a failure or a missing call seen? It makes the verdict of a run `partial`. */
export const hasFailure = ({ refused, failed, notSent }: Notifications): boolean =>
  refused + failed + notSent > 0

/** Was a call expected, or seen? */
export const hasCalls = ({ expected, accepted, refused, failed, notSent }: Notifications): boolean =>
  expected.max + accepted + refused + failed + notSent > 0

/** The number of calls in words: `11`, or `8 to 11`. */
export const expectedText = ({ min, max }: ExpectedCalls, number: (value: number) => string): string =>
  min === max ? number(max) : `${number(min)} to ${number(max)}`
