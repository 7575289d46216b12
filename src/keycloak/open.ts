import type { Connection } from '../core/connection.ts'
import { isRecord } from '../util/is-record.ts'
import { type Calls, createCalls } from './admin/call.ts'
import { createCallerRoles } from './admin/caller-roles.ts'
import { type ServerInfo, serverInfoOf } from './admin/server-info.ts'
import type { AccessToken } from './auth/access-token.ts'
import { transportTo } from './auth/connect.ts'
import { type RevealedCredentials, reveal } from './auth/credentials.ts'
import { introspect } from './auth/introspection.ts'
import { callerOf, tokenFor } from './auth/session.ts'
import { signOutOwn } from './auth/sign-out.ts'
import type { OpenDeps } from './http/client-options.ts'
import { DISCOVERY, findServer, type Server } from './http/find-server.ts'
import { pathId } from './http/ids.ts'
import { badAnswer, list, optionalText, text } from './http/json.ts'
import { publicDocument } from './http/public-document.ts'
import { readOnce } from './http/read-once.ts'
import type { Transport } from './http/transport.ts'
import type { Keycloak } from './keycloak.ts'

/** The admin API of a realm, until it is closed. */
export interface OpenKeycloak extends Keycloak {
  /** Ends a session that began with a password here, and closes the kept connections. Requests in flight fail. */
  close(): Promise<void>
}

/** A server with one sign-in, which serves all realms that the account may administer. */
export interface OpenServer {
  /** The admin API of a realm. Does not check that the realm exists. @throws {UserError} `bad-id` (2) */
  realm(name: string): Keycloak
  /** The names of the realms that the account may see, as Keycloak lists them; others exist unseen. */
  visibleRealms(): Promise<string[]>
  /** Ends a session that began with a password here, and closes the kept connections. Requests in flight fail. */
  close(): Promise<void>
}

/** Opens a server and returns the admin API of the target realm; see `openServer`. */
export async function openKeycloak(connection: Connection, deps: OpenDeps): Promise<OpenKeycloak> {
  pathId('realm', connection.realm)
  const server = await openServer(connection, deps)
  return { ...server.realm(connection.realm), close: server.close }
}

/**
 * Finds the server's base path and signs in. Reads all secrets and checks all names before the first request, so that a
 * usage error sends nothing.
 */
export async function openServer(connection: Omit<Connection, 'realm'>, deps: OpenDeps): Promise<OpenServer> {
  const { loginRealm } = connection
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
    const tokenDeps = { transport, server, loginRealm, issuer: optionalText(discovery.issuer), sleep }
    const token = tokenFor(credentials, tokenDeps)
    await token.get()
    const callsIn = (realm: string, over = transport) =>
      createCalls({ transport: over, server, token, realm, loginRealm, sleep })
    const adminIn = (realm: string, calls: Calls) => adminOver({ server, realm, loginRealm, token, calls })
    const info = serverInfoOf(callsIn(loginRealm), token)
    const parts = { credentials, transport, server, info, discovery, token, tokenDeps, callsIn, adminIn }
    return {
      realm: (name) => realmAt(name, parts),
      visibleRealms: async () => realmNames(await callsIn(loginRealm).own(LIST_REALMS, { query: BRIEF })),
      close: async () => {
        await signOutOwn(token, connection, transport, deps)
        transport.close()
      },
    }
  } catch (error) {
    transport.close()
    throw error
  }
}

const LIST_REALMS = { method: 'GET', path: '/admin/realms', what: 'the realms', role: undefined } as const
const BRIEF = { briefRepresentation: 'true' }

const realmNames = (answer: unknown) =>
  list(answer, 'a list of realms', (realm) => text(realm, 'realm', 'a realm'))

interface Parts {
  readonly credentials: RevealedCredentials
  readonly transport: Transport
  readonly server: Server
  /** For all realms. */
  readonly info: ServerInfo
  readonly discovery: Readonly<Record<string, unknown>>
  readonly token: AccessToken
  readonly tokenDeps: Parameters<typeof introspect>[2]['deps']
  callsIn(realm: string, over?: Transport): Calls
  /** Does the transport send each GET once? */
  readonly readsOnce?: boolean
  adminIn(realm: string, calls: Calls): ReturnType<typeof import('./admin/open.ts').adminOver>
}

function realmAt(realm: string, parts: Parts): Keycloak {
  const { credentials, transport, server, info, discovery, token, tokenDeps } = parts
  const { loginRealm } = tokenDeps
  const readsAllClients = parts.readsOnce ?? false
  pathId('realm', realm)
  const calls = parts.callsIn(realm, transport)
  return {
    realm,
    atOneMoment: () => realmAt(realm, { ...parts, transport: readOnce(transport), readsOnce: true }),
    server: server.base.href.replace(/\/$/, ''),
    ...parts.adminIn(realm, calls),
    serverInfo: info.serverInfo,
    capabilities: info.capabilities,
    hasRole: createCallerRoles({ calls, server: info, token, realm, loginRealm, readsAllClients }).hasRole,
    caller: async () => callerOf(credentials, await token.claims()),
    introspect: (given, hint) => introspect(given, hint, { credentials, deps: tokenDeps, realm }),
    ownSessionId: async () => (realm === loginRealm ? token.sessionId() : undefined),
    keys: async () => {
      const url = '/realms/{realm}/protocol/openid-connect/certs'
      const { keys } = await publicDocument(transport, server, url, realm, "the realm's keys")
      if (!Array.isArray(keys) || !keys.every(isRecord)) throw badAnswer('a set of keys', 'something else')
      return { keys }
    },
    discovery: async () =>
      realm === loginRealm
        ? discovery
        : publicDocument(transport, server, DISCOVERY, realm, "the realm's discovery document"),
  }
}
