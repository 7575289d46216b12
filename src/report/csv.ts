import type { ClientStatus } from './client-status.ts'
import type { Report, Reported } from './report.ts'
import type { SessionRecord } from './session-record.ts'

const HEAD = [
  'realm',
  'userId',
  'username',
  'sessionId',
  'offline',
  'session',
  'clientId',
  'notified',
  'why',
  'began',
  'ended',
  'ticket',
  'reason',
] as const

/** One line for each session and client of these runs; a session without a client has one with an empty clientId. */
export function* csvRows(
  runs: Iterable<{ readonly report: Report<Reported>; readonly sessions: readonly SessionRecord[] }>,
): Generator<readonly string[]> {
  yield HEAD
  for (const { report, sessions } of runs) {
    const { where, when, ticket, reason } = report
    const statuses = new Map(report.notified.map((status) => [status.clientId, status]))
    for (const { id, userId, username, offline, clients, state } of sessions)
      for (const clientId of clients.length > 0 ? clients : [''])
        yield [
          where.realm,
          userId,
          username,
          id,
          String(offline),
          state,
          clientId,
          ...statusCells(statuses.get(clientId)),
          when.began,
          when.ended,
          ticket ?? '',
          reason ?? '',
        ]
  }
}

const statusCells = (status: ClientStatus | undefined) =>
  status ? [status.status, status.why ?? ''] : ['', '']
