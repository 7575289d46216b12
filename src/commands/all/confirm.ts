import type { Context } from '../../cli/context.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { Ask } from '../../ui/output.ts'
import { pluralize } from '../../util/format.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import { type AllOptions, HOLD_BACK, type HoldBackMode } from './options.ts'
import type { AllOutcome } from './outcome.ts'

type Confirmation = Pick<AllOptions, 'confirm' | 'confirmCount' | 'dryRun'>

/**
 * Checks, before any request, that a confirmation is given or can be asked for, and that `--confirm` names the target
 * realm.
 * @throws {UserError} `confirm-mismatch`, `confirmation-wanted` (8), `contradiction` (2)
 */
export async function requireConfirmation(options: Confirmation, ctx: Context): Promise<void> {
  const realm = (await ctx.settings()).realm?.value
  if (realm === undefined) return // signing in reports that it is missing
  const { confirm = [], confirmCount } = options
  if (confirmCount !== undefined)
    throw usageError('contradiction', '--confirm-count is for several realms.', `Use --confirm ${realm}.`)
  const other = confirm.find((name) => name !== realm)
  if (other !== undefined)
    throw new UserError('confirm-mismatch', `--confirm is "${other}", but the target realm is "${realm}".`, {
      exitCode: EXIT.declined,
      hint: 'Check -r and KC_LOGOUT_REALM. Nothing was sent.',
    })
  requireTerminal(options, ctx.ask, `--confirm ${realm}`)
}

/**
 * The same for several realms: `--confirm` for each of them, or `--confirm-count` with their number.
 * @throws {UserError} `confirm-mismatch`, `confirmation-wanted` (8), `contradiction` (2)
 */
export function requireConfirmations(options: Confirmation, realms: readonly string[], ask: Ask): void {
  const { confirm = [], confirmCount } = options
  if (confirm.length > 0 && confirmCount !== undefined)
    throw usageError('contradiction', '--confirm and --confirm-count are both given.', 'Use one of them.')
  const count = pluralize(realms.length, 'realm')
  const mismatch = (problem: string) =>
    new UserError('confirm-mismatch', problem, {
      exitCode: EXIT.declined,
      hint: 'Check with --dry-run which realms are meant. Nothing was changed.',
    })
  if (confirmCount !== undefined && confirmCount !== realms.length)
    throw mismatch(`--confirm-count is ${confirmCount}, but the run is for ${count}.`)
  const other = confirm.find((name) => !realms.includes(name))
  if (other !== undefined) throw mismatch(`--confirm is "${other}", which is not one of the ${count}.`)
  const missing = realms.find((name) => !confirm.includes(name))
  if (confirm.length > 0 && missing !== undefined)
    throw mismatch(`--confirm is missing for "${missing}"; the run is for ${count}.`)
  requireTerminal(options, ask, `--confirm-count ${realms.length}`)
}

function requireTerminal(options: Confirmation, ask: Ask, flag: string): void {
  if (isConfirmed(options) || options.dryRun || ask.possible) return
  throw new UserError('confirmation-wanted', 'Confirmation required: not running in a terminal.', {
    exitCode: EXIT.declined,
    hint: `Review with --dry-run, then pass ${flag}. Nothing was sent.`,
  })
}

const isConfirmed = ({ confirm = [], confirmCount }: Confirmation): boolean =>
  confirm.length > 0 || confirmCount !== undefined

/**
 * Asks what to do about applications that fail, where evidence can show it and no option says it.
 * @returns the answer; `no` in a script
 */
export async function askHoldBack(
  { holdBack, evidence = [], ...options }: Confirmation & Pick<AllOptions, 'holdBack' | 'evidence'>,
  { ask }: Pick<Context, 'ask'>,
): Promise<HoldBackMode> {
  if (holdBack !== undefined) return holdBack
  if (evidence.length === 0 || isConfirmed(options) || !ask.possible) return 'no'
  for (;;) {
    const answer = await ask.text(
      `If five calls in a row fail at a client, its other sessions: ${HOLD_BACK.join(', ')} (end them like the others)?`,
      'no',
    )
    const mode = HOLD_BACK.find((word) => word === answer.trim())
    if (mode) return mode
  }
}

/**
 * Asks for the realm name to be typed, unless `--confirm` was given.
 * @throws {UserError} `declined` (8)
 */
export async function confirm(
  { before: { users }, realm }: AllOutcome,
  options: Confirmation,
  { ask }: Pick<Context, 'ask'>,
): Promise<void> {
  await ask.confirm(
    `This ends the sessions of ${pluralize(users, 'user')}. Type the realm name to continue:`,
    { flag: `--confirm ${shellQuote(realm) ?? realm}`, expected: realm, given: isConfirmed(options) },
  )
}

/**
 * Asks for the number of realms to log out to be typed, unless it or the realms were given.
 * @param toLogOut the number of realms in which sessions end
 * @param realms how many realms the command line means
 * @throws {UserError} `declined` (8)
 */
export const confirmRealms = (
  options: Confirmation,
  { toLogOut, realms }: { toLogOut: number; realms: number },
  ask: Ask,
): Promise<void> =>
  ask.confirm(
    `This ends sessions in ${pluralize(toLogOut, 'realm')}. Type the number of these realms to continue:`,
    { flag: `--confirm-count ${realms}`, expected: String(toLogOut), given: isConfirmed(options) },
  )
