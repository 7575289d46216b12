// First, so that the admin client never sees Node's own fetch.
import './install-fetch.ts'
import KeycloakAdminClient from '@keycloak/keycloak-admin-client'
import type { AccessToken } from '../auth/access-token.ts'
import type { Server } from '../http/find-server.ts'
import type { Admin } from './admin.ts'
import type { Calls } from './call.ts'
import { clientsOf } from './clients.ts'
import { directoryOf } from './directory.ts'
import { eventsOf } from './events.ts'
import { identityProvidersOf } from './identity-providers.ts'
import { realmOf } from './realm.ts'
import { sessionsOf } from './sessions.ts'
import { ssfOf } from './ssf.ts'
import { usersOf } from './users.ts'

interface AdminParts {
  readonly server: Server
  readonly realm: string
  readonly loginRealm: string
  readonly token: AccessToken
  readonly calls: Calls
}

/** The admin API of one realm: @keycloak/keycloak-admin-client with our token and our transport. */
export function adminOver({ server, realm, loginRealm, token, calls }: AdminParts) {
  const client = new KeycloakAdminClient({
    baseUrl: server.base.href,
    // The login realm. The target realm goes with each call.
    realmName: loginRealm,
    // A 404 is an error to explain, not an empty result.
    requestArgOptions: { catchNotFound: false },
  })
  client.registerTokenProvider({ getAccessToken: () => token.get() })
  const admin: Admin = { client, realm, token, ...calls }
  return {
    ...clientsOf(admin),
    ...usersOf(admin),
    ...sessionsOf(admin),
    ...ssfOf(admin),
    ...realmOf(admin),
    ...eventsOf(admin),
    ...identityProvidersOf(admin),
    directory: directoryOf(admin),
  }
}
