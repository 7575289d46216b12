import type { Command } from 'commander'
import { logOutRealm } from '../acts/log-out-realm.ts'
import { lookAgain } from '../acts/look-again.ts'
import { findRealm } from '../acts/realm-found.ts'
import { realmOutcome } from '../acts/realm-outcome.ts'
import { reportStopped } from '../acts/stopped.ts'
import { underProgress } from '../acts/under-progress.ts'
import { showWhere } from '../acts/where.ts'
import type { Context } from '../context.ts'
import type { AllOutcome } from '../core/all-outcome.ts'
import { untoldClients } from '../core/strict.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../errors.ts'
import { allPlanView, allView } from '../terminal/views/all.ts'
import { collect, positiveNumber, wholeNumber } from './arguments.ts'
import type { Start } from './command.ts'
import { examples } from './help.ts'

export interface AllOptions {
  readonly realmStepOnly?: boolean
  /** `false` with `--no-realm-step`. */
  readonly realmStep?: boolean
  readonly forceRealmStep?: boolean
  readonly client?: readonly string[]
  readonly excludeUser?: readonly string[]
  readonly offlineSessions?: boolean
  readonly keepOfflineSessions?: boolean
  readonly cutOffFirst?: boolean
  readonly concurrency?: number
  /** Seconds. */
  readonly actTimeout?: number
  readonly dryRun?: boolean
  readonly confirm?: string
  readonly strict?: boolean
  readonly acceptUntold?: readonly string[]
}

const EXAMPLES = examples([
  ['kc-logout all -r customers --dry-run', 'what would end, and who would be told'],
  ['kc-logout all -r customers', 'logs everybody out, after asking'],
  ['kc-logout all -r customers --confirm customers', 'the same from a script'],
  ['kc-logout all --client shop --confirm customers', 'only sessions that involve the shop'],
])

/** Adds `all` to the command line. */
export function register(program: Command, start: Start): void {
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
    .option('--accept-untold <client-id>', 'is no failure with --strict (repeatable)', collect)
    .option('-n, --dry-run', 'shows the plan, changes nothing')
    .option('--confirm <realm>', 'does not ask; must be the name of the realm')
    .addHelpText('before', EXAMPLES)
    .action((flags: AllOptions) => start((ctx) => runAll(flags, ctx)))
}

/**
 * Logs everybody in the realm out. Roles: view-clients, view-realm to plan it; manage-users to do it; manage-realm (or
 * manage-clients) to learn the truth about Admin URLs.
 */
export async function runAll(options: AllOptions, ctx: Context): Promise<ExitCode> {
  const { dryRun = false } = options
  refuseContradictions(options)
  await requireConfirmed(options, ctx)

  // Gather: every session is read before the first one ends, because pages shift while sessions end.
  const keycloak = await ctx.keycloak()
  const found = await underProgress(ctx, (progress) => findRealm(options, keycloak, ctx, progress))

  // Decide.
  await showWhere(ctx)
  const planned = realmOutcome(dryRun, found, keycloak.realm)
  if (dryRun) {
    ctx.print.result(planned, allPlanView)
    return exitCodeOf(planned, options)
  }
  ctx.print.plan(planned, allPlanView)
  if (options.confirm === undefined)
    await ctx.ask.agree(questionOf(planned), {
      flag: `--confirm ${keycloak.realm}`,
      expected: keycloak.realm,
    })

  // Act, and look again: Keycloak's answer is not proof, what is left in it is.
  const result = await underProgress(ctx, async (progress) => {
    const done = await logOutRealm(found.plan, found, keycloak, ctx, progress, {
      concurrency: options.concurrency ?? 8,
      actTimeout: options.actTimeout ?? 600,
      forceRealmStep: options.forceRealmStep ?? false,
    })
    return { done, look: await lookAgain(found, done, keycloak, ctx, progress) }
  })
  const outcome = realmOutcome(dryRun, found, keycloak.realm, result)
  ctx.print.result(outcome, allView)
  reportStopped(outcome.error, ctx)
  return exitCodeOf(outcome, options)
}

function refuseContradictions(options: AllOptions): void {
  const { realmStepOnly, realmStep, client, excludeUser, offlineSessions, keepOfflineSessions } = options
  const contradict = (a: string, b: string) =>
    usageError('contradiction', `${a} and ${b} contradict each other.`, 'Leave one of them out.')
  if (realmStepOnly) {
    if (realmStep === false) throw contradict('--realm-step-only', '--no-realm-step')
    if (client?.length) throw contradict('--realm-step-only', '--client')
    if (excludeUser?.length) throw contradict('--realm-step-only', '--exclude-user')
    if (offlineSessions) throw contradict('--realm-step-only', '--offline-sessions')
    if (keepOfflineSessions) throw contradict('--realm-step-only', '--keep-offline-sessions')
  }
  if (offlineSessions && keepOfflineSessions)
    throw contradict('--offline-sessions', '--keep-offline-sessions')
  // The realm's not-before reaches everybody and every offline token.
  if (options.cutOffFirst) {
    if (client?.length) throw contradict('--cut-off-first', '--client')
    if (excludeUser?.length) throw contradict('--cut-off-first', '--exclude-user')
    if (keepOfflineSessions) throw contradict('--cut-off-first', '--keep-offline-sessions')
  }
}

/** Before any request: a `--confirm` for another realm is the mistake that it is there to catch. */
async function requireConfirmed({ confirm, dryRun }: AllOptions, ctx: Context): Promise<void> {
  const realm = (await ctx.settings()).realm?.value
  if (realm === undefined) return // signing in says that it is missing
  if (confirm !== undefined && confirm !== realm)
    throw new UserError(
      'confirm-mismatch',
      `--confirm says "${confirm}", the realm acted on is "${realm}".`,
      {
        exitCode: EXIT.declined,
        hint: 'Nothing was sent. Check -r and KC_LOGOUT_REALM.',
      },
    )
  if (confirm === undefined && !dryRun && !ctx.ask.possible)
    throw new UserError(
      'confirmation-wanted',
      'This logs everybody out, and there is no terminal to ask at.',
      {
        exitCode: EXIT.declined,
        hint: `See what would happen with --dry-run, then add --confirm ${realm}. Nothing was sent.`,
      },
    )
}

const questionOf = ({ before: { users } }: AllOutcome) =>
  `This ends the sessions of ${users} ${users === 1 ? 'person' : 'people'}. Type the realm's name to go on:`

function exitCodeOf(
  { verdict, clients, adminUrls, phases, interrupted, error }: AllOutcome,
  { strict, acceptUntold = [] }: AllOptions,
): ExitCode {
  if (interrupted) return EXIT.interrupted
  if (error && error.exitCode !== EXIT.failed) return error.exitCode
  const failures = phases.flatMap(({ failed }) => failed)
  if (failures.length > 0 && failures.every(({ code }) => code === 'still-running')) return EXIT.unreachable
  if (verdict === 'failed') return EXIT.failed
  if (verdict === 'partial') return EXIT.partial
  if (!strict) return EXIT.ok
  const unsure = adminUrls.some(
    ({ clientId, delivery }) => delivery === 'unconfirmed' && !acceptUntold.includes(clientId),
  )
  return unsure || untoldClients(clients, acceptUntold).length > 0 ? EXIT.partial : EXIT.ok
}
