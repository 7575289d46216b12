import pMap from 'p-map'
import type { IdentityProvider, User } from '../core/model.ts'
import { isUsedToSignIn, type Upstream, upstreamsOf } from '../core/upstream.ts'
import { EXIT, UserError } from '../errors.ts'
import { isUnreadable } from '../keycloak/http/unreadable.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { unlessDenied } from '../keycloak/unless-denied.ts'

const PARALLEL_REQUESTS = 8

/** Reads for each user, in the same order, the identity providers at which the user can have a session. */
export async function readUpstreams(
  users: readonly User[],
  keycloak: Pick<Keycloak, 'identityProviders' | 'linkedProviders'>,
): Promise<Upstream[][]> {
  const providers = await providersIfPermitted(keycloak)
  if (providers?.length === 0) return users.map(() => [])
  return pMap(
    users,
    async ({ id }) => {
      const aliases = await linked(id, keycloak)
      if (aliases) return upstreamsOf(aliases, providers)
      const possible = providers?.filter(isUsedToSignIn) ?? []
      return upstreamsOf(
        possible.map(({ alias }) => alias),
        undefined,
      )
    },
    { concurrency: PARALLEL_REQUESTS },
  )
}

/** The identity providers of the realm; undefined if the caller may not read them. */
export const providersIfPermitted = (
  keycloak: Pick<Keycloak, 'identityProviders'>,
): Promise<IdentityProvider[] | undefined> => unlessDenied(keycloak.identityProviders())

/** Undefined if they cannot be read, which does not keep a user from being logged out. */
async function linked(
  userId: string,
  keycloak: Pick<Keycloak, 'linkedProviders'>,
): Promise<string[] | undefined> {
  try {
    return await keycloak.linkedProviders(userId)
  } catch (error) {
    const isMissing = error instanceof UserError && error.exitCode === EXIT.notFound
    if (isUnreadable(error) || isMissing) return undefined
    throw error
  }
}
