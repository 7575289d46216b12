import type { AllOutcome } from '../../../src/commands/all/outcome.ts'
import type { UserOutcome } from '../../../src/commands/user/outcome.ts'
import type { ClientResult } from '../../../src/core/client-result.ts'
import type { Happened } from './happenings.ts'
import type { Scene } from './scene.ts'
import type { Call, TrueSession } from './truth.ts'

/** What really happened in a run. */
export interface Facts {
  readonly scene: Scene
  readonly before: readonly TrueSession[]
  readonly after: readonly TrueSession[]
  readonly calls: readonly Call[]
  readonly happened: Happened
  readonly code: number | undefined
}

/** Collects the claims that the facts contradict. */
export class Problems {
  readonly found: string[] = []

  unless(holds: boolean, problem: string): void {
    if (!holds) this.found.push(problem)
  }
}

const keyOf = ({ id, offline }: Pick<TrueSession, 'id' | 'offline'>) => `${offline} ${id}`

/** The value of an option in a command line. */
const optionOf = (command: readonly string[], option: string) => {
  const at = command.indexOf(option)
  return at < 0 ? undefined : command[at + 1]
}

/** The sessions that the options choose, offline ones included. */
export function chosenOf({ scene, before }: Pick<Facts, 'scene' | 'before'>): TrueSession[] {
  const { command } = scene
  const client = optionOf(command, '--client')
  const excluded = optionOf(command, '--exclude-user')
  const named = command[0] === 'user' ? scene.users.filter((name) => command.includes(name)) : undefined
  return before.filter(
    ({ listed, username }) =>
      (client === undefined || listed.includes(client)) &&
      username !== excluded &&
      (named === undefined || named.includes(username)),
  )
}

/** Applications that answer nothing, so that calls to them cannot be counted. */
const isCountable = ({ clients }: Scene, clientId: string) =>
  clients.find((one) => one.clientId === clientId)?.kind !== 'refused'

/** Did Keycloak call each client as often as was said, and no other? */
export function judgeCalls(clients: readonly ClientResult[], facts: Facts, problems: Problems): void {
  const { scene, calls, happened } = facts
  const expected = new Map<string, { min: number; max: number }>()
  for (const { clientId, notifications } of clients) {
    const { min, max } = notifications.expected
    const sum = expected.get(clientId) ?? { min: 0, max: 0 }
    expected.set(clientId, { min: sum.min + min, max: sum.max + max })
  }
  for (const [clientId, { min, max }] of expected) {
    if (!isCountable(scene, clientId)) continue
    const all = calls.filter((call) => call.clientId === clientId)
    // Calls for a session that somebody else ended may be that one's. A session that began and ended unseen is in no
    // number: Keycloak's own logout ends it.
    const own = all.filter(
      ({ sessionId = '' }) => !happened.endedByOthers.has(sessionId) && !happened.began.has(sessionId),
    )
    problems.unless(
      all.length >= min && own.length <= max,
      `${clientId}: ${min} to ${max} calls expected, ${own.length} to ${all.length} came`,
    )
  }
  for (const { clientId, kind, sessionId } of calls)
    problems.unless(
      expected.has(clientId) || kind === 'admin-url' || happened.endedByOthers.has(sessionId ?? ''),
      `${clientId} was called (${kind}) and is not in the result`,
    )
  for (const { clientId, ended, sessions, notifications, evidence, delivery } of clients) {
    problems.unless(ended <= sessions, `${clientId}: ${ended} ended of ${sessions}`)
    const { accepted, refused, failed, notSent } = notifications
    problems.unless(
      evidence.length > 0 || accepted + refused + failed + notSent === 0,
      `${clientId}: seen without evidence`,
    )
    problems.unless(delivery !== 'confirmed', `${clientId}: confirmed without evidence`)
  }
}

/** With exit 0 and --strict each living part of each session that ended was called. */
export function judgeStrict(ended: readonly TrueSession[], facts: Facts, problems: Problems): void {
  const { scene, calls, code, happened } = facts
  if (code !== 0 || !scene.command.includes('--strict')) return
  for (const { id, listed } of ended)
    for (const clientId of listed) {
      const isCalled = calls.some(
        (call) => call.clientId === clientId && (call.sessionId === id || call.kind === 'admin-url'),
      )
      problems.unless(
        isCalled || !isCountable(scene, clientId) || happened.endedByOthers.has(id),
        `--strict and exit 0, but ${clientId} was not called for ${id}`,
      )
    }
}

/** The clients that a session's end notifies and Keycloak's realm logout does not, whatever else happens. */
const NOTIFIED_AT_SESSION_END = [
  ...['backchannel', 'query', 'brief-offline', 'answers-500', 'resets', 'slow'],
  ...['saml-post', 'saml-soap', 'saml-processing', 'front-channel-off'],
]

/** Chosen sessions that ended although a client that could have been notified was not. */
function unnotified({ scene, happened, calls }: Facts, ended: readonly TrueSession[]): TrueSession[] {
  const notifiable = new Set(
    scene.clients
      .filter(
        ({ kind, clientId }) => NOTIFIED_AT_SESSION_END.includes(kind) && !happened.changed.has(clientId),
      )
      .map(({ clientId }) => clientId),
  )
  return ended.filter(
    ({ id, active }) =>
      !happened.endedByOthers.has(id) &&
      active.some(
        (clientId) =>
          notifiable.has(clientId) &&
          !calls.some((call) => call.clientId === clientId && call.sessionId === id),
      ),
  )
}

/** What `all` says, held against the facts. */
export function judgeAll(outcome: AllOutcome, facts: Facts, problems: Problems): void {
  const { after, happened, code } = facts
  const living = new Set(after.map(keyOf))
  const chosen = chosenOf(facts)
  const endsOffline = outcome.steps.offline > 0
  const planned = chosen.filter(({ offline }) => !offline || endsOffline)
  const left = planned.filter((one) => living.has(keyOf(one)))
  const over = planned.filter((one) => !living.has(keyOf(one)))
  const sum = (of: (phase: AllOutcome['phases'][number]) => number) =>
    outcome.phases.reduce((total, phase) => total + of(phase), 0)
  for (const { name, sessions, ended, gone, unknown, failed, untried } of outcome.phases)
    problems.unless(
      ended + gone + unknown + failed.length + untried === sessions,
      `${name}: ${sessions} sessions are not ${ended} + ${gone} + ${unknown} + ${failed.length} + ${untried}`,
    )
  const online = chosen.filter(({ offline }) => !offline)
  problems.unless(
    outcome.before.sessions === online.length,
    `${outcome.before.sessions} sessions, not ${online.length}`,
  )
  if (outcome.after.left !== null)
    problems.unless(outcome.after.left === left.length, `${outcome.after.left} left, not ${left.length}`)
  const ended = sum((phase) => phase.ended)
  const newOnes = [...happened.began].filter((id) => !living.has(`false ${id}`)).length
  problems.unless(
    ended <= over.length + newOnes,
    `${ended} ended, but only ${over.length} + ${newOnes} are gone`,
  )
  const accounted = ended + sum((phase) => phase.gone + phase.unknown + phase.failed.length)
  problems.unless(
    accounted >= over.length || outcome.phases.length === 0 || happened.endedByOthers.size > 0,
    `${over.length} are gone, ${accounted} are ended, gone, unknown or failed`,
  )
  if (outcome.verdict === 'done')
    problems.unless(left.length === 0, `done, and ${left.length} are still active`)
  if (outcome.verdict === 'done')
    problems.unless(outcome.endedUnnotified === 0, 'done with unnotified sessions')
  if (code === 0) problems.unless(left.length === 0, `exit 0, and ${left.length} are still active`)
  if (outcome.endedUnnotified !== null && !happened.interrupted) {
    const truly = unnotified(
      facts,
      over.filter(({ offline }) => !offline),
    )
    problems.unless(
      outcome.endedUnnotified >= truly.length,
      `${outcome.endedUnnotified} ended without notification, not ${truly.length}`,
    )
  }
  judgeCalls(outcome.clients, facts, problems)
  judgeStrict(over, facts, problems)
}

/** What `user` says, held against the facts. */
export function judgeUser(outcome: UserOutcome, facts: Facts, problems: Problems): void {
  const { after, code, happened } = facts
  const living = new Set(after.map(keyOf))
  const before = new Map(facts.before.map((one) => [keyOf(one), one]))
  for (const user of outcome.users) {
    for (const session of user.sessions) {
      const isActive = living.has(keyOf(session))
      const name = `${user.username}, ${session.offline ? 'offline ' : ''}session ${session.id}`
      problems.unless(!session.ended || !isActive, `${name}: ended, but still active`)
      if (user.lookedAgain && session.planned)
        problems.unless(
          session.ended || isActive || user.errors.length > 0,
          `${name}: not ended, but it is gone`,
        )
      problems.unless(
        before.has(keyOf(session)) || happened.began.has(session.id),
        `${name}: there was no such session`,
      )
    }
    const left = user.sessions.filter((one) => one.planned && living.has(keyOf(one)))
    if (user.lookedAgain)
      problems.unless(user.sessionsLeft === left.length, `${user.sessionsLeft} left, not ${left.length}`)
    if (user.verdict === 'done' || code === 0)
      problems.unless(left.length === 0, `${user.username}: done, and ${left.length} are still active`)
  }
  const known = new Set(outcome.users.flatMap(({ sessions }) => sessions.map(keyOf)))
  for (const session of chosenOf(facts))
    problems.unless(
      known.has(keyOf(session)) || session.active.every((clientId) => clientId.startsWith('brief')),
      `${session.username}: session ${session.id} is not named`,
    )
  judgeCalls(
    outcome.users.flatMap(({ clients }) => clients),
    facts,
    problems,
  )
  const ended = chosenOf(facts).filter((one) => !living.has(keyOf(one)))
  judgeStrict(ended, facts, problems)
}

/** What `sessions --users --json` says, held against the server's own lists. */
export function judgeSessions(
  { totals }: { readonly totals: Readonly<Record<string, number | null>> },
  before: readonly TrueSession[],
  problems: Problems,
): void {
  const numbers = {
    sessions: before.filter(({ offline }) => !offline).length,
    offlineSessions: before.filter(({ offline }) => offline).length,
    users: new Set(before.map(({ username }) => username)).size,
    active: before.flatMap(({ offline, listed }) => (offline ? [] : listed)).length,
    offline: before.flatMap(({ offline, listed }) => (offline ? listed : [])).length,
  }
  for (const [name, value] of Object.entries(numbers))
    problems.unless(totals[name] === value, `sessions: ${totals[name]} ${name}, not ${value}`)
}
