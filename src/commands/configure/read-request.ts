import type { Context } from '../../cli/context.ts'
import { clientsOfFile, findClients, refuse, refuseBadUrls } from '../../client-settings/find-clients.ts'
import type { DesiredSettings } from '../../client-settings/settings.ts'
import type { Client } from '../../core/model.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { WantedClient } from './file.ts'
import { cumulocity, type PRESETS } from './preset.ts'

/** What was typed of clients and their settings. */
export interface WantedOptions {
  readonly clientIds: readonly string[]
  /** `none` removes. */
  readonly backchannelUrl?: string
  /** `none` removes. */
  readonly adminUrl?: string
  readonly sessionRequired?: boolean
  readonly revokeOffline?: boolean
  readonly preset?: (typeof PRESETS)[number]
  readonly tenantUrl?: string
  readonly file?: string
  readonly check?: boolean
}

/** What is wanted: of each client by name, or of all clients (then nothing is written). */
type Request =
  | { readonly named: readonly { readonly clientId: string; readonly wanted: DesiredSettings | undefined }[] }
  | { readonly all: DesiredSettings | undefined }

/**
 * Reads and checks what is wanted, from flags or from a file, before anybody signs in.
 * @throws {UserError} (2)
 */
export async function readRequest(options: WantedOptions, ctx: Context): Promise<Request> {
  const { file, check = false } = options
  const clientIds = unique(options.clientIds)
  if (clientIds.includes(''))
    throw usageError(
      'empty-name',
      'An empty client id stands for no client.',
      'Is a variable of the shell empty? `kc-logout sessions` lists client ids.',
    )
  const flags = wantedOfFlags(options, clientIds)
  const wantsSomething = Object.keys(flags).length > 0
  if (file !== undefined) {
    if (wantsSomething)
      throw usageError(
        'contradiction',
        '--file says what is wanted; it cannot be combined with other settings.',
        'Put them into the file, or leave --file out.',
      )
    const named: readonly WantedClient[] = await clientsOfFile(file, clientIds, ctx)
    refuseBadUrls(named)
    return { named }
  }
  if (!check && clientIds.length === 0)
    throw usageError(
      'no-client',
      'No client is named.',
      'Name the clients to change, or give --file. --export and --check take all clients.',
    )
  if (!check && !wantsSomething)
    throw usageError(
      'nothing-wanted',
      'Nothing is to be set.',
      'Add --backchannel-url, --admin-url, --session-required, --revoke-offline, --preset or --file; or --check.',
    )
  refuseBadUrls([{ wanted: flags }])
  const wanted = wantsSomething ? flags : undefined
  return clientIds.length > 0
    ? { named: clientIds.map((clientId) => ({ clientId, wanted })) }
    : { all: wanted }
}

function wantedOfFlags(options: WantedOptions, clientIds: readonly string[]): DesiredSettings {
  const { backchannelUrl, adminUrl, sessionRequired, revokeOffline } = options
  const orNone = (url: string) => (url === 'none' ? null : url)
  return {
    ...wantedOfPreset(options, clientIds),
    ...(backchannelUrl === undefined ? {} : { backchannelLogoutUrl: orNone(backchannelUrl) }),
    ...(adminUrl === undefined ? {} : { adminUrl: orNone(adminUrl) }),
    ...(sessionRequired === undefined ? {} : { backchannelLogoutSessionRequired: sessionRequired }),
    ...(revokeOffline === undefined ? {} : { backchannelLogoutRevokeOfflineTokens: revokeOffline }),
  }
}

function wantedOfPreset(
  { preset, tenantUrl, backchannelUrl, adminUrl }: WantedOptions,
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
      '--preset gives both URLs.',
      'Leave --backchannel-url and --admin-url out, or give both of them without --preset.',
    )
  if (clientIds.length !== 1)
    throw usageError(
      'preset-one-client',
      '--preset is for one client: each tenant has a client of its own.',
      'Name one client, or give many with --file.',
    )
  const { wanted, findings } = cumulocity(tenantUrl)
  refuse(findings)
  return wanted
}

interface Pair {
  readonly client: Client
  /** Undefined: nothing was asked of this one, it is only looked at. */
  readonly asked: DesiredSettings | undefined
}

/**
 * The clients of a request, each with what is asked of it.
 * @throws {UserError} `client-not-found` (5)
 */
export async function matchClients(request: Request, keycloak: Keycloak): Promise<Pair[]> {
  if ('named' in request) {
    const clients = await findClients(
      request.named.map(({ clientId }) => clientId),
      keycloak,
    )
    return clients.map((client, i) => ({ client, asked: request.named[i]?.wanted }))
  }
  // Keycloak's own clients are written only when named, so nothing is wanted of them here.
  const clients = (await keycloak.clients()).filter(({ protocol }) => protocol === 'openid-connect')
  return clients.map((client) => ({ client, asked: client.builtIn ? undefined : request.all }))
}

const unique = (clientIds: readonly string[]) => [...new Set(clientIds)]
