import { expectedText, hasCalls, hasFailure } from '../../../core/notifications.ts'
import { REASON_TEXTS } from '../../../core/reach-texts.ts'
import { listed } from '../../../report/client-notes.ts'
import { statusOf } from '../../../report/client-status.ts'
import { type Cell, type Page, quoted, type Section, type Text } from '../../../report/page.ts'
import type { Report, ReportKind } from '../../../report/report.ts'
import { runSection } from '../../../report/run-section.ts'
import { seenText } from '../../../ui/views/notification-text.ts'
import { capitalised, formatNumber } from '../../../util/format.ts'
import { adviceFor } from '../advice.ts'
import type { DrilledClient, DrillOutcome } from '../outcome.ts'
import { seenPieces } from '../texts.ts'
import { resultText, VERDICT_TONES, verdictText } from '../verdict-texts.ts'
import { drillRows } from './drill-rows.ts'

/** Rows of each table; the JSON lists all. */
const MAX_ROWS = 500

/** How the outcome of `drill` becomes a report. */
export const drillReport: ReportKind<DrillOutcome> = {
  command: 'drill',
  notified: ({ clients }) =>
    clients
      .filter(({ sessions }) => sessions.length > 0)
      .map((client) => statusOf({ ...client, sessions: client.sessions.length }, false)),
  page: buildPage,
  csv: drillRows,
}

function buildPage(report: Report<DrillOutcome>): Page {
  const { outcome, where, kcLogout } = report
  return {
    title: 'Logout drill',
    realm: where.realm,
    verdict: verdictBox(outcome),
    sections: [applicationsSection(outcome), runSection(report)],
    footer: `Written by kc-logout ${kcLogout.version}. Contains names of a user and of clients: store it accordingly.`,
  }
}

function verdictBox(outcome: DrillOutcome): Page['verdict'] {
  const { clients, sessionsLeft, evidenceProblems = [], error } = outcome
  const isBad = sessionsLeft?.length !== 0 || clients.some(({ verdict }) => verdict === 'still-in')
  const named = (verdict: DrilledClient['verdict'], text: string): Text[] => {
    const some = clients.filter((client) => client.verdict === verdict)
    return some.length === 0 ? [] : [[`${text}: `, ...listed(some.map(({ clientId }) => clientId)), '.']]
  }
  return {
    tone: isBad ? 'bad' : outcome.verdict === 'pass' ? 'good' : 'unsure',
    headline: resultText(outcome),
    notes: [
      ...(error ? [['The run could not continue: ', quoted(error.message)]] : []),
      ...named('still-in', 'Still signed in'),
      ...named('out-later', 'Out later'),
      ...named('unknown', 'Unknown'),
      ...named('cannot-sign-in', 'Could not sign in, so not drilled'),
      ...(sessionsLeft?.length === 0
        ? []
        : [
            [
              'Sessions of the drill may still be active',
              ...(sessionsLeft ? [': ', ...listed(sessionsLeft)] : []),
              '.',
            ],
          ]),
      ...evidenceProblems.map(quoted),
    ],
  }
}

function applicationsSection({ clients, user }: DrillOutcome): Section {
  return {
    title: 'Applications',
    blocks: [
      {
        kind: 'text',
        text: [
          'kc-logout signed in as ',
          quoted(user),
          ', logged that session out, and opened the page again with the same cookies.',
        ],
      },
      {
        kind: 'table',
        stacks: true,
        heads: [
          { text: 'Application' },
          { text: 'Verdict' },
          { text: 'Notification' },
          { text: 'Why' },
          { text: 'What to do' },
        ],
        rows: clients.slice(0, MAX_ROWS).map(applicationRow),
        more: Math.max(0, clients.length - MAX_ROWS),
      },
    ],
  }
}

function applicationRow(client: DrilledClient): Cell[] {
  const { clientId, verdict, url } = client
  const { why, fix } = adviceFor(client)
  const [first = '', ...rest] = seenPieces(client.seen)
  const seen = [typeof first === 'string' ? capitalised(first) : first, ...rest, '.']
  return [
    { text: url === null ? quoted(clientId) : [quoted(clientId), ' ', quoted(url)] },
    { text: verdictText(client), tone: VERDICT_TONES[verdict] },
    notificationCell(client),
    { text: why === '' ? seen : [...seen, ` ${why}`] },
    { text: fix },
  ]
}

/** What Keycloak sent and what came back: only what was seen counts as an answer. */
function notificationCell(client: DrilledClient): Cell {
  const { verdict, reason, notifications, answers, evidence } = client
  if (verdict === 'cannot-sign-in') return { text: '–' }
  if (!hasCalls(notifications)) return { text: `none${reason ? `: ${REASON_TEXTS[reason]}` : ''}` }
  if (evidence.length === 0)
    return { text: `${expectedText(notifications.expected, formatNumber)} expected, answer not seen` }
  const tone = hasFailure(notifications) ? 'bad' : notifications.unknown > 0 ? 'unsure' : 'good'
  return { text: seenText(notifications, answers), tone }
}
