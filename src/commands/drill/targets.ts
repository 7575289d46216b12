import type { Client } from '../../core/model.ts'
import { hasPlaceholder, isKeycloakRoot, resolveUrl } from '../../core/urls.ts'
import { httpUrl } from './hosts.ts'
import type { AppPage } from './look.ts'

/** One application of a drill file. */
export interface FileApp extends Omit<AppPage, 'url'> {
  readonly clientId: string
  readonly url: URL | undefined
}

/** One application of a drill. */
export interface DrillApp {
  readonly client: Client
  /** Undefined if neither the command line nor the client says where it is. */
  readonly page: AppPage | undefined
}

interface Choice {
  readonly clientIds: readonly string[]
  /** Applications of a drill file. */
  readonly fileApps: readonly FileApp[] | undefined
  readonly url: URL | undefined
}

/**
 * The applications to drill: the given clients, those of the file, or every client of the realm that users sign in to
 * with a browser. All given ids must be known.
 */
export function chooseApps(clients: readonly Client[], { clientIds, fileApps, url }: Choice): DrillApp[] {
  const given = clientIds.length > 0 ? clientIds : fileApps?.map(({ clientId }) => clientId)
  const chosen = given
    ? [...new Set(given)].flatMap((id) => clients.filter(({ clientId }) => clientId === id))
    : clients.filter(isBrowserClient)
  return chosen.map((client) => {
    const app = fileApps?.find(({ clientId }) => clientId === client.clientId)
    const at = url ?? app?.url ?? urlOf(client)
    if (!at) return { client, page: undefined }
    return { client, page: { url: at, signedIn: app?.signedIn, logoutProbe: app?.logoutProbe } }
  })
}

const isBrowserClient = ({ enabled, builtIn, browserFlow }: Client) =>
  enabled && !builtIn && browserFlow !== false

/** The base URL of a client, else its root URL. */
function urlOf({ baseUrl, rootUrl }: Client): URL | undefined {
  if (isKeycloakRoot(rootUrl)) return undefined
  const url = resolveUrl(baseUrl || rootUrl || '', rootUrl)
  return hasPlaceholder(url) ? undefined : httpUrl(url)
}

/** The URLs that name the hosts of an application: the client's own, and those of the drill. */
export const urlsOf = ({ client, page }: DrillApp): string[] =>
  [
    client.rootUrl,
    client.baseUrl,
    ...client.redirectUris.map((uri) => resolveUrl(uri, client.rootUrl)),
    page?.url.href,
    page?.logoutProbe?.href,
  ].filter((url) => url !== undefined)
