import type { Command } from 'commander'
import { collect, oneOf, positiveNumber, wholeNumber } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { reportStopped } from '../../cli/report-stopped.ts'
import { showTarget } from '../../cli/show-target.ts'
import { underProgress } from '../../cli/with-progress.ts'
import type { Client } from '../../core/model.ts'
import { unnotifiedClients } from '../../core/not-notified.ts'
import { EXIT, type ExitCode, errorFields, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers, type LookupField, readUserNames } from '../../sessions/find-users.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { warnUnreadable } from '../../sessions/unreadable-clients.ts'
import { pauseText, pluralize } from '../../util/format.ts'
import { plannedResult } from './build-outcome.ts'
import { type LoggedOut, logOutUsers } from './execute.ts'
import { overall, type UserOutcome, type UserResult } from './outcome.ts'
import type { UserPlan } from './plan.ts'
import { requireSessions } from './require-sessions.ts'
import { resolvePlan } from './resolve-plan.ts'
import { userView } from './view.ts'

export interface UserOptions {
  readonly who: readonly string[]
  readonly by?: LookupField
  readonly session?: readonly string[]
  readonly client?: readonly string[]
  readonly offlineSessions?: boolean
  readonly keepOfflineSessions?: boolean
  readonly disable?: boolean
  readonly concurrency?: number
  /** Seconds. */
  readonly actTimeout?: number
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly strict?: boolean
  readonly acceptUnnotified?: readonly string[]
}

const EXAMPLES = examples([
  ['kc-logout user ada -r customers', 'logs Ada out everywhere'],
  ['kc-logout user ada@example.com --dry-run', 'what would end, and who would be told'],
  ['kc-logout user ada --client shop', 'only her sessions that involve the shop'],
  ['kc-logout user - --yes < leavers.txt', 'many people, one a line'],
])

/** Adds `user` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('user')
    .description('Logs people out: ends their sessions, tells every client once for each, and looks again.')
    .argument('<id...>', 'a user id, a username or an e-mail address; - reads one a line from stdin')
    .option('--by <what>', 'takes each as id, username or email only', oneOf('id', 'username', 'email'))
    .option('--session <id>', 'only this session (repeatable)', collect)
    .option('--client <client-id>', 'only sessions that involve this client (repeatable)', collect)
    .option('--offline-sessions', 'ends offline sessions too, so that their clients are told')
    .option('--keep-offline-sessions', 'leaves offline tokens usable (sets no not-before)')
    .option('--disable', 'locks the account first')
    .option('--concurrency <n>', 'sessions ended at the same time (8)', wholeNumber(256))
    .option('--act-timeout <seconds>', 'how long an act may go on in the server (600)', positiveNumber)
    .option('--strict', 'exit 3 when a client is not told')
    .option('--accept-unnotified <client-id>', 'is no failure with --strict (repeatable)', collect)
    .option('-n, --dry-run', 'shows the plan, changes nothing')
    .option('-y, --yes', 'does not ask')
    .addHelpText('before', EXAMPLES)
    .action((who: string[], flags: Omit<UserOptions, 'who'>) =>
      start((ctx) => runUser({ who, ...flags }, ctx)),
    )
}

/** Logs people out. Roles: view-users, view-clients to plan it; manage-users to do it. */
export async function runUser(options: UserOptions, ctx: Context): Promise<ExitCode> {
  const { who, by, session, client, dryRun = false, yes, concurrency = 8, actTimeout = 600 } = options
  if (options.offlineSessions && options.keepOfflineSessions)
    throw usageError(
      'contradiction',
      '--offline-sessions and --keep-offline-sessions contradict each other.',
      'Leave one of them out.',
    )

  // Gather: every fact is read before anything is changed.
  const names = await readUserNames(who, ctx.files)
  const keycloak = await ctx.keycloak()
  const [users, clients, realm] = await Promise.all([
    findUsers(names, by, keycloak),
    keycloak.clients(),
    keycloak.realmInfo(),
  ])
  requireClients([...(client ?? []), ...(options.acceptUnnotified ?? [])], clients, keycloak)
  const unread = new Set<Client>()
  const people = await readSessions(users, clients, keycloak, (client) => unread.add(client))
  warnUnreadable([...unread], ctx, 'offline sessions')
  requireSessions(session ?? [], people, { realm: keycloak.realm, isList: who.includes('-') }, ctx)

  // Decide: no request below this line until the plan is agreed to.
  const facts = { realm, clients, ownSessionId: await keycloak.ownSessionId() }
  const choice = {
    ...(session ? { sessionIds: session } : {}),
    ...(client ? { clientIds: client } : {}),
    offlineSessions: options.offlineSessions ?? false,
    keepOfflineSessions: options.keepOfflineSessions ?? false,
    disable: options.disable ?? false,
  }
  const plan = await resolvePlan(people, choice, facts, keycloak, ctx)
  await showTarget(ctx)
  const planned = outcome(keycloak, true, { users: plan.users.map(plannedResult) })
  if (dryRun) {
    ctx.print.result(planned, userView)
    return exitCodeOf(planned, options)
  }
  if (planned.verdict === 'nothing-to-do') {
    ctx.print.result({ ...planned, dryRun: false }, userView)
    return EXIT.ok
  }
  ctx.print.plan(planned, userView)
  if (!yes) await ctx.ask.agree(questionOf(plan), { flag: '--yes' })

  // Act, and look again.
  const loggedOut = await underProgress(ctx, (progress) => {
    progress.phase('ending sessions', planned.users.flatMap(sessionsToEnd).length)
    return logOutUsers(plan.users, facts, keycloak, ctx, {
      concurrency,
      actTimeout,
      onEnded: (done) => progress.update(done),
      onFailed: ({ message }) => progress.note(message),
      onWaiting: (notified) => progress.note(waitingNote(notified)),
      onPause: (milliseconds) => progress.note(pauseText(milliseconds)),
    })
  })
  const done = outcome(keycloak, false, loggedOut)
  ctx.print.result(done, userView)
  reportStopped(done.error, ctx)
  return exitCodeOf(done, options)
}

const waitingNote = (notified: readonly string[]) =>
  notified.length > 0
    ? `Keycloak is waiting for a receiver that does not answer (5 s each): ${notified.join(' or ')}.`
    : 'Keycloak is slow to answer.'

const sessionsToEnd = ({ sessions }: UserResult) => sessions.filter(({ planned }) => planned)

const outcome = (
  keycloak: Keycloak,
  dryRun: boolean,
  { users, interrupted = false, stopped }: Pick<LoggedOut, 'users'> & Partial<LoggedOut>,
): UserOutcome => ({
  act: 'user',
  realm: keycloak.realm,
  dryRun,
  users,
  interrupted,
  ...(stopped ? { error: errorFields(stopped) } : {}),
  verdict: overall(users.map(({ verdict }) => verdict)),
})

function questionOf({ users: people }: UserPlan): string {
  const [first] = people
  const whom =
    people.length === 1 && first ? first.user.username : pluralize(people.length, 'person', 'people')
  return `Log ${whom} out?`
}

function exitCodeOf(
  { verdict, users, error }: UserOutcome,
  { strict, acceptUnnotified = [] }: UserOptions,
): ExitCode {
  if (error && error.exitCode !== EXIT.failed) return error.exitCode
  const errors = users.flatMap((user) => user.errors)
  if (errors.length > 0 && errors.every(({ code }) => code === 'still-running')) return EXIT.unreachable
  if (verdict === 'failed') return EXIT.failed
  if (verdict === 'partial') return EXIT.partial
  const unnotified = strict
    ? unnotifiedClients(
        users.flatMap(({ clients }) => clients),
        acceptUnnotified,
      )
    : []
  return unnotified.length > 0 ? EXIT.partial : EXIT.ok
}
