import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { deliveryNotes } from '../../ui/views/delivery-notes.ts'
import { notificationPiece } from '../../ui/views/notification-text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatNumber, pluralize } from '../../util/format.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { DrilledClient, DrillOutcome } from './outcome.ts'
import { SEEN_TEXTS, whyText } from './texts.ts'

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
    .filter(({ verdict }) => verdict !== 'out')
    .flatMap((client) => ['', ...problemLines(client, screen)]),
  ...deliveryNotes(outcome.clients, screen),
  '',
  ...wrapped(summary(outcome), screen),
]

function verdictPiece({ verdict, seconds = 0 }: DrilledClient): Piece {
  switch (verdict) {
    case 'out':
      return good('out')
    case 'out-later':
      return warn(`out after ${duration(seconds)}`)
    case 'still-in':
      return bad('still in')
    case 'unknown':
      return warn('unknown')
    default:
      return warn('cannot sign in')
  }
}

function notifiedPiece(client: DrilledClient): Piece {
  if (client.verdict === 'cannot-sign-in') return ''
  return notificationPiece(client) ?? (client.reason ? dim(REASON_TEXTS[client.reason]) : 'no')
}

function problemLines(client: DrilledClient, screen: Screen): Line[] {
  const { clientId, url, seen } = client
  const { why, fix } = adviceFor(client)
  return [
    ...wrapped([verdictPiece(client), ' ', accent(clientId), dim(url === null ? '' : ` ${url}`)], screen),
    ...wrapped(['  ', `${capitalised(whyText(seen))}.${why === undefined ? '' : ` ${why}`}`], screen),
    ...(fix === undefined ? [] : wrapped(['  ', bold('→ '), fix], screen, 4)),
  ]
}

/** Why the application does not know of the logout, and what to do. */
function adviceFor(client: DrilledClient): { readonly why?: string; readonly fix?: string | undefined } {
  if (client.verdict !== 'still-in' && client.verdict !== 'out-later')
    return { fix: SEEN_TEXTS[client.seen.what].fix }
  const { clientId, reason, notifications, evidence, verdict } = client
  const noticed = verdict === 'out-later' ? 'It noticed by itself, usually when its access token ended. ' : ''
  if (client.expectation !== 'notified')
    return {
      why: `${noticed}Keycloak does not notify it${reason ? `: ${REASON_TEXTS[reason]}` : ''}.`,
      fix: `${kcLogout`doctor ${clientId}`} says how to change that; ${kcLogout`configure ${clientId} --backchannel-url`} URL sets the logout URL.`,
    }
  if (notifications.accepted > 0)
    return {
      why: `${noticed}It answered Keycloak's notification with success, and kept the session.`,
      fix: 'Check its session store and its mapping of sessions: docs/applications.md names known pitfalls.',
    }
  if (evidence.length > 0) return { why: noticed }
  return {
    why: `${noticed}Keycloak notifies it; its answer was not seen.`,
    fix: 'Run again with --evidence to see the answer.',
  }
}

const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

function summary({ clients, user, sessionsLeft, verdict }: DrillOutcome): Line {
  const out = clients.filter((client) => client.verdict === 'out').length
  const text = `${formatNumber(out)} of ${pluralize(clients.length, 'application')} out after a logout`
  return [
    verdict === 'pass' ? good(text) : bad(text),
    sessionsLeft.length > 0 ? '.' : `. The sessions that the drill made for ${user} have ended.`,
  ]
}
