import type { Context } from '../../cli/context.ts'
import { type ClientOutcome, untouched } from '../../client-settings/outcome.ts'
import type { ClientPlan } from '../../client-settings/plan.ts'
import { configureClient, notTried, notWritten } from '../../client-settings/update-client.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/**
 * Carries plans out, one client after another. A client that fails does not keep the others from being changed, unless
 * it fails for a reason that they share (a missing role, no connection): at the first one that error is thrown as it is,
 * later the rest counts as failed and not tried, as what came of the others has to be told. An interruption ends it
 * before the next client.
 */
export async function configureClients(
  plans: readonly ClientPlan[],
  keycloak: Keycloak,
  { print, signal }: Pick<Context, 'print' | 'signal'>,
): Promise<ClientOutcome[]> {
  const outcomes: ClientOutcome[] = []
  const progress = print.progress()
  if (plans.length > 1) progress.phase('changing clients', plans.length)
  let stopped = false
  for (const plan of plans) {
    if (plan.changes.length === 0) outcomes.push(untouched(plan))
    else if (stopped || signal.aborted) outcomes.push(notTried(plan, signal.aborted))
    else {
      try {
        outcomes.push(await configureClient(plan, keycloak))
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        const shared = error.exitCode === EXIT.denied || error.exitCode === EXIT.unreachable
        if (shared && outcomes.every(({ status }) => status === 'unchanged')) {
          progress.stop()
          throw error
        }
        stopped = shared
        outcomes.push(notWritten(plan, error))
      }
    }
    if (plans.length > 1) progress.update(outcomes.length, countFailed(outcomes))
  }
  progress.stop()
  return outcomes
}

const countFailed = (outcomes: readonly ClientOutcome[]) =>
  outcomes.filter(({ status }) => status === 'failed').length
