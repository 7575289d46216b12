import type { NotificationExpectation } from '../../core/client-result.ts'
import type { Client, SessionCount } from '../../core/model.ts'
import type { PlannedClient } from '../../core/planned-client.ts'
import { isNotifiedBySessionEndOnly, type Operation, type Reach, reach } from '../../core/reach.ts'
import { ssfReceivers } from '../../core/ssf.ts'
import { tenantOf } from '../../core/tenant.ts'
import { hasSessionHost } from '../../core/urls.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { added, total } from './counts.ts'
import type { Before } from './outcome.ts'
import type { AllChoice, RealmSnapshot } from './snapshot.ts'
import { planUserRequests, type UserRequests } from './user-requests.ts'

/** The steps of a logout of the realm. The options alone decide them. */
export interface AllSteps {
  /** End sessions one by one. */
  readonly clientStep: boolean
  /** End offline sessions one by one. */
  readonly offlineStep: boolean
  /** End the remaining sessions with Keycloak's own realm logout. */
  readonly realmStep: boolean
  readonly cutOffFirst: boolean
  /** Decides how clients are notified. */
  readonly operation: Operation
}

export interface AllPlan extends AllSteps {
  readonly before: Before
  /** Number of sessions to end by internal client id: online ones, and offline ones that end one by one. */
  readonly byClient: ReadonlyMap<string, number>
  /** No user and no client is left out. */
  readonly isEverything: boolean
  /** Whose sessions the client step ends by one request. */
  readonly userRequests: UserRequests
  /** Why the realm step will not run without `--force-realm-step`: it would end sessions that nobody can name. */
  readonly realmStepBlocked: 'not-visible' | 'unread' | undefined
}

/** Decides the steps. A choice of users or sessions, or keeping offline sessions, excludes the realm step. */
export function planSteps(choice: AllChoice): AllSteps {
  const realmStep =
    choice.realmStepOnly || !(choice.noRealmStep || choice.keepOfflineSessions || !isEverything(choice))
  return {
    clientStep: !choice.realmStepOnly,
    offlineStep: choice.offlineSessions,
    realmStep,
    cutOffFirst: choice.cutOffFirst,
    operation: choice.realmStepOnly ? 'realm-step' : realmStep ? 'all' : 'user',
  }
}

/** The plan for a realm as it was read. */
export function planAll(snapshot: RealmSnapshot): AllPlan {
  const { choice, clients, online, offline } = snapshot
  const steps = planSteps(choice)
  const affected = clients.filter(({ id }) => online.byClient.has(id) || offline.byClient.has(id))
  const userIds = steps.offlineStep ? new Set([...online.userIds, ...offline.userIds]) : online.userIds
  return {
    ...steps,
    isEverything: isEverything(choice),
    userRequests: planUserRequests(steps, targetsOfClientStep(steps, snapshot), snapshot),
    realmStepBlocked: steps.realmStep ? whyBlocked(snapshot) : undefined,
    byClient: steps.offlineStep ? added(online.byClient, offline.byClient) : online.byClient,
    before: {
      active: total(online.byClient),
      offline: total(offline.byClient),
      sessions: online.targets.size,
      users: userIds.size,
      clients: affected.length,
      tenants: new Set(affected.map(tenantOf).filter(Boolean)).size,
    },
  }
}

/** What Keycloak's realm logout would end without notification, and without being in any number. */
export function whyBlocked({
  choice,
  notVisible,
  unreadable,
}: Pick<RealmSnapshot, 'choice' | 'notVisible' | 'unreadable'>): AllPlan['realmStepBlocked'] {
  if (choice.forceRealmStep) return undefined
  if (notVisible.length > 0) return 'not-visible'
  return !choice.realmStepOnly && unreadable.some(isNotifiedBySessionEndOnly) ? 'unread' : undefined
}

const isEverything = ({ chosen }: AllChoice): boolean => chosen.isEverything

/**
 * Admin URLs that make Keycloak's realm logout fail for every client. Disabled clients are skipped by it (measured on
 * 12 to 26).
 */
export const fatalAdminUrls = (
  clients: readonly Client[],
): { readonly clientId: string; readonly url: string }[] =>
  clients.flatMap(({ clientId, enabled, adminUrl }) =>
    enabled && adminUrl && hasSessionHost(adminUrl) ? [{ clientId, url: adminUrl }] : [],
  )

/**
 * The clients whose sessions the client step ends: before a realm step, those that it would not notify. All, if a client
 * receives security events: a realm logout emits none.
 */
export function clientsOfClientStep(
  { clientStep, realmStep }: AllSteps,
  clients: readonly Client[],
): Client[] {
  if (!clientStep) return []
  return realmStep && ssfReceivers(clients).length === 0
    ? clients.filter(isNotifiedBySessionEndOnly)
    : [...clients]
}

/** Is there no realm step that ends the sessions in which no client takes part? */
export const endsAll = ({ clientStep, realmStep }: AllSteps): boolean => clientStep && !realmStep

/** The sessions that the client step ends in its first pass. Our own session is never among them. */
export function targetsOfClientStep(
  steps: AllSteps,
  { clients, online, ownSessionId }: RealmSnapshot,
): SessionTarget[] {
  const ids = new Set(clientsOfClientStep(steps, clients).map(({ id }) => id))
  return [...online.targets.values()].filter(
    (target) =>
      target.id !== ownSessionId &&
      (target.clients.some((id) => ids.has(id)) || (endsAll(steps) && target.clients.length === 0)),
  )
}

/** Each client with sessions, and whether the operation notifies it; clients that are not notified come first. */
export function planClients(
  operation: Operation,
  snapshot: Pick<RealmSnapshot, 'clients' | 'realm' | 'choice' | 'notVisible'>,
  sessionsOf: ReadonlyMap<string, number>,
  invalidatedOf: ReadonlyMap<string, number> = new Map(),
): (PlannedClient & { readonly id: string })[] {
  const { clients, realm, choice, notVisible } = snapshot
  const visible = clients
    .filter(({ id }) => (sessionsOf.get(id) ?? 0) + (invalidatedOf.get(id) ?? 0) > 0)
    .map((client) => {
      // Keycloak's realm logout tells the application behind an Admin URL that all earlier tokens are invalid.
      const isTold = operation !== 'user' && reach(client, 'realm-step').notified
      const invalidated = isTold ? 0 : (invalidatedOf.get(client.id) ?? 0)
      const { channel, url, notified, reason } =
        sessionsOf.has(client.id) || isTold ? reach(client, operation) : offlineOnly(client, operation)
      return {
        id: client.id,
        clientId: client.clientId,
        channel,
        url: url && maskCredentials(url),
        expectation: notified ? ('notified' as const) : ('not-notified' as const),
        ...(reason ? { reason } : {}),
        sessions: sessionsOf.get(client.id) ?? 0,
        accessTokenLifespan: client.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: choice.clientIds.length > 0 && !choice.clientIds.includes(client.clientId),
        ...(invalidated > 0 ? { invalidated } : {}),
      }
    })
  return [...visible, ...hiddenClients(snapshot, notVisible, sessionsOf)].sort(
    (a, b) =>
      RANK[a.expectation] - RANK[b.expectation] ||
      b.sessions - a.sessions ||
      a.clientId.localeCompare(b.clientId),
  )
}

/** A client with nothing but offline sessions that a not-before makes unusable. */
function offlineOnly(client: Client, operation: Operation): Reach {
  const found = reach(client, operation)
  if (found.reason === 'built-in') return found
  return { channel: found.channel, url: null, notified: false, reason: 'offline-invalidated' }
}

const RANK: Readonly<Record<NotificationExpectation, number>> = {
  'not-notified': 0,
  uncertain: 1,
  notified: 2,
}

/** Clients that the caller may not view, or that were created in the meantime: whether they are notified is unknown. */
function hiddenClients(
  { clients, realm, choice }: Pick<RealmSnapshot, 'clients' | 'realm' | 'choice'>,
  notVisible: readonly SessionCount[],
  sessionsOf: ReadonlyMap<string, number>,
): (PlannedClient & { readonly id: string })[] {
  const known = new Set(clients.map(({ id }) => id))
  const counted = new Map(notVisible.map((count) => [count.id, count]))
  const isNarrowed = choice.clientIds.length > 0
  const ids = new Set([
    ...(isNarrowed ? [] : counted.keys()),
    ...[...sessionsOf.keys()].filter((id) => !known.has(id)),
  ])
  return [...ids].map((id) => ({
    id,
    clientId: counted.get(id)?.clientId ?? id,
    channel: 'none' as const,
    url: null,
    expectation: 'uncertain' as const,
    reason: 'not-visible' as const,
    sessions: Math.max(sessionsOf.get(id) ?? 0, isNarrowed ? 0 : (counted.get(id)?.active ?? 0)),
    accessTokenLifespan: realm.accessTokenLifespan ?? null,
    alongside: isNarrowed,
  }))
}
