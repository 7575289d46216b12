import type { Session } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { requireOfflineSupport } from '../../sessions/require-offline-support.ts'
import { pluralize } from '../../util/format.ts'
import type { UserRun } from './gather.ts'
import { planUsers, type UserChoice, type UserPlan } from './plan.ts'

const WITHOUT_SESSION =
  'Without --session, the not-before makes offline tokens unusable, but their clients are not notified. Nothing was changed.'

const MAX_IDS_SHOWN = 5

/**
 * Plans the logout within what this Keycloak version can do.
 *
 * Old versions cannot end a single offline session. If an id from `--session` is both online and offline, only the online
 * session is planned, with a warning. `--offline-sessions` asks for offline sessions, so then the run is refused.
 * @throws {UserError} `offline-not-supported` (2)
 */
export async function resolvePlan(
  options: Omit<UserChoice, 'onlineOnlyIfBoth' | 'chooses' | 'listed'>,
  { keycloak, ctx, users, facts, choice: chosen, listed }: UserRun,
): Promise<UserPlan> {
  const chooses = chosen.isEverySession ? undefined : (session: Session) => chosen.matches(session)
  const choice = { ...options, chooses, listed }
  const full = planUsers(users, { ...choice, onlineOnlyIfBoth: false }, facts)
  const warning = choice.offlineSessions ? undefined : await unendableWarning(sessionsOf(full), keycloak)
  const plan = warning === undefined ? full : planUsers(users, { ...choice, onlineOnlyIfBoth: true }, facts)
  await requireOfflineSupport(
    sessionsOf(plan),
    keycloak,
    choice.offlineSessions ? undefined : WITHOUT_SESSION,
  )
  if (warning !== undefined) ctx.print.warn(warning)
  return plan
}

const sessionsOf = ({ users }: UserPlan) => users.flatMap(({ sessions }) => sessions)

/** A warning that offline sessions stay although an online session with the same id ends; undefined if all can end. */
async function unendableWarning(
  sessions: readonly Session[],
  keycloak: Pick<Keycloak, 'capabilities'>,
): Promise<string | undefined> {
  const online = new Set(sessions.filter(({ offline }) => !offline).map(({ id }) => id))
  const ids = sessions.filter(({ id, offline }) => offline && online.has(id)).map(({ id }) => id)
  if (ids.length === 0) return undefined
  const { version, endsOfflineSessions } = await keycloak.capabilities()
  if (endsOfflineSessions) return undefined
  const why =
    version === undefined
      ? 'it is unknown whether this Keycloak can end a single offline session'
      : `Keycloak ${version} cannot end a single offline session`
  return `${whatStays(ids)}: ${why}.`
}

function whatStays(ids: readonly string[]): string {
  if (ids.length === 1)
    return `Only the online session ${ids[0]} ends; the offline session with the same id stays`
  const shown = ids.slice(0, MAX_IDS_SHOWN).join(', ') + (ids.length > MAX_IDS_SHOWN ? ', …' : '')
  return `Only online sessions end; ${pluralize(ids.length, 'offline session')} with the same ids stay (${shown})`
}
