import { EXIT, UserError } from '../../errors.ts'

/** A request itself waits this long before a retry after a 5xx. Longer waits are made here. */
const SHORT_PAUSE_MS = 5_000

/**
 * Whether to retry. Ending a session is idempotent (404: already ended), so lost answers and requested pauses are retried.
 * Errors of the server (5xx) are not: the request itself has already retried them.
 */
export const isRepeatable = ({ code, exitCode, retryAfter }: UserError) =>
  code === 'too-many-requests' ||
  (code === 'server-unavailable' ? (retryAfter ?? 0) > SHORT_PAUSE_MS : exitCode === EXIT.unreachable)

/** Errors after which the session may have ended: the answer was lost, or a proxy answered instead of Keycloak. */
export const MAY_HAVE_ENDED = new Set(['connection-closed', 'network', 'server-unavailable'])

/** Anything else that was thrown is a bug, said as an error of this run. */
export const asUserError = (error: unknown): UserError =>
  error instanceof UserError
    ? error
    : new UserError('internal', error instanceof Error ? error.message : String(error), { cause: error })
