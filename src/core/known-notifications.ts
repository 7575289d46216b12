import type { ClientResult, ResultEvidence } from './client-result.ts'
import {
  countAnswers,
  countNotifications,
  deliveryOf,
  type ExpectedCalls,
  type SeenOutcome,
} from './notifications.ts'

/** What is known of one client's notifications, as the result of `user` and `all` holds it. */
export type KnownNotifications = Pick<ClientResult, 'notifications' | 'answers' | 'evidence' | 'delivery'>

/**
 * Joins what was expected with what was seen.
 * @param seen what evidence showed; undefined where there is no source of evidence
 */
export function knownNotifications(
  expected: ExpectedCalls,
  seen?: { readonly outcomes: readonly SeenOutcome[]; readonly evidence: readonly ResultEvidence[] },
): KnownNotifications {
  const outcomes = seen?.outcomes ?? []
  const notifications = countNotifications(expected, outcomes)
  return {
    notifications,
    answers: countAnswers(outcomes),
    evidence: seen?.evidence ?? [],
    delivery: deliveryOf(notifications),
  }
}

/** What a plan says: how many calls to expect, and that nothing was sent. */
export const plannedNotifications = (expected: ExpectedCalls): KnownNotifications => ({
  ...knownNotifications(expected),
  delivery: 'none',
})
