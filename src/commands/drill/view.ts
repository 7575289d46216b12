import { hasFailure } from '../../core/notifications.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { notificationPiece } from '../../ui/views/notification-text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { capitalised } from '../../util/format.ts'
import { adviceFor } from './advice.ts'
import type { DrilledClient, DrillOutcome } from './outcome.ts'
import { whyText } from './texts.ts'
import { resultText, VERDICT_TONES, verdictText } from './verdict-texts.ts'

/** The verdict of each application, then what to do about those that are not out. */
export const drillView = (outcome: DrillOutcome, screen: Screen): Line[] => [
  ...table(
    [
      { head: 'application', least: 12 },
      { head: 'verdict' },
      { head: 'notified', least: 8 },
      { head: 'seen', least: 16 },
    ],
    outcome.clients.map((client) => [
      client.clientId,
      verdictPiece(client),
      notifiedPiece(client),
      whyText(client.seen),
    ]),
    screen.columns,
  ),
  ...outcome.clients
    .filter(({ verdict, notifications }) => verdict !== 'out' || hasFailure(notifications))
    .flatMap((client) => ['', ...problemLines(client, screen)]),
  '',
  ...wrapped(summary(outcome), screen),
]

const TONES = { good, unsure: warn, bad }

const verdictPiece = (client: DrilledClient): Piece =>
  TONES[VERDICT_TONES[client.verdict]](verdictText(client))

function notifiedPiece(client: DrilledClient): Piece {
  if (client.verdict === 'cannot-sign-in') return ''
  return notificationPiece(client) ?? (client.reason ? dim(REASON_TEXTS[client.reason]) : 'no')
}

function problemLines(client: DrilledClient, screen: Screen): Line[] {
  const { clientId, url, seen } = client
  const { why, fix } = adviceFor(client)
  return [
    ...wrapped([verdictPiece(client), ' ', accent(clientId), dim(url === null ? '' : ` ${url}`)], screen),
    ...wrapped(['  ', `${capitalised(whyText(seen))}.${why === '' ? '' : ` ${why}`}`], screen),
    ...(fix.length === 0 ? [] : wrapped(['  ', bold('→ '), fix.map(textOf).join('')], screen, 4)),
  ]
}

const textOf = (piece: ReturnType<typeof adviceFor>['fix'][number]) =>
  typeof piece === 'string' ? piece : piece.quoted

function summary(outcome: DrillOutcome): Line {
  const { user, clients, sessionsLeft, verdict } = outcome
  const text = resultText(outcome)
  const mayStay = sessionsLeft?.length !== 0 || clients.some(({ seen }) => seen.what === 'no-session')
  const hasMade = clients.some(({ sessions }) => sessions.length > 0)
  return [
    verdict === 'pass' ? good(text) : bad(text),
    mayStay || !hasMade ? '.' : `. The sessions that the drill made for ${user} have ended.`,
  ]
}
