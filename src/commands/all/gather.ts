import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { requireOfflineSupport } from '../../sessions/require-offline-support.ts'
import { unreadableClients, warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { Progress } from '../../ui/output.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { AllSettings } from './options.ts'
import { fatalAdminUrls, planSteps } from './plan.ts'
import { readRealmSessions } from './read-realm-sessions.ts'
import type { AllChoice, RealmSnapshot } from './snapshot.ts'

interface Reader {
  readonly keycloak: Keycloak
  readonly ctx: Context
  readonly progress: Progress
}

/**
 * Reads the realm's clients and sessions. Sends only GETs.
 * @throws {UserError} before the sessions are read, which takes long: `client-not-found` (5), `user-not-found` (5),
 * `session-host` (2); and `offline-not-supported` (2)
 */
export async function gather(settings: AllSettings, reader: Reader): Promise<RealmSnapshot> {
  const { keycloak, ctx } = reader
  const [clients, realm, counts, ownSessionId, excluded, serverTime] = await Promise.all([
    keycloak.clients(),
    keycloak.realmInfo(),
    keycloak.sessionCounts(),
    keycloak.ownSessionId(),
    findUsers(settings.excludeUsers, undefined, keycloak),
    keycloak.serverTime(),
  ])
  const serverTimeOffset = serverTime === undefined ? 0 : serverTime - ctx.now()
  requireClients([...settings.clientIds, ...settings.acceptUnnotified], clients, keycloak)
  const choice: AllChoice = { ...settings, excludedUserIds: excluded.map(({ id }) => id) }
  const { realmStep, offlineStep } = planSteps(choice)
  if (realmStep) refuseFatalAdminUrls(clients)
  const { clientIds } = choice
  const chosen = clients.filter(({ clientId }) => clientIds.length === 0 || clientIds.includes(clientId))
  const unreadable = unreadableClients(chosen, counts)
  warnUnreadable(unreadable, ctx)
  const online = await readRealmSessions({ clients, counts, offline: false, choice }, reader)
  const offline = await readRealmSessions({ clients, counts, offline: true, choice }, reader)
  if (offlineStep) await requireOfflineSupport(offline.targets.values(), keycloak)
  const readAt = ctx.now()
  return {
    ...{ choice, clients, realm, ownSessionId, online, offline, unreadable },
    serverTimeOffset,
    readAt: readAt + serverTimeOffset,
  }
}

function refuseFatalAdminUrls(clients: readonly Client[]): void {
  const [first] = fatalAdminUrls(clients)
  if (!first) return
  const change = kcLogout`configure ${{ value: first.clientId, orElse: 'CLIENT' }} --admin-url …`
  throw usageError(
    'session-host',
    `The Admin URL of ${first.clientId} (${first.url}) makes Keycloak's realm logout fail for every client.`,
    `Change it (${change}) or use --no-realm-step. Nothing was changed.`,
  )
}
