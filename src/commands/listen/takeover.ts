import { type Change, settingsOf } from '../../client-settings/settings.ts'
import type { Client, LogoutSettings } from '../../core/model.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import { kcLogout } from '../../util/shown-command.ts'

/** A client whose URLs point to a listener, and its former settings. Stored in a file until they are restored. */
export interface Takeover {
  readonly version: 1
  readonly server: string
  readonly realm: string
  readonly clientId: string
  /** Keycloak's internal id. */
  readonly id: string
  /** The process that listens. */
  readonly pid: number
  /** ISO 8601. */
  readonly since: string
  /** `from` is the former value, `to` what the listener wrote. */
  readonly changes: readonly Change[]
}

/** Marks URLs of listeners, so that others, on other machines too, see that the client is taken over. */
export const LISTENER_PATH = '/kc-logout-listen'

/** The settings that make Keycloak send a client's logouts to a listener. Sets an Admin URL only if there is one. */
export function listenerSettings(client: Client, publicUrl: string): Partial<LogoutSettings> {
  const base = `${publicUrl.replace(/\/$/, '')}${LISTENER_PATH}`
  return {
    backchannelLogoutUrl: `${base}/backchannel`,
    ...(client.adminUrl ? { adminUrl: `${base}/admin` } : {}),
    frontchannelLogout: false,
  }
}

/** Whether one of the client's URLs already points to a listener. */
export const isTakenOver = ({ backchannelLogoutUrl, adminUrl }: Client): boolean =>
  [backchannelLogoutUrl, adminUrl].some((url) => url?.includes(`${LISTENER_PATH}/`))

export interface Restoration {
  /** The settings to write. */
  readonly settings: Partial<LogoutSettings>
  /** Fields that were changed by someone else in the meantime; they are left alone. */
  readonly left: readonly Change['field'][]
  /** The listener switched the front channel off, and it is not switched on again. */
  readonly frontStaysOff: boolean
}

/**
 * The settings that restore a client: the fields where the listener's own value is still set.
 * The front channel stays off if the client got another Backchannel Logout URL in the meantime: with it on, Keycloak
 * would never call that URL.
 */
export function restoration(client: Client, { changes }: Pick<Takeover, 'changes'>): Restoration {
  const present = settingsOf(client)
  const left = changes
    .filter(({ field, from, to }) => present[field] !== to && present[field] !== from)
    .map(({ field }) => field)
  const own = changes.filter(({ field, to }) => present[field] === to)
  const hasNewUrl = left.includes('backchannelLogoutUrl') && present.backchannelLogoutUrl !== null
  const restorable = hasNewUrl ? own.filter(({ field }) => field !== 'frontchannelLogout') : own
  return {
    settings: Object.fromEntries(restorable.map(({ field, from }) => [field, from])),
    left,
    frontStaysOff: restorable.length < own.length,
  }
}

const OPTIONS: Partial<Record<Change['field'], string>> = {
  backchannelLogoutUrl: '--backchannel-url',
  adminUrl: '--admin-url',
}

/** The commands that restore a client by hand. Credentials of URLs are masked: the stored file has them. */
export function manualCommands(takeover: Takeover): string[] {
  const { server, realm, clientId, changes } = takeover
  const urls = changes.flatMap(({ field, from }) => {
    const option = OPTIONS[field]
    return option === undefined
      ? []
      : [option, { value: maskCredentials(String(from ?? 'none')), orElse: 'URL' }]
  })
  const wasFrontOn = changes.some(({ field, from }) => field === 'frontchannelLogout' && from === true)
  return [
    ...(urls.length > 0 ? [kcLogout`configure ${clientId} -r ${realm} --server ${server} ${urls}`] : []),
    ...(wasFrontOn ? [manualFrontChannel(takeover)] : []),
  ]
}

/** The kcadm command that switches the front channel on. */
export const manualFrontChannel = ({ id, realm }: Pick<Takeover, 'id' | 'realm'>): string =>
  `kcadm.sh update clients/${word(id)} -r ${word(realm)} -s frontchannelLogout=true`

const word = (value: string) => shellQuote(value) ?? '…'
