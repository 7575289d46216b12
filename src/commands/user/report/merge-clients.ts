import type { ClientResult } from '../../../core/client-result.ts'
import { type CountedAnswer, deliveryOf, type Notifications, plus } from '../../../core/notifications.ts'
import type { UserResult } from '../outcome.ts'

/** The clients of all users: each once, with the sums of its sessions and of the calls to it. */
export function mergeClients(users: readonly Pick<UserResult, 'clients'>[]): ClientResult[] {
  const merged = new Map<string, ClientResult>()
  for (const client of users.flatMap(({ clients }) => clients)) {
    const known = merged.get(client.clientId)
    merged.set(client.clientId, known ? both(known, client) : client)
  }
  return [...merged.values()]
}

function both(a: ClientResult, b: ClientResult): ClientResult {
  const notifications = sum(a.notifications, b.notifications)
  // What one user's sessions lack is not made up for by another's.
  const { expectation, reason } = a.expectation === 'notified' ? b : a
  const { reason: _, ...rest } = a
  return {
    ...rest,
    expectation,
    ...(reason === undefined ? {} : { reason }),
    notifications,
    answers: answersOf([...a.answers, ...b.answers]),
    evidence: [...new Set([...a.evidence, ...b.evidence])],
    delivery: deliveryOf(notifications),
    sessions: a.sessions + b.sessions,
    ended: a.ended + b.ended,
    alongside: a.alongside && b.alongside,
    ...added('expired', a, b),
    ...added('invalidated', a, b),
  }
}

const sum = (a: Notifications, b: Notifications): Notifications => ({
  expected: plus(a.expected, b.expected),
  accepted: a.accepted + b.accepted,
  refused: a.refused + b.refused,
  failed: a.failed + b.failed,
  notSent: a.notSent + b.notSent,
  unknown: a.unknown + b.unknown,
})

function added(name: 'expired' | 'invalidated', a: ClientResult, b: ClientResult) {
  const total = (a[name] ?? 0) + (b[name] ?? 0)
  return total > 0 ? { [name]: total } : {}
}

function answersOf(answers: readonly CountedAnswer[]): CountedAnswer[] {
  const counts = new Map<string, CountedAnswer>()
  for (const answer of answers) {
    const { count: _, ...what } = answer
    const key = JSON.stringify(what)
    const known = counts.get(key)
    counts.set(key, known ? { ...known, count: known.count + answer.count } : answer)
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}
