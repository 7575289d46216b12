import type { Context } from '../../cli/context.ts'
import { type ConfiguredClient, untouched } from '../../client-settings/outcome.ts'
import type { ClientPlan } from '../../client-settings/plan.ts'
import { configureClient, notAttempted, notWritten } from '../../client-settings/update-client.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/**
 * Executes the plans, one client after another, and verifies each.
 * A failure at one client does not stop the others, unless they share its reason (a missing role, no connection): then
 * the rest is reported as not attempted. An interruption stops before the next client.
 * @throws {UserError} the shared reason, if nothing was changed before it
 */
export async function execute(
  plans: readonly ClientPlan[],
  keycloak: Keycloak,
  { print, signal }: Pick<Context, 'print' | 'signal'>,
): Promise<ConfiguredClient[]> {
  const outcomes: ConfiguredClient[] = []
  const progress = print.progress()
  if (plans.length > 1) progress.phase('changing clients', plans.length)
  let stopped = false
  try {
    for (const plan of plans) {
      if (plan.changes.length === 0) outcomes.push(untouched(plan))
      else if (stopped || signal.aborted) outcomes.push(notAttempted(plan, signal.aborted))
      else {
        try {
          outcomes.push(await configureClient(plan, keycloak))
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          const isShared = error.exitCode === EXIT.denied || error.exitCode === EXIT.unreachable
          if (isShared && outcomes.every(({ status }) => status === 'unchanged')) throw error
          stopped = isShared
          outcomes.push(notWritten(plan, error))
        }
      }
      if (plans.length > 1) progress.update(outcomes.length, countFailed(outcomes))
    }
    return outcomes
  } finally {
    progress.stop()
  }
}

const countFailed = (outcomes: readonly ConfiguredClient[]) =>
  outcomes.filter(({ status }) => status === 'failed').length
