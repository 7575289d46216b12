import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/**
 * Refuses `--cut-off-first` if it ends our own sign-in for good. A realm's not-before also cuts off a sign-in to that
 * realm; one that cannot be renewed would end the run right after it: all users are out, no client is notified, and the
 * not-before cannot be undone with it.
 * @throws {UserError} `cuts-off-oneself` (2)
 */
export async function refuseSelfLockout(
  keycloak: Pick<Keycloak, 'caller' | 'realm'>,
  ctx: Pick<Context, 'settings'>,
): Promise<void> {
  const { token, session, password, loginRealm } = await ctx.settings()
  const canSignInAgain = !token && !(session && !password)
  if (canSignInAgain) return
  const ownRealm = (token && (await keycloak.caller()).loginRealm) ?? loginRealm.value
  if (ownRealm !== keycloak.realm) return
  throw usageError(
    'cuts-off-oneself',
    `--cut-off-first would also cut off your own sign-in: it is a sign-in to ${keycloak.realm} and cannot be renewed.`,
    'Sign in with a password or a client secret, or to the realm master. Nothing was changed.',
  )
}
