import pMap from 'p-map'
import type { Connection } from '../../core/connection.ts'
import { type Calls, createCalls } from '../../keycloak/admin/call.ts'
import { directoryOf } from '../../keycloak/admin/directory.ts'
import { transportTo } from '../../keycloak/auth/connect.ts'
import { reveal } from '../../keycloak/auth/credentials.ts'
import { tokenFor } from '../../keycloak/auth/session.ts'
import type { Directory, Group } from '../../keycloak/directory.ts'
import type { OpenDeps } from '../../keycloak/http/client-options.ts'
import { findServer } from '../../keycloak/http/find-server.ts'
import { optionalText } from '../../keycloak/http/json.ts'
import { isRecord } from '../../util/is-record.ts'
import type { NameKind } from './candidates.ts'

/** More names are of no use in a completion. */
const MOST = 500
/** Clients whose roles are read. */
const MOST_CLIENTS = 100
const PARALLEL_REQUESTS = 8
/** Milliseconds for a sign-in, which is not cut short. */
const SIGN_IN_TIMEOUT = 5000

/**
 * At most 500 names: of the realms that the caller may see, or of one kind in the target realm. For completion: it does
 * not use the admin client, which takes longer to load than the response takes. Roles: view-realm for realms and roles,
 * view-clients, view-users for groups, view-identity-providers, manage-realm for organizations.
 *
 * The signal of `deps` does not abort a sign-in: a realm may allow each refresh token only once, and an aborted response
 * would have contained the next one.
 */
export async function listNames(kind: NameKind, connection: Connection, deps: OpenDeps): Promise<string[]> {
  const { loginRealm, realm } = connection
  const credentials = await reveal(connection.credentials)
  const transport = await transportTo(connection, deps)
  const patient = await transportTo(
    { ...connection, timeout: SIGN_IN_TIMEOUT },
    { ...deps, signal: new AbortController().signal },
  )
  try {
    const { server, discovery } = await findServer(transport, connection.server, loginRealm)
    const { sleep } = transport
    const issuer = optionalText(discovery.issuer)
    const token = tokenFor(credentials, { transport: patient, server, loginRealm, issuer, sleep })
    const calls = createCalls({ transport, server, token, realm, loginRealm, sleep })
    return (await LISTS[kind](calls, directoryOf(calls))).slice(0, MOST)
  } finally {
    transport.close()
    patient.close()
  }
}

const LISTS: Readonly<Record<NameKind, (calls: Calls, directory: Directory) => Promise<string[]>>> = {
  realm: (calls) => fieldOf('realm', calls, '/admin/realms', { briefRepresentation: 'true' }),
  client: (calls) => fieldOf('clientId', calls, `${REALM}/clients`, FIRST),
  'identity-provider': (calls) => fieldOf('alias', calls, `${REALM}/identity-provider/instances`, FIRST),
  organization: (_, directory) => texts(directory.organizations(), ({ alias }) => alias),
  group: (_, directory) => groupPaths(directory),
  role: roleNames,
}

const REALM = '/admin/realms/{realm}'
const FIRST = { first: '0', max: String(MOST) }

/** A field of each entry of a list; entries without it are left out. */
async function fieldOf(
  field: string,
  calls: Calls,
  path: string,
  query: Record<string, string>,
): Promise<string[]> {
  const found = await records(calls, path, query)
  return found.flatMap((one) => optionalText(one[field]) ?? [])
}

async function records({ own }: Calls, path: string, query: Record<string, string>) {
  const found = await own({ method: 'GET', path, what: 'completion', role: undefined }, { query })
  return Array.isArray(found) ? found.filter(isRecord) : []
}

async function texts<T>(items: AsyncIterable<T>, text: (item: T) => string): Promise<string[]> {
  const all: string[] = []
  for await (const item of items) {
    all.push(text(item))
    if (all.length === MOST) break
  }
  return all
}

/** Those at the top first, then level by level. */
async function groupPaths(directory: Directory): Promise<string[]> {
  const paths = new Set<string>()
  let level: Group[] = []
  for await (const group of directory.groups()) level.push(group)
  while (level.length > 0 && paths.size < MOST) {
    for (const { path } of level) paths.add(path)
    const next: Group[] = []
    for (const group of level.slice(0, MOST))
      for await (const below of directory.subgroups(group)) if (!paths.has(below.path)) next.push(below)
    level = next
  }
  return [...paths]
}

/** Roles of the realm, then `CLIENT/ROLE`. */
async function roleNames(calls: Calls, directory: Directory): Promise<string[]> {
  const clients = await records(calls, `${REALM}/clients`, { first: '0', max: String(MOST_CLIENTS) })
  const ofClients = await pMap(
    clients,
    ({ id, clientId }) =>
      typeof id === 'string' ? texts(directory.roles(id), ({ name }) => `${clientId}/${name}`) : [],
    { concurrency: PARALLEL_REQUESTS },
  )
  return [...(await texts(directory.roles(), ({ name }) => name)), ...ofClients.flat()]
}
