import type { ClientResult } from '../../core/client-result.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { clientTable } from './clients.view.ts'
import type { AllOutcome } from './outcome.ts'

/** What is about to happen: who is affected, in which steps, and which clients will be told. */
export function allPlanView(outcome: AllOutcome, screen: Screen): Line[] {
  const { before, steps, clients } = outcome
  const tenants = before.tenants > 0 ? `, ${pluralize(before.tenants, 'tenant')}` : ''
  const isAnybody = before.sessions + before.offline > 0
  return [
    isAnybody
      ? [
          bold(`Logs ${pluralize(before.users, 'person', 'people')} out: ${sessionsOf(outcome)}`),
          ` at ${pluralize(before.clients, 'client')}${tenants}`,
        ]
      : [bold(outcome.everybody ? 'Nobody is signed in' : 'Nobody of this choice is signed in')],
    '',
    ...stepLines(steps, before).flatMap((line) => wrapped(line, screen, 3)),
    ...clientTable(clients, screen, (client) => notifiedWhen(client)),
    ...unnotifiedNote(clients, true, screen),
    '',
  ]
}

const sessionsOf = ({ before, steps }: AllOutcome) =>
  steps.offline === 0
    ? pluralize(before.sessions, 'session')
    : `${pluralize(before.sessions, 'session')} and ${pluralize(steps.offline, 'offline session')}`

function stepLines(steps: AllOutcome['steps'], before: AllOutcome['before']): Line[] {
  const lines: Piece[][] = []
  if (steps.cutOffFirst)
    lines.push([
      "Sets the realm's not-before: Keycloak refuses what it issued before. Access tokens that applications check by themselves live on until they expire, and whoever knows the password signs in again.",
    ])
  if (steps.client > 0)
    lines.push([
      `Client step: ends ${pluralize(steps.client, 'session')} one by one, which tells their clients.`,
    ])
  if (steps.offline > 0) lines.push([`Ends ${pluralize(steps.offline, 'offline session')} one by one.`])
  if (steps.realm) {
    lines.push([
      `Realm step: Keycloak's logout of the realm ends ${steps.client > 0 ? 'the rest' : 'every session'} and calls the Admin URLs.`,
    ])
    if (before.offline > 0 && steps.offline === 0)
      lines.push([
        warn('It makes offline sessions unusable and tells nobody of them'),
        ` (${formatNumber(before.offline)} client sessions): --offline-sessions tells, --keep-offline-sessions spares them.`,
      ])
  }
  if (lines.length === 0) lines.push(['There is no session to end.'])
  return lines.map((line, index): Line => [dim(`${index + 1}. `), ...line])
}

const notifiedWhen = ({ channel, expectation }: ClientResult): Piece =>
  expectation === 'not-notified'
    ? bad('no')
    : channel === 'admin-url'
      ? good('once, Admin URL')
      : good('each session')
