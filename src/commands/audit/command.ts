import type { Command } from '@commander-js/extra-typings'
import pMap from 'p-map'
import { collect, oneOf } from '../../cli/arguments.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { sinceTime } from '../../util/parse-since.ts'
import { gatherTenants } from './gather-tenants.ts'
import { matchingRecords } from './matching-records.ts'
import { openTenantAudits } from './open-tenant-audits.ts'
import { DEFAULT_PATTERN } from './tenant-audit.ts'
import { auditView, type TenantReport } from './view.ts'

const EXAMPLES = examples([
  [
    'kc-logout audit cumulocity --tenant-url https://mytenant.example.com',
    'with C8Y_USER and C8Y_PASSWORD, or C8Y_TOKEN, in the environment',
  ],
  [
    'kc-logout audit cumulocity --credentials-file tenants.yaml --since 2h',
    'several tenants, each with its own credentials',
  ],
  [
    "kc-logout audit cumulocity --credentials-file tenants.yaml --json \\\n      --match 'web token' | jq -r '.tenants[].records[].text' \\\n      | kc-logout inspect-token -",
    'explain the tokens that the tenants logged',
  ],
])

const PLATFORMS = ['cumulocity'] as const

/** Tenants that are read at the same time. */
const WIDTH = 4
const DEFAULT_SINCE = '1h'

const declare = (program: Command) =>
  program
    .command('audit')
    .description(
      "Search applications' own audit logs for a received logout. Experimental: how a platform words it is not documented.",
    )
    .argument('<platform>', PLATFORMS.join(', '), oneOf(...PLATFORMS))
    .option('--tenant-url <url>', 'Search this tenant (repeatable)', collect)
    .option('--credentials-file <file>', 'Read tenants and their credentials (YAML or JSON; - for stdin)')
    .option('--since <when>', `Search from 30m, 2h, 7d ago, or from a date (${DEFAULT_SINCE})`)
    .option('--match <pattern>', 'Show records that match this regular expression, ignoring case')
    .addHelpText('before', EXAMPLES)

export type AuditOptions = OptionsOf<typeof declare>

/** Adds `audit` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((_, flags) => start((ctx) => runAuditCumulocity(flags, ctx)))
}

/**
 * Reads audit records of tenants. Sends nothing to Keycloak; credentials are sent only to the tenant they belong to.
 * Exit 3 if some tenants could not be read; if none could, the error of the first one.
 */
export async function runAuditCumulocity(options: AuditOptions, ctx: Context): Promise<ExitCode> {
  const since = startOf(options.since ?? DEFAULT_SINCE, ctx)
  const pattern = patternOf(options.match)
  const audits = openTenantAudits(ctx.host, await ctx.http())
  const tenants = await gatherTenants(options, audits.fromEnvironment, ctx)
  const failures: UserError[] = []
  const reports = await pMap(
    tenants,
    async (tenant): Promise<TenantReport> => {
      const report = { tenantUrl: tenant.url, since: new Date(since).toISOString() }
      try {
        const { records, isCut } = await matchingRecords(audits.records(tenant, since), pattern, since)
        return { ...report, records, seen: records.length > 0, ...(isCut ? { cut: true as const } : {}) }
      } catch (error) {
        if (!(error instanceof UserError) || ctx.signal.aborted) throw error
        failures.push(error)
        return { ...report, records: [], seen: false, error: error.message }
      }
    },
    { concurrency: WIDTH },
  )
  const [first] = failures
  if (first && failures.length === tenants.length) throw first
  ctx.print.result({ tenants: reports }, auditView)
  // If only a part of a log was read, "nothing seen" does not cover the rest.
  return first || reports.some(({ cut, seen }) => cut && !seen) ? EXIT.partial : EXIT.ok
}

/** `--since` in milliseconds since the epoch. */
function startOf(text: string, ctx: Context): number {
  const since = sinceTime(text, ctx.now())
  if (since !== undefined) return since
  throw usageError(
    'bad-time',
    `--since ${text} is not a valid time in the past.`,
    'For example 30m, 2h, 7d or 2026-01-31.',
  )
}

function patternOf(text: string | undefined): RegExp {
  if (text === undefined) return DEFAULT_PATTERN
  try {
    return new RegExp(text, 'iu')
  } catch {
    throw usageError(
      'bad-pattern',
      `--match ${text} is not a valid regular expression.`,
      'Quote it for the shell.',
    )
  }
}
