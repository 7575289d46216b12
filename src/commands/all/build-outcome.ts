import type { Client } from '../../core/model.ts'
import { isNotifiedBySessionEndOnly } from '../../core/reach.ts'
import { errorFields } from '../../errors.ts'
import { verdictWith, withOutcomes } from '../../evidence/result.ts'
import type { WatchedEvidence } from '../../evidence/watch-run.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { clientResults } from './client-results.ts'
import type { Execution } from './execute.ts'
import { type AllOutcome, type Phase, realmCallOf, verdictOfAll } from './outcome.ts'
import { type AllPlan, targetsOfClientStep } from './plan.ts'
import type { RealmStepCall } from './realm-step.ts'
import type { RealmSnapshot } from './snapshot.ts'
import type { Verification } from './verify.ts'

const NOT_VERIFIED: AllOutcome['after'] = { active: null, offline: null, startedAfter: null, left: null }

/** The plan as a document, or with `result`, the outcome. */
export function buildOutcome(
  { realm, dryRun }: Pick<AllOutcome, 'realm' | 'dryRun'>,
  plan: AllPlan,
  snapshot: RealmSnapshot,
  result?: { readonly execution: Execution; readonly verification: Verification },
): AllOutcome {
  const { execution, verification } = result ?? {}
  const stopped = execution?.stopped ?? verification?.failure
  const phases = [...(execution?.phases ?? [])]
  if (execution?.realmStep) phases.push(realmPhase(execution.realmStep, verification?.stillActive))
  const skipped = execution ? execution.realmStepSkipped : plan.realmStepBlocked
  const { chosen } = snapshot.choice.chosen
  const { userRequests } = plan
  const outcome = {
    act: 'all' as const,
    realm,
    dryRun,
    ...(chosen.length > 0 ? { chosen } : {}),
    everybody: plan.isEverything,
    before: plan.before,
    steps: {
      client: targetsOfClientStep(plan, snapshot).length,
      offline: plan.offlineStep ? snapshot.offline.targets.size : 0,
      realm: plan.realmStep,
      userRequests: {
        users: userRequests.userIds.size,
        sessions: userRequests.sessions,
        reason: userRequests.reason,
      },
      cutOffFirst: plan.cutOffFirst,
      ...holdBackOf(snapshot.choice),
    },
    phases,
    adminUrls: execution?.adminUrls ?? [],
    clients: clientResults(plan, snapshot, phases, result),
    traceIds: [],
    endedUnnotified: verification ? endedUnnotified(snapshot, verification, phases) : 0,
    ...(execution?.watch ? { watch: execution.watch } : {}),
    ...unseen(snapshot, verification),
    ...(execution?.heldBack.length ? { heldBack: execution.heldBack } : {}),
    ...(skipped ? { realmStepSkipped: skipped } : {}),
    interrupted: Boolean(execution?.interrupted || verification?.interrupted),
    ...(stopped ? { error: errorFields(stopped) } : {}),
    after: verification?.after ?? NOT_VERIFIED,
  }
  return { ...outcome, verdict: result ? verdictOfAll(outcome) : plannedVerdict(outcome) }
}

const plannedVerdict = ({ everybody, steps }: Pick<AllOutcome, 'everybody' | 'steps'>) =>
  everybody || steps.realm || steps.client + steps.offline > 0 ? 'planned' : 'nothing-to-do'

const holdBackOf = ({ holdBack = 'no' }: RealmSnapshot['choice']) => (holdBack === 'no' ? {} : { holdBack })

/** The outcome with what evidence showed of each client's notifications. */
export function withEvidence(
  outcome: AllOutcome,
  { kinds, found, events, traceIds, evidenceProblems, deliveries }: WatchedEvidence,
): AllOutcome {
  const clients = withOutcomes(outcome.clients, found, kinds, events)
  return {
    ...outcome,
    clients,
    traceIds,
    ...(evidenceProblems.length > 0 ? { evidenceProblems } : {}),
    deliveries,
    verdict: verdictWith(outcome.verdict, clients),
  }
}

/** What could not be looked at, before or after the run. */
function unseen(
  { choice, notVisible, unreadable, withoutClient, upstreams }: RealmSnapshot,
  verification: Verification | undefined,
): Pick<AllOutcome, 'notVisible' | 'unread' | 'withoutClient' | 'identityProviders'> {
  const counts = [...notVisible, ...(verification?.notVisible ?? [])]
  const hidden = choice.clientIds.length > 0 ? [] : [...new Map(counts.map((one) => [one.id, one])).values()]
  const isChosen = ({ clientId }: Client) =>
    choice.clientIds.length === 0 || choice.clientIds.includes(clientId)
  const failed = (verification?.unread ?? []).filter(isChosen)
  const unread = new Set([...unreadable, ...failed].map(({ clientId }) => clientId))
  const isKnown = withoutClient !== undefined && withoutClient !== 'unsupported'
  const before = isKnown && withoutClient.isComplete ? withoutClient.sessions.length : null
  const left = verification ? verification.leftWithoutClient : 0
  const alone = isKnown && (before !== 0 || left !== 0) ? { withoutClient: { before, left } } : {}
  return {
    ...(unread.size > 0 ? { unread: [...unread] } : {}),
    ...(hidden.length > 0 ? { notVisible: hidden } : {}),
    ...alone,
    ...(upstreams.length > 0 ? { identityProviders: upstreams } : {}),
  }
}

/** A realm logout also ends the sessions that could not be read: how many of them without notification is unknown. */
function endedUnnotified(
  { notVisible, unreadable }: RealmSnapshot,
  { endedUnnotified: counted }: Verification,
  phases: readonly Phase[],
): number | null {
  const mayHaveRun = ['done', 'unknown'].includes(realmCallOf(phases) ?? '')
  const isBlind = notVisible.length > 0 || unreadable.some(isNotifiedBySessionEndOnly)
  return mayHaveRun && isBlind ? null : counted
}

/**
 * The result of Keycloak's realm logout: which of the remaining sessions are still active afterwards. If that could not
 * be checked, Keycloak's answer decides.
 */
function realmPhase(
  { call, remaining, seconds }: RealmStepCall,
  stillActive: Verification['stillActive'],
): Phase {
  const left = remaining.filter(({ id }) => (stillActive ? stillActive.has(id) : call !== 'done'))
  const over = remaining.length - left.length
  const mayHaveRun = call === 'done' || call === 'unknown'
  return {
    name: 'realm',
    sessions: remaining.length,
    ended: mayHaveRun ? over : 0,
    gone: mayHaveRun ? 0 : over,
    unknown: !stillActive && call === 'unknown' ? left.length : 0,
    failed: call === 'done' ? left.map(stillActiveFailure) : [],
    untried: call === 'done' || (!stillActive && call === 'unknown') ? 0 : left.length,
    seconds,
    call,
  }
}

const stillActiveFailure = ({ id, username }: SessionTarget) => ({
  session: id,
  user: username,
  code: 'lives-on',
  error: 'Still active, although Keycloak reported that its realm logout is complete.',
})
