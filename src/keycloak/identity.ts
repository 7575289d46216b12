import type { Connection } from '../core/connection.ts'
import type { Role, RolesHeld } from '../core/roles.ts'
import { EXIT, UserError } from '../errors.ts'
import { isRecord } from '../util/is-record.ts'
import { type Calls, createCalls } from './admin/call.ts'
import type { AccessToken } from './auth/access-token.ts'
import { transportTo } from './auth/connect.ts'
import { reveal } from './auth/credentials.ts'
import { callerOf, tokenFor } from './auth/session.ts'
import type { OpenDeps } from './http/client-options.ts'
import { findServer } from './http/find-server.ts'
import { type Json, optionalNumber, optionalText, texts } from './http/json.ts'

/** Who is signed in, and what the roles are enough for. */
export interface Identity {
  /** With its base path. */
  readonly server: string
  /** Undefined where neither the sign-in nor the token says (an admin-cli token does not). */
  readonly username: string | undefined
  readonly clientId: string | undefined
  /** When the access token ends, milliseconds since the epoch; undefined where it does not say. */
  readonly tokenExpires: number | undefined
  /** Undefined without a realm to act on. */
  readonly roles: RolesHeld | undefined
}

/**
 * Signs in, and finds out what the caller may do in the realm acted on: from the token's own roles where it carries
 * them, else from harmless reads. Never tries an act; what reads do not tell stays unknown.
 */
export async function identify(
  connection: Connection,
  realm: string | undefined,
  deps: OpenDeps,
): Promise<Identity> {
  const { loginRealm } = connection
  const credentials = await reveal(connection.credentials)
  const transport = await transportTo(connection, deps)
  try {
    const { server, discovery } = await findServer(transport, connection.server, loginRealm)
    const { sleep } = transport
    const issuer = optionalText(discovery.issuer)
    const token = tokenFor(credentials, { transport, server, loginRealm, issuer, sleep })
    const claims = await token.claims()
    const calls =
      realm === undefined ? undefined : createCalls({ transport, server, token, realm, loginRealm, sleep })
    const { username, clientId } = callerOf(credentials, claims)
    const exp = optionalNumber(claims.exp)
    return {
      server: server.base.href.replace(/\/$/, ''),
      username,
      clientId,
      tokenExpires: exp === undefined ? undefined : exp * 1000,
      roles: calls && (await rolesOf(calls, token, realm ?? '', loginRealm)),
    }
  } finally {
    transport.close()
  }
}

async function rolesOf(
  calls: Calls,
  token: AccessToken,
  realm: string,
  loginRealm: string,
): Promise<RolesHeld> {
  const [clients, users, stats, events] = await Promise.all([
    read(calls, '/admin/realms/{realm}/clients', { first: '0', max: '1' }),
    read(calls, '/admin/realms/{realm}/users', { first: '0', max: '1' }),
    read(calls, '/admin/realms/{realm}/client-session-stats', {}),
    read(calls, '/admin/realms/{realm}/events', { first: '0', max: '1' }),
  ])
  const [client] = Array.isArray(clients) ? clients : []
  const [user] = Array.isArray(users) ? users : []
  const seen: Record<Role, boolean | undefined> = {
    'view-realm': allowed(stats),
    // A realm always has clients: an empty list means that they may not be seen.
    'view-clients': allowed(clients) && client !== undefined,
    'view-users': allowed(users),
    'view-events': allowed(events),
    'manage-users': allowed(users) === false ? false : accessOf(user).manage,
    'manage-clients': allowed(clients) === false ? false : accessOf(client).configure,
    'manage-realm': undefined,
    'manage-events': undefined,
  }
  const named = rolesInToken(await token.claims(), realm, loginRealm)
  const entries = Object.entries(seen).map(([role, held]) => [role, held ?? named?.has(role)])
  return Object.fromEntries(entries.filter(([, held]) => held !== undefined))
}

const REFUSED = Symbol('refused')

/** The answer, or that it was refused for lack of a role. */
async function read(calls: Calls, path: string, query: Record<string, string>): Promise<unknown> {
  try {
    return await calls.own({ method: 'GET', path, what: 'a look at the roles', role: undefined }, { query })
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied && error.code !== 'unauthorized')
      return REFUSED
    throw error
  }
}

const allowed = (answer: unknown) => answer !== REFUSED

/** Keycloak says of each user and client what this caller may do with it. */
function accessOf(found: unknown): { manage?: boolean; configure?: boolean } {
  const access = isRecord(found) ? found.access : undefined
  return isRecord(access) ? (access as { manage?: boolean; configure?: boolean }) : {}
}

/** The roles that the token itself names for this realm; undefined when it names none at all (lightweight tokens). */
function rolesInToken(claims: Json, realm: string, loginRealm: string): Set<string> | undefined {
  if (!isRecord(claims.resource_access)) return undefined
  const client = realm === loginRealm && realm !== 'master' ? 'realm-management' : `${realm}-realm`
  const access = claims.resource_access[client]
  return new Set(isRecord(access) ? texts(access.roles) : [])
}
