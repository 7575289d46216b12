import type { Connection } from '../../core/connection.ts'
import { createCalls } from '../../keycloak/admin/call.ts'
import { transportTo } from '../../keycloak/auth/connect.ts'
import { reveal } from '../../keycloak/auth/credentials.ts'
import { tokenFor } from '../../keycloak/auth/session.ts'
import type { OpenDeps } from '../../keycloak/http/client-options.ts'
import { findServer } from '../../keycloak/http/find-server.ts'
import { optionalText } from '../../keycloak/http/json.ts'
import { isRecord } from '../../util/is-record.ts'

/** More names are of no use in a completion. */
const MOST = 500
/** Milliseconds for a sign-in, which is not cut short. */
const SIGN_IN_TIMEOUT = 5000

/**
 * The names of the realms that the caller may see, or the client ids of the target realm. For completion: it does not use
 * the admin client, which takes longer to load than the response takes. Roles: view-realm, view-clients.
 *
 * The signal of `deps` does not abort a sign-in: a realm may allow each refresh token only once, and an aborted response
 * would have contained the next one.
 */
export async function listNames(
  kind: 'realm' | 'client',
  connection: Connection,
  deps: OpenDeps,
): Promise<string[]> {
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
    const { own } = createCalls({ transport, server, token, realm, loginRealm, sleep })
    const found =
      kind === 'realm'
        ? await own(
            { method: 'GET', path: '/admin/realms', what: 'the realms', role: 'view-realm' },
            { query: { briefRepresentation: 'true' } },
          )
        : await own(
            {
              method: 'GET',
              path: '/admin/realms/{realm}/clients',
              what: 'the clients',
              role: 'view-clients',
            },
            { query: { first: '0', max: String(MOST) } },
          )
    const field = kind === 'realm' ? 'realm' : 'clientId'
    if (!Array.isArray(found)) return []
    return found.flatMap((one) => (isRecord(one) ? (optionalText(one[field]) ?? []) : [])).slice(0, MOST)
  } finally {
    transport.close()
    patient.close()
  }
}
