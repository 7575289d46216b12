import type { Client, SessionCount } from '../../core/model.ts'
import { clientsNotVisible } from '../../core/not-visible.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { findUnconnected } from '../../sessions/unconnected.ts'
import { countEach, total } from './counts.ts'
import type { Execution } from './execute.ts'
import type { After } from './outcome.ts'
import { readRealmSessions, readWithoutClient, targetsWithoutClient } from './read-realm-sessions.ts'
import type { RealmRun } from './run.ts'
import type { RealmSessions } from './snapshot.ts'

export interface Verification {
  readonly after: After
  readonly endedUnnotified: number | null
  /** Ids of planned online sessions that are still active; undefined if that could not be checked. */
  readonly stillActive: ReadonlySet<string> | undefined
  /** The realm's clients after the run; undefined if they could not be read. */
  readonly clients: readonly Client[] | undefined
  /** Clients with sessions that the caller may not view, or that were created during the run. */
  readonly notVisible: readonly SessionCount[]
  /** Clients of which Keycloak failed to list sessions. */
  readonly unread: readonly Client[]
  /** Active sessions in which no client takes part; null if not all were looked for. */
  readonly leftWithoutClient: number | null
  /** Clients that were to be called and whose host refuses connections from this machine (internal ids). */
  readonly unconnected: ReadonlySet<string>
  readonly interrupted: boolean
  /** The error that prevented the check. */
  readonly failure: UserError | undefined
}

/** Reads the realm again: which planned sessions are still active, which are new, which ended without notification. */
export async function verify(run: RealmRun, execution: Execution): Promise<Verification> {
  const notVerified: Verification = {
    after: { active: null, offline: null, startedAfter: null, left: null },
    stillActive: undefined,
    clients: undefined,
    notVisible: [],
    unread: [],
    leftWithoutClient: null,
    unconnected: new Set(),
    endedUnnotified: isResultUnknown(execution)
      ? null
      : execution.unnotifiedIds.size + execution.offlineUnnotified,
    interrupted: false,
    failure: undefined,
  }
  // The user who interrupted is waiting, and what was not attempted says what is left.
  if (execution.interrupted) return { ...notVerified, interrupted: true }
  try {
    return (await readAgain(run, execution)) ?? { ...notVerified, interrupted: true }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (error.code === 'interrupted') return { ...notVerified, interrupted: true }
    // A given access token ends with the realm's sessions and cannot be renewed. A missing role is another matter.
    const hasEnded = error.exitCode === EXIT.denied && !['role-missing', 'forbidden'].includes(error.code)
    return { ...notVerified, failure: hasEnded ? undefined : error }
  }
}

const isResultUnknown = ({ realmStep }: Execution) => realmStep?.call === 'unknown'

/** Undefined if it was interrupted. */
async function readAgain(run: RealmRun, execution: Execution): Promise<Verification | undefined> {
  const { snapshot, plan, keycloak, ctx, history } = run
  const { choice } = snapshot
  const [clients, counts] = await Promise.all([keycloak.clients(), keycloak.sessionCounts()])
  const online = await readRealmSessions(
    { clients, counts, offline: false, choice, planned: snapshot.online.targets },
    run,
  )
  const offline =
    plan.offlineStep || !plan.isEverything
      ? await readRealmSessions(
          { clients, counts, offline: true, choice, planned: snapshot.offline.targets },
          run,
        )
      : undefined
  const alone = await readWithoutClient(counts, choice, run, snapshot.online.targets)
  const withoutClient = targetsWithoutClient(alone)
  if (ctx.signal.aborted) return undefined
  // Our own session is a new one if the realm logout ended the old one.
  const ownIds = [await keycloak.ownSessionId(), snapshot.ownSessionId]
  const all = [...online.targets.values()]
  const active = all.filter(({ id }) => !ownIds.includes(id))
  const ownClientSessions = all.filter(({ id }) => ownIds.includes(id)).flatMap((own) => own.clients).length
  const isPlanned = ({ id }: SessionTarget) => snapshot.online.targets.has(id)
  // One that began before the run was to end, too, although it was not found.
  const stillAlone = withoutClient.filter(
    (one) =>
      !ownIds.includes(one.id) &&
      !online.targets.has(one.id) &&
      (isPlanned(one) || one.start < snapshot.readAt),
  )
  const left = [...active.filter(isPlanned), ...stillAlone]
  const offlineLeft = plan.offlineStep ? plannedOnly(offline, snapshot.offline) : []
  history?.setRemaining(countByClient([...left, ...offlineLeft]))
  const { unnotifiedIds, offlineUnnotified } = execution
  return {
    after: {
      active: total(online.byClient) - ownClientSessions,
      offline: offline ? total(offline.byClient) : counts.reduce((sum, count) => sum + count.offline, 0),
      startedAfter: active.filter((one) => !isPlanned(one)).length,
      left: left.length + offlineLeft.length,
    },
    stillActive: new Set(left.map(({ id }) => id)),
    clients,
    notVisible: clientsNotVisible(counts, snapshot.clients),
    unread: [...new Set([...online.unread.keys(), ...(offline?.unread.keys() ?? [])])],
    leftWithoutClient:
      alone === undefined || alone === 'unsupported' || alone.isComplete ? stillAlone.length : null,
    unconnected: await unconnected(run, execution, clients),
    // Offline sessions stay listed when they stop working: only the answer of the realm logout says whether they do.
    endedUnnotified:
      isResultUnknown(execution) && offlineUnnotified > 0
        ? null
        : [...unnotifiedIds].filter((id) => !online.targets.has(id)).length + offlineUnnotified,
    interrupted: false,
    failure: undefined,
  }
}

/** With evidence nothing is tried: it shows what Keycloak reached. */
async function unconnected(
  { connect, keycloak, settings }: RealmRun,
  { calls }: Pick<Execution, 'calls'>,
  clients: readonly Client[],
): Promise<ReadonlySet<string>> {
  if ((settings.evidence.evidence ?? []).length > 0) return new Set()
  const called = clients.filter(({ id }) => calls.of(id).calls.max > 0)
  return findUnconnected(called, keycloak.server, connect)
}

const plannedOnly = (now: RealmSessions | undefined, before: RealmSessions): SessionTarget[] =>
  [...(now?.targets.values() ?? [])].filter(({ id }) => before.targets.has(id))

function countByClient(targets: readonly SessionTarget[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { clients } of targets) countEach(counts, clients)
  return counts
}
