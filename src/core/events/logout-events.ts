import { explainLogoutError } from './logout-errors.ts'

/** A stored event of a person, as far as it matters here. */
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

/** A stored event of an administrator, as far as it matters here. */
export interface StoredAdminEvent {
  readonly id: string | undefined
  readonly time: number
  readonly operation: string
  readonly resourceType: string | undefined
  readonly resourcePath: string | undefined
  readonly by: { readonly userId: string | undefined; readonly ipAddress: string | undefined }
}

/** One event about a logout (docs/commands.md, "events"). */
export interface LogoutEvent {
  /** ISO 8601. */
  readonly time: string
  readonly source: 'user' | 'admin'
  /** `LOGOUT`, `LOGOUT_ERROR`, or for administrators one of `ADMIN_ACTS`. */
  readonly type: string
  readonly error?: string
  readonly reason?: string
  readonly clientId?: string
  /** The person logged out. */
  readonly userId?: string
  readonly username?: string
  readonly sessionId?: string
  /** Of the browser or application; for `admin` that of the administrator. */
  readonly ipAddress?: string
  /** The administrator's user id. */
  readonly by?: string
  readonly explanation?: string
  readonly fix?: string
}

/** The types of people's events that are about a logout. An unknown type makes Keycloak answer 500. */
export const LOGOUT_EVENT_TYPES = ['LOGOUT', 'LOGOUT_ERROR'] as const

export function fromUserEvent(event: StoredUserEvent): LogoutEvent {
  const { clientId, userId, sessionId, ipAddress, error, details, type } = event
  const explained =
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
    ...(explained ? { explanation: explained.explanation, fix: explained.fix } : {}),
  }
}

/** What an administrator can do about sessions, by the path of the resource in the event. */
const ADMIN_ACTS: readonly {
  type: string
  path: RegExp
  explanation: string
  group?: 'userId' | 'sessionId'
}[] = [
  {
    type: 'USER_LOGGED_OUT',
    path: /^users\/([^/]+)\/logout$/,
    group: 'userId',
    explanation: 'Which sessions ended and which clients were told is not recorded.',
  },
  {
    type: 'SESSION_ENDED',
    path: /^sessions\/([^/]+)$/,
    group: 'sessionId',
    explanation: 'Whose session it was and which clients were told is not recorded.',
  },
  {
    type: 'REALM_LOGGED_OUT',
    path: /^logout-all$/,
    explanation:
      'No client was told by its Backchannel Logout URL, and the list of reached URLs in it is not true.',
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
    explanation: 'Consent and offline tokens were revoked; no client is told of that.',
  },
]

/** Undefined for an administrator's event that is not about a logout. */
export function fromAdminEvent(event: StoredAdminEvent): LogoutEvent | undefined {
  const path = event.resourcePath ?? ''
  for (const { type, path: pattern, group, explanation } of ADMIN_ACTS) {
    const match = pattern.exec(path)
    // The same path with another operation is another thing: `UPDATE users/…` changes a person.
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
