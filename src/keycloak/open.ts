import type { Files } from '../cli/context.ts'
import type { Connection } from '../core/connection.ts'
import {
  type AccessToken,
  type AccessTokenDeps,
  givenToken,
  type RevealedCredentials,
  reveal,
  signedIn,
} from './auth/access-token.ts'
import { createCalls } from './admin/call.ts'
import { transportTo } from './auth/connect.ts'
import { failureOfAnswer } from './http/http-failures.ts'
import { failureOfFault } from './http/network-failures.ts'
import { pathId } from './http/ids.ts'
import { badAnswer, isRecord, type Json, optionalText, parsedJson, record } from './http/json.ts'
import type { Caller, Keycloak } from './keycloak.ts'
import { persistently } from './http/retry.ts'
import { DISCOVERY, findServer, type Server } from './http/find-server.ts'
import { storedToken } from './auth/stored-token.ts'
import type { Transport } from './http/transport.ts'

export interface OpenDeps {
  readonly files: Pick<Files, 'read'>
  readonly signal: AbortSignal
  /** Where Node and proxies are told what to trust and where to go. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** `kc-logout/1.2.3` */
  readonly userAgent?: string
  /** Called after each request: one line, without secrets. */
  readonly debug?: ((line: string) => void) | undefined
}

/** A realm that can be asked, until it is closed. */
export interface OpenKeycloak extends Keycloak {
  /** Lets go of the connections that are kept open. Requests under way fail. */
  close(): void
}

/**
 * Finds the server's base path, signs in, and gives back the realm to ask and to act on. Before the first request
 * every secret has been read and every name checked, so a mistake of usage sends nothing. Whether the realm acted on
 * exists shows at the first question about it.
 */
export async function openKeycloak(connection: Connection, deps: OpenDeps): Promise<OpenKeycloak> {
  const { realm, loginRealm } = connection
  pathId('realm', realm)
  pathId('realm', loginRealm)
  const credentials = await reveal(connection.credentials)
  const transport = await transportTo(connection, deps)
  try {
    // The library loads while the server is being found.
    const [{ server, discovery }, { adminOver }] = await Promise.all([
      findServer(transport, connection.server, loginRealm),
      import('./admin/open.ts'),
    ])
    const { sleep } = transport
    const issuer = optionalText(discovery.issuer)
    const token = tokenFor(credentials, { transport, server, loginRealm, issuer, sleep })
    await token.get()
    const calls = createCalls({ transport, server, token, realm, loginRealm, sleep })
    return {
      realm,
      server: server.base.href.replace(/\/$/, ''),
      ...adminOver({ server, realm, loginRealm, token, calls }),
      caller: async () => callerOf(credentials, await token.claims()),
      ownSessionId: async () => (realm === loginRealm ? token.sessionId() : undefined),
      keys: async () => {
        const url = '/realms/{realm}/protocol/openid-connect/certs'
        const answer = await publicDocument(transport, server, url, realm, "the realm's keys")
        const keys = answer.keys
        if (!Array.isArray(keys) || !keys.every(isRecord)) throw badAnswer('a set of keys', 'something else')
        return { keys }
      },
      discovery: async () =>
        realm === loginRealm
          ? discovery
          : publicDocument(transport, server, DISCOVERY, realm, "the realm's discovery document"),
      close: () => transport.close(),
    }
  } catch (error) {
    transport.close()
    throw error
  }
}

/** An admin-cli token names no person, and a token that was given does not say how it was got. */
export const callerOf = (credentials: RevealedCredentials, claims: Json): Caller => ({
  username:
    ('username' in credentials ? credentials.username : undefined) ?? optionalText(claims.preferred_username),
  clientId: optionalText(claims.azp),
  loginRealm: optionalText(claims.iss)?.match(/\/realms\/([^/]+)$/)?.[1],
})

export function tokenFor(
  credentials: RevealedCredentials,
  deps: Omit<AccessTokenDeps, 'monotonic'>,
): AccessToken {
  const monotonic = () => performance.now()
  switch (credentials.kind) {
    case 'token':
      return givenToken(credentials.token)
    case 'session':
      return storedToken(credentials, { ...deps, monotonic, now: Date.now })
    default:
      return signedIn(credentials, { ...deps, monotonic })
  }
}

/** A document that needs no sign-in. */
export async function publicDocument(
  transport: Transport,
  server: Server,
  path: string,
  realm: string,
  what: string,
) {
  const url = server.url(path, { realm: ['realm', realm] })
  const answer = await persistently(() => transport.request({ method: 'GET', url }), transport.sleep).catch(
    (error: unknown) => {
      throw failureOfFault(error)
    },
  )
  if (answer.status !== 200) throw failureOfAnswer(answer, { what, realm })
  return record(parsedJson(answer.body), what)
}
