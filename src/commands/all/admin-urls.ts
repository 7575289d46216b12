import pMap from 'p-map'
import type { Client, PushResult } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import type { AdminUrlEntry } from './outcome.ts'

/** Does something accept a connection (with TLS for https) at this URL's host and port, from this machine? */
export type Connects = (url: string) => Promise<boolean>

/**
 * Whether Keycloak reaches each Admin URL right after the realm logout, whose own answer lists every URL as reached.
 * Asks Keycloak to push its not-before (which the logout has set anyway): that answer is true. The push calls
 * `k_push_not_before`, and an application that implements only `k_logout` answers 404: so a failure counts only if the
 * host does not answer this machine either. If the push is refused or fails, each client's URL is tested by itself.
 *
 * Never throws a `UserError`: what cannot be checked is unknown.
 */
export async function checkAdminUrls(
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'pushRevocation' | 'testNodes'>,
  connects: Connects,
): Promise<AdminUrlEntry[]> {
  const called = clients
    .map((client) => ({ client, ...reach(client, 'realm-step') }))
    .filter(({ notified, url }) => notified && url)
  if (called.length === 0) return []
  const push = await resultOrReason(() => keycloak.pushRevocation())
  return pMap(
    called,
    async ({ client, url }): Promise<AdminUrlEntry> => {
      const called = url ?? ''
      const entry = { clientId: client.clientId, url: maskCredentials(called) }
      const answer = 'why' in push ? await resultOrReason(() => keycloak.testNodes(client.id)) : push
      if ('why' in answer) return { ...entry, reached: 'unknown', why: answer.why }
      if (answer.failed.some((failed) => isSameUrl(failed, called))) {
        return (await connects(called))
          ? { ...entry, reached: 'unknown', why: 'host-answers-here' }
          : { ...entry, reached: 'no', why: 'not-reached' }
      }
      if (answer.succeeded.some((succeeded) => isSameUrl(succeeded, called)))
        return { ...entry, reached: 'yes' }
      return { ...entry, reached: 'unknown', why: 'not-mentioned' }
    },
    { concurrency: 8 },
  )
}

async function resultOrReason(
  request: () => Promise<PushResult>,
): Promise<PushResult | { readonly why: string }> {
  try {
    return await request()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { why: error.exitCode === EXIT.denied ? 'role-missing' : 'no-answer' }
  }
}

/** Keycloak lists a URL as it joined root URL and path, with two slashes between them in some cases. */
const isSameUrl = (a: string, b: string) => normalized(a) === normalized(b)
const normalized = (url: string) => url.replace(/([^:])\/{2,}/g, '$1/').replace(/\/+$/, '')
