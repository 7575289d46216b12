import { type Change, settingsOf } from '../../client-settings/settings.ts'
import type { Client, LogoutSettings } from '../../core/model.ts'
import { shellQuote } from '../../util/shell-quote.ts'

/** A client whose URLs lead to a listener for a while, and what to put back. Kept in a file until it is put back. */
export interface Takeover {
  readonly version: 1
  readonly server: string
  readonly realm: string
  readonly clientId: string
  /** Keycloak's internal id. */
  readonly id: string
  /** The process that listens, and since when (ISO 8601). */
  readonly pid: number
  readonly since: string
  /** `from` is what it was, `to` is what the listener wrote. */
  readonly changes: readonly Change[]
}

/** Marks URLs of listeners, so that another one, on another machine too, sees that the client is taken. */
export const LISTENER_PATH = '/kc-logout-listen'

/** The settings by which Keycloak sends a client's logouts to a listener. An Admin URL is taken only where there is one. */
export function takenSettings(client: Client, publicUrl: string): Partial<LogoutSettings> {
  const base = `${publicUrl.replace(/\/$/, '')}${LISTENER_PATH}`
  return {
    backchannelLogoutUrl: `${base}/backchannel`,
    ...(client.adminUrl ? { adminUrl: `${base}/admin` } : {}),
    frontchannelLogout: false,
  }
}

/** Does one of the client's URLs lead to a listener already? */
export const isTaken = ({ backchannelLogoutUrl, adminUrl }: Client): boolean =>
  [backchannelLogoutUrl, adminUrl].some((url) => url?.includes(`${LISTENER_PATH}/`))

export interface Restoration {
  /** To be written. */
  readonly back: Partial<LogoutSettings>
  /** Changed by somebody else meanwhile: left alone. */
  readonly left: readonly Change['field'][]
  /** The listener switched the front channel off, and it is not switched on again. */
  readonly frontStaysOff: boolean
}

/**
 * What to put back: field by field, and only where the listener's own value still stands. The front channel stays off
 * where somebody has set another Backchannel Logout URL meanwhile: with it on, Keycloak would never call that URL.
 */
export function restoration(client: Client, { changes }: Pick<Takeover, 'changes'>): Restoration {
  const present = settingsOf(client)
  const left = changes
    .filter(({ field, from, to }) => present[field] !== to && present[field] !== from)
    .map(({ field }) => field)
  const ours = changes.filter(({ field, to }) => present[field] === to)
  const hasNewUrl = left.includes('backchannelLogoutUrl') && present.backchannelLogoutUrl !== null
  const back = hasNewUrl ? ours.filter(({ field }) => field !== 'frontchannelLogout') : ours
  return {
    back: Object.fromEntries(back.map(({ field, from }) => [field, from])),
    left,
    frontStaysOff: back.length < ours.length,
  }
}

/** The commands that put back by hand what a listener takes over, should it come to that. */
export function commandsByHand(takeover: Takeover): string[] {
  const { server, realm, clientId, changes } = takeover
  const where = `-r ${word(realm)} --server ${word(server)}`
  const urls = changes.flatMap(({ field, from }) =>
    field === 'backchannelLogoutUrl' || field === 'adminUrl'
      ? [`${field === 'adminUrl' ? '--admin-url' : '--backchannel-url'} ${word(String(from ?? 'none'))}`]
      : [],
  )
  const front = changes.some(({ field, from }) => field === 'frontchannelLogout' && from === true)
  return [
    ...(urls.length > 0 ? [`kc-logout configure ${word(clientId)} ${where} ${urls.join(' ')}`] : []),
    ...(front ? [frontByHand(takeover)] : []),
  ]
}

/** The command that switches the front channel on again. */
export const frontByHand = ({ id, realm }: Pick<Takeover, 'id' | 'realm'>): string =>
  `kcadm.sh update clients/${word(id)} -r ${word(realm)} -s frontchannelLogout=true`

const word = (value: string) => shellQuote(value) ?? "'?'"
