import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { refusal, requestAs } from './token-request.ts'

const LOGOUT = '/realms/{realm}/protocol/openid-connect/logout'

/** Ends the session of a refresh token. False if Keycloak does not accept it: the session may have ended. */
export async function endSession(
  refreshToken: string,
  credentials: Exclude<RevealedCredentials, { kind: 'token' }>,
  deps: Omit<AccessTokenDeps, 'monotonic'>,
): Promise<boolean> {
  // Only a 204: a page with 200 comes from something in front of Keycloak.
  const answer = await requestAs(LOGOUT, { refresh_token: refreshToken }, credentials, deps, (got) =>
    got.status === 204 ? ({ kind: 'ended' } as const) : refusal(got),
  )
  return answer.kind === 'ended'
}
