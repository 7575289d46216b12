import type { Finding } from '../../core/finding.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import { type Channel, reach } from '../../core/reach.ts'
import { blindSpotText } from '../../core/reach-texts.ts'
import { tenantOf } from '../../core/tenant.ts'
import { blindSpots } from './blind-spots.ts'

export interface ClientEstimate {
  readonly clientId: string
  readonly id: string
  /** Client sessions, as Keycloak counts: a person signed in at three clients counts three times. */
  readonly active: number
  readonly offline: number
  /** Distinct people, when the sessions were read. */
  readonly users?: number
  readonly backchannelLogoutUrl: string | null
  readonly adminUrl: string | null
  readonly tenant: string | null
  readonly channels: { readonly user: Channel; readonly all: Channel; readonly realmStep: Channel }
  /** Is it told, by act? A channel alone does not say so: an Admin URL hears of few sessions' ends. */
  readonly notified: { readonly user: boolean; readonly all: boolean; readonly realmStep: boolean }
  readonly findings: readonly (Finding & { readonly message: string })[]
}

export interface Totals {
  readonly clients: number
  readonly active: number
  readonly offline: number
  /** Distinct sessions, when they were read. */
  readonly sessions?: number
  /** Distinct people, when the sessions were read. */
  readonly users?: number
  readonly tenants: number
}

/** Distinct sessions and people, gathered while sessions stream by; ids only, as there may be 100,000. */
export class DistinctCounter {
  readonly sessions = new Set<string>()
  readonly users = new Set<string>()
  readonly #usersOf = new Map<string, Set<string>>()

  add({ id, userId, clients }: Session): void {
    this.sessions.add(id)
    this.users.add(userId)
    for (const client of clients) {
      const users = this.#usersOf.get(client.id)
      if (users) users.add(userId)
      else this.#usersOf.set(client.id, new Set([userId]))
    }
  }

  usersOf(clientUuid: string): number {
    return this.#usersOf.get(clientUuid)?.size ?? 0
  }
}

/**
 * What a logout would reach at each of these clients. `tally` only where the sessions were read; `unread` are the
 * clients (internal id) whose own could not be: how many people they have is not known.
 */
export function estimate(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  tally?: DistinctCounter,
  unread: ReadonlySet<string> = new Set(),
): { clients: ClientEstimate[]; totals: Totals } {
  const countOf = new Map(counts.map((count) => [count.id, count]))
  const estimates = clients.map((client): ClientEstimate => {
    const acts = {
      user: reach(client, 'user'),
      all: reach(client, 'all'),
      realmStep: reach(client, 'realm-step'),
    }
    return {
      clientId: client.clientId,
      id: client.id,
      active: countOf.get(client.id)?.active ?? 0,
      offline: countOf.get(client.id)?.offline ?? 0,
      ...(tally && !unread.has(client.id) ? { users: tally.usersOf(client.id) } : {}),
      backchannelLogoutUrl: client.backchannelLogoutUrl ?? null,
      adminUrl: client.adminUrl ?? null,
      tenant: tenantOf(client) ?? null,
      channels: { user: acts.user.channel, all: acts.all.channel, realmStep: acts.realmStep.channel },
      notified: { user: acts.user.notified, all: acts.all.notified, realmStep: acts.realmStep.notified },
      findings: blindSpots(client).map((finding) => ({ ...finding, message: blindSpotText(finding) })),
    }
  })
  return { clients: estimates, totals: totalsOf(estimates, tally) }
}

/** Totals over clients with sessions: those are the ones that a logout affects. */
function totalsOf(estimates: readonly ClientEstimate[], tally: DistinctCounter | undefined): Totals {
  const affected = estimates.filter(({ active, offline }) => active + offline > 0)
  return {
    clients: affected.length,
    active: sum(affected.map(({ active }) => active)),
    offline: sum(affected.map(({ offline }) => offline)),
    ...(tally ? { sessions: tally.sessions.size, users: tally.users.size } : {}),
    tenants: new Set(affected.map(({ tenant }) => tenant).filter((tenant) => tenant !== null)).size,
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Clients grouped by the host of their URLs, the largest first; those without one last. */
export function byTenant(clients: readonly ClientEstimate[]) {
  const groups = new Map<string | null, ClientEstimate[]>()
  for (const client of clients) groups.set(client.tenant, [...(groups.get(client.tenant) ?? []), client])
  return [...groups]
    .map(([tenant, members]) => ({
      tenant,
      clients: members.map(({ clientId }) => clientId),
      active: sum(members.map(({ active }) => active)),
      offline: sum(members.map(({ offline }) => offline)),
    }))
    .sort((a, b) => Number(a.tenant === null) - Number(b.tenant === null) || b.active - a.active)
}
