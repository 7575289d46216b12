import type { Command } from 'commander'
import { collect, positiveNumber, wholeNumber } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { reportStopped } from '../../cli/report-stopped.ts'
import { showTarget } from '../../cli/show-target.ts'
import { underProgress } from '../../cli/with-progress.ts'
import { unnotifiedClients } from '../../core/not-notified.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { connects } from '../../keycloak/http/can-connect.ts'
import { pluralize } from '../../util/format.ts'
import { realmOutcome } from './build-outcome.ts'
import { logOutRealm } from './execute.ts'
import { findRealm } from './gather.ts'
import { historyOf } from './history.ts'
import { type AllOptions, refuseContradictions, requireConfirmed } from './options.ts'
import type { AllOutcome } from './outcome.ts'
import { allPlanView } from './plan.view.ts'
import { refuseToCutOffOneself } from './refuse-self-lockout.ts'
import { verify } from './verify.ts'
import { allView } from './view.ts'
import { reportFile } from './write-report.ts'

const EXAMPLES = examples([
  ['kc-logout all -r customers --dry-run', 'what would end, and who would be told'],
  ['kc-logout all -r customers', 'logs everybody out, after asking'],
  ['kc-logout all -r customers --confirm customers', 'the same from a script'],
  ['kc-logout all --client shop --confirm customers', 'only sessions that involve the shop'],
])

/** Adds `all` to the command line. */
export function register(program: Command, start: Start, canConnect = connects): void {
  program
    .command('all')
    .description('Logs everybody in the realm out, and tells every client that can be told.')
    .option(
      '--client <client-id>',
      'only sessions that involve this client (repeatable; no realm step)',
      collect,
    )
    .option('--exclude-user <who>', "leaves this person's sessions (repeatable; no realm step)", collect)
    .option('--offline-sessions', 'ends offline sessions one by one, so that their clients are told')
    .option('--keep-offline-sessions', 'leaves offline sessions usable (no realm step)')
    .option('--cut-off-first', "sets the realm's not-before first: an intruder is out at once")
    .option('--realm-step-only', 'Keycloak\'s own "Logout all" alone: tells no backchannel client')
    .option('--no-realm-step', 'ends every session one by one, and nothing else')
    .option('--force-realm-step', 'goes on to the realm step although sessions could not be ended')
    .option('--concurrency <n>', 'sessions ended at the same time (8)', wholeNumber(256))
    .option('--act-timeout <seconds>', 'how long an act may go on in the server (600)', positiveNumber)
    .option('--strict', 'exit 3 when a client is not told or a delivery is unconfirmed')
    .option('--accept-unnotified <client-id>', 'is no failure with --strict (repeatable)', collect)
    .option('-n, --dry-run', 'shows the plan, changes nothing')
    .option('--confirm <realm>', 'does not ask; must be the name of the realm')
    .option('--report <file>', 'writes a record of the run for the ticket (.html, .md or .json)')
    .addHelpText('before', EXAMPLES)
    .action((flags: AllOptions) => start((ctx) => runAll(flags, ctx, canConnect)))
}

/**
 * Logs everybody in the realm out. Roles: view-clients, view-realm to plan it; manage-users to do it; manage-realm (or
 * manage-clients) to learn the truth about Admin URLs.
 */
export async function runAll(options: AllOptions, ctx: Context, canConnect = connects): Promise<ExitCode> {
  const { dryRun = false } = options
  refuseContradictions(options)
  await requireConfirmed(options, ctx)
  const report = options.report === undefined ? undefined : await reportFile(options.report, options, ctx)

  // Gather: every session is read before the first one ends, because pages shift while sessions end.
  const keycloak = await ctx.keycloak()
  if (options.cutOffFirst) await refuseToCutOffOneself(keycloak, ctx)
  await report?.identify(keycloak)
  const found = await underProgress(ctx, (progress) => findRealm(options, keycloak, ctx, progress))

  // Decide.
  await showTarget(ctx)
  const planned = realmOutcome(dryRun, found, keycloak.realm)
  if (dryRun) {
    ctx.print.result(planned, allPlanView)
    const exitCode = exitCodeOf(planned, options)
    return report?.write(planned, undefined, exitCode) ?? exitCode
  }
  ctx.print.plan(planned, allPlanView)
  if (options.confirm === undefined)
    await ctx.ask.agree(questionOf(planned), {
      flag: `--confirm ${keycloak.realm}`,
      expected: keycloak.realm,
    })

  // Act, and look again: Keycloak's answer is not proof, what is left in it is.
  const history = report && historyOf(found, ctx)
  const result = await underProgress(ctx, async (bar) => {
    const progress = history?.watching(bar) ?? bar
    const done = await logOutRealm(found.plan, found, keycloak, ctx, progress, {
      concurrency: options.concurrency ?? 8,
      actTimeout: options.actTimeout ?? 600,
      forceRealmStep: options.forceRealmStep ?? false,
      history,
      connects: (url) => canConnect(url, ctx.signal),
    })
    return { done, look: await verify(found, done, keycloak, ctx, progress, history) }
  }).catch(async (error: unknown) => {
    await report?.writeBroken(planned, history?.timeline(), error)
    throw error
  })
  const outcome = realmOutcome(dryRun, found, keycloak.realm, result)
  ctx.print.result(outcome, allView)
  reportStopped(outcome.error, ctx)
  const exitCode = exitCodeOf(outcome, options)
  return report?.write(outcome, history?.timeline(), exitCode) ?? exitCode
}

const questionOf = ({ before: { users } }: AllOutcome) =>
  `This ends the sessions of ${pluralize(users, 'person', 'people')}. Type the realm's name to go on:`

function exitCodeOf(
  { verdict, clients, adminUrls, phases, endedUnnotified, interrupted, error }: AllOutcome,
  { strict, acceptUnnotified = [] }: AllOptions,
): ExitCode {
  if (interrupted) return EXIT.interrupted
  if (error && error.exitCode !== EXIT.failed) return error.exitCode
  const failures = phases.flatMap(({ failed }) => failed)
  // Whom the realm step has ended meanwhile does not run any more.
  if (endedUnnotified === 0 && failures.length > 0 && failures.every(({ code }) => code === 'still-running'))
    return EXIT.unreachable
  if (verdict === 'failed') return EXIT.failed
  if (verdict === 'partial') return EXIT.partial
  if (!strict) return EXIT.ok
  const unsure = adminUrls.some(
    ({ clientId, delivery }) => delivery === 'unconfirmed' && !acceptUnnotified.includes(clientId),
  )
  return unsure || unnotifiedClients(clients, acceptUnnotified).length > 0 ? EXIT.partial : EXIT.ok
}
