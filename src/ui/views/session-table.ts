import type { SessionItem } from '../../core/session-item.ts'
import { firstThatFits, table } from '../table.ts'
import { dim, type Line, type Piece, type Screen } from '../text.ts'

type Shown = Pick<SessionItem, 'id' | 'offline' | 'started' | 'ipAddress'> & {
  readonly clients: readonly string[]
}

/** A session's start, and whether it is an offline one. */
export const since = ({ started, offline }: Pick<Shown, 'started' | 'offline'>): string =>
  `${started.slice(0, 16).replace('T', ' ')}${offline ? ' offline' : ''}`

/**
 * Sessions of one person; where a line each is too long, on two lines. Ids are shown whole: people hand them on.
 * @param mark what comes of each (`ends`, `left`), in a column of its own
 */
export function sessionTable<T extends Shown>(
  sessions: readonly T[],
  { columns: width }: Screen,
  mark?: (session: T) => Piece,
): Line[] {
  if (sessions.length === 0) return []
  const onOneLine = () =>
    table(
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
        session.clients.join(', '),
        dim(session.id),
      ]),
      width,
    )
  const onTwoLines = () =>
    sessions.flatMap((session): Line[] => [
      [
        ...(mark ? [mark(session), '  '] : []),
        since(session),
        session.ipAddress === null ? '' : ` from ${session.ipAddress}`,
      ],
      ['  ', dim(session.id), `  ${session.clients.join(', ')}`],
    ])
  return firstThatFits(width, onOneLine, onTwoLines)
}
