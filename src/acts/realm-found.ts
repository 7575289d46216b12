import type { Context, Progress } from '../context.ts'
import type { Before } from '../core/all-outcome.ts'
import { type AllChoice, type AllPlan, isChosen, planAll } from '../core/all-plan.ts'
import type { Client } from '../core/model.ts'
import { tenantOf } from '../core/tenant.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { Found } from './log-out-realm.ts'
import { findPeople } from './people.ts'
import { survey } from './survey.ts'

/** Everything that is known of the realm before the act, and what is planned for it. */
export interface RealmFound extends Found {
  readonly plan: AllPlan
  readonly before: Before
  /** Chosen online sessions by client id. */
  readonly byClient: ReadonlyMap<string, number>
}

export interface RealmQuestion {
  readonly realmStepOnly?: boolean
  readonly realmStep?: boolean
  readonly client?: readonly string[]
  readonly excludeUser?: readonly string[]
  readonly offlineSessions?: boolean
  readonly keepOfflineSessions?: boolean
  readonly cutOffFirst?: boolean
}

/** Reads the realm's clients and sessions. Sends only GETs. */
export async function findRealm(
  question: RealmQuestion,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
): Promise<RealmFound> {
  const [clients, realm, counts, ownSessionId, excluded] = await Promise.all([
    keycloak.clients(),
    keycloak.realmInfo(),
    keycloak.sessionCounts(),
    keycloak.ownSessionId(),
    findPeople(question.excludeUser ?? [], undefined, keycloak),
  ])
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
  const online = await survey(clients, counts, false, chosen, keycloak, ctx, progress)
  const offline = await survey(clients, counts, true, chosen, keycloak, ctx, progress)
  const affected = clients.filter(({ id }) => online.byClient.has(id) || offline.byClient.has(id))
  return {
    plan,
    clients,
    realm,
    ownSessionId,
    isChosen: chosen,
    online: online.sessions,
    offline: offline.sessions,
    byClient: online.byClient,
    before: {
      active: total(online.byClient),
      offline: total(offline.byClient),
      sessions: online.sessions.size,
      users: online.users,
      clients: affected.length,
      tenants: tenantsOf(affected),
    },
  }
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

const tenantsOf = (clients: readonly Client[]) => new Set(clients.map(tenantOf).filter(Boolean)).size
