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
            `${pluralize(some.length, 'client')} ${planOnly ? 'will' : some.length === 1 ? 'was' : 'were'} ${text}: `,
            ...namesOf(some),
          ],
        ]
      : []
  const withStatus = (status: ClientStatus['status']) => clients.filter((one) => one.status === status)
  return [
    ...note(clients.filter(isUnnotified), planOnly ? 'not be notified' : 'not notified'),
    ...note(withStatus('not-yet'), 'not notified yet'),
    ...note(withStatus('failed'), 'called and not reached'),
  ]
}

function namesOf(clients: readonly ClientStatus[]): Piece[] {
  const shown = clients.slice(0, MAX_NAMES)
  const more = clients.length - shown.length
  return [
    ...shown.flatMap(({ clientId }, index): Piece[] => [...(index > 0 ? [', '] : []), quoted(clientId)]),
    more > 0 ? ` and ${formatNumber(more)} more.` : '.',
  ]
}
