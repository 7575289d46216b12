import type { Client, LogoutSettings } from '../core/model.ts'

export type Field = keyof LogoutSettings

/** In the order in which they are shown, written to a file and read from one. */
export const FIELDS: readonly Field[] = [
  'backchannelLogoutUrl',
  'backchannelLogoutSessionRequired',
  'backchannelLogoutRevokeOfflineTokens',
  'adminUrl',
  'frontchannelLogout',
]

/** The fields that hold a URL. */
export type UrlField = 'backchannelLogoutUrl' | 'adminUrl'
export const URL_FIELDS: readonly UrlField[] = ['backchannelLogoutUrl', 'adminUrl']

/** What somebody wants of a client: absent means "as it is", `null` removes. */
export type DesiredSettings = Partial<LogoutSettings>

/** What the client has now. Keycloak keeps a removed Admin URL as an empty string: that is none. */
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

/** The fields of `to` that differ from `from`; those that `to` does not name stay out. */
export const differences = (from: LogoutSettings, to: DesiredSettings): Change[] =>
  FIELDS.flatMap((field) => {
    const value = to[field]
    return value === undefined || value === from[field] ? [] : [{ field, from: from[field], to: value }]
  })
