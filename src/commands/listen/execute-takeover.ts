import type { Context } from '../../cli/context.ts'
import { refuse } from '../../client-settings/refuse.ts'
import { planClient } from '../../client-settings/plan.ts'
import { configureClient } from '../../client-settings/update-client.ts'
import type { Client } from '../../core/model.ts'
import { hasSessionHost, resolveUrl } from '../../core/urls.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { isTaken, restoration, type Takeover, takenSettings } from './takeover.ts'
import type { Takeovers } from './takeover-store.ts'

/** What is about to be taken over, and where its requests went before. */
export interface PlannedTakeover {
  readonly client: Client
  readonly takeover: Takeover
  readonly plan: ReturnType<typeof planClient>
  /** The application's own URLs, to which requests are handed on; undefined where it had none. */
  readonly former: { readonly logout: string | undefined; readonly 'admin-action': string | undefined }
}

/** Reads the client and says what would change. Refuses one that is taken over already. Changes nothing. */
export async function planTakeover(
  clientId: string,
  publicUrl: string,
  keycloak: Keycloak,
  store: Takeovers,
  { now }: Pick<Context, 'now'>,
): Promise<PlannedTakeover> {
  const client = await keycloak.findClient(clientId)
  if (!client) {
    throw new UserError(
      'client-not-found',
      `No client ${JSON.stringify(clientId)} in realm ${keycloak.realm}.`,
      {
        exitCode: EXIT.notFound,
        hint: '`kc-logout configure --export` lists the clients.',
      },
    )
  }
  const running = (await store.list()).find((each) => isOf(each, keycloak) && isAbout(each, client))
  if (running || isTaken(client)) {
    throw usageError(
      'taken-over',
      `Client ${clientId} is taken over already${running ? ` by process ${running.pid}` : ', perhaps from another machine'}.`,
      'End that listener first, or put back what it left behind: kc-logout listen --restore',
    )
  }
  const plan = planClient(client, takenSettings(client, publicUrl))
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
  const whole = url && resolveUrl(url, rootUrl)
  return whole && /^https?:\/\//i.test(whole) && URL.canParse(whole) && !hasSessionHost(whole)
    ? whole
    : undefined
}

/**
 * Sets the client's URLs. What they were is kept before, so that a crash loses nothing.
 *
 * @param onWrite called before the client is written to: from then on there is something to put back
 */
export async function takeOver(
  { plan, takeover }: PlannedTakeover,
  keycloak: Keycloak,
  store: Takeovers,
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
  const why = outcome.findings.at(-1)?.message ?? 'for no known reason'
  throw new UserError('not-taken-over', `Client ${takeover.clientId} could not be taken over: ${why}`, {
    hint: 'Look at the client, and try again.',
  })
}

/** The same realm, which says when a client of it is about to be written to. */
const watchWrites = (keycloak: Keycloak, onWrite: () => void): Keycloak =>
  new Proxy(keycloak, {
    get(target, name) {
      if (name === 'updateClient') onWrite()
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

export interface PutBack {
  readonly clientId: string
  readonly restored: readonly string[]
  /** Fields that somebody else has changed meanwhile. */
  readonly left: readonly string[]
  readonly gone: boolean
  /** What the client is called now, where somebody has renamed it. */
  readonly renamedTo?: string
  /** The front channel, which the listener switched off, stays so for the sake of a new Backchannel Logout URL. */
  readonly frontStaysOff?: true
}

/**
 * Puts a client's settings back, field by field and only where the listener's own value still stands; looks again. What
 * has to be put back is forgotten only when it is back, or when Keycloak says that there is no such client.
 */
export async function putBack(takeover: Takeover, keycloak: Keycloak, store: Takeovers): Promise<PutBack> {
  const { clientId, id } = takeover
  const client = await clientOf(takeover, keycloak)
  if (!client) {
    await store.forget(takeover)
    return { clientId, restored: [], left: [], gone: true }
  }
  const { back, left, frontStaysOff } = restoration(client, takeover)
  const restored = Object.keys(back)
  if (restored.length > 0) {
    await keycloak.updateClient(id, {
      ...back,
      frontchannelLogout: back.frontchannelLogout ?? client.frontchannelLogout,
    })
    const after = await clientOf(takeover, keycloak)
    const still = after ? Object.keys(restoration(after, takeover).back) : []
    if (still.length > 0)
      throw notRestored(`Client ${clientId} still has ${still.join(', ')} of the listener.`)
  }
  await store.forget(takeover)
  const renamed = client.clientId === clientId ? {} : { renamedTo: client.clientId }
  return { clientId, restored, left, gone: false, ...renamed, ...(frontStaysOff ? { frontStaysOff } : {}) }
}

/** The client by its internal id, as anybody may have renamed it; undefined where Keycloak says that there is none. */
async function clientOf({ id, clientId }: Takeover, keycloak: Keycloak): Promise<Client | undefined> {
  const raw = await keycloak.rawClient(id).catch((error: unknown) => {
    // Another 404 may be that of a proxy.
    if (error instanceof UserError && error.code === 'client-not-found') return undefined
    throw error
  })
  if (!raw) return undefined
  const client = await keycloak.findClient(String(raw.clientId))
  if (client?.id === id) return client
  throw notRestored(`Client ${clientId} was renamed or removed while it was put back.`)
}

const notRestored = (message: string) =>
  new UserError('not-restored', message, { hint: 'kc-logout listen --restore tries again.' })

const isAbout = ({ id, clientId }: Takeover, client: Client) =>
  id === client.id || clientId === client.clientId

/** What listeners that died left behind in this realm. */
export async function leftBehind(keycloak: Keycloak, store: Takeovers): Promise<Takeover[]> {
  return (await store.list()).filter((each) => isOf(each, keycloak) && !store.isAlive(each))
}

export const isOf = ({ server, realm }: Takeover, keycloak: Pick<Keycloak, 'server' | 'realm'>) =>
  server === keycloak.server && realm === keycloak.realm
