import type { Received, Receiver } from '../test/support/receiver.ts'

/** What one application was sent in one act, verified. */
export interface Heard {
  readonly requests: readonly Received[]
  /** The session of each logout token. */
  readonly sids: readonly string[]
  /** How often it was told that everybody is logged out. */
  readonly kLogout: number
  /** Other actions at the Admin URL, by which Keycloak says whether it answers. */
  readonly otherActions: number
  /** What is wrong with requests that are not what Keycloak sends. */
  readonly wrong: readonly string[]
}

export async function heardBy(receiver: Receiver): Promise<Heard> {
  const checked = await receiver.checked()
  const actions = checked.flatMap((each) => (each.kind === 'action' ? [each.action.action] : []))
  return {
    requests: [...receiver.requests],
    sids: checked.flatMap((each) => (each.kind === 'logout' ? [each.token.sid ?? 'no sid'] : [])),
    kLogout: actions.filter((action) => action === 'LOGOUT').length,
    otherActions: actions.filter((action) => action !== 'LOGOUT').length,
    wrong: checked.flatMap((each) =>
      each.kind === 'wrong' ? [`${each.request.path}: ${each.problem}`] : [],
    ),
  }
}

/** Such as `15 logout tokens, k_logout`. */
export function inWords(heard: Heard | undefined): string {
  if (!heard) return ''
  const { sids, kLogout, wrong } = heard
  const words = [
    ...(sids.length > 0 ? [`${sids.length} logout token${sids.length === 1 ? '' : 's'}`] : []),
    ...(kLogout > 0 ? [kLogout === 1 ? 'k_logout' : `${kLogout} k_logout`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} WRONG`] : []),
  ]
  return words.join(', ') || 'nothing'
}
