import type { Connection } from '../core/connection.ts'
import { isRecord } from '../util/is-record.ts'
import { createCalls } from './admin/call.ts'
import { createCallerRoles } from './admin/caller-roles.ts'
import { transportTo } from './auth/connect.ts'
import { reveal } from './auth/credentials.ts'
import { introspect } from './auth/introspection.ts'
import { callerOf, tokenFor } from './auth/session.ts'
import type { OpenDeps } from './http/client-options.ts'
import { DISCOVERY, findServer } from './http/find-server.ts'
import { pathId } from './http/ids.ts'
import { badAnswer, optionalText } from './http/json.ts'
import { publicDocument } from './http/public-document.ts'
import type { Keycloak } from './keycloak.ts'

/** The admin API of a realm, until it is closed. */
export interface OpenKeycloak extends Keycloak {
  /** Closes the kept connections. Requests in flight fail. */
  close(): void
}

/**
 * Finds the server's base path, signs in, and returns the admin API of the target realm. Reads all secrets and checks
 * all names before the first request, so that a usage error sends nothing. Does not check that the target realm exists.
 */
export async function openKeycloak(connection: Connection, deps: OpenDeps): Promise<OpenKeycloak> {
  const { realm, loginRealm } = connection
  pathId('realm', realm)
  pathId('realm', loginRealm)
  const credentials = await reveal(connection.credentials)
  const transport = await transportTo(connection, deps)
  try {
    // Load the admin client while the server is found.
    const [{ server, discovery }, { adminOver }] = await Promise.all([
      findServer(transport, connection.server, loginRealm),
      import('./admin/open.ts'),
    ])
    const { sleep } = transport
    const issuer = optionalText(discovery.issuer)
    const tokenDeps = { transport, server, loginRealm, issuer, sleep }
    const token = tokenFor(credentials, tokenDeps)
    await token.get()
    const calls = createCalls({ transport, server, token, realm, loginRealm, sleep })
    return {
      realm,
      server: server.base.href.replace(/\/$/, ''),
      ...adminOver({ server, realm, loginRealm, token, calls }),
      hasRole: createCallerRoles({ calls, token, realm, loginRealm }).hasRole,
      caller: async () => callerOf(credentials, await token.claims()),
      introspect: (given, hint) => introspect(given, hint, { credentials, deps: tokenDeps, realm }),
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
