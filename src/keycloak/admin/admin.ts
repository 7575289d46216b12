import type KeycloakAdminClient from '@keycloak/keycloak-admin-client'
import type { AccessToken } from '../auth/access-token.ts'
import type { Calls } from './call.ts'

/** What each part of the admin API is built from: the library's methods, and the one way to call them. */
export interface Admin extends Calls {
  readonly client: KeycloakAdminClient
  /** The realm acted on: goes into each call, as the library's own `realmName` is the realm signed in to. */
  readonly realm: string
  readonly token: Pick<AccessToken, 'claims' | 'serverTime'>
}
