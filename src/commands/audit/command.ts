import type { Command } from 'commander'
import { collect, oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { bearerToken } from '../../util/bearer-token.ts'
import { isLoopback } from '../../util/loopback.ts'
import { mapPool } from '../../util/map-pool.ts'
import { sinceTime } from '../../util/parse-since.ts'
import { matchingRecords } from './matching-records.ts'
import { openTenantAudits } from './open-tenant-audits.ts'
import {
  DEFAULT_PATTERN,
  type FiledTenant,
  readTenants,
  type Tenant,
  type TenantCredentials,
  tenantOrigin,
} from './tenant-audit.ts'
import { auditView, type TenantReport } from './view.ts'

export interface AuditOptions {
  readonly tenantUrl?: readonly string[]
  readonly credentialsFile?: string
  readonly since?: string
  readonly match?: string
}

const EXAMPLES = examples([
  [
    'kc-logout audit cumulocity --tenant-url https://mytenant.example.com',
    'with C8Y_USER and C8Y_PASSWORD, or C8Y_TOKEN, in the environment',
  ],
  [
    'kc-logout audit cumulocity --credentials-file tenants.yaml --since 2h',
    'several tenants, each with credentials of its own',
  ],
  [
    "kc-logout audit cumulocity --credentials-file tenants.yaml --json \\\n      --match 'web token' | jq -r '.tenants[].records[].text' \\\n      | kc-logout inspect-token -",
    'explains the tokens that the tenants wrote down',
  ],
])

const PLATFORMS = ['cumulocity'] as const

const SIDE_BY_SIDE = 4
const DEFAULT_SINCE = '1h'
/** Adds `audit` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('audit')
    .description(
      "Looks into applications' own audit logs: was the logout received? Experimental: how a platform words it is not documented.",
    )
    .argument('<platform>', PLATFORMS.join(', '), oneOf(...PLATFORMS))
    .option('--tenant-url <url>', 'the tenant (repeatable)', collect)
    .option(
      '--credentials-file <file>',
      'YAML or JSON: tenants, each with credentials of its own; - is stdin',
    )
    .option('--since <when>', `30m, 2h, 7d, or a date (${DEFAULT_SINCE})`)
    .option('--match <pattern>', 'a regular expression, without case: records that match it')
    .addHelpText('before', EXAMPLES)
    .action((_: (typeof PLATFORMS)[number], flags: AuditOptions) =>
      start((ctx) => runAuditCumulocity(flags, ctx)),
    )
}

/**
 * Reads tenants' audit records. Asks no Keycloak; credentials go to tenants that the caller named and to nobody else.
 * Exit 3 when some tenants could not be read; when none could, the code of the first refusal.
 */
export async function runAuditCumulocity(options: AuditOptions, ctx: Context): Promise<ExitCode> {
  const since = sinceTime(options.since ?? DEFAULT_SINCE, ctx.now())
  if (since === undefined)
    throw usageError(
      'bad-time',
      `--since ${options.since} is no time in the past.`,
      'Such as 30m, 2h, 7d or 2026-01-31.',
    )
  const pattern = patternOf(options.match)
  const audits = openTenantAudits(ctx.host, await ctx.http())
  const tenants = await tenantsOf(options, audits.fromEnvironment, ctx)
  const failures: UserError[] = []
  const reports = await mapPool(tenants, SIDE_BY_SIDE, async (tenant): Promise<TenantReport> => {
    const report = { tenantUrl: tenant.url, since: new Date(since).toISOString() }
    try {
      const { records, isCut } = await matchingRecords(audits.records(tenant, since), pattern, since)
      return { ...report, records, seen: records.length > 0, ...(isCut ? { cut: true as const } : {}) }
    } catch (error) {
      if (!(error instanceof UserError) || ctx.signal.aborted) throw error
      failures.push(error)
      return { ...report, records: [], seen: false, error: error.message }
    }
  })
  const [first] = failures
  if (first && failures.length === tenants.length) throw first
  ctx.print.result({ tenants: reports }, auditView)
  // Nothing seen in a part of a log says nothing of the rest.
  return first || reports.some(({ cut, seen }) => cut && !seen) ? EXIT.partial : EXIT.ok
}

function patternOf(text: string | undefined): RegExp {
  if (text === undefined) return DEFAULT_PATTERN
  if (text === '')
    throw usageError(
      'bad-pattern',
      '--match is empty: every record would match.',
      'Give a pattern, or leave it out.',
    )
  try {
    return new RegExp(text, 'iu')
  } catch {
    throw usageError('bad-pattern', `--match ${text} is no regular expression.`, 'Quote it for the shell.')
  }
}

async function tenantsOf(
  { tenantUrl = [], credentialsFile }: AuditOptions,
  fromEnvironment: TenantCredentials | undefined,
  ctx: Context,
): Promise<Tenant[]> {
  const named = [...new Set(await Promise.all(tenantUrl.map((text) => originOf(text, '--tenant-url', ctx))))]
  if (credentialsFile === undefined) {
    if (named.length === 0) throw usageError('no-tenant', 'No tenant is named.', 'Name it with --tenant-url.')
    if (named.length > 1)
      throw usageError(
        'tenant-credentials',
        "Several tenants need credentials of their own: one tenant's are not sent to another.",
        'Give them with --credentials-file.',
      )
    if (!fromEnvironment)
      throw usageError(
        'tenant-credentials',
        `There are no credentials for ${named[0]}.`,
        'Set C8Y_USER and C8Y_PASSWORD, or C8Y_TOKEN; or give --credentials-file.',
      )
    return named.map((url) => ({ url, credentials: fromEnvironment }))
  }
  const name = credentialsFile === '-' ? 'stdin' : credentialsFile
  const { parseStructured } = await import('../../config/files/yaml-file.ts')
  const filed = readTenants(parseStructured(await ctx.files.read(credentialsFile), name))
  if (typeof filed === 'string')
    throw usageError(
      'bad-file',
      `${name}: ${filed}.`,
      'It holds `tenants:`, a list of tenantUrl with user and password or passwordFile, or with token or tokenFile.',
    )
  const tenants = await Promise.all(
    filed.map(async (tenant) => ({
      url: await originOf(tenant.tenantUrl, name, ctx),
      credentials: await credentialsIn(tenant, ctx),
    })),
  )
  const missing = named.find((url) => !tenants.some((tenant) => tenant.url === url))
  if (missing !== undefined)
    throw usageError(
      'tenant-credentials',
      `${name} has no credentials for ${missing}.`,
      'Add the tenant to it, with user and password, or with a token.',
    )
  return named.length === 0 ? tenants : tenants.filter(({ url }) => named.includes(url))
}

async function originOf(text: string, source: string, ctx: Context): Promise<string> {
  const url = tenantOrigin(text)
  if (!url)
    throw usageError(
      'bad-url',
      `${source}: ${JSON.stringify(text)} is no address of a tenant.`,
      'Such as https://mytenant.example.com: no path, and no credentials in it.',
    )
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !(await ctx.settings()).allowHttp)
    throw usageError(
      'http-refused',
      `The credentials would go to ${url.origin} unencrypted.`,
      'Use https, or --allow-http where the network between is trusted.',
    )
  return url.origin
}

async function credentialsIn(tenant: FiledTenant, ctx: Context): Promise<TenantCredentials> {
  const { user = '', password, passwordFile, token, tokenFile } = tenant
  const read = async (path: string) =>
    (await ctx.files.read(path, { maxBytes: 64 * 1024 })).replace(/\r?\n$/, '')
  const given = tokenFile === undefined ? token : await read(tokenFile)
  if (given !== undefined) {
    const bearer = bearerToken(given)
    if (bearer === undefined)
      throw usageError('bad-token', `The token of ${tenant.tenantUrl} is none.`, 'It has to stand alone.')
    return { kind: 'token', token: bearer }
  }
  return {
    kind: 'basic',
    user,
    password: passwordFile === undefined ? (password ?? '') : await read(passwordFile),
  }
}
