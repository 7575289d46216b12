import { mayHaveExpired, shortestLimit } from '../../core/client-session-life.ts'
import type { Client, Realm } from '../../core/model.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { hasSafeId } from '../../sessions/unreadable-clients.ts'

/** The part of one client in a session. Keycloak notifies the client only if its part has not expired. */
export type Part = 'active' | 'expired' | 'unknown'

/** Parts by internal client id. A client that is missing here is active. */
export type Parts = ReadonlyMap<string, Part>

export const ALL_ACTIVE: Parts = new Map()

/** Returns the parts of a session that may have expired at a time, by the limits of clients and realm. */
export type ExpiryRule = (target: SessionTarget, now: number) => readonly Client[]

export function expiryRule(clients: readonly Client[], realm: Realm): ExpiryRule {
  const byId = new Map(clients.map((client) => [client.id, client]))
  return (target, now) =>
    target.clients.flatMap((id) => {
      const client = byId.get(id)
      return client && mayHaveExpired(target, client, realm, now) ? [client] : []
    })
}

/** Reading the sessions of one user takes about as long as ending one: 2,000 users add seconds, 100,000 minutes. */
export const MAX_USERS_READ = 2_000
/** A part that lives shorter may expire between the look at it and the request. */
const SHORTEST_CERTAIN_SECONDS = 60
/** A user may have thousands of sessions: their list is used this many times longer than it took to read. */
const REUSE_FACTOR = 10

type Reader = Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf'>
type ListedParts = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Says which parts of a session have expired, right before it ends. Keycloak's lists by client have expired parts, too; the
 * list of a user's sessions leaves them out. Reads it for at most `MAX_USERS_READ` users; later parts are unknown.
 */
export class PartReader {
  readonly #keycloak: Reader
  readonly #realm: Realm
  readonly #rule: ExpiryRule
  readonly #now: () => number
  readonly #serverTimeOffset: number
  readonly #lists = new Map<string, { readonly until: number; readonly list: Promise<ListedParts> }>()
  readonly #users = new Set<string>()
  #isRefused = false

  constructor(
    keycloak: Reader,
    {
      realm,
      rule,
      now,
      serverTimeOffset,
    }: {
      readonly realm: Realm
      readonly rule: ExpiryRule
      readonly now: () => number
      /** Milliseconds that the server's clock is ahead of ours. */
      readonly serverTimeOffset: number
    },
  ) {
    this.#keycloak = keycloak
    this.#realm = realm
    this.#rule = rule
    this.#now = now
    this.#serverTimeOffset = serverTimeOffset
  }

  /** @throws {UserError} `interrupted` */
  async read(target: SessionTarget): Promise<Parts> {
    const doubtful = this.#rule(target, this.#now() + this.#serverTimeOffset)
    if (doubtful.length === 0) return ALL_ACTIVE
    const listed = this.#mayRead(target) ? await this.#listed(target, doubtful) : undefined
    return new Map(doubtful.map((client) => [client.id, this.#partOf(client, target, listed)]))
  }

  #partOf(client: Client, { offline }: SessionTarget, listed: ReadonlySet<string> | undefined): Part {
    if (!listed) return 'unknown'
    if (!listed.has(client.id)) return 'expired'
    const limit = shortestLimit(client, this.#realm, offline)
    return limit === undefined || limit < SHORTEST_CERTAIN_SECONDS ? 'unknown' : 'active'
  }

  #mayRead({ userId }: SessionTarget): boolean {
    if (this.#isRefused || (this.#users.size >= MAX_USERS_READ && !this.#users.has(userId))) return false
    this.#users.add(userId)
    return true
  }

  /** The clients of a session as Keycloak would notify them; undefined if that cannot be read. */
  async #listed(
    target: SessionTarget,
    doubtful: readonly Client[],
  ): Promise<ReadonlySet<string> | undefined> {
    try {
      return target.offline ? await this.#offline(target, doubtful) : await this.#online(target)
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'interrupted') throw error
      if (error.code === 'role-missing' || error.code === 'forbidden') this.#isRefused = true
      return undefined
    }
  }

  async #online({ id, userId }: SessionTarget): Promise<ReadonlySet<string> | undefined> {
    const known = this.#lists.get(userId)
    if (known && this.#now() <= known.until) return (await known.list).get(id)
    const began = this.#now()
    const list = this.#keycloak
      .sessionsOf(userId)
      .then(
        (sessions) =>
          new Map(sessions.map(({ id, clients }) => [id, new Set(clients.map((client) => client.id))])),
      )
    this.#lists.set(userId, { until: Number.POSITIVE_INFINITY, list })
    const parts = await list.finally(() => this.#lists.delete(userId))
    this.#lists.set(userId, { until: this.#now() + REUSE_FACTOR * (this.#now() - began), list })
    return parts.get(id)
  }

  async #offline({ id, userId }: SessionTarget, doubtful: readonly Client[]): Promise<ReadonlySet<string>> {
    const parts = new Set<string>()
    for (const client of doubtful.filter((one) => hasSafeId(one.id))) {
      const sessions = await this.#keycloak.offlineSessionsOf(userId, client.id)
      if (sessions.some((session) => session.id === id)) parts.add(client.id)
    }
    return parts
  }
}
