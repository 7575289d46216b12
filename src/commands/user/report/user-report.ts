import { answersSection } from '../../../report/answers-section.ts'
import { clientNotes } from '../../../report/client-notes.ts'
import { isUnnotified, statusOf } from '../../../report/client-status.ts'
import { clientsSection } from '../../../report/clients-section.ts'
import { type Page, quoted, type Section, type Text } from '../../../report/page.ts'
import type { Report, ReportKind } from '../../../report/report.ts'
import { runSection } from '../../../report/run-section.ts'
import { tokensSection } from '../../../report/tokens-section.ts'
import { formatNumber, pluralize } from '../../../util/format.ts'
import type { UserOutcome, UserResult } from '../outcome.ts'
import { mergeClients } from './merge-clients.ts'

/** Rows of each table; the JSON lists all. */
const MAX_ROWS = 200

/** How the outcome of `user` becomes a report. */
export const userReport: ReportKind<UserOutcome> = {
  command: 'user',
  notified: ({ users, dryRun }) => mergeClients(users).map((client) => statusOf(client, dryRun)),
  page: buildPage,
}

function buildPage(report: Report<UserOutcome>): Page {
  const { outcome, planOnly, where, kcLogout } = report
  const clients = mergeClients(outcome.users)
  return {
    title: planOnly ? 'Plan of a logout of users' : 'Logout of users',
    realm: where.realm,
    verdict: verdictBox(report),
    sections: [
      runSection(report),
      usersSection(outcome),
      clientsSection({ ...report, clients }),
      ...answersSection({ ...outcome, clients }),
      ...failuresSection(outcome),
      ...tokensSection(report),
    ],
    footer: `Written by kc-logout ${kcLogout.version}. Contains names of users and clients: store it accordingly.`,
  }
}

function verdictBox({ outcome, notified, planOnly }: Report<UserOutcome>): Page['verdict'] {
  const { verdict, error, interrupted, expiredUnread } = outcome
  const notes: Text[] = [
    ...(planOnly ? ['This is a plan. Nothing was changed.'] : []),
    ...(error ? [['The run could not continue: ', quoted(error.message)]] : []),
    ...(interrupted ? ['Interrupted. Operations in flight may have continued in Keycloak.'] : []),
    ...(expiredUnread ? ['Expired client sessions were not looked for: their clients may be missing.'] : []),
    ...clientNotes(notified, planOnly),
  ]
  const hasProblem = verdict === 'partial' || verdict === 'failed' || interrupted
  const tone = planOnly ? 'plain' : hasProblem ? 'bad' : notified.some(isUnnotified) ? 'unsure' : 'good'
  return { tone, headline: headlineText(outcome, planOnly), notes }
}

const endedOf = ({ sessions }: UserResult) => sessions.filter((session) => session.ended).length

function headlineText({ verdict, users, interrupted }: UserOutcome, planOnly: boolean): string {
  const whom = pluralize(users.length, 'user')
  const left = users.reduce((sum, { sessionsLeft }) => sum + sessionsLeft, 0)
  if (planOnly) return `Plan: ${pluralize(left, 'session')} of ${whom} will end`
  if (verdict === 'nothing-to-do') return `Nothing to do: no session of ${whom} matched`
  const ended = users.reduce((sum, user) => sum + endedOf(user), 0)
  const result = `${pluralize(ended, 'session')} of ${whom} ended, ${formatNumber(left)} left`
  if (interrupted) return `Interrupted: ${result}`
  return `${{ done: 'Done', partial: 'Done in part', failed: 'Failed', planned: 'Planned' }[verdict]}: ${result}`
}

function usersSection({ users, dryRun }: UserOutcome): Section {
  const account = ({ disables, disabled, notBeforeSet, setsNotBefore, deleted }: UserResult): string => {
    const set = (certainty: boolean | null, words: string) =>
      certainty === null ? `${words}: unknown` : certainty ? words : `not ${words}`
    return [
      ...(deleted ? ['deleted during the run'] : []),
      ...(disables ? [dryRun ? 'will be locked' : set(disabled, 'locked')] : []),
      ...(setsNotBefore ? [dryRun ? 'not-before will be set' : set(notBeforeSet, 'not-before set')] : []),
    ].join(', ')
  }
  return {
    title: 'Users',
    blocks: [
      {
        kind: 'table',
        heads: [
          { text: 'User' },
          { text: 'User ID' },
          { text: dryRun ? 'Sessions to end' : 'Ended', align: 'right' },
          { text: dryRun ? 'Staying' : 'Still active', align: 'right' },
          { text: 'Account' },
        ],
        rows: users.slice(0, MAX_ROWS).map((user) => {
          const { username, id, sessions, sessionsLeft } = user
          return [
            { text: quoted(username) },
            { text: quoted(id) },
            { text: formatNumber(dryRun ? sessionsLeft : endedOf(user)) },
            dryRun
              ? { text: formatNumber(sessions.length - sessionsLeft) }
              : { text: formatNumber(sessionsLeft), ...(sessionsLeft > 0 ? { tone: 'bad' as const } : {}) },
            { text: account(user) },
          ]
        }),
        more: Math.max(0, users.length - MAX_ROWS),
      },
    ],
  }
}

function failuresSection({ users }: UserOutcome): Section[] {
  const failures = users.flatMap(({ username, errors }) => errors.map((error) => ({ username, ...error })))
  if (failures.length === 0) return []
  return [
    {
      title: `Failures: ${formatNumber(failures.length)}`,
      blocks: [
        {
          kind: 'table',
          heads: [{ text: 'Session' }, { text: 'User' }, { text: 'Code' }, { text: 'Cause' }],
          rows: failures
            .slice(0, MAX_ROWS)
            .map(({ session, username, code, error }) =>
              [session, username, code, error].map((text) => ({ text: quoted(text) })),
            ),
          more: Math.max(0, failures.length - MAX_ROWS),
        },
      ],
    },
  ]
}
