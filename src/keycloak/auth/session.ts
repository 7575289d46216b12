import { keycloakIssuer } from '../../token/issuer.ts'
import { type Json, optionalText } from '../http/json.ts'
import type { Caller } from '../keycloak.ts'
import { type AccessToken, fixedToken, signedIn } from './access-token.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { storedToken } from './stored-token.ts'

/** The access token of these credentials. Sends no request before it is needed. */
export function tokenFor(
  credentials: RevealedCredentials,
  deps: Omit<AccessTokenDeps, 'monotonic'>,
): AccessToken {
  const monotonic = () => performance.now()
  switch (credentials.kind) {
    case 'token':
      return fixedToken(credentials.token)
    case 'session':
      return storedToken(credentials, { ...deps, monotonic, now: Date.now })
    default:
      return signedIn(credentials, { ...deps, monotonic })
  }
}

/** Who signed in. A token of admin-cli names no user, and a given token does not say how it was obtained. */
export const callerOf = (credentials: RevealedCredentials, claims: Json): Caller => ({
  username:
    ('username' in credentials ? credentials.username : undefined) ?? optionalText(claims.preferred_username),
  clientId: optionalText(claims.azp),
  loginRealm: keycloakIssuer(claims.iss)?.realm,
})
