import { formatNumber, pluralize } from '../util/format.ts'
import { type ClientStatus, isUnnotified } from './client-status.ts'
import { type Piece, quoted, type Text } from './page.ts'

/** The JSON report lists all. */
const MAX_NAMES = 20

/** The clients that were not notified, by name: one line for each kind. */
export function clientNotes(clients: readonly ClientStatus[], planOnly: boolean): Text[] {
  const note = (some: readonly ClientStatus[], text: string): Text[] =>
    some.length > 0
      ? [
          [
            `${pluralize(some.length, 'client')} ${text}: `,
            ...listed(some.map(({ clientId }) => clientId)),
            '.',
          ],
        ]
      : []
  const withStatus = (status: ClientStatus['status']) => clients.filter((one) => one.status === status)
  const unnotified = clients.filter(isUnnotified)
  const pending = withStatus('not-yet')
  const were = (some: readonly ClientStatus[]) => (some.length === 1 ? 'was' : 'were')
  return [
    ...note(unnotified, planOnly ? 'will not be notified' : `${were(unnotified)} not notified`),
    ...note(pending, `${were(pending)} not notified yet`),
    ...note(withStatus('failed'), 'accepted no call'),
  ]
}

/** Names, separated by commas; of many, the first and how many more there are. */
export function listed(names: readonly string[]): Piece[] {
  const shown = names
    .slice(0, MAX_NAMES)
    .flatMap((name, index): Piece[] => [...(index > 0 ? [', '] : []), quoted(name)])
  const more = names.length - MAX_NAMES
  return more > 0 ? [...shown, ` and ${formatNumber(more)} more`] : shown
}
