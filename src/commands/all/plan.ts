import type { Client, Realm } from '../../core/model.ts'
import type { PlannedClient } from '../../core/planned-client.ts'
import { isNotifiedBySessionEndOnly, type Operation, reach } from '../../core/reach.ts'
import { hasSessionHost } from '../../core/urls.ts'

export interface AllChoice {
  /** Keycloak's own logout of the realm alone. */
  readonly realmStepOnly: boolean
  readonly noRealmStep: boolean
  /** Only sessions that involve one of these clients (clientId). Empty: all. */
  readonly clientIds: readonly string[]
  /** Ids of people whose sessions stay. */
  readonly excludedUserIds: readonly string[]
  readonly offlineSessions: boolean
  readonly keepOfflineSessions: boolean
  readonly cutOffFirst: boolean
}

/** What an act on the realm consists of, before the sessions are known one by one. */
export interface AllPlan {
  /** Ends sessions one by one. */
  readonly clientStep: boolean
  /** Ends offline sessions one by one. */
  readonly offlineStep: boolean
  /** Ends what is left with Keycloak's own logout of the realm. */
  readonly realmStep: boolean
  readonly cutOffFirst: boolean
  /** How clients are told by it. */
  readonly act: Operation
  /** The clients (clientId) whose sessions were asked for: all others lose theirs with them. Empty: all. */
  readonly clientIds: readonly string[]
  /** Admin URLs that make Keycloak's logout of the realm fail for everybody: the realm step must not run. */
  readonly fatalAdminUrls: readonly { readonly clientId: string; readonly url: string }[]
}

/** Decides the steps. A choice of people or clients, or keeping offline sessions, leaves the realm step out. */
export function planAll(choice: AllChoice, clients: readonly Client[]): AllPlan {
  const realmStep =
    choice.realmStepOnly ||
    !(
      choice.noRealmStep ||
      choice.keepOfflineSessions ||
      choice.clientIds.length > 0 ||
      choice.excludedUserIds.length > 0
    )
  return {
    clientStep: !choice.realmStepOnly,
    offlineStep: choice.offlineSessions,
    realmStep,
    cutOffFirst: choice.cutOffFirst,
    clientIds: choice.clientIds,
    act: choice.realmStepOnly ? 'realm-step' : realmStep ? 'all' : 'user',
    // Disabled clients are skipped by it (measured on 12 to 26).
    fatalAdminUrls: realmStep
      ? clients
          .filter(({ enabled, adminUrl }) => enabled && adminUrl && hasSessionHost(adminUrl))
          .map(({ clientId, adminUrl }) => ({ clientId, url: adminUrl ?? '' }))
      : [],
  }
}

/** The clients whose sessions the client step ends: with a realm step to come, those that it would not tell. */
export const clientsOfClientStep = (plan: AllPlan, clients: readonly Client[]): Client[] =>
  !plan.clientStep ? [] : plan.realmStep ? clients.filter(isNotifiedBySessionEndOnly) : [...clients]

/** Is this session one to end, whatever the step? */
export const isChosen = (
  session: { readonly userId: string; readonly clients: readonly { readonly clientId: string }[] },
  { clientIds, excludedUserIds }: Pick<AllChoice, 'clientIds' | 'excludedUserIds'>,
): boolean =>
  !excludedUserIds.includes(session.userId) &&
  (clientIds.length === 0 || session.clients.some(({ clientId }) => clientIds.includes(clientId)))

/** Each client with sessions, by internal id too, and whether this act tells it; those that it does not tell first. */
export function notifiedByAll(
  plan: Pick<AllPlan, 'act' | 'clientIds'>,
  clients: readonly Client[],
  sessionsOf: ReadonlyMap<string, number>,
  realm: Realm,
): (PlannedClient & { readonly id: string })[] {
  return clients
    .filter(({ id }) => (sessionsOf.get(id) ?? 0) > 0)
    .map((client) => {
      const { channel, url, notified, reason } = reach(client, plan.act)
      return {
        id: client.id,
        clientId: client.clientId,
        channel,
        url,
        expectation: notified ? ('notified' as const) : ('not-notified' as const),
        ...(reason ? { reason } : {}),
        sessions: sessionsOf.get(client.id) ?? 0,
        accessTokenLifespan: client.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: plan.clientIds.length > 0 && !plan.clientIds.includes(client.clientId),
      }
    })
    .sort(
      (a, b) =>
        Number(a.expectation === 'notified') - Number(b.expectation === 'notified') ||
        b.sessions - a.sessions ||
        a.clientId.localeCompare(b.clientId),
    )
}
