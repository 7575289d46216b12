import { bad, good, type Line, warn } from '../../ui/text.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { UserResult } from './outcome.ts'

/** What was done for one user: sessions, failures, account, not-before, new sessions. */
export function resultLines(user: UserResult): Line[] {
  const { startedAfter, errors, deleted, deletes } = user
  return [
    sessionsLine(user),
    ...errors.map(({ error }): Line => [bad('failed: '), error]),
    ...invalidatedLines(user),
    ...(user.revokedConsents ? [revokedLine(user.revokedConsents)] : []),
    ...(deleted
      ? [[deletes ? good('the user was deleted') : warn('the user was deleted during the run')]]
      : [...lockLines(user), ...notBeforeLines(user)]),
    ...(startedAfter > 0
      ? [
          [
            warn(`${pluralize(startedAfter, 'session')} started during the run`),
            ': the user can still sign in (--disable locks the account)',
          ],
        ]
      : []),
  ]
}

function sessionsLine({ sessions, sessionsLeft, startedAfter, lookedAgain, ...user }: UserResult): Line {
  const ended = sessions.filter((session) => session.ended).length
  if (sessionsLeft > 0) {
    const state = lookedAgain ? 'still active' : 'may still be active'
    return [bad(`${pluralize(sessionsLeft, 'session')} ${state}`), `, ${formatNumber(ended)} ended`]
  }
  if (ended === 0)
    return user.setsNotBefore || user.disables
      ? 'no sessions to end'
      : [good('nothing to do'), ': no sessions to end']
  const done = `${pluralize(ended, 'session')} ended`
  if (!lookedAgain) return [good(done), warn(', but not verified')]
  return [good(startedAfter > 0 ? done : `${done}, none left`)]
}

/** Offline sessions that the not-before made unusable. */
function invalidatedLines({ sessions }: UserResult): Line[] {
  const stopped = sessions.filter(({ invalidated }) => invalidated).length
  if (stopped === 0) return []
  const its = stopped === 1 ? 'its' : 'their'
  return [
    [warn(`${pluralize(stopped, 'offline session')} stopped working`), `; ${its} clients were not notified`],
  ]
}

const revokedLine = (clientIds: readonly string[]): Line =>
  clientIds.length === 0 ? 'no consent to revoke' : [good('consents revoked'), `: ${clientIds.join(', ')}`]

function lockLines({ disables, disabled }: UserResult): Line[] {
  if (!disables) return []
  if (disabled) return [[good('the account is locked')]]
  return [
    disabled === null
      ? [warn('it is unknown whether the account is locked')]
      : [bad('the account was not locked')],
  ]
}

function notBeforeLines({ setsNotBefore, notBeforeSet, sessions }: UserResult): Line[] {
  if (!setsNotBefore) return []
  if (notBeforeSet)
    // Only worth a line if it is all that was done.
    return sessions.some(({ ended }) => ended)
      ? []
      : [[good('the not-before was set'), ': older refresh and offline tokens are invalid']]
  const what =
    notBeforeSet === null ? 'it is unknown whether the not-before was set' : 'the not-before was not set'
  return [[warn(what), ': older refresh and offline tokens may still be valid']]
}
