import type { Context } from '../../cli/context.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { EndResult } from '../../sessions/end/end-sessions.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import type { Phase } from './outcome.ts'
import { type AllPlan, clientsOfClientStep } from './plan.ts'
import { readRealmSessions } from './read-realm-sessions.ts'
import type { SessionEnder } from './session-ender.ts'
import type { Found } from './snapshot.ts'

/** People sign in meanwhile; a realm where they never stop must not keep the client step going for ever. */
const MOST_PASSES = 5

/**
 * Ends the sessions that only a call at each session's end tells of, until a pass finds nothing new. `joined`: of each
 * client (internal id) how many of them began meanwhile.
 */
export async function clientStep(
  plan: AllPlan,
  found: Found,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  ending: SessionEnder,
): Promise<{ readonly phase: Phase; readonly joined: ReadonlyMap<string, number> }> {
  const began = ctx.now()
  const clients = clientsOfClientStep(plan, found.clients)
  const ids = new Set(clients.map(({ id }) => id))
  const own = new Set([found.ownSessionId])
  const isOwn = ({ id }: SessionTarget) => own.has(id)
  const joined = new Map<string, number>()
  const tried = new Set<string>()
  const results: EndResult[] = []
  let due = [...found.online.values()].filter(
    (target) => !isOwn(target) && target.clients.some((id) => ids.has(id)),
  )
  for (let pass = 1; due.length > 0; pass++) {
    progress.phase(pass === 1 ? 'ending sessions' : `ending sessions, pass ${pass}`, due.length)
    for (const { id } of due) tried.add(id)
    results.push(await ending.end(due))
    if (pass === MOST_PASSES || !ending.goesOn()) break
    const again = await ending.attempt(async () => {
      const counts = await keycloak.sessionCounts()
      const living = await readRealmSessions(clients, counts, false, found.isChosen, keycloak, ctx)
      // Who cuts everybody off, or whose session ends, signs in anew.
      own.add(await keycloak.ownSessionId())
      return living
    })
    if (!again) break
    due = [...again.sessions.values()].filter((target) => !isOwn(target) && !tried.has(target.id))
    for (const target of due) {
      const counted = found.online.get(target.id)?.clients ?? []
      for (const id of target.clients) if (!counted.includes(id)) joined.set(id, (joined.get(id) ?? 0) + 1)
    }
  }
  const phase = { ...phaseOf('client', tried.size, results, began, ctx.now()), passes: results.length }
  return { phase, joined }
}

/** Ends offline sessions one by one, so that their clients are told. */
export async function offlineStep(
  found: Found,
  ctx: Context,
  progress: Progress,
  ending: SessionEnder,
): Promise<Phase> {
  const began = ctx.now()
  progress.phase('ending offline sessions', found.offline.size)
  const result = await ending.end([...found.offline.values()])
  return phaseOf('offline', found.offline.size, [result], began, ctx.now())
}

function phaseOf(
  name: Phase['name'],
  sessions: number,
  results: readonly EndResult[],
  began: number,
  ended: number,
): Phase {
  const sum = (of: (result: EndResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    name,
    sessions,
    ended: sum((result) => result.ended),
    gone: sum((result) => result.gone),
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
