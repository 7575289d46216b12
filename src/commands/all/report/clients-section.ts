import type { ClientResult } from '../../../core/client-result.ts'
import { duration, formatNumber, pluralize } from '../../../util/format.ts'
import type { Telling } from './client-status.ts'
import { type Cell, quoted, type Section, type Text, type Tone } from './page.ts'
import type { Report } from './report.ts'
import { STATUS_WORDS, whyText } from './texts.ts'

/** A realm may have thousands of clients; the JSON has them all. */
const MOST_CLIENTS = 200

const TONES: Readonly<Record<Telling['status'], Tone>> = {
  confirmed: 'good',
  unconfirmed: 'unsure',
  failed: 'bad',
  'not-notified': 'bad',
  'not-yet': 'bad',
  planned: 'good',
}
const RANK: readonly Telling['status'][] = [
  'not-notified',
  'failed',
  'not-yet',
  'unconfirmed',
  'planned',
  'confirmed',
]

/** Each client with sessions: told, not told, or not known, and why. Those that do not know of it come first. */
export function clientsSection({ notified, outcome, planOnly }: Report): Section {
  const most = Math.max(1, ...notified.map(({ sessions }) => sessions))
  const clients = new Map(outcome.clients.map((client) => [client.clientId, client]))
  const sorted = [...notified].sort(
    (a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status) || b.sessions - a.sessions,
  )
  return {
    title: planOnly ? 'Who would be told' : 'Who was told',
    blocks: [
      { kind: 'text', text: summaryText(notified) },
      {
        kind: 'table',
        heads: [
          { text: 'Client' },
          { text: 'Sessions', align: 'right' },
          { text: 'Told' },
          { text: 'Where, and why' },
        ],
        rows: sorted.slice(0, MOST_CLIENTS).map((telling) => {
          const tone = toneOf(telling)
          return [
            { text: quoted(telling.clientId) },
            { text: sessionsText(telling, planOnly), tone, share: telling.sessions / most },
            { text: STATUS_WORDS[telling.status], tone },
            { text: reasonText(telling, clients.get(telling.clientId)) },
          ]
        }),
        more: Math.max(0, notified.length - MOST_CLIENTS),
      },
    ],
  }
}

/** Keycloak's own consoles have nobody to tell. */
const toneOf = ({ status, why }: Telling): Tone => (why === 'built-in' ? 'plain' : TONES[status])

function summaryText(notified: readonly Telling[]): string {
  if (notified.length === 0) return 'No client had sessions.'
  const statuses = [...RANK].reverse().filter((status) => notified.some((one) => one.status === status))
  const parts = statuses.map(
    (status) =>
      `${formatNumber(notified.filter((one) => one.status === status).length)} ${STATUS_WORDS[status]}`,
  )
  return `Of ${pluralize(notified.length, 'client')}: ${parts.join(' · ')}.`
}

/** Where one is told at each session's end, it was called for those that ended. */
const sessionsText = ({ status, sessions, ended }: Telling, planOnly: boolean): string =>
  !planOnly && status === 'unconfirmed' && ended < sessions
    ? `${formatNumber(ended)} of ${formatNumber(sessions)}`
    : formatNumber(sessions)

function reasonText(telling: Telling, client: ClientResult | undefined): Text {
  const where = client?.url ? [quoted(client.url), ': '] : []
  const lifespan = client?.accessTokenLifespan
  const goesOn =
    telling.status === 'not-notified' && telling.why !== 'built-in' && lifespan
      ? ` Its access tokens are good for up to ${duration(lifespan)}; its own session may last longer.`
      : ''
  return [...where, `${whyText(telling)}${goesOn}`]
}

/** Every Admin URL that Keycloak's logout of the realm calls, also of clients without sessions. */
export function adminUrlsSection({ outcome: { adminUrls } }: Report): Section[] {
  if (adminUrls.length === 0) return []
  const cell = ({ clientId, url, delivery, why }: (typeof adminUrls)[number]): Cell[] => [
    { text: quoted(clientId) },
    { text: quoted(url) },
    {
      text: delivery,
      tone: delivery === 'confirmed' ? 'good' : delivery === 'failed' ? 'bad' : 'unsure',
    },
    {
      text: whyText({
        clientId,
        status: delivery === 'confirmed' ? 'confirmed' : 'unconfirmed',
        why: why === undefined ? null : `admin-url-${why}`,
        sessions: 0,
        ended: 0,
      }),
    },
  ]
  return [
    {
      title: 'Admin URLs that were called',
      blocks: [
        {
          kind: 'table',
          heads: [{ text: 'Client' }, { text: 'Admin URL' }, { text: 'Delivery' }, { text: 'What is known' }],
          rows: adminUrls.slice(0, MOST_CLIENTS).map(cell),
          more: Math.max(0, adminUrls.length - MOST_CLIENTS),
        },
      ],
    },
  ]
}
