import type { Context } from '../../cli/context.ts'
import { EXIT, UserError } from '../../errors.ts'
import { pluralize } from '../../util/format.ts'
import type { AllOptions } from './options.ts'
import type { AllOutcome } from './outcome.ts'

/**
 * Checks, before any request, that a confirmation is given or can be asked for, and that `--confirm` names the target
 * realm.
 * @throws {UserError} `confirm-mismatch`, `confirmation-wanted` (8)
 */
export async function requireConfirmation({ confirm, dryRun }: AllOptions, ctx: Context): Promise<void> {
  const realm = (await ctx.settings()).realm?.value
  if (realm === undefined) return // signing in reports that it is missing
  if (confirm !== undefined && confirm !== realm)
    throw new UserError(
      'confirm-mismatch',
      `--confirm is "${confirm}", but the target realm is "${realm}".`,
      {
        exitCode: EXIT.declined,
        hint: 'Check -r and KC_LOGOUT_REALM. Nothing was sent.',
      },
    )
  if (confirm === undefined && !dryRun && !ctx.ask.possible)
    throw new UserError('confirmation-wanted', 'Confirmation required: not running in a terminal.', {
      exitCode: EXIT.declined,
      hint: `Review with --dry-run, then pass --confirm ${realm}. Nothing was sent.`,
    })
}

/**
 * Asks for the realm name to be typed, unless `--confirm` was given.
 * @throws {UserError} `declined` (8)
 */
export async function confirm(
  { before: { users }, realm }: AllOutcome,
  options: AllOptions,
  { ask }: Pick<Context, 'ask'>,
): Promise<void> {
  if (options.confirm !== undefined) return
  await ask.confirm(
    `This ends the sessions of ${pluralize(users, 'user')}. Type the realm name to continue:`,
    {
      flag: `--confirm ${realm}`,
      expected: realm,
    },
  )
}
