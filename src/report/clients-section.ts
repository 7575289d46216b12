import type { ClientResult } from '../core/client-result.ts'
import { duration, formatNumber, pluralize } from '../util/format.ts'
import { type ClientStatus, isUnnotified } from './client-status.ts'
import { type Cell, quoted, type Section, type Text, type Tone } from './page.ts'
import { STATUS_TEXTS, whyText } from './texts.ts'

/** A realm may have thousands of clients; the JSON lists all. */
const MAX_CLIENTS = 200

const TONES: Readonly<Record<ClientStatus['status'], Tone>> = {
  confirmed: 'good',
  partly: 'bad',
  unconfirmed: 'unsure',
  failed: 'bad',
  'not-notified': 'bad',
  'not-yet': 'bad',
  planned: 'good',
}
/** The order of the table. */
const RANK: readonly ClientStatus['status'][] = [
  'not-notified',
  'failed',
  'partly',
  'not-yet',
  'unconfirmed',
  'planned',
  'confirmed',
]

/** The clients of a plan or an outcome. */
export interface NotifiedClients {
  readonly notified: readonly ClientStatus[]
  readonly clients: readonly ClientResult[]
  /** A plan: nothing was changed. */
  readonly planOnly: boolean
}

/** Each client with sessions, its notification status and the reason. Clients that were not notified come first. */
export function clientsSection({ notified, clients, planOnly }: NotifiedClients): Section {
  const most = Math.max(1, ...notified.map(({ sessions }) => sessions))
  const results = new Map(clients.map((client) => [client.clientId, client]))
  const sorted = [...notified].sort(
    (a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status) || b.sessions - a.sessions,
  )
  const row = (client: ClientStatus): Cell[] => {
    const tone = toneOf(client)
    return [
      { text: quoted(client.clientId) },
      { text: sessionsText(client, planOnly), tone, share: client.sessions / most },
      { text: STATUS_TEXTS[client.status], tone },
      { text: reasonText(client, results.get(client.clientId)) },
    ]
  }
  return {
    title: planOnly ? 'Planned notifications' : 'Notifications',
    blocks: [
      { kind: 'text', text: summaryText(notified) },
      {
        kind: 'table',
        heads: [
          { text: 'Client' },
          { text: 'Sessions', align: 'right' },
          { text: 'Notified' },
          { text: 'URL and reason' },
        ],
        rows: sorted.slice(0, MAX_CLIENTS).map(row),
        more: Math.max(0, notified.length - MAX_CLIENTS),
      },
    ],
  }
}

const toneOf = (client: ClientStatus): Tone =>
  client.status === 'not-notified' && !isUnnotified(client) ? 'plain' : TONES[client.status]

function summaryText(clients: readonly ClientStatus[]): string {
  if (clients.length === 0) return 'No client had sessions.'
  const count = (status: ClientStatus['status']) => clients.filter((one) => one.status === status).length
  const parts = [...RANK]
    .reverse()
    .filter((status) => count(status) > 0)
    .map((status) => `${formatNumber(count(status))} ${STATUS_TEXTS[status]}`)
  return `Of ${pluralize(clients.length, 'client')}: ${parts.join(' · ')}.`
}

/** A client that is notified at each session's end was called for those that ended. */
const sessionsText = ({ status, sessions, ended }: ClientStatus, planOnly: boolean): string =>
  !planOnly && status === 'unconfirmed' && ended < sessions
    ? `${formatNumber(ended)} of ${formatNumber(sessions)}`
    : formatNumber(sessions)

function reasonText(status: ClientStatus, client: ClientResult | undefined): Text {
  const url = client?.url ? [quoted(client.url), ': '] : []
  const lifespan = client?.accessTokenLifespan
  const validity =
    isUnnotified(status) && lifespan
      ? ` Its access tokens stay valid for up to ${duration(lifespan)}; it may keep its own session longer.`
      : ''
  return [...url, `${whyText(status)}${validity}`]
}
