import type { Client, Realm } from '../../core/model.ts'
import type { PlannedClient } from '../../core/planned-client.ts'
import { isNotifiedBySessionEndOnly, type Operation, reach } from '../../core/reach.ts'
import { tenantOf } from '../../core/tenant.ts'
import { hasSessionHost } from '../../core/urls.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { added, total } from './counts.ts'
import type { Before } from './outcome.ts'
import type { AllChoice, RealmSnapshot } from './snapshot.ts'

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
}

/** Decides the steps. A choice of users or clients, or keeping offline sessions, excludes the realm step. */
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
export function planAll({ choice, clients, online, offline }: RealmSnapshot): AllPlan {
  const steps = planSteps(choice)
  const affected = clients.filter(({ id }) => online.byClient.has(id) || offline.byClient.has(id))
  const userIds = steps.offlineStep ? new Set([...online.userIds, ...offline.userIds]) : online.userIds
  return {
    ...steps,
    isEverything: isEverything(choice),
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

const isEverything = ({ clientIds, excludedUserIds }: AllChoice): boolean =>
  clientIds.length + excludedUserIds.length === 0

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

/** The clients whose sessions the client step ends: before a realm step, those that it would not notify. */
export const clientsOfClientStep = (
  { clientStep, realmStep }: AllSteps,
  clients: readonly Client[],
): Client[] => (!clientStep ? [] : realmStep ? clients.filter(isNotifiedBySessionEndOnly) : [...clients])

/** The sessions that the client step ends in its first pass. Our own session is never among them. */
export function targetsOfClientStep(
  steps: AllSteps,
  { clients, online, ownSessionId }: RealmSnapshot,
): SessionTarget[] {
  const ids = new Set(clientsOfClientStep(steps, clients).map(({ id }) => id))
  return [...online.targets.values()].filter(
    (target) => target.id !== ownSessionId && target.clients.some((id) => ids.has(id)),
  )
}

/** Each client with sessions, and whether the operation notifies it; clients that are not notified come first. */
export function planClients(
  operation: Operation,
  { clients, realm, choice }: { clients: readonly Client[]; realm: Realm; choice: AllChoice },
  sessionsOf: ReadonlyMap<string, number>,
): (PlannedClient & { readonly id: string })[] {
  return clients
    .filter(({ id }) => (sessionsOf.get(id) ?? 0) > 0)
    .map((client) => {
      const { channel, url, notified, reason } = reach(client, operation)
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
      }
    })
    .sort(
      (a, b) =>
        Number(a.expectation === 'notified') - Number(b.expectation === 'notified') ||
        b.sessions - a.sessions ||
        a.clientId.localeCompare(b.clientId),
    )
}
