import type { Context } from '../../cli/context.ts'
import { findClients } from '../../client-settings/find-clients.ts'
import { refuse } from '../../client-settings/refuse.ts'
import { type DesiredSettings, URL_FIELDS } from '../../client-settings/settings.ts'
import { checkUrl } from '../../client-settings/url-check.ts'
import type { Client } from '../../core/model.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { ConfigureOptions } from './options.ts'
import { cumulocity } from './preset.ts'
import { readFileRequest } from './read-file-request.ts'

/** The desired settings of named clients, or of all clients (with --check, so nothing is written). */
type ConfigureRequest =
  | {
      readonly named: readonly { readonly clientId: string; readonly desired: DesiredSettings | undefined }[]
    }
  | { readonly all: DesiredSettings | undefined }

/**
 * Reads and checks the request from options or a file. Sends nothing.
 * @throws {UserError} exit 2
 */
export async function readRequest(options: ConfigureOptions, ctx: Context): Promise<ConfigureRequest> {
  const { file, check = false } = options
  const clientIds = [...new Set(options.clientIds)]
  const settings = settingsOfOptions(options, clientIds)
  const hasSettings = Object.keys(settings).length > 0
  if (file !== undefined) {
    if (hasSettings)
      throw usageError(
        'contradiction',
        '--file cannot be combined with other settings.',
        'Put them into the file, or leave --file out.',
      )
    const named = await readFileRequest(file, clientIds, ctx)
    refuseInvalidUrls(named)
    return { named }
  }
  if (!check && clientIds.length === 0)
    throw usageError(
      'no-client',
      'No client given.',
      'Name the clients to change, or use --file. Only --export and --check take all clients.',
    )
  if (!check && !hasSettings)
    throw usageError(
      'nothing-wanted',
      'No setting given.',
      'Add --backchannel-url, --admin-url, --session-required, --revoke-offline, --preset or --file; or --check.',
    )
  refuseInvalidUrls([{ desired: settings }])
  const desired = hasSettings ? settings : undefined
  return clientIds.length > 0
    ? { named: clientIds.map((clientId) => ({ clientId, desired })) }
    : { all: desired }
}

function settingsOfOptions(options: ConfigureOptions, clientIds: readonly string[]): DesiredSettings {
  const { backchannelUrl, adminUrl, sessionRequired, revokeOffline } = options
  const orNull = (url: string) => (url === 'none' ? null : url)
  return {
    ...settingsOfPreset(options, clientIds),
    ...(backchannelUrl === undefined ? {} : { backchannelLogoutUrl: orNull(backchannelUrl) }),
    ...(adminUrl === undefined ? {} : { adminUrl: orNull(adminUrl) }),
    ...(sessionRequired === undefined ? {} : { backchannelLogoutSessionRequired: sessionRequired }),
    ...(revokeOffline === undefined ? {} : { backchannelLogoutRevokeOfflineTokens: revokeOffline }),
  }
}

function settingsOfPreset(
  { preset, tenantUrl, backchannelUrl, adminUrl }: ConfigureOptions,
  clientIds: readonly string[],
): DesiredSettings {
  if (preset === undefined && tenantUrl === undefined) return {}
  if (preset === undefined || tenantUrl === undefined)
    throw usageError(
      'preset-incomplete',
      preset === undefined ? '--tenant-url needs --preset.' : `--preset ${preset} needs --tenant-url.`,
      'For example: --preset cumulocity --tenant-url https://mytenant.example.com',
    )
  if (backchannelUrl !== undefined || adminUrl !== undefined)
    throw usageError(
      'contradiction',
      '--preset sets both URLs.',
      'Leave --backchannel-url and --admin-url out, or give both without --preset.',
    )
  if (clientIds.length !== 1)
    throw usageError(
      'preset-one-client',
      '--preset takes one client, because each tenant has a client of its own.',
      'Name one client, or configure several with --file.',
    )
  const { desired, findings } = cumulocity(tenantUrl)
  refuse(findings)
  return desired
}

/** Refuses URLs that no client may have (exit 2). */
function refuseInvalidUrls(
  clients: readonly { readonly clientId?: string; readonly desired: DesiredSettings }[],
): void {
  refuse(
    clients.flatMap(({ clientId, desired }) =>
      URL_FIELDS.flatMap((field) => {
        const url = desired[field]
        return typeof url === 'string' ? checkUrl(url, field) : []
      }).map((finding) => (clientId === undefined ? finding : { ...finding, clientId })),
    ),
  )
}

/** A client with its desired settings; undefined if it is only checked. */
export interface RequestedClient {
  readonly client: Client
  readonly desired: DesiredSettings | undefined
}

/**
 * The clients of a request, each with its desired settings.
 * @throws {UserError} `client-not-found` (exit 5)
 */
export async function matchClients(
  request: ConfigureRequest,
  keycloak: Keycloak,
): Promise<RequestedClient[]> {
  if ('named' in request) {
    const clients = await findClients(
      request.named.map(({ clientId }) => clientId),
      keycloak,
    )
    return clients.map((client, i) => ({ client, desired: request.named[i]?.desired }))
  }
  // Keycloak's own clients are changed only when named, so nothing is requested for them here.
  const clients = (await keycloak.clients()).filter(({ protocol }) => protocol === 'openid-connect')
  return clients.map((client) => ({ client, desired: client.builtIn ? undefined : request.all }))
}
