import type { Received, Receiver } from '../test/support/receiver.ts'

/** What Keycloak sent to one application during an operation, verified. */
export interface ReceivedMessages {
  readonly requests: readonly Received[]
  /** The session of each logout token. */
  readonly sids: readonly string[]
  /** Number of `k_logout` requests for the whole realm. */
  readonly kLogout: number
  /** What is wrong with requests that Keycloak would not send. */
  readonly wrong: readonly string[]
}

export async function receivedBy(receiver: Receiver): Promise<ReceivedMessages> {
  const checked = await receiver.checked()
  const actions = checked.flatMap((each) => (each.kind === 'action' ? [each.action.action] : []))
  return {
    requests: [...receiver.requests],
    sids: checked.flatMap((each) => (each.kind === 'logout' ? [each.token.sid ?? 'no sid'] : [])),
    kLogout: actions.filter((action) => action === 'LOGOUT').length,
    wrong: checked.flatMap((each) =>
      each.kind === 'wrong' ? [`${each.request.path}: ${each.problem}`] : [],
    ),
  }
}

/** In words, such as `15 logout tokens, k_logout`. */
export function inWords(received: ReceivedMessages | undefined): string {
  if (!received) return ''
  const { sids, kLogout, wrong } = received
  const words = [
    ...(sids.length > 0 ? [`${sids.length} logout token${sids.length === 1 ? '' : 's'}`] : []),
    ...(kLogout > 0 ? [kLogout === 1 ? 'k_logout' : `${kLogout} k_logout`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} WRONG`] : []),
  ]
  return words.join(', ') || 'nothing'
}
