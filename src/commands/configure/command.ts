import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { inEachRealm } from '../../cli/realms/in-each-realm.ts'
import { showTarget } from '../../cli/show-target.ts'
import { asSeen, type ConfiguredClient, outcomeOf, untouched } from '../../client-settings/outcome.ts'
import { type ClientPlan, planClient, presentUrls, warnOfSharedUrls } from '../../client-settings/plan.ts'
import { refuse } from '../../client-settings/refuse.ts'
import type { Finding } from '../../core/finding.ts'
import type { ClientSight } from '../../core/not-visible.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { readClientSight } from '../../keycloak/client-sight.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { execute } from './execute.ts'
import { type ConfigureOptions, declareOptions } from './options.ts'
import { matchClients, type RequestedClient, readRequest } from './read-request.ts'
import { realmSummary } from './realm-summary.ts'
import { runExport } from './run-export.ts'
import { configureView } from './view.ts'

const EXAMPLES = examples([
  [
    'kc-logout configure shop --backchannel-url https://shop.example.com/logout',
    'where Keycloak sends logout tokens',
  ],
  [
    'kc-logout configure iot --preset cumulocity \\\n      --tenant-url https://mytenant.example.com',
    'both URLs of a Cumulocity tenant',
  ],
  ['kc-logout configure --export > logout.yaml', 'save the present settings'],
  ['kc-logout configure --file logout.yaml --dry-run', 'what that would change'],
  ['kc-logout configure --file logout.yaml --check', 'exit 7 on drift'],
])

/** Adds `configure` to the command line. */
export function register(program: Command, start: Start): void {
  declareOptions(program.command('configure'))
    .addHelpText('before', EXAMPLES)
    .action((clientIds, flags) =>
      start((ctx) => {
        if (ctx.several && !flags.check) throw onlyChecks(ctx.several.by)
        return inEachRealm(ctx, (inRealm) => runConfigure({ clientIds, ...flags }, inRealm), realmSummary)
      }),
    )
}

const onlyChecks = (by: string) =>
  usageError(
    'one-realm',
    `configure changes one realm: ${by} is only possible with --check.`,
    'Check them with --check, then change each with -r REALM.',
  )

/** Sets the logout settings of clients. Roles: view-clients to plan and check, manage-clients to change. */
export async function runConfigure(options: ConfigureOptions, ctx: Context): Promise<ExitCode> {
  if (options.export) return runExport(options, ctx)
  const { check = false, dryRun = false } = options
  const { keycloak, clients, sight } = await gather(options, ctx)
  const plans = plan(clients)
  await showTarget(ctx)
  const planned = asSeen(outcomeOf(keycloak.realm, plans.map(untouched)), sight)
  if (check || dryRun || plans.every(({ changes }) => changes.length === 0)) {
    ctx.print.result(planned, configureView)
    if (check && clients.every(({ desired }) => desired === undefined))
      ctx.print.note(
        'Only logout URLs and the front channel were checked. For everything else: kc-logout doctor',
      )
    return check && planned.verdict !== 'unchanged' ? EXIT.checkFailed : EXIT.ok
  }
  requireAccess(plans)
  ctx.print.plan(planned, configureView)
  await confirm(plans, keycloak, options, ctx)
  // Each client is verified right after it is written.
  const done = outcomeOf(keycloak.realm, await execute(plans, keycloak, ctx))
  ctx.print.result(done, configureView)
  return exitCodeOf(done.clients)
}

/** Checks the request before signing in, then reads the clients. */
async function gather(options: ConfigureOptions, ctx: Context) {
  const request = await readRequest(options, ctx)
  const opened = await ctx.keycloak()
  // A check changes nothing, and reads each list once.
  const keycloak = options.check ? opened.atOneMoment() : opened
  const clients = await matchClients(request, keycloak)
  const sight = 'all' in request ? await readClientSight(await keycloak.clients(), keycloak) : ALL
  return { keycloak, clients, sight }
}

/** Named clients are seen, or not found. */
const ALL: ClientSight = { isAll: true, notVisible: [] }

/** Plans all clients and refuses the run if one of the plans has an error in what was requested. */
function plan(clients: readonly RequestedClient[]): ClientPlan[] {
  const plans = warnOfSharedUrls(
    clients.map(({ client, desired }) => planClient(client, desired ?? presentUrls(client))),
  )
  const isRequested = ({ code }: Finding, i: number) =>
    clients[i]?.desired !== undefined || code === 'not-openid-connect'
  refuse(plans.flatMap(({ findings }, i) => findings.filter((finding) => isRequested(finding, i))))
  return plans
}

/** With fine-grained permissions an account may see clients that it may not change; Keycloak says so beforehand. */
function requireAccess(plans: readonly ClientPlan[]): void {
  const locked = plans.filter(({ findings }) => findings.some(({ code }) => code === 'not-allowed'))
  if (locked.length === 0) return
  throw new UserError(
    'role-missing',
    `Your account may not change ${locked.map(({ clientId }) => clientId).join(', ')}.`,
    {
      exitCode: EXIT.denied,
      hint: 'Grant your account the role manage-clients of client realm-management. Nothing was changed.',
    },
  )
}

async function confirm(
  plans: readonly ClientPlan[],
  { realm }: Keycloak,
  { yes }: ConfigureOptions,
  { ask }: Context,
): Promise<void> {
  if (yes) return
  const count = plans.filter(({ changes }) => changes.length > 0).length
  const clients = count === 1 ? 'this client' : `these ${count} clients`
  await ask.confirm(`Change ${clients} of realm ${realm}?`, { flag: '--yes' })
}

function exitCodeOf(clients: readonly ConfiguredClient[]): ExitCode {
  const failures = clients.filter(({ status }) => status === 'failed').length
  if (failures === 0) return EXIT.ok
  return failures === clients.length ? EXIT.failed : EXIT.partial
}
