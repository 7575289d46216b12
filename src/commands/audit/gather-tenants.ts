import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import { bearerToken } from '../../util/bearer-token.ts'
import { isLoopback } from '../../util/loopback.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { type Tenant, type TenantCredentials, tenantOrigin } from './tenant-audit.ts'
import { readTenants, type TenantEntry } from './tenants-file.ts'

interface TenantOptions {
  readonly tenantUrl?: readonly string[]
  readonly credentialsFile?: string
}

const LARGEST_SECRET = 64 * 1024

/**
 * The tenants to search, each with its own credentials, from the options, a file and the environment.
 * @throws {UserError} exit 2
 */
export async function gatherTenants(
  { tenantUrl = [], credentialsFile }: TenantOptions,
  fromEnvironment: TenantCredentials | undefined,
  ctx: Context,
): Promise<Tenant[]> {
  const origins = await Promise.all(tenantUrl.map((text) => originOf(text, '--tenant-url', ctx)))
  const selected = [...new Set(origins)]
  if (credentialsFile === undefined) return [singleTenant(selected, fromEnvironment)]
  const name = credentialsFile === '-' ? 'stdin' : credentialsFile
  const entries = await readEntries(credentialsFile, name, ctx)
  const tenants = await Promise.all(
    entries.map(async (entry) => ({
      url: await originOf(entry.tenantUrl, name, ctx),
      credentials: await credentialsOf(entry, ctx),
    })),
  )
  const missing = selected.find((url) => !tenants.some((tenant) => tenant.url === url))
  if (missing !== undefined)
    throw usageError(
      'tenant-credentials',
      `${name} has no credentials for ${missing}.`,
      'Add the tenant to it, with user and password, or with a token.',
    )
  return selected.length === 0 ? tenants : tenants.filter(({ url }) => selected.includes(url))
}

/** Without a file there is one tenant: credentials of one tenant are never sent to another. */
function singleTenant(selected: readonly string[], credentials: TenantCredentials | undefined): Tenant {
  const [url] = selected
  if (url === undefined)
    throw usageError('no-tenant', 'No tenant given.', 'Add --tenant-url or --credentials-file.')
  if (selected.length > 1)
    throw usageError(
      'tenant-credentials',
      'Several tenants need credentials of their own.',
      'Give them with --credentials-file.',
    )
  if (!credentials)
    throw usageError(
      'tenant-credentials',
      `No credentials for ${url}.`,
      'Set C8Y_USER and C8Y_PASSWORD, or C8Y_TOKEN; or use --credentials-file.',
    )
  return { url, credentials }
}

async function readEntries(path: string, name: string, ctx: Context): Promise<readonly TenantEntry[]> {
  const { parseStructured } = await import('../../config/files/yaml-file.ts')
  const { tenants, problem } = readTenants(parseStructured(await ctx.files.read(path), name))
  if (tenants) return tenants
  throw usageError('bad-file', `${name}: ${problem.message}.`, problem.hint)
}

async function originOf(text: string, source: string, ctx: Context): Promise<string> {
  const url = tenantOrigin(text)
  if (!url)
    throw usageError(
      'bad-url',
      `${source}: ${JSON.stringify(maskCredentials(text))} is not the address of a tenant.`,
      'For example https://mytenant.example.com, without a path and without credentials.',
    )
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !(await ctx.settings()).allowHttp)
    throw usageError(
      'http-refused',
      `The credentials would be sent to ${url.origin} unencrypted.`,
      'Use https, or --allow-http if you trust the network.',
    )
  return url.origin
}

async function credentialsOf(entry: TenantEntry, ctx: Context): Promise<TenantCredentials> {
  const { user = '', password, passwordFile, token, tokenFile } = entry
  const read = async (path: string) =>
    (await ctx.files.read(path, { maxBytes: LARGEST_SECRET })).replace(/\r?\n$/, '')
  const given = tokenFile === undefined ? token : await read(tokenFile)
  if (given !== undefined) {
    const bearer = bearerToken(given)
    if (bearer === undefined)
      throw usageError(
        'bad-token',
        `The token of ${entry.tenantUrl} is not a valid bearer token.`,
        'Give the token alone, without a prefix and without line breaks.',
      )
    return { kind: 'token', token: bearer }
  }
  return {
    kind: 'basic',
    user,
    password: passwordFile === undefined ? (password ?? '') : await read(passwordFile),
  }
}
