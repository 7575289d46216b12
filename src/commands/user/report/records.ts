import type { Realm } from '../../../core/model.ts'
import type { SessionEntry } from '../../../core/session-item.ts'
import type { RunRecords } from '../../../report/report.ts'
import type { SessionRecord } from '../../../report/session-record.ts'
import { type TokenTimes, tokenTimes } from '../../../report/token-times.ts'
import type { UserOutcome, UserResult } from '../outcome.ts'
import { mergeClients } from './merge-clients.ts'

/** What a report of `user` has besides the outcome: until when tokens live (not in a plan), and each session. */
export const recordsOf = (outcome: UserOutcome, realm: Realm, endedAt: number): RunRecords => ({
  ...(outcome.dryRun
    ? {}
    : {
        tokens: tokenTimes({
          endedAt,
          realm,
          clients: mergeClients(outcome.users),
          offline: offlineTokens(outcome.users),
        }),
      }),
  sessions: outcome.users.flatMap((user) =>
    user.sessions.map((session) => recordOf(user, session, outcome.dryRun)),
  ),
})

/** The user's not-before stops offline tokens; without it, only those of sessions that ended. */
function offlineTokens(users: readonly UserResult[]): TokenTimes['offline'] {
  const withOffline = users.filter(({ sessions }) => sessions.some(({ offline }) => offline))
  if (withOffline.length === 0) return 'none'
  const kept = withOffline.filter(
    ({ notBeforeSet, sessions }) =>
      notBeforeSet !== true && sessions.some(({ offline, ended }) => offline && !ended),
  )
  if (kept.length === 0) return 'stopped'
  return kept.some(({ notBeforeSet }) => notBeforeSet === null) ? 'unknown' : 'kept'
}

const recordOf = ({ id, username, lookedAgain }: UserResult, session: SessionEntry, dryRun: boolean) => ({
  id: session.id,
  userId: id,
  username,
  offline: session.offline,
  clients: session.clients,
  state: stateOf(session, lookedAgain, dryRun),
})

function stateOf(
  { planned, ended, invalidated }: SessionEntry,
  lookedAgain: boolean,
  dryRun: boolean,
): SessionRecord['state'] {
  if (dryRun) return planned ? 'planned' : 'stays'
  if (ended) return 'ended'
  if (planned) return lookedAgain ? 'active' : 'unknown'
  if (invalidated === undefined || invalidated === false) return 'stays'
  return invalidated === null ? 'unknown' : 'invalidated'
}
