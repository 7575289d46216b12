import type KeycloakAdminClient from '@keycloak/keycloak-admin-client'
import type { AccessToken } from '../auth/access-token.ts'
import type { Calls } from './call.ts'

/** What each part of the admin API needs: the admin client, and the guarded way to call it. */
export interface Admin extends Calls {
  readonly client: KeycloakAdminClient
  /** The target realm; goes into each call, because the admin client's own `realmName` is the login realm. */
  readonly realm: string
  readonly token: Pick<AccessToken, 'claims' | 'serverTime'>
}
