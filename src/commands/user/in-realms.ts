import type { Context } from '../../cli/context.ts'
import type { EvidenceOptions } from '../../cli/evidence-options.ts'
import { contradiction } from '../../cli/logout-options.ts'
import { actInEachRealm, type RealmAction } from '../../cli/realms/act-in-each-realm.ts'
import { announce, type NoteOptions, parseRunNote } from '../../cli/run-note.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { refuseStdinInRealms } from '../../evidence/open.ts'
import { type ReportFile, reported } from '../../report/report-file.ts'
import { NamesInRealms } from '../../sessions/choose/names-in-realms.ts'
import { readGiven } from '../../sessions/find-users.ts'
import { pluralize } from '../../util/format.ts'
import type { UserOutcome } from './outcome.ts'
import { realmSummary } from './realm-summary.ts'
import { userReport } from './report/user-report.ts'

interface UserChoice extends EvidenceOptions, NoteOptions {
  readonly report?: string | undefined
  readonly names: readonly string[]
  readonly session?: readonly string[] | undefined
  readonly excludeUser?: readonly string[] | undefined
  readonly delete?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

/** What a run in one realm gets besides its options. */
export interface RealmDeps {
  /** Called with names that nobody has; without it they are an error. */
  readonly onUnknown?: (names: readonly string[]) => void
  /** The same for names of --exclude-user. */
  readonly onUnknownExcluded?: (names: readonly string[]) => void
  readonly file?: ReportFile<UserOutcome> | undefined
}

/**
 * Logs users out in the target realm, or in each of several. There a user is skipped in realms that do not have this
 * user; a name that no realm has, also an excluded one, is an error before anything is changed.
 */
export async function runInRealms<Options extends UserChoice>(
  options: Options,
  ctx: Context,
  run: (options: Options, ctx: Context, deps: RealmDeps) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { several } = ctx
  const { names: args, ...flags } = options
  const note = parseRunNote(options)
  if (several && options.session) throw contradiction('--session', several.by)
  if (several) refuseStdinInRealms(options)
  if (several && options.delete) throw contradiction('--delete', several.by)
  announce(note, ctx)
  return reported(options.report, { args, options: flags, ...note }, ctx, userReport, async (file, keep) =>
    several
      ? actInEachRealm(ctx, { ...(await actionOf(options, ctx, run, file)), ended: keep })
      : run(options, ctx, { file }),
  )
}

async function actionOf<Options extends UserChoice>(
  options: Options,
  ctx: Context,
  run: (options: Options, ctx: Context, deps: RealmDeps) => Promise<ExitCode>,
  file: ReportFile<UserOutcome> | undefined,
): Promise<RealmAction<UserOutcome>> {
  const { names, sessions } =
    options.names.length > 0 ? await readGiven(options.names, ctx.files) : { names: [], sessions: [] }
  if (sessions.length > 0) throw contradiction('A list of sessions', ctx.several?.by ?? '')
  const { yes = false, dryRun = false } = options
  const named = new NamesInRealms()
  const excluded = new NamesInRealms()
  const unknown = { onUnknown: named.note, onUnknownExcluded: excluded.note }
  return {
    run: (inRealm) => run({ ...options, names }, inRealm, { ...unknown, file }),
    summary: realmSummary,
    requireConfirmation() {
      if (!yes && !dryRun && !ctx.ask.possible) throw confirmationWanted()
    },
    planned() {
      named.require(names)
      excluded.require(options.excludeUser ?? [])
    },
    confirm(ask, plans) {
      const users = plans.reduce((sum, plan) => sum + plan.users.length, 0)
      const question = `Log ${pluralize(users, 'user')} out in ${pluralize(plans.length, 'realm')}?`
      return ask.confirm(question, { flag: '--yes', given: yes })
    },
  }
}

const confirmationWanted = () =>
  new UserError('confirmation-wanted', 'Confirmation required: not running in a terminal.', {
    exitCode: EXIT.declined,
    hint: 'Review with --dry-run, then add --yes. Nothing was sent.',
  })
