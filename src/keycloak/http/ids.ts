import { UserError, usageError } from '../../errors.ts'
import { pathIdProblem, pathSegmentProblem } from '../../util/path-segment.ts'

/** What a path segment names. A realm's name may hold inner spaces; internal ids never hold white space. */
export type IdKind = 'realm' | 'client' | 'user' | 'session'

const NAMES: Record<IdKind, string> = {
  realm: "realm's name",
  client: "client's internal id",
  user: 'user id',
  session: 'session id',
}

/**
 * Checks a value before it becomes a segment of a path. The admin client would resolve `..` by itself before anything
 * is sent: `deleteSession({ session: '..' })` deletes the realm.
 *
 * What a person may have typed is a mistake of usage (exit 2). A client's internal id only ever comes from Keycloak,
 * which lets whoever manages clients choose it, `..` and `a/b` included (seen on 26.7.4): such a client is listed, so
 * that it holds nothing up, but nothing is asked of it by its id (exit 1). Who reads the sessions of all clients leaves
 * it out, and says so (acts/unread-clients.ts).
 */
export function pathId(kind: IdKind, value: string): string {
  const problem = idProblem(kind, value)
  if (problem === undefined) return value
  if (kind === 'client') throw oddId(kind, value, problem)
  throw usageError('bad-id', `The ${NAMES[kind]} ${shown(value)} ${problem}.`, 'Nothing was sent for it.')
}

/** An id that Keycloak itself makes up. An odd one is no mistake of the caller's (exit 1). */
export function idFromServer(kind: IdKind, value: string): string {
  const problem = idProblem(kind, value)
  if (problem !== undefined) throw oddId(kind, value, problem)
  return value
}

const oddId = (kind: IdKind, value: string, problem: string) =>
  new UserError('odd-id', `Keycloak has a ${NAMES[kind]} ${shown(value)} that ${problem}.`, {
    hint: 'It is not used, as it could name something else. Look at it in the Admin Console.',
  })

/** Could this be an id of that kind at all? Says nothing of whether it exists. */
export const isPathId = (kind: IdKind, value: string): boolean => idProblem(kind, value) === undefined

const idProblem = (kind: IdKind, value: string): string | undefined =>
  kind === 'realm' ? pathSegmentProblem(value) : pathIdProblem(value)

const shown = (value: string) => JSON.stringify(value).slice(0, 100)
