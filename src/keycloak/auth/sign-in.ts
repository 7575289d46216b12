import type { Connection, DeviceCode, StoredTokens } from '../../core/connection.ts'
import { UserError } from '../../errors.ts'
import type { OpenDeps } from '../http/client-options.ts'
import { DISCOVERY, findServer } from '../http/find-server.ts'
import { pathId } from '../http/ids.ts'
import { optionalText } from '../http/json.ts'
import { publicDocument } from '../http/public-document.ts'
import { claimsOf, signInForm } from './access-token.ts'
import { transportTo } from './connect.ts'
import { type AccessTokenDeps, type RevealedCredentials, reveal } from './credentials.ts'
import { deviceToken } from './device-flow.ts'
import { endSession } from './end-session.ts'
import { storedTokensOf } from './stored-token.ts'
import { requestToken, signInFailure } from './token-request.ts'

/** The result of a sign-in. */
export interface SignedIn {
  /** The server's address with its base path. */
  readonly server: string
  readonly tokens: StoredTokens
  /** From the ID token, which the device flow requests because no name is typed here. */
  readonly username: string | undefined
}

/** How to sign in: with the connection's credentials, or with a device code. */
export type How = { readonly device?: (code: DeviceCode) => void }

/**
 * Signs in once. Also checks that the target realm exists, if there is one, so that a typo shows now rather than at
 * the first command. Stores nothing.
 * @throws {UserError} as `requestToken`, `device-…`; `realm-not-found` (5)
 */
export async function signInOnce(
  connection: Connection,
  realm: string | undefined,
  { device }: How,
  deps: OpenDeps,
): Promise<SignedIn> {
  const { loginRealm } = connection
  pathId('realm', loginRealm)
  if (realm !== undefined) pathId('realm', realm)
  const credentials = await reveal(connection.credentials)
  if (credentials.kind === 'token' || credentials.kind === 'session')
    throw new UserError('internal', 'Only a password, a client or a device can sign in.')
  const transport = await transportTo(connection, deps)
  try {
    const { server, discovery } = await findServer(transport, connection.server, loginRealm)
    if (realm !== undefined && realm !== loginRealm)
      await publicDocument(transport, server, DISCOVERY, realm, `the realm ${realm}`)
    const tokenDeps: AccessTokenDeps = {
      transport,
      server,
      loginRealm,
      issuer: optionalText(discovery.issuer),
      monotonic: () => performance.now(),
      sleep: transport.sleep,
    }
    const answer =
      device && credentials.kind === 'client'
        ? await deviceToken(credentials, { ...tokenDeps, signal: deps.signal }, device)
        : await tokenFor(credentials, tokenDeps)
    return {
      server: server.base.href.replace(/\/$/, ''),
      tokens: storedTokensOf(answer, Date.now()),
      username:
        answer.idToken === undefined ? undefined : optionalText(claimsOf(answer.idToken).preferred_username),
    }
  } finally {
    transport.close()
  }
}

async function tokenFor(
  credentials: Extract<RevealedCredentials, { kind: 'password' | 'client' }>,
  deps: AccessTokenDeps,
) {
  const answer = await requestToken(signInForm(credentials), credentials, deps)
  if (answer.kind === 'refused') throw signInFailure(answer, credentials, deps.loginRealm)
  return answer
}

/** Finds Keycloak and the login realm; sends no credentials. @throws {UserError} as `findServer` */
export async function checkServer(connection: Connection, deps: OpenDeps): Promise<void> {
  pathId('realm', connection.loginRealm)
  const transport = await transportTo(connection, deps)
  try {
    await findServer(transport, connection.server, connection.loginRealm)
  } finally {
    transport.close()
  }
}

/** Ends the session of a refresh token. False if Keycloak does not accept it (the session may have ended). */
export async function signOut(
  connection: Connection,
  refreshToken: string,
  deps: OpenDeps,
): Promise<boolean> {
  const { credentials, loginRealm } = connection
  if (credentials.kind !== 'session') return false
  pathId('realm', loginRealm)
  const client = await reveal({ ...credentials, kind: 'client' })
  if (client.kind !== 'client') return false
  const transport = await transportTo(connection, deps)
  try {
    const { server, discovery } = await findServer(transport, connection.server, loginRealm)
    const tokenDeps = {
      transport,
      server,
      loginRealm,
      issuer: optionalText(discovery.issuer),
      sleep: transport.sleep,
    }
    return await endSession(refreshToken, client, tokenDeps)
  } finally {
    transport.close()
  }
}
