import { isRecord } from '../../util/is-record.ts'

export type LevelName = 'realm' | 'client' | 'user'

/** The fields of a stored admin event that can prove who set a not-before. */
export interface StoredChange {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly operation: string
  readonly resourcePath: string | undefined
  readonly representation: string | undefined
  readonly by: { readonly userId: string | undefined; readonly ipAddress: string | undefined }
}

/** Who set a not-before, according to a stored event. */
export interface SetBy {
  /** ISO 8601. */
  readonly time: string
  /** `set` directly, or by Keycloak's `logout` of the realm or the user. */
  readonly how: 'set' | 'logout'
  /** The user ID of the administrator. */
  readonly by: string | null
  readonly ipAddress: string | null
}

/** At most this long before its event Keycloak takes the time of a logout. */
const LOGOUT_MS = 2000
/** At most this long before the event a user chose the time to set. */
const CHANGE_MS = 60_000

/**
 * The setter of a not-before; undefined unless a stored event proves it.
 * Proof is a logout in that second, or a change soon after it whose representation contains this very number (stored
 * only with "Include representation"). A later change proves nothing: saving a whole realm or client in the admin
 * console writes the old number again.
 */
export function setterOf(
  { level, id, seconds }: { level: LevelName; id: string; seconds: number },
  events: readonly StoredChange[],
): SetBy | undefined {
  const at = seconds * 1000
  const isLogout = ({ operation, resourcePath, time }: StoredChange) =>
    operation === 'ACTION' &&
    resourcePath === (level === 'realm' ? 'logout-all' : `users/${id}/logout`) &&
    time >= at &&
    time < at + LOGOUT_MS
  const isChange = ({ operation, resourcePath, representation, time }: StoredChange) =>
    operation === 'UPDATE' &&
    time >= at &&
    time < at + CHANGE_MS &&
    (level === 'realm' ? !resourcePath : level === 'client' && resourcePath === `clients/${id}`) &&
    notBeforeIn(representation) === seconds
  const proof = [...events]
    .sort((a, b) => a.time - b.time)
    .find((event) => isChange(event) || (level !== 'client' && isLogout(event)))
  return (
    proof && {
      time: new Date(proof.time).toISOString(),
      how: isChange(proof) ? 'set' : 'logout',
      by: proof.by.userId ?? null,
      ipAddress: proof.by.ipAddress ?? null,
    }
  )
}

function notBeforeIn(representation: string | undefined): unknown {
  try {
    const parsed: unknown = JSON.parse(representation ?? '')
    return isRecord(parsed) ? parsed.notBefore : undefined
  } catch {
    return undefined
  }
}
