import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import { clientsNotVisible } from '../../core/not-visible.ts'
import { isUsedToSignIn, type Upstream, upstreamsOf } from '../../core/upstream.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { chooseUsers } from '../../sessions/choose/choose-users.ts'
import { SessionChoice } from '../../sessions/choose/session-choice.ts'
import { SessionFilter } from '../../sessions/choose/session-filter.ts'
import { providersIfPermitted } from '../../sessions/read-upstreams.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { requireOfflineSupport } from '../../sessions/require-offline-support.ts'
import { unreadableClients, warnFailedLists, warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { Progress } from '../../ui/output.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { AllSettings } from './options.ts'
import { fatalAdminUrls, planSteps } from './plan.ts'
import { readRealmSessions, readWithoutClient, targetsWithoutClient } from './read-realm-sessions.ts'
import type { AllChoice, RealmSessions, RealmSnapshot, WithoutClient } from './snapshot.ts'

interface Reader {
  readonly keycloak: Keycloak
  readonly ctx: Context
  readonly progress: Progress
  /** Called with names of --exclude-user that nobody has; without it they are an error. */
  readonly onUnknownExcluded?: ((names: readonly string[]) => void) | undefined
}

/**
 * Reads the realm's clients and sessions. Sends only GETs.
 * @throws {UserError} before the sessions are read, which takes long: `client-not-found` (5), `user-not-found` (5),
 * `session-host` (2); and `offline-not-supported` (2)
 */
export async function gather(settings: AllSettings, reader: Reader): Promise<RealmSnapshot> {
  const { keycloak, ctx } = reader
  const { criteria } = settings
  // Takes longest, and is needed with the sessions only: awaited, and its error thrown, there.
  const reading = keycloak.capabilities()
  reading.catch(() => {})
  const [clients, realm, counts, ownSessionId, serverTime, upstreams] = await Promise.all([
    keycloak.clients(),
    keycloak.realmInfo(),
    keycloak.sessionCounts(),
    keycloak.ownSessionId(),
    keycloak.serverTime(),
    readRealmUpstreams(keycloak),
  ])
  const serverTimeOffset = serverTime === undefined ? 0 : serverTime - ctx.now()
  requireClients([...settings.clientIds, ...settings.acceptUnnotified], clients, keycloak)
  const users = await chooseUsers(criteria.users, clients, keycloak, reader.onUnknownExcluded)
  const filter = new SessionFilter(criteria.sessions, ctx.now() + serverTimeOffset)
  const choice: AllChoice = {
    ...settings,
    withEvidence: (settings.evidence.evidence ?? []).length > 0,
    chosen: new SessionChoice(users, filter),
  }
  const { realmStep, offlineStep } = planSteps(choice)
  if (realmStep) refuseFatalAdminUrls(clients)
  const { clientIds } = choice
  const chosen = clients.filter(({ clientId }) => clientIds.length === 0 || clientIds.includes(clientId))
  const unsafe = unreadableClients(chosen, counts)
  warnUnreadable(unsafe, ctx)
  const query = { clients, counts, choice }
  const [[listed, offline], withoutClient, capabilities] = await Promise.all([
    (async () => [
      await readRealmSessions({ ...query, offline: false }, reader),
      await readRealmSessions({ ...query, offline: true }, reader),
    ])(),
    readWithoutClient(counts, choice, reader),
    reading,
  ])
  const failed = new Map([...offline.unread, ...listed.unread].filter(([client]) => chosen.includes(client)))
  warnFailedLists(failed, ctx)
  const online = withSessionsWithoutClient(listed, withoutClient)
  if (offlineStep) await requireOfflineSupport(offline.targets.values(), keycloak)
  const readAt = ctx.now()
  return {
    ...{ choice, clients, realm, ownSessionId, online, offline, withoutClient },
    unreadable: [...new Set([...unsafe, ...failed.keys()])],
    notVisible: clientsNotVisible(counts, clients),
    upstreams,
    userLogoutNotifiesEachSession: capabilities.userLogoutNotifiesEachSession,
    serverTimeOffset,
    readAt: readAt + serverTimeOffset,
  }
}

/** The sessions with those in which no client takes part: nothing is notified of them, but they are ended, too. */
function withSessionsWithoutClient(
  online: RealmSessions,
  withoutClient: WithoutClient | undefined,
): RealmSessions {
  const targets = targetsWithoutClient(withoutClient)
  if (targets.length === 0) return online
  return {
    ...online,
    targets: new Map([...online.targets, ...targets.map((one) => [one.id, one] as const)]),
    userIds: new Set([...online.userIds, ...targets.map(({ userId }) => userId)]),
  }
}

/** The identity providers of the realm at which users can have sessions. Unknown ones do not keep it from a logout. */
async function readRealmUpstreams(keycloak: Pick<Keycloak, 'identityProviders'>): Promise<Upstream[]> {
  const providers = (await providersIfPermitted(keycloak)) ?? []
  return upstreamsOf(
    providers.filter(isUsedToSignIn).map(({ alias }) => alias),
    providers,
  )
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
