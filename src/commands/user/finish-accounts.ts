import type { User } from '../../core/model.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import { pluralize } from '../../util/format.ts'
import { attempt } from './account-actions.ts'
import type { UserRun } from './gather.ts'
import { overall, type UserOutcome, type UserResult } from './outcome.ts'
import type { PlannedUser, UserPlan } from './plan.ts'

/**
 * Revokes consents and deletes users, after their logout and only if nothing of it is open: Keycloak's own deletion ends
 * sessions and notifies nobody. Looks at the user's sessions again right before.
 * @param exitCodeFor what the logout of one user by itself would end with
 */
export async function finishAccounts(
  outcome: UserOutcome,
  { users }: UserPlan,
  run: UserRun,
  exitCodeFor: (outcome: UserOutcome) => ExitCode,
): Promise<UserOutcome> {
  const results: UserResult[] = []
  for (const [index, result] of outcome.users.entries()) {
    const planned = users[index]
    const isDue = planned?.revokesConsents || planned?.deletes
    if (!planned || !isDue || result.deleted) results.push(result)
    else {
      const alone = { ...outcome, users: [result], verdict: result.verdict }
      results.push(await finish(planned, result, exitCodeFor(alone) === EXIT.ok, run))
    }
  }
  return { ...outcome, users: results, verdict: overall(results.map(({ verdict }) => verdict)) }
}

async function finish(
  planned: PlannedUser,
  result: UserResult,
  isDone: boolean,
  { keycloak, ctx, facts }: UserRun,
): Promise<UserResult> {
  const what = planned.deletes ? 'Not deleted' : 'Consents were not revoked'
  if (!isDone || ctx.signal.aborted || result.startedAfter > 0)
    return failed(result, 'not-logged-out', `${what}: the logout is not complete.`)
  const revoked: string[] = []
  try {
    const active = await activeSessions(planned, keycloak, facts)
    if (active > 0)
      return failed(
        result,
        'not-logged-out',
        `${what}: ${pluralize(active, 'session')} began in the meantime.`,
      )
    if (planned.revokesConsents)
      for (const clientId of await keycloak.consentsOf(planned.user.id)) {
        await keycloak.revokeConsent(planned.user.id, clientId)
        revoked.push(clientId)
      }
    if (planned.deletes) await deleteAccount(planned.user, keycloak)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return failed({ ...result, ...consents(planned, revoked) }, error.code, error.message)
  }
  const hasChanged = planned.deletes || revoked.length > 0
  return {
    ...result,
    ...consents(planned, revoked),
    deleted: planned.deletes,
    verdict: result.verdict === 'nothing-to-do' && hasChanged ? 'done' : result.verdict,
  }
}

const consents = ({ revokesConsents }: PlannedUser, revokedConsents: readonly string[]) =>
  revokesConsents ? { revokedConsents } : {}

const failed = (result: UserResult, code: string, error: string): UserResult => ({
  ...result,
  errors: [...result.errors, { session: '', code, error }],
  verdict: result.verdict === 'failed' ? 'failed' : 'partial',
})

/** The number of sessions that would end now. Revoking a consent removes offline sessions that stopped working. */
async function activeSessions(
  { user, deletes }: PlannedUser,
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf' | 'offlineClientsOf'>,
  { clients }: UserRun['facts'],
): Promise<number> {
  const [found] = await readSessions([user], clients, keycloak)
  return (found?.sessions ?? []).filter(({ offline }) => deletes || !offline).length
}

async function deleteAccount(
  { id }: User,
  keycloak: Pick<Keycloak, 'deleteUser' | 'findUserById'>,
): Promise<void> {
  const { done, error } = await attempt(
    () => keycloak.deleteUser(id),
    async () => (await keycloak.findUserById(id)) === undefined,
  )
  if (done !== true && error) throw error
}
