import type { EndResult } from '../../sessions/end/end-tally.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { countEach } from './counts.ts'
import type { Phase } from './outcome.ts'
import { clientsOfClientStep, endsAll, targetsOfClientStep } from './plan.ts'
import { readRealmSessions, readWithoutClient, targetsWithoutClient } from './read-realm-sessions.ts'
import type { RealmRun } from './run.ts'
import type { SessionEnder } from './session-ender.ts'

/** Users sign in during the run; a realm where that never stops must not keep the client step running forever. */
const MAX_PASSES = 5

export interface ClientStepResult {
  readonly phase: Phase
  /** Number of sessions to end that started during the step, by internal client id. */
  readonly newByClient: ReadonlyMap<string, number>
}

/** Ends the sessions whose clients are notified only at each session's end, until a pass finds no new ones. */
export async function clientStep(run: RealmRun, ender: SessionEnder): Promise<ClientStepResult> {
  const { plan, snapshot, keycloak, ctx, progress } = run
  const began = ctx.now()
  const clients = clientsOfClientStep(plan, snapshot.clients)
  const ownIds = new Set([snapshot.ownSessionId])
  const newByClient = new Map<string, number>()
  const attempted = new Set<string>()
  const results: EndResult[] = []
  let due = targetsOfClientStep(plan, snapshot)
  for (let pass = 1; due.length > 0; pass++) {
    progress.phase(pass === 1 ? 'ending sessions' : `ending sessions, pass ${pass}`, due.length)
    for (const { id } of due) attempted.add(id)
    results.push(await ender.end(due, pass === 1 ? plan.userRequests.userIds : undefined))
    if (pass === MAX_PASSES || !ender.canContinue()) break
    const remaining = await ender.attempt(async () => {
      const counts = await keycloak.sessionCounts()
      const planned = snapshot.online.targets
      const query = { clients, counts, offline: false, choice: snapshot.choice, planned }
      const { targets } = await readRealmSessions(query, { keycloak, ctx })
      // With the others ended, the list of the realm is short enough to be read.
      const alone = endsAll(plan) ? await readWithoutClient(counts, snapshot.choice, run, planned) : undefined
      // Our own session changes when we signed in again.
      ownIds.add(await keycloak.ownSessionId())
      return [...targets.values(), ...targetsWithoutClient(alone)]
    })
    if (!remaining) break
    due = remaining.filter(({ id }) => !ownIds.has(id) && !attempted.has(id))
    for (const target of due) countEach(newByClient, notCounted(target, run))
  }
  const phase = phaseOf({ name: 'client', sessions: attempted.size, began, ended: ctx.now() }, results)
  return { phase: { ...phase, passes: results.length }, newByClient }
}

/** The clients of a session that the plan does not count for it. */
function notCounted({ id, clients }: SessionTarget, { snapshot }: RealmRun): string[] {
  const counted = snapshot.online.targets.get(id)?.clients ?? []
  return clients.filter((client) => !counted.includes(client))
}

/** Ends offline sessions one by one, which notifies their clients. */
export async function offlineStep(
  { snapshot, ctx, progress }: RealmRun,
  ender: SessionEnder,
): Promise<Phase> {
  const began = ctx.now()
  const { targets } = snapshot.offline
  progress.phase('ending offline sessions', targets.size)
  const result = await ender.end([...targets.values()])
  return phaseOf({ name: 'offline', sessions: targets.size, began, ended: ctx.now() }, [result])
}

function phaseOf(
  {
    name,
    sessions,
    began,
    ended,
  }: Pick<Phase, 'name' | 'sessions'> & { readonly began: number; readonly ended: number },
  results: readonly EndResult[],
): Phase {
  const sum = (of: (result: EndResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    name,
    sessions,
    ended: sum((result) => result.ended),
    gone: sum((result) => result.gone),
    unknown: sum((result) => result.unknown),
    failed: results
      .flatMap((result) => result.failed)
      .map(({ target, error: { code, message } }) => ({
        session: target.id,
        user: target.username,
        code,
        error: message,
      })),
    untried: sum((result) => result.untried),
    seconds: (ended - began) / 1000,
  }
}
