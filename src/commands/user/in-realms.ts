import type { Context } from '../../cli/context.ts'
import { contradiction, type EvidenceOptions } from '../../cli/logout-options.ts'
import { actInEachRealm } from '../../cli/realms/act-in-each-realm.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { refuseStdinInRealms } from '../../evidence/open.ts'
import { notFound, readGiven } from '../../sessions/find-users.ts'
import { pluralize } from '../../util/format.ts'
import { realmSummary } from './realm-summary.ts'

interface UserChoice extends EvidenceOptions {
  readonly names: readonly string[]
  readonly session?: readonly string[] | undefined
  readonly delete?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

/**
 * Logs users out in the target realm, or in each of several. There a user is skipped in realms that do not have this
 * user; a name that no realm has is an error before anything is changed.
 */
export async function runInRealms<Options extends UserChoice>(
  options: Options,
  ctx: Context,
  run: (options: Options, ctx: Context, onUnknown?: (names: readonly string[]) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { several } = ctx
  if (!several) return run(options, ctx)
  if (options.session) throw contradiction('--session', several.by)
  refuseStdinInRealms(options)
  if (options.delete) throw contradiction('--delete', several.by)
  const { names, sessions } =
    options.names.length > 0 ? await readGiven(options.names, ctx.files) : { names: [], sessions: [] }
  if (sessions.length > 0) throw contradiction('A list of sessions', several.by)
  const { yes = false, dryRun = false } = options
  const unknownIn: (readonly string[])[] = []
  return actInEachRealm(ctx, {
    run: (inRealm) => run({ ...options, names }, inRealm, (unknown) => void unknownIn.push(unknown)),
    summary: realmSummary,
    requireConfirmation() {
      if (!yes && !dryRun && !ctx.ask.possible) throw confirmationWanted()
    },
    planned(realms) {
      const nowhere = names.filter(
        (name) => unknownIn.filter((unknown) => unknown.includes(name)).length === realms.length,
      )
      if (nowhere.length > 0) throw notFound(nowhere, pluralize(realms.length, 'realm'))
    },
    confirm(ask, realms, plans) {
      const users = plans.reduce((sum, plan) => sum + plan.users.length, 0)
      const question = `Log ${pluralize(users, 'user')} out in ${pluralize(realms.length, 'realm')}?`
      return ask.confirm(question, { flag: '--yes', given: yes })
    },
  })
}

const confirmationWanted = () =>
  new UserError('confirmation-wanted', 'Confirmation required: not running in a terminal.', {
    exitCode: EXIT.declined,
    hint: 'Review with --dry-run, then add --yes. Nothing was sent.',
  })
