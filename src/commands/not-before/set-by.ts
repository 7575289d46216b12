/** A stored event of an administrator, as far as it tells of a not-before. */
export interface ActEvent {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly operation: string
  readonly resourcePath: string | undefined
  readonly representation: string | undefined
  readonly by: { readonly userId: string | undefined; readonly ipAddress: string | undefined }
}

/** Who set a not-before, as a stored event says. */
export interface SetBy {
  /** ISO 8601. */
  readonly time: string
  /** `set` by itself, or by Keycloak's `logout` of the realm or of the person. */
  readonly how: 'set' | 'logout'
  /** The administrator's user id. */
  readonly by: string | null
  readonly ipAddress: string | null
}

/** Keycloak takes the time of a logout before the event's; people take theirs before they ask for it. */
const LOGOUT_MS = 2000
const CHANGE_MS = 60_000

/**
 * The event that set this not-before, if the realm has stored one that proves it: a logout of that second, or a change
 * soon after it whose representation holds this very number (stored with "Include representation" only). A later change
 * proves nothing: whoever saves a whole realm or client in the admin console writes the old number again.
 */
export function setterOf(
  { level, id, seconds }: { level: LevelName; id: string; seconds: number },
  events: readonly ActEvent[],
): SetBy | undefined {
  const at = seconds * 1000
  const isLogout = ({ operation, resourcePath, time }: ActEvent) =>
    operation === 'ACTION' &&
    resourcePath === (level === 'realm' ? 'logout-all' : `users/${id}/logout`) &&
    time >= at &&
    time < at + LOGOUT_MS
  const isChange = ({ operation, resourcePath, representation, time }: ActEvent) =>
    operation === 'UPDATE' &&
    time >= at &&
    time < at + CHANGE_MS &&
    (level === 'realm' ? !resourcePath : level === 'client' && resourcePath === `clients/${id}`) &&
    notBeforeIn(representation) === seconds
  const found = [...events]
    .sort((a, b) => a.time - b.time)
    .find((event) => isChange(event) || (level !== 'client' && isLogout(event)))
  return (
    found && {
      time: new Date(found.time).toISOString(),
      how: isChange(found) ? 'set' : 'logout',
      by: found.by.userId ?? null,
      ipAddress: found.by.ipAddress ?? null,
    }
  )
}

function notBeforeIn(representation: string | undefined): unknown {
  try {
    const parsed: unknown = JSON.parse(representation ?? '')
    return typeof parsed === 'object' && parsed !== null && 'notBefore' in parsed
      ? parsed.notBefore
      : undefined
  } catch {
    return undefined
  }
}

export type LevelName = 'realm' | 'client' | 'user'
