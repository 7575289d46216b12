import type { ClientResult } from '../../core/client-result.ts'
import { accent, bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { deliveryNotes } from '../../ui/views/delivery-notes.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { notificationPiece } from '../../ui/views/notification-text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatNumber, pluralize } from '../../util/format.ts'
import { clientTable } from './clients.view.ts'
import { type AllOutcome, endedIn, leftIn, type Phase, realmCallOf, tallyOf } from './outcome.ts'
import { noteLine } from './plan.view.ts'
import { unseenNotes } from './unseen-notes.ts'

const MAX_FAILURES = 20

/**
 * The outcome.
 * @param endedAt when the sessions had ended, milliseconds since the epoch
 */
export function allView(outcome: AllOutcome, screen: Screen, endedAt: number): Line[] {
  const { phases, clients, adminUrls, endedUnnotified, after } = outcome
  return [
    ...wrapped(headline(outcome), screen),
    ...phases.flatMap((phase) => wrapped(phaseLine(phase), screen, 4)),
    ...[
      ...phases.flatMap(({ failed }) => failed.slice(0, MAX_FAILURES).map(failureLine)),
      ...heldBackLines(outcome),
      ...skippedNote(outcome),
      ...unseenNotes(outcome, false).map(noteLine),
      ...endedUnnotifiedNote(endedUnnotified),
    ].flatMap((line) => wrapped(line, screen)),
    ...clientTable(clients, screen, (client) => notifiedHow(client, realmCallOf(phases) === 'done')),
    ...deliveryNotes(clients, screen),
    ...adminUrlNotes(adminUrls).flatMap((line) => wrapped(line, screen)),
    ...unnotifiedNote(clients, false, screen, endedAt),
    ...((after.startedAfter ?? 0) > 0
      ? [
          '',
          ...wrapped(
            `${pluralize(after.startedAfter ?? 0, 'session')} started after the logout: users can sign in again.`,
            screen,
          ),
        ]
      : []),
    ...(after.active === null && !outcome.interrupted
      ? ['', [warn('The remaining sessions could not be checked.')]]
      : []),
  ]
}

function endedUnnotifiedNote(endedUnnotified: number | null): Line[] {
  if (endedUnnotified === null)
    return [[bad('Whether the realm step ended sessions without notification is unknown.')]]
  return endedUnnotified > 0
    ? [[bad(`${pluralize(endedUnnotified, 'session')} ended without notification`), ' in the realm step.']]
    : []
}

function headline(outcome: AllOutcome): Line {
  const { verdict, realm, everybody, interrupted } = outcome
  const ended = endedIn(outcome)
  const left = leftIn(outcome)
  if (interrupted) return [warn(`Interrupted: ${tallyText(outcome)}.`), ' Run the command again to continue.']
  if (verdict === 'nothing-to-do')
    return [
      good(
        everybody
          ? `Nothing to do: no user was signed in to ${realm}.`
          : `Nothing to do: no session of ${realm} matched these options.`,
      ),
    ]
  if (verdict === 'done')
    return [good(`Done: ${pluralize(ended, 'session')} ended${left.verified ? ', none left' : ''}.`)]
  // If it could not be checked, a line below says so.
  const rest = left.verified ? `, ${formatNumber(left.count)} left` : ''
  return verdict === 'failed'
    ? [bad(`Failed: no session ended${rest}.`)]
    : [bad(`Done in part: ${pluralize(ended, 'session')} ended${rest}.`)]
}

/** `8 sessions ended, 4 unknown, 20 not tried` */
function tallyText(outcome: AllOutcome): string {
  const { ended, gone, failed, unknown, notTried } = tallyOf(outcome)
  const part = (count: number, word: string) => (count > 0 ? [`${formatNumber(count)} ${word}`] : [])
  return [
    `${pluralize(ended, 'session')} ended`,
    ...part(gone, 'already ended'),
    ...part(failed, 'failed'),
    ...part(unknown, 'unknown (a request was sent)'),
    `${formatNumber(notTried)} not tried`,
  ].join(', ')
}

const CALL_TEXTS: Readonly<Record<NonNullable<Phase['call']>, string | undefined>> = {
  done: undefined,
  refused: 'refused',
  unknown: 'sent, result unknown',
  'not-sent': 'not sent',
}

function phaseLine(phase: Phase): Line {
  const { name, sessions, ended, gone, unknown, failed, untried, seconds, passes, call } = phase
  const callText = call && CALL_TEXTS[call]
  const facts = [
    `${formatNumber(ended)} of ${formatNumber(sessions)}`,
    ...(gone > 0 ? [`${formatNumber(gone)} already ended`] : []),
    ...(callText === undefined && unknown > 0 ? [`${formatNumber(unknown)} unknown`] : []),
    ...(callText !== undefined ? [callText] : untried > 0 ? [`${formatNumber(untried)} not tried`] : []),
    ...(passes && passes > 1 ? [`${passes} passes`] : []),
    duration(seconds),
  ]
  const title = { client: 'client step', offline: 'offline sessions', realm: 'realm step' }[name]
  return [
    dim('  '),
    title.padEnd(18),
    facts.join(', '),
    ...(failed.length > 0 ? [bad(`, ${formatNumber(failed.length)} failed`)] : []),
  ]
}

const heldBackLines = ({ heldBack = [] }: AllOutcome): Line[] =>
  heldBack.flatMap(({ clientId, sessions }) => [
    ...sessions
      .slice(0, MAX_FAILURES)
      .map(({ id, username }): Line => [warn('  held back: '), `${username}, session ${id} (${clientId})`]),
    ...(sessions.length > MAX_FAILURES
      ? [[dim(`  and ${formatNumber(sessions.length - MAX_FAILURES)} more (--json lists all)`)]]
      : []),
  ])

const failureLine = ({ session, user, error }: Phase['failed'][number]): Line => [
  bad('  failed: '),
  `${user}, session ${session}: ${error}`,
]

const SKIPPED_TEXTS: Readonly<Record<string, string>> = {
  'sessions-left':
    'it would have ended the sessions above without notification. Run the command again to continue with what is left, or add --force-realm-step to run it anyway.',
  'not-visible':
    'it would end sessions of clients that you cannot see, without notification. Run it with an account that sees all clients, or add --force-realm-step to run it anyway.',
  'held-back':
    'it would have ended the sessions that were held back without notification. Add --force-realm-step to run it anyway.',
  unread:
    'it would end the sessions that could not be read, without notification. Add --force-realm-step to run it anyway.',
}

function skippedNote({ realmStepSkipped }: AllOutcome): Line[] {
  const text = realmStepSkipped && SKIPPED_TEXTS[realmStepSkipped]
  return text ? [[warn('The realm step did not run'), `: ${text}`]] : []
}

/** @param isOver the realm step has ended the remaining sessions: a client not called until then will not be called */
function notifiedHow(client: ClientResult, isOver: boolean): Piece {
  if (client.expectation === 'not-notified') return bad('no')
  return notificationPiece(client) ?? (isOver ? bad('no') : warn('not yet'))
}

const ADMIN_URL_TEXTS: Readonly<Record<string, string>> = {
  'role-missing': 'Delivery is unknown: checking it requires the role manage-realm or manage-clients.',
  'no-answer': 'Delivery is unknown: Keycloak did not answer the check.',
  'host-answers-here':
    'Keycloak got no valid answer, but the host accepts connections from this machine. The application may implement only k_logout.',
  'not-reached': 'Not reachable from Keycloak or from this machine.',
  'not-mentioned': "Keycloak's answer does not mention it.",
}

function adminUrlNotes(adminUrls: AllOutcome['adminUrls']): Line[] {
  const notes = adminUrls.filter(({ why }) => why !== undefined)
  if (notes.length === 0) return []
  return [
    '',
    ...notes.map(
      ({ clientId, url, reached, why }): Line => [
        reached === 'no' ? bad('! ') : warn('! '),
        accent(clientId),
        ` ${url}: ${ADMIN_URL_TEXTS[why ?? ''] ?? why}`,
      ],
    ),
  ]
}
