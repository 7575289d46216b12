import type { ClientResult } from '../../core/client-result.ts'
import { hasFailure } from '../../core/notifications.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { countBar } from '../../ui/bar.ts'
import { firstThatFits, table } from '../../ui/table.ts'
import { accent, dim, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedMark } from '../../ui/views/not-notified-note.ts'

/** Each client with its sessions as a bar, whether it is notified, and the URL or the reason why not. */
export function clientTable(
  clients: readonly ClientResult[],
  { columns }: Screen,
  notified: (client: ClientResult) => Piece,
): Line[] {
  if (clients.length === 0) return []
  const counts = clients.map(({ sessions }) => sessions)
  const layout = (bar: number, least?: { client: number; url: number }) => () => {
    const bars = countBar(counts, bar)
    return table(
      [
        { head: '' },
        { head: 'client', ...(least ? { least: least.client } : {}) },
        { head: 'sessions', align: 'right' },
        { head: '' },
        { head: 'notified' },
        { head: 'URL or reason', ...(least ? { least: least.url } : {}) },
      ],
      clients.map((client) => [
        unnotifiedMark(client),
        client.alongside ? warn(`${client.clientId} (shared session)`) : client.clientId,
        ...bars(client.sessions, barKind(client)),
        notified(client),
        client.expectation !== 'not-notified'
          ? accent(client.url ?? '')
          : dim(client.reason ? REASON_TEXTS[client.reason] : ''),
      ]),
      columns,
    )
  }
  return [
    '',
    // A short bar is better than half a URL.
    ...firstThatFits(
      columns,
      layout(24),
      layout(8),
      layout(8, { client: 16, url: 20 }),
      layout(0, { client: 10, url: 9 }),
    ),
  ]
}

function barKind({ expectation, notifications }: ClientResult): 'notified' | 'partly' | 'not-notified' {
  if (expectation === 'not-notified' || hasFailure(notifications)) return 'not-notified'
  return expectation === 'uncertain' ? 'partly' : 'notified'
}
