import type { Context } from '../../cli/context.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import type { RealmLoggedOut } from './execute.ts'
import type { RunHistory } from './history.ts'
import type { After } from './outcome.ts'
import { readRealmSessions } from './read-realm-sessions.ts'
import type { RealmSnapshot } from './snapshot.ts'

export interface Verification {
  readonly after: After
  readonly endedUnnotified: number | null
  /** Online sessions that were to end and live; undefined where nobody looked. */
  readonly living: ReadonlySet<string> | undefined
  readonly interrupted: boolean
  /** Why nothing could be looked at, where that is a failure. */
  readonly failure: UserError | undefined
}

/** Reads the realm once more: what was to end and lives, what began since, and who was ended untold. */
export async function verify(
  found: RealmSnapshot,
  done: RealmLoggedOut,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  history?: RunHistory,
): Promise<Verification> {
  const isEndUnknown = done.realmStep?.call === 'unknown'
  const unseen = {
    after: { active: null, offline: null, startedAfter: null, left: null },
    living: undefined,
    endedUnnotified: isEndUnknown ? null : done.atRisk.size + done.offlineUnnotified,
    interrupted: false,
    failure: undefined,
  }
  // The person who interrupted is waiting, and what was not tried says what is left.
  if (done.interrupted) return { ...unseen, interrupted: true }
  try {
    const counts = await keycloak.sessionCounts()
    const online = await readRealmSessions(
      found.clients,
      counts,
      false,
      found.isChosen,
      keycloak,
      ctx,
      progress,
    )
    const areOfflineRead = found.plan.offlineStep || !found.isEverything
    const offline = areOfflineRead
      ? await readRealmSessions(found.clients, counts, true, found.isChosen, keycloak, ctx, progress)
      : undefined
    if (ctx.signal.aborted) return { ...unseen, interrupted: true }
    // The sign-in that looks is new where the realm's logout has ended the old one.
    const own = [await keycloak.ownSessionId(), found.ownSessionId]
    const living = [...online.sessions.values()].filter(({ id }) => !own.includes(id))
    const ownClients = [...online.sessions.values()]
      .filter(({ id }) => own.includes(id))
      .flatMap(({ clients }) => clients).length
    const left = living.filter(({ id }) => found.online.has(id))
    const offlineLeft = found.plan.offlineStep
      ? [...(offline?.sessions.values() ?? [])].filter(({ id }) => found.offline.has(id))
      : []
    history?.looked(byClient([...left, ...offlineLeft]))
    const unnotifiedOnline = [...done.atRisk].filter((id) => !online.sessions.has(id)).length
    return {
      after: {
        active: total(online) - ownClients,
        offline: offline ? total(offline) : counts.reduce((sum, count) => sum + count.offline, 0),
        startedAfter: living.filter(({ id }) => !found.online.has(id)).length,
        left: left.length + offlineLeft.length,
      },
      living: new Set(left.map(({ id }) => id)),
      // Offline sessions stay listed when they are unusable: whether they are, only the answer says.
      endedUnnotified:
        isEndUnknown && done.offlineUnnotified > 0 ? null : unnotifiedOnline + done.offlineUnnotified,
      interrupted: false,
      failure: undefined,
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (error.code === 'interrupted') return { ...unseen, interrupted: true }
    // A token that somebody else gave us dies with the realm's sessions, and cannot be renewed. A missing role is no end.
    const isOver = error.exitCode === EXIT.denied && !['role-missing', 'forbidden'].includes(error.code)
    return { ...unseen, failure: isOver ? undefined : error }
  }
}

const total = ({ byClient }: { readonly byClient: ReadonlyMap<string, number> }) =>
  [...byClient.values()].reduce((sum, count) => sum + count, 0)

function byClient(targets: readonly SessionTarget[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { clients } of targets) for (const id of clients) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
