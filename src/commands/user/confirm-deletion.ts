import type { Context } from '../../cli/context.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import type { UserPlan } from './plan.ts'

/**
 * Refuses to delete the account of this sign-in: it could not finish.
 * @throws {UserError} `deletes-oneself` (2)
 */
export function refuseOwnDeletion({ users }: UserPlan): void {
  const own = users.find(
    ({ endsOwnSession, deletes, revokesConsents }) => endsOwnSession && (deletes || revokesConsents),
  )
  if (!own) return
  throw usageError(
    'deletes-oneself',
    `${own.user.username} is the account of your own sign-in, which ends before the account could be changed.`,
    'Sign in with another account. Nothing was changed.',
  )
}

/**
 * Requires the username of each user who is to be deleted: by `--confirm`, or typed.
 * @throws {UserError} `confirm-mismatch`, `declined`, `confirmation-wanted` (8)
 */
export async function confirmDeletion(
  { users }: UserPlan,
  confirmed: readonly string[],
  { ask }: Pick<Context, 'ask'>,
): Promise<void> {
  const names = users.filter(({ deletes }) => deletes).map(({ user }) => user.username)
  const other = confirmed.find((name) => !names.includes(name))
  if (other !== undefined)
    throw new UserError(
      'confirm-mismatch',
      `--confirm is "${other}", which is not the username of a user to delete.`,
      {
        exitCode: EXIT.declined,
        hint: 'Give the username as Keycloak stores it. Nothing was changed.',
      },
    )
  for (const name of names)
    await ask.confirm(`This deletes ${name}. Type the username to continue:`, {
      flag: `--confirm ${shellQuote(name) ?? 'USERNAME'}`,
      expected: name,
      given: confirmed.includes(name),
    })
}
