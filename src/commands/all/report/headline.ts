import { formatNumber, pluralize } from '../../../util/format.ts'
import { type AllOutcome, endedIn, leftIn } from '../outcome.ts'
import type { Telling } from './client-status.ts'
import type { Page, Text } from './page.ts'
import { quoted } from './page.ts'
import type { Report } from './report.ts'
import { SKIPPED_WORDS } from './texts.ts'

/** The verdict in one line, and what nobody may overlook. */
export function verdictOf({ outcome, notified, planOnly }: Report): Page['verdict'] {
  const unnotified = notified.some(isUnnotified)
  const { verdict, endedUnnotified, error, realmStepSkipped, interrupted, unread = [] } = outcome
  const notes: Text[] = [
    ...(planOnly ? ['This is a plan. Nothing of it was done.'] : []),
    ...(error ? [['The run could not go on: ', quoted(error.message)]] : []),
    ...(realmStepSkipped
      ? [`Keycloak's logout of the realm did not run. ${SKIPPED_WORDS[realmStepSkipped] ?? ''}`.trimEnd()]
      : []),
    ...(unread.length > 0
      ? [['The sessions of ', quoted(unread.join(', ')), ' could not be read: they are in no number here.']]
      : []),
    ...(endedUnnotified === null
      ? ["Whether Keycloak's logout of the realm ended sessions untold is not known."]
      : endedUnnotified > 0
        ? [`${pluralize(endedUnnotified, 'session')} ended untold: clients that took part do not know of it.`]
        : []),
    ...unnotifiedNote(notified, planOnly),
  ]
  const isFlawed = verdict === 'partial' || verdict === 'failed' || interrupted
  const tone = planOnly ? 'plain' : isFlawed ? 'bad' : unnotified ? 'unsure' : 'good'
  return { tone, headline: headlineOf(outcome, planOnly), notes }
}

/** Keycloak's own consoles have nobody to tell. */
const isUnnotified = ({ status, why }: Telling) => status === 'not-notified' && why !== 'built-in'

function unnotifiedNote(notified: readonly Telling[], planOnly: boolean): string[] {
  const note = (clients: readonly Telling[], words: string) =>
    clients.length > 0 ? [`${pluralize(clients.length, 'client')} ${words}`] : []
  const has = (status: Telling['status']) => notified.filter((one) => one.status === status)
  const are = (clients: readonly Telling[]) => (clients.length === 1 ? 'was' : 'were')
  const unnotified = notified.filter(isUnnotified)
  return [
    ...note(unnotified, planOnly ? 'would not be told.' : `${are(unnotified)} not told.`),
    ...note(has('not-yet'), `${are(has('not-yet'))} not told yet.`),
    ...note(has('failed'), `${are(has('failed'))} called and not reached.`),
  ]
}

function headlineOf(outcome: AllOutcome, planOnly: boolean): string {
  const { verdict, before, interrupted } = outcome
  if (planOnly)
    return `Plan: ${pluralize(before.sessions, 'session')} of ${pluralize(before.users, 'person', 'people')} would end`
  // A plan that was begun and of which no step came to an end.
  if (outcome.error && outcome.phases.length === 0) return 'Broke off: what was done is not known'
  const ended = endedIn(outcome)
  const left = leftIn(outcome)
  // What was under way then may have ended, too.
  if (interrupted)
    return `Interrupted: ${pluralize(ended, 'session')} ended, up to ${formatNumber(left.count)} left`
  if (verdict === 'nothing-to-do')
    return outcome.everybody
      ? 'Nothing to do: nobody was signed in'
      : 'Nothing to do: nobody of this choice was signed in'
  if (verdict === 'done')
    return `Done: ${pluralize(ended, 'session')} ended${left.looked ? ', none left' : '; what is left was not looked at'}`
  const rest = left.looked ? `, ${formatNumber(left.count)} left` : '; what is left was not looked at'
  return verdict === 'failed'
    ? `Failed: no session was ended${rest}`
    : `Done in part: ${pluralize(ended, 'session')} ended${rest}`
}
