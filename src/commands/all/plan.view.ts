import type { ClientResult } from '../../core/client-result.ts'
import { expectedText } from '../../core/notifications.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { chosenLines } from '../../ui/views/chosen-lines.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { clientTable } from './clients.view.ts'
import type { AllOutcome } from './outcome.ts'
import { type UnseenNote, unseenNotes } from './unseen-notes.ts'
import { MIN_SESSIONS } from './user-requests.ts'

/** The plan: who is affected, the steps, and which clients will be notified. */
export function allPlanView(outcome: AllOutcome, screen: Screen): Line[] {
  const { clients } = outcome
  return [
    ...chosenLines(outcome.chosen ?? [], screen),
    headline(outcome),
    '',
    ...stepLines(outcome).flatMap((line) => wrapped(line, screen, 3)),
    ...unseenNotes(outcome, true).flatMap((note) => wrapped(noteLine(note), screen)),
    ...clientTable(clients, screen, notifiedWhen),
    ...unnotifiedNote(clients, true, screen),
    '',
  ]
}

function headline({ before, steps, everybody, realm }: AllOutcome): Line {
  if (before.sessions + before.offline === 0)
    return [
      bold(
        everybody ? 'No user is signed in' : `Nothing to do: no session of ${realm} matched these options.`,
      ),
    ]
  const offline = steps.offline > 0 ? ` and ${pluralize(steps.offline, 'offline session')}` : ''
  const tenants = before.tenants > 0 ? `, ${pluralize(before.tenants, 'tenant')}` : ''
  return [
    bold(`Logs out ${pluralize(before.users, 'user')}: ${pluralize(before.sessions, 'session')}${offline}`),
    `, ${pluralize(before.clients, 'client')}${tenants}`,
  ]
}

function stepLines({ steps, before, everybody, realmStepSkipped }: AllOutcome): Line[] {
  const lines: Piece[][] = []
  if (steps.cutOffFirst)
    lines.push([
      "Sets the realm's not-before: Keycloak rejects everything issued earlier. Access tokens that applications check themselves stay valid until they expire, and anyone who knows a password can sign in again.",
    ])
  if (steps.client > 0) lines.push([clientStepText(steps)])
  if (steps.offline > 0)
    lines.push([
      `Ends ${pluralize(steps.offline, 'offline session')} one by one, which notifies their clients.`,
    ])
  if (steps.realm && realmStepSkipped !== undefined)
    lines.push([
      bad('The realm step will not run'),
      `: it would end sessions that ${realmStepSkipped === 'not-visible' ? 'you cannot see' : 'cannot be read'}, without notification. Use --force-realm-step to run it anyway.`,
    ])
  else if (steps.realm) {
    lines.push([
      `Realm step: Keycloak's realm logout ends ${steps.client > 0 ? 'the remaining sessions' : 'all sessions'} and calls the Admin URLs.`,
    ])
    if (before.offline > 0 && steps.offline === 0)
      lines.push([
        warn('Offline sessions stop working, and their clients are not notified'),
        ` (${formatNumber(before.offline)} client sessions). Use --offline-sessions to notify them, --keep-offline-sessions to leave them.`,
      ])
  }
  if (lines.length === 0) lines.push(['There is no session to end.'])
  else if (steps.holdBack !== undefined)
    lines.push([
      `If five calls in a row fail at a client, its other sessions are held back${steps.holdBack === 'cut-off' ? ', and its tokens are cut off' : ''}.`,
    ])
  else if (!everybody)
    lines.push([
      'No realm step, and no not-before is set: other sessions stay, and offline tokens stay valid.',
    ])
  return lines.map((line, index): Line => [dim(`${index + 1}. `), ...line])
}

function clientStepText({ client, userRequests: { users, sessions } }: AllOutcome['steps']): string {
  const all = `Client step: ends ${pluralize(client, 'session')}`
  if (users === 0) return `${all} one by one, which notifies their clients.`
  return `${all}, which notifies their clients: one by one, and those of ${pluralize(users, 'user')} with ${MIN_SESSIONS} or more by one request${users > 1 ? ' each' : ''} (${pluralize(sessions, 'session')}) where their applications answer.`
}

function notifiedWhen({ channel, expectation, notifications: { expected } }: ClientResult): Piece {
  if (expectation === 'not-notified') return bad('no')
  if (expectation === 'uncertain') return warn(`${expectedText(expected, formatNumber)} times`)
  if (channel !== 'admin-url') return good('each session')
  const times = `${expectedText(expected, formatNumber)}×`
  // Registered nodes are called instead of the Admin URL, or parts of sessions may have expired.
  if (expected.min < expected.max) return warn(times)
  // Its sessions that end one by one call the Backchannel Logout URL.
  return good(expected.max > 1 ? `${times}, both URLs` : 'once, Admin URL')
}

/** A note as a line. */
export const noteLine = ({ isProblem, before, name, after }: UnseenNote): Line => [
  (isProblem ? bad : warn)(before),
  name,
  after,
]
