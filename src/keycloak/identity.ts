import type { Connection } from '../core/connection.ts'
import type { ClientSight } from '../core/not-visible.ts'
import { ROLES, type RolesHeld } from '../core/roles.ts'
import { type Calls, createCalls } from './admin/call.ts'
import { type CallerRoles, createCallerRoles } from './admin/caller-roles.ts'
import { serverInfoOf } from './admin/server-info.ts'
import type { AccessToken } from './auth/access-token.ts'
import { transportTo } from './auth/connect.ts'
import { reveal } from './auth/credentials.ts'
import { callerOf, tokenFor } from './auth/session.ts'
import { signOutOwn } from './auth/sign-out.ts'
import { readClientSight } from './client-sight.ts'
import type { OpenDeps } from './http/client-options.ts'
import { findServer } from './http/find-server.ts'
import { optionalNumber, optionalText } from './http/json.ts'
import { unlessDenied } from './unless-denied.ts'

/** Who is signed in, and with which roles. */
export interface Identity {
  /** With its base path. */
  readonly server: string
  /** Undefined where neither the sign-in nor the token says (an admin-cli token does not). */
  readonly username: string | undefined
  readonly clientId: string | undefined
  /** When the access token expires, milliseconds since the epoch; undefined where it does not say. */
  readonly tokenExpires: number | undefined
  /** Undefined without a target realm. */
  readonly roles: RolesHeld | undefined
  /** How much of the target realm's clients the caller sees; undefined without a realm, or if there is no list. */
  readonly sight: ClientSight | undefined
}

/** Signs in and finds the roles of the caller in the target realm (see `CallerRoles`). Sends GETs, the sign-in and its sign-out. */
export async function identify(
  connection: Connection,
  realm: string | undefined,
  deps: OpenDeps,
): Promise<Identity> {
  const { loginRealm } = connection
  const credentials = await reveal(connection.credentials)
  const transport = await transportTo(connection, deps)
  let token: AccessToken | undefined
  try {
    const { server, discovery } = await findServer(transport, connection.server, loginRealm)
    const { sleep } = transport
    const issuer = optionalText(discovery.issuer)
    token = tokenFor(credentials, { transport, server, loginRealm, issuer, sleep })
    const claims = await token.claims()
    const there =
      realm === undefined
        ? undefined
        : {
            ...{ server, token, realm, loginRealm },
            calls: createCalls({ transport, server, token, realm, loginRealm, sleep }),
          }
    const callerRoles = there && createCallerRoles({ ...there, server: serverInfoOf(there.calls, token) })
    const { username, clientId } = callerOf(credentials, claims)
    const exp = optionalNumber(claims.exp)
    return {
      server: server.base.href.replace(/\/$/, ''),
      username,
      clientId,
      tokenExpires: exp === undefined ? undefined : exp * 1000,
      roles: callerRoles && (await rolesOf(callerRoles)),
      sight: there && callerRoles && (await sightOf(there, callerRoles)),
    }
  } finally {
    if (token) await signOutOwn(token, connection, transport, deps)
    transport.close()
  }
}

async function rolesOf(callerRoles: CallerRoles): Promise<RolesHeld> {
  const held = await Promise.all(ROLES.map(async (role) => [role, await callerRoles.hasRole(role)] as const))
  return Object.fromEntries(held.filter(([, has]) => has !== undefined))
}

type AdminParts = Parameters<typeof import('./admin/open.ts').adminOver>[0]

/** Loads the admin client only for callers who may see a part of the clients. */
async function sightOf(
  parts: AdminParts & { readonly calls: Calls },
  { hasRole }: CallerRoles,
): Promise<ClientSight | undefined> {
  if ((await hasRole('view-clients')) === true) return { isAll: true, notVisible: [] }
  const { adminOver } = await import('./admin/open.ts')
  const { clients, sessionCounts } = adminOver(parts)
  const visible = await unlessDenied(clients())
  return visible?.length ? unlessDenied(readClientSight(visible, { hasRole, sessionCounts })) : undefined
}
