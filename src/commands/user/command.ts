import type { Command } from '@commander-js/extra-typings'
import { collect, oneOf } from '../../cli/arguments.ts'
import { parseCriteria } from '../../cli/choosing-options.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { addLogoutOptions, type LogoutSettings, parseLogoutOptions } from '../../cli/logout-options.ts'
import { reportStopped } from '../../cli/report-stopped.ts'
import { showTarget } from '../../cli/show-target.ts'
import { underProgress } from '../../cli/with-progress.ts'
import { type Criteria, choosesSessions, choosesUsers } from '../../core/choice.ts'
import { type ExitCode, usageError } from '../../errors.ts'
import { evidenceSources, refuseSecondReader } from '../../evidence/open.ts'
import { seenSoFar, watchRun } from '../../evidence/watch-run.ts'
import { tryConnection } from '../../keycloak/http/can-connect.ts'
import { lackingForUsers } from '../../sessions/lacking-role.ts'
import { pauseText, pluralize } from '../../util/format.ts'
import { accountChoice, refuseContradictions } from './account-options.ts'
import { outcomeOf, plannedResult, withEvidence } from './build-outcome.ts'
import { confirmDeletion, refuseOwnDeletion } from './confirm-deletion.ts'
import { execute } from './execute.ts'
import { exitCodeOf } from './exit-code.ts'
import { finishAccounts } from './finish-accounts.ts'
import { gather, type UserRun } from './gather.ts'
import { type RealmDeps, runInRealms } from './in-realms.ts'
import type { UserOutcome } from './outcome.ts'
import { type UserPlan, usersToChange } from './plan.ts'
import { recordsOf } from './report/records.ts'
import { resolvePlan } from './resolve-plan.ts'
import { doubtUnconnected } from './unconnected.ts'
import { userView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout user ada -r customers', 'log Ada out everywhere'],
  ['kc-logout user ada@example.com --dry-run', 'show what would end, and who would be notified'],
  ['kc-logout user ada --client shop', 'end only her sessions that involve the shop'],
  ['kc-logout user - --yes < leavers.txt', 'log out many users, one per line'],
])

const declare = (program: Command) =>
  addLogoutOptions(
    program
      .command('user')
      .description('Log users out: end their sessions, notify every client of each session, then verify.')
      .argument('[id...]', 'Id, username or e-mail address; - reads stdin')
      .option('--by <field>', 'Look up by id, username or email only', oneOf('id', 'username', 'email'))
      .option('--session <id>', 'End only this session (repeatable)', collect),
    'no not-before',
  )
    .option('--disable', 'Lock the account first')
    .option('--revoke-consents', 'Revoke all consents afterwards')
    .option('--delete', 'Delete the user afterwards (locks first)')
    .option('--confirm <username>', 'Confirm --delete of this user (repeatable)', collect)
    .option('-y, --yes', 'Skip the confirmation prompt')
    .addHelpText('before', EXAMPLES)

export type UserOptions = OptionsOf<typeof declare> & {
  /** User ids, usernames or e-mail addresses; `-` reads stdin. */
  readonly names: readonly string[]
}

/**
 * Adds `user` to the command line.
 * @param connect tries to connect to a URL's host from this machine
 */
export function register(program: Command, start: Start, connect = tryConnection): void {
  declare(program).action((names, flags) =>
    start((ctx) => {
      requireUsers(names, parseCriteria(flags, ctx.now()))
      refuseContradictions(flags)
      return runInRealms({ names, ...flags }, ctx, (options, inRealm, deps) =>
        runUser(options, inRealm, deps, connect),
      )
    }),
  )
}

/** Logs users out. Roles: view-users and view-clients for the plan, manage-users to carry it out. */
export async function runUser(
  options: UserOptions,
  ctx: Context,
  { onUnknown, onUnknownExcluded, file }: RealmDeps = {},
  connect = tryConnection,
): Promise<ExitCode> {
  const settings = parseLogoutOptions(options)
  const { names, by, session = [], yes } = options
  const { strict, acceptUnnotified } = settings
  const sources = evidenceSources(settings.evidence)
  refuseSecondReader(names, sources)

  const report = await file?.in(ctx)
  const criteria = parseCriteria(options, ctx.now())
  const wanted = { names, by, sessionIds: session, criteria, onUnknown, onUnknownExcluded }
  const run = await gather({ ...wanted, ...settings }, ctx)
  const { realm } = run.keycloak
  await report?.identify(run.keycloak)
  const plan = await resolvePlan(
    { ...settings, sessionIds: session, ...accountChoice(options, settings) },
    run,
  )
  refuseOwnDeletion(plan)
  const lacking = await lackingForUsers(usersToChange(plan), run.keycloak)

  await showTarget(ctx)
  const planned = outcomeOf(realm, true, {
    users: plan.users.map(plannedResult),
    stopped: lacking,
    expiredUnread: run.facts.expiredUnread,
    chosen: run.choice.chosen,
  })
  const exitCode = (outcome: UserOutcome) => exitCodeOf(outcome, { strict, acceptUnnotified })
  const finish = (outcome: UserOutcome, endedAt = ctx.now()) => {
    report?.add(outcome, exitCode(outcome), recordsOf(outcome, run.facts.realm, endedAt))
    return exitCode(outcome)
  }
  if (settings.dryRun) {
    ctx.print.result(planned, userView)
    reportStopped(planned.error, ctx)
    return finish(planned)
  }
  if (planned.verdict === 'nothing-to-do') {
    const nothing = { ...planned, dryRun: false }
    ctx.print.result(nothing, userView)
    return finish(nothing)
  }
  ctx.print.plan(planned, userView)
  if (lacking) throw lacking
  if (options.delete) await confirmDeletion(plan, options.confirm ?? [], ctx)
  else await ctx.ask.confirm(questionOf(plan), { flag: '--yes', given: yes ?? false })

  const recorded = await carryOut({ run, plan, settings, sources, exitCode, connect }, ctx).catch(
    (error: unknown) => {
      report?.addBroken(planned, error)
      throw error
    },
  )
  const { deliveries: _, ...withoutDeliveries } = recorded
  const outcome = settings.deliveries ? recorded : withoutDeliveries
  const endedAt = ctx.now()
  for (const problem of outcome.evidenceProblems ?? []) ctx.print.warn(problem)
  ctx.print.result(outcome, (value, screen) => userView(value, screen, endedAt))
  reportStopped(outcome.error, ctx)
  return finish(recorded, endedAt)
}

interface Confirmed {
  readonly run: UserRun
  readonly plan: UserPlan
  readonly settings: LogoutSettings
  readonly sources: ReturnType<typeof evidenceSources>
  readonly exitCode: (outcome: UserOutcome) => ExitCode
  readonly connect: typeof tryConnection
}

async function carryOut(
  { run, plan, settings, sources, exitCode, connect }: Confirmed,
  ctx: Context,
): Promise<UserOutcome> {
  const { concurrency, actTimeout } = settings
  const target = { keycloak: run.keycloak, clients: run.facts.clients }
  const loggedOut = await watchRun({ ...settings.evidence, sources }, target, ctx, async (watched) => {
    const result = await underProgress(ctx, async (progress) => {
      progress.phase('ending sessions', plan.users.flatMap(({ sessions }) => sessions).length)
      const ended = await execute(
        plan,
        { ...run, keycloak: watched.keycloak },
        {
          concurrency,
          actTimeout,
          onEnded: (done) => progress.update(done, 0, seenSoFar(watched.counts())),
          onSessionEnded: watched.ended,
          onFailed: ({ message }) => progress.note(message),
          onLogoutOnly: () => progress.note(LOGOUT_ONLY_NOTE),
          onWaiting: (notified) => progress.note(waitingNote(notified)),
          onPause: (milliseconds) => progress.note(pauseText(milliseconds)),
        },
      )
      if (sources.length > 0) progress.phase('waiting for evidence')
      return { ended, evidence: await watched.settle() }
    })
    const ended = outcomeOf(run.keycloak.realm, false, result.ended)
    // With evidence nothing is tried: it shows what Keycloak reached.
    if (sources.length > 0) return withEvidence(ended, result.evidence, true)
    const seen = await doubtUnconnected(ended, run, (url) => connect(url, ctx.signal))
    return withEvidence(seen, result.evidence, true)
  })
  return finishAccounts(loggedOut, plan, run, exitCode)
}

const LOGOUT_ONLY_NOTE =
  "Your account may not end single sessions: Keycloak's own logout of each user ends them."

const waitingNote = (notified: readonly string[]) =>
  notified.length > 0
    ? `Keycloak is waiting for an application that does not respond (5 s per session): ${notified.join(' or ')}.`
    : 'Keycloak is slow to respond.'

function questionOf({ users }: UserPlan): string {
  const [first] = users
  return `Log ${users.length === 1 && first ? first.user.username : pluralize(users.length, 'user')} out?`
}

/** Choosing sessions alone would read the sessions of every user: `all` does that. */
function requireUsers(names: readonly string[], criteria: Criteria): void {
  if (names.length > 0 || choosesUsers(criteria)) return
  throw usageError(
    'no-user',
    'No user is given.',
    choosesSessions(criteria) || criteria.sessions.clientIds.length > 0
      ? 'Name users or choose them (kc-logout help choosing); `kc-logout all` ends these sessions of any user.'
      : undefined,
  )
}
