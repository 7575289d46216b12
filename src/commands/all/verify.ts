import type { Client } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { countEach, total } from './counts.ts'
import type { Execution } from './execute.ts'
import type { After } from './outcome.ts'
import { readRealmSessions } from './read-realm-sessions.ts'
import type { RealmRun } from './run.ts'
import type { RealmSessions } from './snapshot.ts'

export interface Verification {
  readonly after: After
  readonly endedUnnotified: number | null
  /** Ids of planned online sessions that are still active; undefined if that could not be checked. */
  readonly stillActive: ReadonlySet<string> | undefined
  /** The realm's clients after the run; undefined if they could not be read. */
  readonly clients: readonly Client[] | undefined
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
  const online = await readRealmSessions({ clients, counts, offline: false, choice }, run)
  const offline =
    plan.offlineStep || !plan.isEverything
      ? await readRealmSessions({ clients, counts, offline: true, choice }, run)
      : undefined
  if (ctx.signal.aborted) return undefined
  // Our own session is a new one if the realm logout ended the old one.
  const ownIds = [await keycloak.ownSessionId(), snapshot.ownSessionId]
  const all = [...online.targets.values()]
  const active = all.filter(({ id }) => !ownIds.includes(id))
  const ownClientSessions = all.filter(({ id }) => ownIds.includes(id)).flatMap((own) => own.clients).length
  const left = active.filter(({ id }) => snapshot.online.targets.has(id))
  const offlineLeft = plan.offlineStep ? plannedOnly(offline, snapshot.offline) : []
  history?.setRemaining(countByClient([...left, ...offlineLeft]))
  const { unnotifiedIds, offlineUnnotified } = execution
  return {
    after: {
      active: total(online.byClient) - ownClientSessions,
      offline: offline ? total(offline.byClient) : counts.reduce((sum, count) => sum + count.offline, 0),
      startedAfter: active.length - left.length,
      left: left.length + offlineLeft.length,
    },
    stillActive: new Set(left.map(({ id }) => id)),
    clients,
    // Offline sessions stay listed when they stop working: only the answer of the realm logout says whether they do.
    endedUnnotified:
      isResultUnknown(execution) && offlineUnnotified > 0
        ? null
        : [...unnotifiedIds].filter((id) => !online.targets.has(id)).length + offlineUnnotified,
    interrupted: false,
    failure: undefined,
  }
}

const plannedOnly = (now: RealmSessions | undefined, before: RealmSessions): SessionTarget[] =>
  [...(now?.targets.values() ?? [])].filter(({ id }) => before.targets.has(id))

function countByClient(targets: readonly SessionTarget[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { clients } of targets) countEach(counts, clients)
  return counts
}
