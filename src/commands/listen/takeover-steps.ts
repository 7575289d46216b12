import type { Context } from '../../cli/context.ts'
import { findClient } from '../../client-settings/find-clients.ts'
import { type ClientPlan, planClient } from '../../client-settings/plan.ts'
import { refuse } from '../../client-settings/refuse.ts'
import { configureClient } from '../../client-settings/update-client.ts'
import type { Client } from '../../core/model.ts'
import { hasSessionHost, resolveUrl } from '../../core/urls.ts'
import { UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { isTakenOver, listenerSettings, restoration, type Takeover } from './takeover.ts'
import type { TakeoverStore } from './takeover-store.ts'

/** The application's own URLs, to which requests are forwarded; undefined if it had none. */
export interface FormerUrls {
  readonly logout: string | undefined
  readonly 'admin-action': string | undefined
  /** A stream of security events is not taken over. */
  readonly 'security-event'?: undefined
}

export interface PlannedTakeover {
  readonly client: Client
  readonly takeover: Takeover
  readonly plan: ClientPlan
  readonly former: FormerUrls
}

/**
 * Reads the client and plans its takeover. Changes nothing.
 * @throws {UserError} `taken-over` (exit 2), `client-not-found` (exit 5)
 */
export async function planTakeover(
  clientId: string,
  publicUrl: string,
  keycloak: Keycloak,
  store: TakeoverStore,
  { now }: Pick<Context, 'now'>,
): Promise<PlannedTakeover> {
  const client = await findClient(clientId, keycloak)
  const running = (await store.list()).find((one) => isOfRealm(one, keycloak) && isOfClient(one, client))
  if (running || isTakenOver(client)) {
    throw usageError(
      'taken-over',
      `Client ${clientId} is already taken over${running ? ` by process ${running.pid}` : ', perhaps from another machine'}.`,
      'Stop that listener first, or restore what it left over: kc-logout listen --restore',
    )
  }
  const plan = planClient(client, listenerSettings(client, publicUrl))
  refuse(plan.findings)
  return {
    client,
    plan,
    takeover: {
      version: 1,
      server: keycloak.server,
      realm: keycloak.realm,
      clientId,
      id: client.id,
      pid: store.pid,
      since: new Date(now()).toISOString(),
      changes: plan.changes,
    },
    former: {
      logout: formerUrl(client, client.backchannelLogoutUrl),
      'admin-action': formerUrl(client, client.adminUrl),
    },
  }
}

function formerUrl({ rootUrl }: Client, url: string | undefined): string | undefined {
  const resolved = url && resolveUrl(url, rootUrl)
  return resolved && /^https?:\/\//i.test(resolved) && URL.canParse(resolved) && !hasSessionHost(resolved)
    ? resolved
    : undefined
}

/**
 * Sets the client's URLs. The former ones are stored before, so that a crash loses nothing.
 * @param onWrite called before the client is written: from then on there is something to restore
 */
export async function takeOver(
  { plan, takeover }: PlannedTakeover,
  keycloak: Keycloak,
  store: TakeoverStore,
  onWrite: () => void,
): Promise<void> {
  await store.keep(takeover)
  let isWritten = false
  const watched = watchWrites(keycloak, () => {
    isWritten = true
    onWrite()
  })
  const outcome = await configureClient(plan, watched).finally(() =>
    isWritten ? undefined : store.forget(takeover),
  )
  if (outcome.status === 'changed') return
  const reason = outcome.findings.at(-1)?.message ?? 'unknown reason'
  throw new UserError('not-taken-over', `Client ${takeover.clientId} could not be taken over: ${reason}`, {
    hint: 'Check the client and retry.',
  })
}

/** The same realm, but calls `onWrite` before a client is written. */
const watchWrites = (keycloak: Keycloak, onWrite: () => void): Keycloak =>
  new Proxy(keycloak, {
    get(target, name) {
      if (name === 'updateClient') onWrite()
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/** The result of restoring one client; an element of `restored` in the JSON output. */
export interface RestoredClient {
  readonly clientId: string
  readonly restored: readonly string[]
  /** Fields that were changed by someone else in the meantime. */
  readonly left: readonly string[]
  /** The client no longer exists. */
  readonly gone: boolean
  /** The present client id if the client was renamed. */
  readonly renamedTo?: string
  /** The front channel stays off, because it would silence a new Backchannel Logout URL. */
  readonly frontStaysOff?: true
}

/**
 * Restores the former settings, field by field and only where the listener's own value is still set; then verifies.
 * The stored settings are deleted only after that, or if Keycloak says that there is no such client.
 * @throws {UserError} `not-restored` (exit 1), or the error of a request
 */
export async function restore(
  takeover: Takeover,
  keycloak: Keycloak,
  store: TakeoverStore,
): Promise<RestoredClient> {
  const { clientId, id } = takeover
  const client = await clientOf(takeover, keycloak)
  if (!client) {
    await store.forget(takeover)
    return { clientId, restored: [], left: [], gone: true }
  }
  const { settings, left, frontStaysOff } = restoration(client, takeover)
  const restored = Object.keys(settings)
  if (restored.length > 0) {
    await keycloak.updateClient(id, {
      ...settings,
      frontchannelLogout: settings.frontchannelLogout ?? client.frontchannelLogout,
    })
    const after = await clientOf(takeover, keycloak)
    const remaining = after ? Object.keys(restoration(after, takeover).settings) : []
    if (remaining.length > 0)
      throw notRestored(`Client ${clientId} still has ${remaining.join(', ')} of the listener.`)
  }
  await store.forget(takeover)
  const renamed = client.clientId === clientId ? {} : { renamedTo: client.clientId }
  return { clientId, restored, left, gone: false, ...renamed, ...(frontStaysOff ? { frontStaysOff } : {}) }
}

/** The client by its internal id, because it may have been renamed; undefined if Keycloak says there is none. */
async function clientOf({ id, clientId }: Takeover, keycloak: Keycloak): Promise<Client | undefined> {
  const raw = await keycloak.rawClient(id).catch((error: unknown) => {
    // Any other 404 may come from a proxy.
    if (error instanceof UserError && error.code === 'client-not-found') return undefined
    throw error
  })
  if (!raw) return undefined
  const client = await keycloak.findClient(String(raw.clientId))
  if (client?.id === id) return client
  throw notRestored(`Client ${clientId} was renamed or deleted while it was being restored.`)
}

const notRestored = (message: string) =>
  new UserError('not-restored', message, { hint: 'Retry with kc-logout listen --restore.' })

const isOfClient = ({ id, clientId }: Takeover, client: Client) =>
  id === client.id || clientId === client.clientId

/** The takeovers in this realm whose listener no longer runs. */
export async function abandonedTakeovers(keycloak: Keycloak, store: TakeoverStore): Promise<Takeover[]> {
  return (await store.list()).filter((one) => isOfRealm(one, keycloak) && !store.isAlive(one))
}

export const isOfRealm = ({ server, realm }: Takeover, keycloak: Pick<Keycloak, 'server' | 'realm'>) =>
  server === keycloak.server && realm === keycloak.realm
