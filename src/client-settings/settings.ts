import type { Client, LogoutSettings } from '../core/model.ts'

export type Field = keyof LogoutSettings

/** The fields in the order in which they are shown, exported and read from a file. */
export const FIELDS: readonly Field[] = [
  'backchannelLogoutUrl',
  'backchannelLogoutSessionRequired',
  'backchannelLogoutRevokeOfflineTokens',
  'adminUrl',
  'frontchannelLogout',
]

/** The fields that contain a URL. */
export type UrlField = 'backchannelLogoutUrl' | 'adminUrl'
export const URL_FIELDS: readonly UrlField[] = ['backchannelLogoutUrl', 'adminUrl']

/** The desired settings of a client: an absent field stays as it is, `null` removes. */
export type DesiredSettings = Partial<LogoutSettings>

/** The present settings of a client. Keycloak stores a removed Admin URL as an empty string: read as `null`. */
export const settingsOf = (client: Client): LogoutSettings => ({
  backchannelLogoutUrl: client.backchannelLogoutUrl || null,
  backchannelLogoutSessionRequired: client.backchannelLogoutSessionRequired,
  backchannelLogoutRevokeOfflineTokens: client.backchannelLogoutRevokeOfflineTokens,
  adminUrl: client.adminUrl || null,
  frontchannelLogout: client.frontchannelLogout,
})

export interface Change {
  readonly field: Field
  readonly from: string | boolean | null
  readonly to: string | boolean | null
}

/** The fields whose desired value differs from the present one. Absent fields are not compared. */
export const differences = (present: LogoutSettings, desired: DesiredSettings): Change[] =>
  FIELDS.flatMap((field) => {
    const value = desired[field]
    return value === undefined || value === present[field] ? [] : [{ field, from: present[field], to: value }]
  })
