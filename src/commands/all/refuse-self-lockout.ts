import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/**
 * A realm's not-before cuts off a sign-in of that realm, too. One that cannot be made anew ends the run right after it:
 * everybody is out, nobody is told, and the not-before cannot be taken back with it.
 * @throws {UserError} `cuts-off-oneself` (2)
 */
export async function refuseToCutOffOneself(
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
    `--cut-off-first would cut this sign-in off as well: it is one of ${keycloak.realm} itself and cannot be renewed.`,
    'Sign in with a password or a client secret, or to the realm master. Nothing was changed.',
  )
}
