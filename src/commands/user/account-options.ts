import { type ChoosingOptions, choosingOptionsIn, USER_OPTIONS } from '../../cli/choosing-options.ts'
import { contradiction, type LogoutSettings } from '../../cli/logout-options.ts'
import { usageError } from '../../errors.ts'

interface AccountOptions extends ChoosingOptions {
  readonly disable?: boolean | undefined
  readonly delete?: boolean | undefined
  readonly revokeConsents?: boolean | undefined
  readonly confirm?: readonly string[] | undefined
  readonly session?: readonly string[] | undefined
  readonly keepOfflineSessions?: boolean | undefined
}

/** What is done to the accounts, with what a deletion implies: without a lock, a session could begin before it. */
export const accountChoice = (
  { disable = false, delete: deletes = false, revokeConsents = false }: AccountOptions,
  { offlineSessions }: Pick<LogoutSettings, 'offlineSessions'>,
) => ({
  disable: disable || deletes,
  delete: deletes,
  revokeConsents,
  offlineSessions: offlineSessions || deletes,
})

/**
 * Refuses to delete users, or to revoke consents, if some of their sessions stay: they would end without notification.
 * @throws {UserError} `contradiction` (2)
 */
export function refuseContradictions(options: AccountOptions): void {
  const { confirm, session, keepOfflineSessions } = options
  const account = options.delete ? '--delete' : options.revokeConsents ? '--revoke-consents' : undefined
  if (confirm && !options.delete)
    throw usageError('contradiction', '--confirm needs --delete.', 'Use --yes for a logout without --delete.')
  if (account === undefined) return
  if (keepOfflineSessions) throw contradiction(account, '--keep-offline-sessions')
  const [partly] = [
    ...(session ? ['--session'] : []),
    ...choosingOptionsIn(options).filter((name) => !USER_OPTIONS.has(name)),
  ]
  if (partly !== undefined) throw contradiction(account, partly)
}
