import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import { tenantOf } from '../../core/tenant.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { requireOfflineSupport } from '../../sessions/require-offline-support.ts'
import { unreadableClients, warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { Progress } from '../../ui/output.ts'
import { type AllChoice, type AllPlan, isChosen, planAll } from './plan.ts'
import { readRealmSessions } from './read-realm-sessions.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Whom and what a logout of the realm is to reach. */
export interface RealmQuestion {
  readonly realmStepOnly?: boolean
  /** `false` with `--no-realm-step`. */
  readonly realmStep?: boolean
  readonly client?: readonly string[]
  readonly excludeUser?: readonly string[]
  readonly offlineSessions?: boolean
  readonly keepOfflineSessions?: boolean
  readonly cutOffFirst?: boolean
  readonly acceptUnnotified?: readonly string[]
}

/**
 * Reads the realm's clients and sessions. Sends only GETs.
 * @throws {UserError} before the sessions are read, which takes long: `client-not-found` (5), `user-not-found` (5),
 * `session-host` (2); and `offline-not-supported` (2)
 */
export async function findRealm(
  question: RealmQuestion,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
): Promise<RealmSnapshot> {
  const [clients, realm, counts, ownSessionId, excluded] = await Promise.all([
    keycloak.clients(),
    keycloak.realmInfo(),
    keycloak.sessionCounts(),
    keycloak.ownSessionId(),
    findUsers(question.excludeUser ?? [], undefined, keycloak),
  ])
  requireClients([...(question.client ?? []), ...(question.acceptUnnotified ?? [])], clients, keycloak)
  const choice: AllChoice = {
    realmStepOnly: question.realmStepOnly ?? false,
    noRealmStep: question.realmStep === false,
    clientIds: question.client ?? [],
    excludedUserIds: excluded.map(({ id }) => id),
    offlineSessions: question.offlineSessions ?? false,
    keepOfflineSessions: question.keepOfflineSessions ?? false,
    cutOffFirst: question.cutOffFirst ?? false,
  }
  const chosen = (session: Parameters<typeof isChosen>[0]) => isChosen(session, choice)
  const plan = planAll(choice, clients)
  refuseFatalAdminUrls(plan)
  const { clientIds } = choice
  const asked = clients.filter(({ clientId }) => clientIds.length === 0 || clientIds.includes(clientId))
  const unread = unreadableClients(asked, counts)
  warnUnreadable(unread, ctx)
  const online = await readRealmSessions(clients, counts, false, chosen, keycloak, ctx, progress)
  const offline = await readRealmSessions(clients, counts, true, chosen, keycloak, ctx, progress)
  if (plan.offlineStep) await requireOfflineSupport(offline.sessions.values(), keycloak)
  const affected = clients.filter(({ id }) => online.byClient.has(id) || offline.byClient.has(id))
  return {
    plan,
    clients,
    realm,
    ownSessionId,
    isChosen: chosen,
    online: online.sessions,
    offline: offline.sessions,
    byClient: plan.offlineStep ? added(online.byClient, offline.byClient) : online.byClient,
    isEverything: choice.clientIds.length + choice.excludedUserIds.length === 0,
    unread,
    before: {
      active: total(online.byClient),
      offline: total(offline.byClient),
      sessions: online.sessions.size,
      users: (plan.offlineStep ? new Set([...online.people, ...offline.people]) : online.people).size,
      clients: affected.length,
      tenants: tenantsOf(affected),
    },
  }
}

function refuseFatalAdminUrls({ fatalAdminUrls: [first] }: AllPlan): void {
  if (!first) return
  throw usageError(
    'session-host',
    `The Admin URL of ${first.clientId} (${first.url}) makes Keycloak's logout of the realm fail for everybody.`,
    `Change it (kc-logout configure ${first.clientId} --admin-url …), or use --no-realm-step. Nothing was done.`,
  )
}

/** Counts by client, of both. */
export const added = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) => {
  const both = new Map(a)
  for (const [id, count] of b) both.set(id, (both.get(id) ?? 0) + count)
  return both
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

const tenantsOf = (clients: readonly Client[]) => new Set(clients.map(tenantOf).filter(Boolean)).size
