import type { Command } from 'commander'
import { oneOf, onlyOnce } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { showTarget } from '../../cli/show-target.ts'
import { findClients } from '../../client-settings/find-clients.ts'
import { EXIT, type ExitCode, errorFields, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../../sessions/find-users.ts'
import {
  type DesiredNotBefore,
  notKnown,
  pushNotBefore,
  readAgain,
  requireSet,
  setNotBefore,
} from './execute.ts'
import { type Level, levelsOf, type ReadLevel } from './levels.ts'
import {
  ACTS,
  type Act,
  momentOf,
  type NotBeforeOptions,
  nowOf,
  refuseContradictions,
  refuseFuture,
} from './options.ts'
import type { NotBeforeDocument, Pushed } from './outcome.ts'
import { readNotBefore } from './read.ts'
import { planNotBefore } from './resolve-plan.ts'
import { notBeforeView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout not-before show', 'what makes older tokens stale'],
  ['kc-logout not-before show --client shop --user ada', 'for her tokens of that client'],
  ['kc-logout not-before set', 'makes stale whatever was issued before now'],
  ['kc-logout not-before set --client shop', "one client's own"],
  ['kc-logout not-before clear', 'takes it back'],
])

/** Adds `not-before` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('not-before')
    .description('Shows, sets and clears the moment before which an issued token is stale.')
    .argument('<act>', ACTS.join(', '), oneOf(...ACTS))
    .option('--client <client-id>', "the client's own, not the realm's", onlyOnce)
    .option('--user <who>', "the person's own (show): an id, username or e-mail address", onlyOnce)
    .option('--at <time>', 'with set: this moment rather than now (ISO 8601 or seconds)')
    .option('--push', 'also has Keycloak send it to the Admin URLs')
    .option('-n, --dry-run', 'shows the plan, changes nothing')
    .option('-y, --yes', 'does not ask')
    .addHelpText('before', EXAMPLES)
    .action((act: Act, flags: NotBeforeOptions) => start((ctx) => runNotBefore(act, flags, ctx)))
}

/**
 * Shows or changes a not-before. Roles: view-realm and view-clients to show, view-users with `--user`; manage-realm to
 * set and clear, with `--client` manage-clients.
 */
export async function runNotBefore(act: Act, options: NotBeforeOptions, ctx: Context): Promise<ExitCode> {
  refuseContradictions(act, options)
  if (act === 'show') return show(options, ctx)
  const at = options.at === undefined ? undefined : momentOf(options.at)

  // Gather.
  const keycloak = await ctx.keycloak()
  const [client] = options.client === undefined ? [] : await findClients([options.client], keycloak)
  const known = await keycloak.serverTime()
  const clock = known ?? ctx.now()
  const to = act === 'clear' ? 0 : (at ?? nowOf(known))
  refuseFuture(to, clock)
  const { wanted, document } = await planNotBefore(act, to, clock, client, keycloak, ctx)

  // Decide and ask.
  const { push = false, dryRun = false, yes = false } = options
  const planned = { ...document, dryRun, ...(push ? { push: [] } : {}) }
  const isThere = wanted.from === to
  await showTarget(ctx)
  if (dryRun || (isThere && !push)) {
    ctx.print.result({ ...planned, verdict: isThere && !push ? 'unchanged' : 'planned' }, notBeforeView)
    return EXIT.ok
  }
  ctx.print.plan({ ...planned, verdict: 'planned' }, notBeforeView)
  if (!yes) await ctx.ask.agree(questionOf(act, wanted), { flag: '--yes' })

  // Act, and look again: from here on nothing that was done may be lost.
  const doubt = isThere ? undefined : await setNotBefore(wanted, keycloak)
  const done = await afterwards(wanted, { push, clock, doubt, before: document.levels }, keycloak)
  const failed = done.push?.some(({ delivery }) => delivery === 'failed') ?? false
  const isWhole = done.error === undefined && !failed
  ctx.print.result(
    { ...planned, ...done, verdict: !isWhole ? 'partial' : isThere ? 'unchanged' : 'changed' },
    notBeforeView,
  )
  return isWhole ? EXIT.ok : EXIT.partial
}

async function show(options: NotBeforeOptions, ctx: Context): Promise<ExitCode> {
  const keycloak = await ctx.keycloak()
  const [clients, users] = await Promise.all([
    options.client === undefined
      ? keycloak.clients().then((all) => all.filter(({ notBefore }) => notBefore > 0))
      : findClients([options.client], keycloak),
    options.user === undefined ? [] : findUsers([options.user], undefined, keycloak),
  ])
  const read = await readNotBefore(clients, users, keycloak, { withSetters: true })
  if (read.some(({ level, seconds }) => level === 'realm' && seconds === undefined))
    throw new UserError(
      'role-missing',
      `The not-before of realm ${keycloak.realm} cannot be seen: the role view-realm is missing.`,
      {
        exitCode: EXIT.denied,
        hint: 'Give the account signed in with the role view-realm of realm-management.',
      },
    )
  const clock = (await keycloak.serverTime()) ?? ctx.now()
  const scope = { clientId: options.client, user: users.length > 0 }
  const document: NotBeforeDocument = {
    act: 'show',
    realm: keycloak.realm,
    now: new Date(clock).toISOString(),
    levels: levelsOf(read, scope, clock),
  }
  ctx.print.result(document, notBeforeView)
  return EXIT.ok
}

interface Course {
  readonly push: boolean
  readonly clock: number
  /** Why Keycloak's answer does not say whether it is set. */
  readonly doubt: UserError | undefined
  /** As they were planned with. */
  readonly before: readonly Level[]
}

/**
 * What is so now, and what came of the push. What fails here is part of the result, as the not-before has been set, or
 * may have been; only where it is seen that nothing was, that is the error.
 */
async function afterwards(
  wanted: DesiredNotBefore,
  { push, clock, doubt, before }: Course,
  keycloak: Keycloak,
): Promise<Pick<NotBeforeDocument, 'levels' | 'push' | 'error'>> {
  const sent = push ? { push: [] as readonly Pushed[] } : {}
  const failed = (error: unknown, levels: readonly Level[]) => {
    if (!(error instanceof UserError)) throw error
    return { levels, ...sent, error: errorFields(error) }
  }
  let read: ReadLevel[]
  try {
    read = await readAgain(wanted, keycloak)
  } catch (error) {
    const unseen = before.map((one) =>
      one.level === wanted.level ? { ...one, ...UNSEEN } : { ...one, decides: false },
    )
    return failed(error instanceof UserError ? notKnown(wanted, doubt ?? error) : error, unseen)
  }
  const scope = wanted.level === 'client' ? { clientId: wanted.name } : {}
  const levels = levelsOf(read, scope, clock)
  try {
    requireSet(wanted, read, doubt)
    return push ? { levels, push: await pushNotBefore(wanted, keycloak) } : { levels }
  } catch (error) {
    if (error === doubt) throw error
    return failed(error, levels)
  }
}

const UNSEEN = { notBefore: null, seconds: null, inFuture: false, decides: false, setBy: null }

const questionOf = (act: Act, { level, name, from, to }: DesiredNotBefore) =>
  from === to
    ? `Push the not-before of ${level} ${name}?`
    : `${act === 'set' ? 'Set' : 'Clear'} the not-before of ${level} ${name}?`
