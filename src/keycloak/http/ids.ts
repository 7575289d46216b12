import { UserError, usageError } from '../../errors.ts'
import { pathIdProblem, pathSegmentProblem, realmNameProblem } from '../../util/path-segment.ts'

/** What a path segment names. */
export type IdKind =
  | 'realm'
  | 'client'
  | 'user'
  | 'session'
  | 'group'
  | 'role'
  | 'organization'
  | 'receiver'
  | 'event'

const NAMES: Record<IdKind, string> = {
  realm: 'realm name',
  client: 'internal client id',
  user: 'user id',
  session: 'session id',
  group: 'group id',
  role: 'role',
  organization: 'organization id',
  receiver: 'client id of an SSF receiver',
  event: 'id of a security event',
}

/**
 * Checks a value before it becomes a path segment: the admin client resolves `..` before it sends a request, and
 * `deleteSession({ session: '..' })` deletes the realm (26.7.4).
 *
 * An invalid internal client id comes from Keycloak: accounts that manage clients can choose it, `..` and `a/b`
 * included (26.7.4). Such a client is listed, but never addressed by id.
 * @throws {UserError} `bad-id` (2) for what may have been typed, `odd-id` (1) for a client
 */
export function pathId(kind: IdKind, value: string): string {
  const problem = idProblem(kind, value)
  if (problem === undefined) return value
  if (kind === 'client' || kind === 'receiver') throw oddId(kind, value, problem)
  throw usageError('bad-id', `The ${NAMES[kind]} ${shown(value)} ${problem}.`, 'No request was sent for it.')
}

/** Returns an id from an answer of Keycloak. @throws {UserError} `odd-id` (1) */
export function idFromServer(kind: IdKind, value: string): string {
  const problem = idProblem(kind, value)
  if (problem !== undefined) throw oddId(kind, value, problem)
  return value
}

const oddId = (kind: IdKind, value: string, problem: string) =>
  new UserError('odd-id', `The ${NAMES[kind]} ${shown(value)} from Keycloak ${problem}.`, {
    hint: 'It is not used, because it could name something else. Check it in the Admin Console.',
  })

/** Could this be an id of this kind? Does not say whether it exists. */
export const isPathId = (kind: IdKind, value: string): boolean => idProblem(kind, value) === undefined

const idProblem = (kind: IdKind, value: string): string | undefined =>
  kind === 'realm'
    ? realmNameProblem(value)
    : kind === 'role'
      ? pathSegmentProblem(value)
      : pathIdProblem(value)

const shown = (value: string) => JSON.stringify(value).slice(0, 100)
