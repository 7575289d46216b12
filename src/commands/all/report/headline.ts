import { clientNotes } from '../../../report/client-notes.ts'
import { isUnnotified } from '../../../report/client-status.ts'
import type { Page, Text } from '../../../report/page.ts'
import { quoted } from '../../../report/page.ts'
import { SKIPPED_TEXTS } from '../../../report/texts.ts'
import { formatNumber, pluralize } from '../../../util/format.ts'
import { type AllOutcome, endedIn, leftIn, tallyOf } from '../outcome.ts'
import { unseenNotes } from '../unseen-notes.ts'
import type { AllReport } from './all-report.ts'

/** The verdict in one line, and the notes that must not be overlooked. */
export function verdictBox({ outcome, notified, planOnly }: AllReport): Page['verdict'] {
  const { verdict, error, realmStepSkipped, interrupted } = outcome
  const notes: Text[] = [
    ...(planOnly ? ['This is a plan. Nothing was changed.'] : []),
    ...(error ? [['The run could not continue: ', quoted(error.message)]] : []),
    ...(realmStepSkipped
      ? [
          `Keycloak's realm logout ${planOnly ? 'will' : 'did'} not run. ${SKIPPED_TEXTS[realmStepSkipped] ?? ''}`.trimEnd(),
        ]
      : []),
    ...unseenNotes(outcome, planOnly).map(
      ({ before, name, after }): Text => (name === '' ? before : [before, quoted(name), after]),
    ),
    ...endedUnnotifiedNote(outcome),
    ...clientNotes(notified, planOnly),
  ]
  const hasProblem = verdict === 'partial' || verdict === 'failed' || interrupted
  const tone = planOnly ? 'plain' : hasProblem ? 'bad' : notified.some(isUnnotified) ? 'unsure' : 'good'
  return { tone, headline: headlineText(outcome, planOnly), notes }
}

function endedUnnotifiedNote({ endedUnnotified }: AllOutcome): string[] {
  if (endedUnnotified === null)
    return ["Whether Keycloak's realm logout ended sessions without notification is unknown."]
  return endedUnnotified > 0
    ? [`${pluralize(endedUnnotified, 'session')} ended without notification of the clients involved.`]
    : []
}

function headlineText(outcome: AllOutcome, planOnly: boolean): string {
  const { verdict, before, interrupted } = outcome
  if (planOnly)
    return `Plan: ${pluralize(before.sessions, 'session')} of ${pluralize(before.users, 'user')} will end`
  // The run failed before any step was complete.
  if (outcome.error && outcome.phases.length === 0) return 'Broke off: what was done is unknown'
  const ended = endedIn(outcome)
  const left = leftIn(outcome)
  if (interrupted) {
    const { unknown, notTried } = tallyOf(outcome)
    return `Interrupted: ${pluralize(ended, 'session')} ended, ${formatNumber(unknown)} unknown, ${formatNumber(notTried)} not tried`
  }
  if (verdict === 'nothing-to-do')
    return outcome.everybody
      ? 'Nothing to do: no user was signed in'
      : 'Nothing to do: no session matched the options'
  const notVerified = '; the remaining sessions could not be checked'
  if (verdict === 'done')
    return `Done: ${pluralize(ended, 'session')} ended${left.verified ? ', none left' : notVerified}`
  const rest = left.verified ? `, ${formatNumber(left.count)} left` : notVerified
  return verdict === 'failed'
    ? `Failed: no session ended${rest}`
    : `Done in part: ${pluralize(ended, 'session')} ended${rest}`
}
