import { blindSpotText } from '../../core/blind-spot-texts.ts'
import type { Finding } from '../../core/finding.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import type { Channel } from '../../core/reach.ts'
import { reachWithEvents } from '../../core/ssf.ts'
import { tenantOf } from '../../core/tenant.ts'
import { groupBy } from '../../util/group-by.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { blindSpots } from './blind-spots.ts'

/** One client: its sessions, and whether each operation would notify it. */
export interface ClientEstimate {
  readonly clientId: string
  readonly id: string
  /** Client sessions as Keycloak counts them: a user signed in at three clients counts three times. */
  readonly active: number
  readonly offline: number
  /** Distinct users, if the sessions were read. */
  readonly users?: number
  readonly backchannelLogoutUrl: string | null
  readonly adminUrl: string | null
  readonly tenant: string | null
  readonly channels: { readonly user: Channel; readonly all: Channel; readonly realmStep: Channel }
  /** Whether each operation notifies it. A channel is not enough: few session ends call an Admin URL. */
  readonly notified: { readonly user: boolean; readonly all: boolean; readonly realmStep: boolean }
  readonly findings: readonly (Finding & { readonly message: string })[]
}

/** Totals of the clients that have sessions. */
export interface SessionTotals {
  readonly clients: number
  readonly active: number
  readonly offline: number
  /** Online sessions, each once, if they were read. */
  readonly sessions?: number
  /** Offline sessions, each once, if they were read. */
  readonly offlineSessions?: number
  /** Users with an online or offline session, each once, if the sessions were read. */
  readonly users?: number
  /**
   * Online sessions in which no client takes part, included in `sessions` and `users`. null: not all were looked for.
   * Absent with `--client` and `--user`.
   */
  readonly withoutClient?: number | null
  readonly tenants: number
}

/**
 * Counts client sessions, distinct sessions and users while sessions are read. Keeps only ids, because there may be
 * 100,000 sessions.
 */
export class DistinctCounter {
  readonly sessions = new Set<string>()
  readonly offlineSessions = new Set<string>()
  readonly users = new Set<string>()
  readonly #usersByClient = new Map<string, Set<string>>()
  readonly #counts = new Map<string, { id: string; clientId: string; active: number; offline: number }>()

  add({ id, userId, clients, offline }: Session): void {
    ;(offline ? this.offlineSessions : this.sessions).add(id)
    this.users.add(userId)
    for (const client of clients) {
      const count = this.#counts.get(client.id) ?? { ...client, active: 0, offline: 0 }
      this.#counts.set(client.id, count)
      count[offline ? 'offline' : 'active']++
      const users = this.#usersByClient.get(client.id)
      if (users) users.add(userId)
      else this.#usersByClient.set(client.id, new Set([userId]))
    }
  }

  /** Client sessions by client, as Keycloak counts those of a realm. */
  get counts(): SessionCount[] {
    return [...this.#counts.values()]
  }

  usersOf(clientUuid: string): number {
    return this.#usersByClient.get(clientUuid)?.size ?? 0
  }
}

/**
 * Returns what a logout would reach at each of these clients, and the totals.
 * @param counter distinct counts, if the sessions were read
 * @param unreadable internal ids of clients whose sessions could not be read: their number of users is unknown
 */
export function estimate(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  counter?: DistinctCounter,
  unreadable: ReadonlySet<string> = new Set(),
): { clients: ClientEstimate[]; totals: SessionTotals } {
  const countOf = new Map(counts.map((count) => [count.id, count]))
  const estimates = clients.map((client): ClientEstimate => {
    const user = reachWithEvents(client, 'user')
    const all = reachWithEvents(client, 'all')
    const realmStep = reachWithEvents(client, 'realm-step')
    return {
      clientId: client.clientId,
      id: client.id,
      active: countOf.get(client.id)?.active ?? 0,
      offline: countOf.get(client.id)?.offline ?? 0,
      ...(counter && !unreadable.has(client.id) ? { users: counter.usersOf(client.id) } : {}),
      backchannelLogoutUrl: maskUrl(client.backchannelLogoutUrl),
      adminUrl: maskUrl(client.adminUrl),
      tenant: tenantOf(client) ?? null,
      channels: { user: user.channel, all: all.channel, realmStep: realmStep.channel },
      notified: { user: user.notified, all: all.notified, realmStep: realmStep.notified },
      findings: blindSpots(client).map((finding) => ({ ...finding, message: blindSpotText(finding) })),
    }
  })
  return { clients: estimates, totals: totalsOf(estimates, counter) }
}

const maskUrl = (url: string | undefined) => (url === undefined ? null : maskCredentials(url))

/** Whether a client has sessions, so that a logout affects it. */
export const hasSessions = ({ active, offline }: ClientEstimate): boolean => active + offline > 0

function totalsOf(estimates: readonly ClientEstimate[], counter: DistinctCounter | undefined): SessionTotals {
  const affected = estimates.filter(hasSessions)
  return {
    clients: affected.length,
    active: sum(affected.map(({ active }) => active)),
    offline: sum(affected.map(({ offline }) => offline)),
    ...(counter
      ? {
          sessions: counter.sessions.size,
          offlineSessions: counter.offlineSessions.size,
          users: counter.users.size,
        }
      : {}),
    tenants: new Set(affected.map(({ tenant }) => tenant).filter((tenant) => tenant !== null)).size,
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Groups clients by the host of their URLs: most sessions first, clients without a host last. */
export function byTenant(clients: readonly ClientEstimate[]) {
  return [...groupBy(clients, ({ tenant }) => tenant)]
    .map(([tenant, members]) => ({
      tenant,
      clients: members.map(({ clientId }) => clientId),
      active: sum(members.map(({ active }) => active)),
      offline: sum(members.map(({ offline }) => offline)),
    }))
    .sort((a, b) => Number(a.tenant === null) - Number(b.tenant === null) || b.active - a.active)
}
