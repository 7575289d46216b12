import type { Context } from '../context.ts'
import type { AdminUrlEntry } from '../core/all-outcome.ts'
import type { Client, PushResult } from '../core/model.ts'
import { reach } from '../core/reach.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { mapPool } from './map-pool.ts'

/**
 * What is known of the calls to Admin URLs. Keycloak's logout of the realm lists each as reached, whatever happened; so
 * it is asked to push its not-before (which the logout has set anyway), whose answer is true. That calls
 * `k_push_not_before`: an application that implements `k_logout` alone answers 404, so a failure counts only where the
 * host does not answer from here either.
 */
export async function adminUrlsAfter(
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'pushRevocation' | 'testNodes'>,
  ctx: Pick<Context, 'connects'>,
): Promise<AdminUrlEntry[]> {
  const called = clients
    .map((client) => ({ client, ...reach(client, 'realm-step') }))
    .filter(({ told, url }) => told && url)
  if (called.length === 0) return []
  const push = await asked(() => keycloak.pushRevocation())
  return mapPool(called, 8, async ({ client, url }): Promise<AdminUrlEntry> => {
    const entry = { clientId: client.clientId, url: url ?? '' }
    // Without manage-realm there is still the test of a single client's URL, which needs manage-clients.
    const answer = push ?? (await asked(() => keycloak.testNodes(client.id)))
    if (!answer) return { ...entry, delivery: 'unconfirmed', why: 'role-missing' }
    if (answer.failed.some((failed) => isSame(failed, entry.url))) {
      const answers = await ctx.connects(entry.url)
      return answers
        ? { ...entry, delivery: 'unconfirmed', why: 'host-answers-here' }
        : { ...entry, delivery: 'failed', why: 'not-reached' }
    }
    if (answer.succeeded.some((succeeded) => isSame(succeeded, entry.url)))
      return { ...entry, delivery: 'confirmed' }
    return { ...entry, delivery: 'unconfirmed', why: 'not-mentioned' }
  })
}

/** The answer, or undefined where a role is missing. */
async function asked(ask: () => Promise<PushResult>): Promise<PushResult | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return undefined
    throw error
  }
}

const isSame = (a: string, b: string) => a.replace(/\/+$/, '') === b.replace(/\/+$/, '')
