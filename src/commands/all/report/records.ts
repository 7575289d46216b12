import type { RunRecords } from '../../../report/report.ts'
import type { SessionRecord } from '../../../report/session-record.ts'
import { tokenTimes } from '../../../report/token-times.ts'
import type { SessionTarget } from '../../../sessions/target.ts'
import type { RunHistory } from '../history.ts'
import { type AllOutcome, realmCallOf } from '../outcome.ts'
import type { RealmSnapshot } from '../snapshot.ts'
import type { Verification } from '../verify.ts'

interface Known {
  readonly history: RunHistory
  readonly verification: Verification
  /** Milliseconds since the epoch. */
  readonly endedAt: number
}

/** What a report of `all` has besides the outcome: until when tokens live, and each planned session. */
export const recordsOf = (
  outcome: AllOutcome,
  snapshot: RealmSnapshot,
  { history, verification, endedAt }: Known,
): RunRecords => ({
  timeline: history.timeline(),
  tokens: tokenTimes({
    endedAt,
    realm: snapshot.realm,
    clients: outcome.clients,
    offline: offlineTokens(outcome),
  }),
  sessions: sessionRecords(snapshot, stateAfter(outcome, history, verification)),
})

/** The planned sessions of a plan. */
export const plannedRecords = (snapshot: RealmSnapshot): RunRecords => ({
  sessions: sessionRecords(snapshot, ({ offline }) =>
    offline && !snapshot.choice.offlineSessions ? 'stays' : 'planned',
  ),
})

/** Keycloak's realm logout and the realm's not-before stop them all; ending them one by one, those that ended. */
function offlineTokens({ before, phases, steps, after }: AllOutcome) {
  if (before.offline === 0) return 'none'
  const call = realmCallOf(phases)
  if (call === 'done' || steps.cutOffFirst || after.offline === 0) return 'stopped'
  return call === 'unknown' ? 'unknown' : 'kept'
}

type StateOf = (target: SessionTarget) => SessionRecord['state']

function stateAfter(outcome: AllOutcome, history: RunHistory, { stillActive }: Verification): StateOf {
  const failed = new Map(
    outcome.phases.flatMap((phase) => phase.failed.map(({ session }) => [session, phase.name] as const)),
  )
  const call = realmCallOf(outcome.phases)
  return (target) => {
    const { id, offline } = target
    const state = history.stateOf(target)
    if (state !== undefined) return state
    if (offline) return call === 'done' ? 'invalidated' : failed.has(id) ? 'active' : 'stays'
    if (stillActive)
      return stillActive.has(id) ? 'active' : call === 'done' ? 'ended-by-realm-logout' : 'already-ended'
    return call === 'done' ? 'ended-by-realm-logout' : failed.has(id) ? 'active' : 'unknown'
  }
}

function sessionRecords({ online, offline, clients }: RealmSnapshot, stateOf: StateOf): SessionRecord[] {
  const clientIds = new Map(clients.map(({ id, clientId }) => [id, clientId]))
  return [...online.targets.values(), ...offline.targets.values()].map((target) => ({
    id: target.id,
    userId: target.userId,
    username: target.username,
    offline: target.offline,
    clients: target.clients.map((id) => clientIds.get(id) ?? id),
    state: stateOf(target),
  }))
}
