import type { Command } from 'commander'
import { oneOf, onlyOnce } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { showTarget } from '../../cli/show-target.ts'
import { findClients, refuse } from '../../client-settings/find-clients.ts'
import { type ClientOutcome, outcomeOf, untouched } from '../../client-settings/outcome.ts'
import { type ClientPlan, planClient, presentUrls, sameUrls } from '../../client-settings/plan.ts'
import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { configureClients } from './execute.ts'
import { exported, refusedUrls, toYaml } from './export.ts'
import { PRESETS } from './preset.ts'
import { matchClients, readRequest, type WantedOptions } from './read-request.ts'
import { configureView } from './view.ts'

export interface ConfigureOptions extends WantedOptions {
  readonly export?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const EXAMPLES = examples([
  [
    'kc-logout configure shop --backchannel-url https://shop.example.com/logout',
    'where logout tokens are sent',
  ],
  [
    'kc-logout configure iot --preset cumulocity \\\n      --tenant-url https://mytenant.example.com',
    'both URLs of a Cumulocity tenant',
  ],
  ['kc-logout configure --export > logout.yaml', 'what is set now'],
  ['kc-logout configure --file logout.yaml --dry-run', 'what that would change'],
  ['kc-logout configure --file logout.yaml --check', 'exit 7 on drift'],
])

/** Adds `configure` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('configure')
    .description('Sets what logout needs at clients of the realm, and nothing else of them.')
    .argument('[client-id...]', 'the clients; with --export and --check all of them if none is named')
    .option('--backchannel-url <url>', 'the Backchannel Logout URL; none removes it', onlyOnce)
    .option('--admin-url <url>', 'the Admin URL; none removes it', onlyOnce)
    .option('--session-required', 'logout tokens name the session (sid)')
    .option('--no-session-required', 'they name the person only')
    .option('--revoke-offline', 'logout tokens ask the application to drop offline tokens')
    .option('--no-revoke-offline', 'they do not')
    .option('--preset <name>', 'both URLs of a platform: cumulocity (one client)', oneOf(...PRESETS))
    .option('--tenant-url <url>', 'the tenant that the preset is for', onlyOnce)
    .option('--file <file>', 'reads settings of many clients (YAML or JSON); - reads stdin', onlyOnce)
    .option('--export', 'prints the present settings in that form')
    .option('--check', 'changes nothing, exit 7 when something differs')
    .option('-n, --dry-run', 'shows the plan, changes nothing')
    .option('-y, --yes', 'does not ask')
    .addHelpText('before', EXAMPLES)
    .action((clientIds: string[], flags: Omit<ConfigureOptions, 'clientIds'>) =>
      start((ctx) => runConfigure({ clientIds, ...flags }, ctx)),
    )
}

/** Sets the logout settings of clients. Roles: view-clients to plan and check, manage-clients to change. */
export async function runConfigure(options: ConfigureOptions, ctx: Context): Promise<ExitCode> {
  if (options.export) return runExport(options, ctx)
  const { check = false, dryRun = false, yes } = options

  // Gather: what is wanted is read and checked before anybody signs in, each client before anything is changed.
  const wanted = await readRequest(options, ctx)
  const keycloak = await ctx.keycloak()
  const pairs = await matchClients(wanted, keycloak)

  // Decide: what can be refused is refused for all of them.
  const plans = sameUrls(pairs.map(({ client, asked }) => planClient(client, asked ?? presentUrls(client))))
  const isAsked = ({ code }: Finding, i: number) =>
    pairs[i]?.asked !== undefined || code === 'not-openid-connect'
  refuse(plans.flatMap(({ findings }, i) => findings.filter((finding) => isAsked(finding, i))))
  await showTarget(ctx)
  const planned = outcomeOf(keycloak.realm, plans.map(untouched))
  const toChange = plans.filter(({ changes }) => changes.length > 0).length
  if (check || dryRun || toChange === 0) {
    ctx.print.result(planned, configureView)
    return check && planned.verdict !== 'unchanged' ? EXIT.checkFailed : EXIT.ok
  }
  requireAccess(plans)
  ctx.print.plan(planned, configureView)
  if (!yes) await ctx.ask.agree(questionOf(toChange, keycloak), { flag: '--yes' })

  // Act, and look again.
  const done = outcomeOf(keycloak.realm, await configureClients(plans, keycloak, ctx))
  ctx.print.result(done, configureView)
  return exitCodeOf(done.clients)
}

async function runExport({ clientIds, ...flags }: ConfigureOptions, ctx: Context): Promise<ExitCode> {
  const other = Object.entries(flags).find(([name, value]) => name !== 'export' && value !== undefined)
  if (other)
    throw usageError(
      'contradiction',
      '--export prints what is set now and takes no other option.',
      'Leave the others out; client ids choose what is printed.',
    )
  const keycloak = await ctx.keycloak()
  const clients =
    clientIds.length > 0 ? await findClients([...new Set(clientIds)], keycloak) : await keycloak.clients()
  const foreign = clients.filter(isForeign)
  if (clientIds.length > 0) refuse(foreign.flatMap((client) => planClient(client, {}).findings))
  const ours = clients.filter((client) => !isForeign(client))
  const document = exported(keycloak.realm, ours)
  const refused = ours.flatMap(refusedUrls)
  if (ctx.print.json) ctx.print.result(document, () => [])
  else ctx.print.raw(toYaml(document, refused))
  noteForeign(foreign, ctx)
  for (const { clientId, args } of refused)
    ctx.print.note(`Left out, as a file with it would be refused: ${args?.field} of ${clientId}`)
  return EXIT.ok
}

const isForeign = ({ protocol }: Client) => protocol !== 'openid-connect'

function noteForeign(foreign: readonly Client[], { print }: Context) {
  if (foreign.length > 0)
    print.note(`Left out, as not of OpenID Connect: ${foreign.map(({ clientId }) => clientId).join(', ')}`)
}

/** Fine-grained permissions let some accounts see a client that they may not change; Keycloak says so beforehand. */
function requireAccess(plans: readonly ClientPlan[]) {
  const locked = plans.filter(({ findings }) => findings.some(({ code }) => code === 'not-allowed'))
  if (locked.length === 0) return
  throw new UserError(
    'role-missing',
    `The account signed in with may not change ${locked.map(({ clientId }) => clientId).join(', ')}.`,
    {
      exitCode: EXIT.denied,
      hint: 'It needs the role manage-clients of client realm-management. Nothing was changed.',
    },
  )
}

const questionOf = (toChange: number, { realm }: Keycloak) =>
  `Change ${toChange === 1 ? 'this client' : `these ${toChange} clients`} of realm ${realm}?`

function exitCodeOf(clients: readonly ClientOutcome[]): ExitCode {
  const failures = clients.filter(({ status }) => status === 'failed').length
  if (failures === 0) return EXIT.ok
  return failures === clients.length ? EXIT.failed : EXIT.partial
}
