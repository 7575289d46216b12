import type { Client } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { IntrospectionHint, Keycloak } from '../../keycloak/keycloak.ts'
import type { About } from '../../token/about.ts'
import { issuerDifference } from '../../token/issuer.ts'
import type { JsonObject } from '../../token/json.ts'
import type { Kind } from '../../token/kind.ts'
import type { NotAsked, OnlineAnswer, OnlineFacts } from '../../token/rules/online.ts'
import { once } from '../../util/once.ts'
import { pathSegmentProblem } from '../../util/path-segment.ts'
import { formatTime } from '../../util/time.ts'

/** The token that the realm is asked about. */
interface AskedToken {
  readonly kind: Kind
  readonly text: string
}

/**
 * Returns a function that asks the realm about one of its own tokens; its answers about another realm's sessions and
 * users would be wrong. Tokens without an issuer (admin actions) are asked about. Compares with the issuer that the realm
 * announces, because keys and expected issuer may come from elsewhere.
 */
export function realmInquirer(keycloak: Keycloak) {
  const issuer = once(() => factOf(async () => (await keycloak.discovery()).issuer))
  return async (about: About, payload: JsonObject, token: AskedToken): Promise<OnlineFacts | NotAsked> => {
    if (payload.iss !== undefined) {
      const notAsked = otherRealm(payload.iss, await issuer())
      if (notAsked !== undefined) return { notAsked }
    }
    return askRealm(about, payload, token, keycloak)
  }
}

function otherRealm(iss: unknown, asked: OnlineAnswer<unknown>): string | undefined {
  if ('unknown' in asked) return `The realm was not asked because its issuer is unknown: ${asked.unknown}`
  const issuer = asked.value
  if (iss === issuer) return undefined
  if (typeof issuer !== 'string') return 'The realm was not asked because it does not announce its issuer.'
  const difference = typeof iss === 'string' ? issuerDifference(issuer, iss) : 'iss is not a string'
  return `The realm was not asked because the token is not from it (${issuer}): ${difference}.`
}

/**
 * Asks the realm about the session, client and user of a token. Does not trust the token: names are looked up, and ids
 * are checked before they become part of a path. A fact that the caller may not see is unknown, not an error.
 * Roles: view-clients, view-users, view-realm, view-events; each for its own part.
 */
async function askRealm(
  about: About,
  payload: JsonObject,
  token: AskedToken,
  keycloak: Keycloak,
): Promise<OnlineFacts> {
  const { clientId, userId, sessionId } = about
  const found = await factOf(async () =>
    clientId === null ? NOT_NAMED : await keycloak.findClient(clientId),
  )
  const known = 'value' in found ? found.value : undefined
  const [user, realm, session, raw] = await Promise.all([
    factOf(async () => (isId(userId) ? await keycloak.findUserById(userId) : NOT_NAMED)),
    factOf(() => keycloak.realmInfo()),
    factOf(async () =>
      isId(userId) && sessionId !== null ? await sessionState(userId, sessionId, found, keycloak) : NOT_NAMED,
    ),
    known ? factOf(() => keycloak.rawClient(known.id)) : undefined,
  ])
  // Without the role view-clients Keycloak may return only names; the missing settings must not read as unset.
  const client = raw !== undefined && 'unknown' in raw ? raw : found
  const settings = 'value' in client ? client.value : undefined
  const realmInfo = 'value' in realm ? realm.value : undefined
  return {
    session,
    client,
    user,
    notBefore: {
      realm: part(realm, (it) => it.notBefore, 'the role view-realm is required'),
      client: part(client, (it) => it?.notBefore, 'the realm has no such client'),
      user: part(user, (it) => it?.notBefore, 'the realm has no such user'),
    },
    alg: settings && (settings.idTokenSignedResponseAlg ?? realmInfo?.defaultSignatureAlgorithm),
    encrypted: raw !== undefined && 'value' in raw ? isEncrypted(raw.value) : undefined,
    introspection: await factOf(() => introspectionOf(token, keycloak)),
    event: await factOf(() => eventOf(about, payload, keycloak)),
  }
}

/** The kinds that Keycloak introspects, and their hint. */
const HINTS: Partial<Record<Kind, IntrospectionHint>> = {
  access: 'access_token',
  opaque: 'access_token',
  refresh: 'refresh_token',
  offline: 'refresh_token',
}

async function introspectionOf({ kind, text }: AskedToken, keycloak: Keycloak) {
  const hint = HINTS[kind]
  if (hint === undefined) return NOT_NAMED
  const answer = await keycloak.introspect(text, hint)
  return 'notAsked' in answer ? new Unanswered(answer.notAsked) : answer
}

/** One part of an answer; if it is missing, `otherwise` says why. */
function part<T, P>(
  whole: OnlineAnswer<T>,
  of: (value: T) => P | undefined,
  otherwise: string,
): OnlineAnswer<P> {
  if ('unknown' in whole) return whole
  const value = of(whole.value)
  return value === undefined ? { unknown: otherwise } : { value }
}

/** Why a fact is unknown. */
class Unanswered {
  constructor(readonly reason: string) {}
}
const NOT_NAMED = new Unanswered('The token does not name it.')

/** Asks for one fact; it is unknown if the caller may not see it. */
async function factOf<T>(ask: () => Promise<T | Unanswered>): Promise<OnlineAnswer<T>> {
  try {
    const value = await ask()
    return value instanceof Unanswered ? { unknown: value.reason } : { value }
  } catch (error) {
    // A missing role or an odd id hides one fact; an unreachable server hides them all and is an error.
    const hidesOne: readonly number[] = [EXIT.denied, EXIT.usage, EXIT.notFound]
    if (error instanceof UserError && hidesOne.includes(error.exitCode)) return { unknown: error.message }
    throw error
  }
}

const isId = (id: string | null): id is string => id !== null && pathSegmentProblem(id) === undefined

/** Returns `gone` only if both online and offline sessions could be read. */
async function sessionState(
  userId: string,
  sessionId: string,
  client: OnlineAnswer<Client | undefined>,
  keycloak: Keycloak,
): Promise<'online' | 'offline' | 'gone' | Unanswered> {
  if ((await keycloak.sessionsOf(userId)).some(({ id }) => id === sessionId)) return 'online'
  if ('unknown' in client) {
    return new Unanswered(
      `It is not an online session; whether it is an offline one is unknown: ${client.unknown}`,
    )
  }
  const offline = client.value ? await keycloak.offlineSessionsOf(userId, client.value.id) : []
  return offline.some(({ id }) => id === sessionId) ? 'offline' : 'gone'
}

function isEncrypted({ attributes }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof attributes === 'object' &&
    attributes !== null &&
    Boolean((attributes as JsonObject)['id.token.encrypted.response.alg'])
  )
}

/** Seconds around `iat`: Keycloak signs the token, sends it, and stores the event shortly afterwards. */
const EARLIER = 5
const LATER = 60

/** Returns the stored event of this logout, in words. */
async function eventOf(
  { userId, sessionId }: About,
  payload: JsonObject,
  keycloak: Keycloak,
): Promise<string | undefined> {
  const { iat, expiration } = payload
  const at = typeof iat === 'number' ? iat : typeof expiration === 'number' ? expiration - 30 : undefined
  if (at === undefined) return undefined
  const isNear = ({ time }: { time: number }) => time / 1000 >= at - EARLIER && time / 1000 <= at + LATER
  const day = new Date((at - EARLIER) * 1000).toISOString().slice(0, 10)
  const byAdmin = (await keycloak.adminEvents({ dateFrom: day, max: 200 }))
    .filter(isNear)
    .find(({ resourcePath = '' }) =>
      [`users/${userId}/logout`, `sessions/${sessionId}`, 'logout-all'].includes(resourcePath),
    )
  if (byAdmin) {
    const who = byAdmin.by.userId ?? 'unknown'
    return `An administrator (${who}, from ${byAdmin.by.ipAddress ?? 'unknown'}) caused it: ${byAdmin.operation} ${byAdmin.resourcePath}, ${formatTime(byAdmin.time / 1000)}.`
  }
  if (!isId(userId)) return undefined
  const events = await keycloak.events({ types: ['LOGOUT'], userId, dateFrom: day, max: 50 })
  const own = events
    .filter(isNear)
    .find((event) => event.sessionId === undefined || event.sessionId === sessionId)
  return (
    own &&
    `The user logged out (client ${own.clientId ?? 'unknown'}, from ${own.ipAddress ?? 'unknown'}), ${formatTime(own.time / 1000)}.`
  )
}
