import type { Context } from '../../cli/context.ts'
import type { Session } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { requireOfflineSupport } from '../../sessions/require-offline-support.ts'
import { pluralize } from '../../util/format.ts'
import { planUsers, type UserChoice, type UserPlan } from './plan.ts'

const WITHOUT_SESSION =
  'Without --session the not-before makes offline tokens unusable, but their clients are not told. Nothing was done.'

/** So many ids are named. */
const SHOWN = 5

/**
 * Decides, and refuses what Keycloak cannot do.
 * @throws {UserError} `offline-not-supported` (2)
 */
export async function resolvePlan(
  people: readonly UserWithSessions[],
  choice: Omit<UserChoice, 'onlineTwinsOnly'>,
  facts: Parameters<typeof planUsers>[2],
  keycloak: Keycloak,
  { print }: Pick<Context, 'print'>,
): Promise<UserPlan> {
  const choose = (onlineTwinsOnly: boolean) => planUsers(people, { ...choice, onlineTwinsOnly }, facts)
  const both = choose(false)
  // Who asks for offline sessions is not given others instead.
  const warning = choice.offlineSessions ? undefined : await whyTwinsStay(chosenIn(both), keycloak)
  const plan = warning === undefined ? both : choose(true)
  await requireOfflineSupport(chosenIn(plan), keycloak, choice.offlineSessions ? undefined : WITHOUT_SESSION)
  if (warning !== undefined) print.warn(warning)
  return plan
}

const chosenIn = ({ users: people }: UserPlan) => people.flatMap(({ sessions }) => sessions)

/**
 * Of sessions that are online and offline under one id, old Keycloaks can end the online one only. Whoever names such an
 * id gets what can be done, and this warning of what stays; undefined where both can be ended.
 */
async function whyTwinsStay(
  sessions: readonly Session[],
  keycloak: Pick<Keycloak, 'capabilities'>,
): Promise<string | undefined> {
  const online = new Set(sessions.filter(({ offline }) => !offline).map(({ id }) => id))
  const twins = sessions.filter(({ id, offline }) => offline && online.has(id)).map(({ id }) => id)
  if (twins.length === 0) return undefined
  const { version, endsOfflineSessions } = await keycloak.capabilities()
  if (endsOfflineSessions) return undefined
  const why =
    version === undefined
      ? 'whether this Keycloak can end an offline session by itself is not known'
      : `Keycloak ${version} cannot end an offline session by itself`
  return `${whatStays(twins)}: ${why}.`
}

function whatStays(ids: readonly string[]): string {
  if (ids.length === 1) return `The offline session ${ids[0]} stays, only the online one of that id ends`
  const some = ids.slice(0, SHOWN).join(', ') + (ids.length > SHOWN ? ', …' : '')
  return `${pluralize(ids.length, 'offline session')} stay, only the online ones of their ids end (${some})`
}
