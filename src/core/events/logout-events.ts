import { explainLogoutError } from './logout-errors.ts'

/** A stored user event, reduced to what logouts need. */
export interface StoredUserEvent {
  readonly id: string | undefined
  readonly time: number
  readonly type: string
  readonly clientId: string | undefined
  readonly userId: string | undefined
  readonly sessionId: string | undefined
  readonly ipAddress: string | undefined
  readonly error: string | undefined
  readonly details: Readonly<Record<string, string>>
}

/** A stored admin event, reduced to what logouts need. */
export interface StoredAdminEvent {
  readonly id: string | undefined
  readonly time: number
  readonly operation: string
  readonly resourceType: string | undefined
  readonly resourcePath: string | undefined
  readonly by: { readonly userId: string | undefined; readonly ipAddress: string | undefined }
}

/** A logout event as `events` shows it (docs/reference/events.md). */
export interface LogoutEvent {
  /** ISO 8601. */
  readonly time: string
  readonly source: 'user' | 'admin'
  /** `LOGOUT` or `LOGOUT_ERROR`; for `admin` a type of `ADMIN_OPERATIONS`. */
  readonly type: string
  readonly error?: string
  readonly reason?: string
  readonly clientId?: string
  /** The user who was logged out. */
  readonly userId?: string
  readonly username?: string
  readonly sessionId?: string
  /** The address of the browser or application; for `admin`, of the administrator. */
  readonly ipAddress?: string
  /** The administrator's user id. */
  readonly by?: string
  readonly explanation?: string
  readonly fix?: string
}

/** The types of user events about logouts. Keycloak answers 500 to an unknown type. */
export const LOGOUT_EVENT_TYPES = ['LOGOUT', 'LOGOUT_ERROR'] as const

/** Maps a stored LOGOUT or LOGOUT_ERROR event, with an explanation of the error. */
export function fromUserEvent(event: StoredUserEvent): LogoutEvent {
  const { clientId, userId, sessionId, ipAddress, error, details, type } = event
  const explanation =
    type === 'LOGOUT_ERROR'
      ? explainLogoutError({
          error,
          reason: details.reason,
          clientId,
          clientAuthMethod: details.client_auth_method,
        })
      : undefined
  return {
    time: new Date(event.time).toISOString(),
    source: 'user',
    type,
    ...defined({ error, reason: details.reason, clientId, userId, sessionId, ipAddress }),
    ...(explanation ? { explanation: explanation.explanation, fix: explanation.fix } : {}),
  }
}

/** Admin operations on sessions, recognized by the resource path of the event. */
const ADMIN_OPERATIONS: readonly {
  type: string
  path: RegExp
  explanation: string
  group?: 'userId' | 'sessionId'
}[] = [
  {
    type: 'USER_LOGGED_OUT',
    path: /^users\/([^/]+)\/logout$/,
    group: 'userId',
    explanation: 'Keycloak does not record which sessions ended and which clients were notified.',
  },
  {
    type: 'SESSION_ENDED',
    path: /^sessions\/([^/]+)$/,
    group: 'sessionId',
    explanation: 'Keycloak does not record whose session it was and which clients were notified.',
  },
  {
    type: 'REALM_LOGGED_OUT',
    path: /^logout-all$/,
    explanation:
      'Keycloak called no Backchannel Logout URL. The list of reached URLs in this event is not reliable.',
  },
  {
    type: 'NOT_BEFORE_PUSHED',
    path: /^push-revocation$/,
    explanation: "The realm's not-before was sent to the Admin URLs.",
  },
  {
    type: 'OFFLINE_ACCESS_REVOKED',
    path: /^users\/([^/]+)\/consents\/[^/]+$/,
    group: 'userId',
    explanation: 'Consent and offline tokens were revoked. Keycloak does not notify clients of this.',
  },
]

/** Maps an admin event; undefined if it is not about a logout. */
export function fromAdminEvent(event: StoredAdminEvent): LogoutEvent | undefined {
  const path = event.resourcePath ?? ''
  for (const { type, path: pattern, group, explanation } of ADMIN_OPERATIONS) {
    const match = pattern.exec(path)
    // Other operations on the same path are not logouts: `UPDATE users/…` changes a user.
    if (!match || !['ACTION', 'DELETE'].includes(event.operation)) continue
    return {
      time: new Date(event.time).toISOString(),
      source: 'admin',
      type,
      ...(group && match[1] !== undefined ? { [group]: match[1] } : {}),
      ...defined({ ipAddress: event.by.ipAddress, by: event.by.userId }),
      explanation,
    }
  }
  return undefined
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
