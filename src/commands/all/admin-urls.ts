import type { Client, PushResult } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { mapPool } from '../../util/map-pool.ts'
import type { AdminUrlEntry } from './outcome.ts'

/** Does something accept a connection (with TLS for https) at this URL's host and port, from this machine? */
export type Connects = (url: string) => Promise<boolean>

/**
 * What is known of the calls to Admin URLs. Keycloak's logout of the realm lists each as reached, whatever happened; so
 * it is asked to push its not-before (which the logout has set anyway), whose answer is true. That calls
 * `k_push_not_before`: an application that implements `k_logout` alone answers 404, so a failure counts only where the
 * host does not answer from here either. Where the push cannot be had, each client's URL is tested by itself.
 *
 * Never throws because of Keycloak: what cannot be asked is unconfirmed.
 */
export async function adminUrlsAfter(
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'pushRevocation' | 'testNodes'>,
  connects: Connects,
): Promise<AdminUrlEntry[]> {
  const called = clients
    .map((client) => ({ client, ...reach(client, 'realm-step') }))
    .filter(({ notified, url }) => notified && url)
  if (called.length === 0) return []
  const push = await asked(() => keycloak.pushRevocation())
  return mapPool(called, 8, async ({ client, url }): Promise<AdminUrlEntry> => {
    const entry = { clientId: client.clientId, url: url ?? '' }
    const answer = 'why' in push ? await asked(() => keycloak.testNodes(client.id)) : push
    if ('why' in answer) return { ...entry, delivery: 'unconfirmed', why: answer.why }
    if (answer.failed.some((failed) => isSame(failed, entry.url))) {
      return (await connects(entry.url))
        ? { ...entry, delivery: 'unconfirmed', why: 'host-answers-here' }
        : { ...entry, delivery: 'failed', why: 'not-reached' }
    }
    if (answer.succeeded.some((succeeded) => isSame(succeeded, entry.url)))
      return { ...entry, delivery: 'confirmed' }
    return { ...entry, delivery: 'unconfirmed', why: 'not-mentioned' }
  })
}

/** The answer, or why there is none. */
async function asked(ask: () => Promise<PushResult>): Promise<PushResult | { readonly why: string }> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { why: error.exitCode === EXIT.denied ? 'role-missing' : 'no-answer' }
  }
}

/** Keycloak lists a URL as it joined it, root URL and path with two slashes between them if need be. */
const isSame = (a: string, b: string) => plain(a) === plain(b)
const plain = (url: string) => url.replace(/([^:])\/{2,}/g, '$1/').replace(/\/+$/, '')
