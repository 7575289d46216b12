import type { IdentityProvider } from './model.ts'

/** An identity provider at which a user can have a session that sessions of the realm began from. */
export interface Upstream {
  readonly alias: string
  /**
   * Does Keycloak also log the user out there when a session ends that began there? If not, the user comes back without
   * a password as long as the session there lives. null if the provider's settings may not be read.
   */
  readonly endsSession: boolean | null
}

/**
 * The providers that matter to a logout of a user. Measured on 26.7.4 with a Keycloak above the realm: only with a logout
 * URL and "Backchannel logout" on does ending a session of the realm end the one there, whose applications are notified
 * in turn. Keycloak's own logout of the realm never does.
 * @param linked aliases of the providers that the user's account is linked with
 * @param providers those of the realm; undefined if they may not be read
 */
export function upstreamsOf(
  linked: readonly string[],
  providers: readonly IdentityProvider[] | undefined,
): Upstream[] {
  return linked.flatMap((alias): Upstream[] => {
    if (!providers) return [{ alias, endsSession: null }]
    const provider = providers.find((one) => one.alias === alias)
    return provider && isUsedToSignIn(provider) ? [{ alias, endsSession: endsThere(provider) }] : []
  })
}

/** Do users sign in with it? Through others they come back with nothing but their own session at the realm. */
export const isUsedToSignIn = ({ enabled, linkOnly }: IdentityProvider): boolean => enabled && !linkOnly

/** Does the end of a session that began at this provider end the one there, too? */
export const endsThere = ({ logoutUrl, backchannelLogout }: IdentityProvider): boolean =>
  logoutUrl !== undefined && backchannelLogout
