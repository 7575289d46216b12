import type { SessionItem } from '../../core/session-item.ts'
import { firstThatFits, table } from '../table.ts'
import { dim, type Line, type Piece, type Screen } from '../text.ts'

type SessionRow = Pick<SessionItem, 'id' | 'offline' | 'started' | 'ipAddress'> & {
  readonly clients: readonly string[]
}

/** When a session started, and whether it is offline: `2026-11-21 05:40 offline`. */
export const since = ({ started, offline }: Pick<SessionRow, 'started' | 'offline'>): string =>
  `${started.slice(0, 16).replace('T', ' ')}${offline ? ' offline' : ''}`

/** A session of an impersonation, or of a deleted client, has none. */
export const clientsText = ({ clients }: Pick<SessionRow, 'clients'>): string =>
  clients.join(', ') || '(no client)'

/**
 * The sessions of one user, one line each, or two lines on a narrow screen. Ids are shown whole, to be copied.
 * @param mark what happens to each (`ends`, `left`), in a column of its own
 */
export function sessionTable<T extends SessionRow>(
  sessions: readonly T[],
  { columns: width }: Screen,
  mark?: (session: T) => Piece,
): Line[] {
  if (sessions.length === 0) return []
  return firstThatFits(
    width,
    () => onOneLine(sessions, width, mark),
    () => onTwoLines(sessions, mark),
  )
}

function onOneLine<T extends SessionRow>(
  sessions: readonly T[],
  width: number,
  mark?: (session: T) => Piece,
): Line[] {
  return table(
    [
      ...(mark ? [{ head: 'session' }] : []),
      { head: 'since (UTC)' },
      { head: 'from' },
      { head: 'clients', least: 12 },
      { head: 'id' },
    ],
    sessions.map((session) => [
      ...(mark ? [mark(session)] : []),
      since(session),
      session.ipAddress ?? '',
      clientsText(session),
      dim(session.id),
    ]),
    width,
  )
}

function onTwoLines<T extends SessionRow>(sessions: readonly T[], mark?: (session: T) => Piece): Line[] {
  return sessions.flatMap((session): Line[] => [
    [
      ...(mark ? [mark(session), '  '] : []),
      since(session),
      session.ipAddress === null ? '' : ` from ${session.ipAddress}`,
    ],
    ['  ', dim(session.id), `  ${clientsText(session)}`],
  ])
}
