import type { ClientResult } from '../../core/client-result.ts'
import { accent, bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatNumber, pluralize } from '../../util/format.ts'
import { clientTable } from './clients.view.ts'
import { type AllOutcome, endedIn, leftIn, type Phase, realmCallOf } from './outcome.ts'

/** What came of it. */
export function allView(outcome: AllOutcome, screen: Screen): Line[] {
  const { phases, clients, adminUrls, endedUnnotified, after } = outcome
  return [
    ...wrapped(headline(outcome), screen),
    ...phases.flatMap((phase) => wrapped(phaseLine(phase), screen, 4)),
    ...phases
      .flatMap(({ failed }) => failed.slice(0, 20).map(failureLine))
      .flatMap((line) => wrapped(line, screen)),
    ...skippedNote(outcome).flatMap((line) => wrapped(line, screen)),
    ...unreadNote(outcome).flatMap((line) => wrapped(line, screen)),
    ...unnotifiedByRealmStep(endedUnnotified).flatMap((line) => wrapped(line, screen)),
    ...clientTable(clients, screen, (client) => notifiedHow(client, realmCallOf(phases) === 'done')),
    ...adminUrlNotes(adminUrls).flatMap((line) => wrapped(line, screen)),
    ...unnotifiedNote(clients, false, screen),
    ...((after.startedAfter ?? 0) > 0
      ? ['', `${pluralize(after.startedAfter ?? 0, 'session')} began since: people can sign in again.`]
      : []),
    ...(after.active === null && !outcome.interrupted
      ? ['', [warn('What is left could not be looked at.')]]
      : []),
  ]
}

const unreadNote = ({ unread = [] }: AllOutcome): Line[] =>
  unread.length === 0
    ? []
    : [
        [
          bad(`What became of sessions at ${unread.join(', ')} is not known`),
          ', but for those that another client shares: they could not be read.',
        ],
      ]

function unnotifiedByRealmStep(endedUnnotified: number | null): Line[] {
  if (endedUnnotified === null) return [[bad('Whether the realm step ended sessions untold is not known.')]]
  return endedUnnotified > 0
    ? [[bad(`${pluralize(endedUnnotified, 'session')} ended untold`), ' by the realm step.']]
    : []
}

function headline(outcome: AllOutcome): Line {
  const { verdict, realm, everybody, interrupted } = outcome
  const ended = endedIn(outcome)
  const left = leftIn(outcome)
  if (interrupted)
    return [warn(`Interrupted: ${pluralize(ended, 'session')} ended so far.`), ' Run it again to go on.']
  if (verdict === 'nothing-to-do') {
    const who = everybody ? 'nobody' : 'nobody of this choice'
    return [good(`Nothing to do: ${who} was signed in to ${realm}.`)]
  }
  if (verdict === 'done')
    return [good(`Done: ${pluralize(ended, 'session')} ended${left.looked ? ', none left' : ''}.`)]
  // Where nobody looked, a line below says so.
  const rest = left.looked ? `, ${formatNumber(left.count)} left` : ''
  return verdict === 'failed'
    ? [bad(`Failed: no session was ended${rest}.`)]
    : [bad(`Done in part: ${pluralize(ended, 'session')} ended${rest}.`)]
}

const CALL_WORDS: Readonly<Record<NonNullable<Phase['call']>, string | undefined>> = {
  done: undefined,
  refused: 'refused',
  unknown: 'sent, its end is not known',
  'not-sent': 'not sent',
}

function phaseLine({ name, sessions, ended, gone, failed, untried, seconds, passes, call }: Phase): Line {
  const said = call && CALL_WORDS[call]
  const facts = [
    `${formatNumber(ended)} of ${formatNumber(sessions)}`,
    ...(gone > 0 ? [`${formatNumber(gone)} had gone`] : []),
    ...(said !== undefined ? [said] : untried > 0 ? [`${formatNumber(untried)} not tried`] : []),
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

const failureLine = ({ session, user, error }: Phase['failed'][number]): Line => [
  bad('  failed: '),
  `${user}, session ${session}: ${error}`,
]

function skippedNote({ realmStepSkipped }: AllOutcome): Line[] {
  if (realmStepSkipped !== 'sessions-left') return []
  return [
    [
      warn('The realm step did not run'),
      ', because it would have ended the sessions above untold. Run it again to go on with what is left; --force-realm-step goes on regardless.',
    ],
  ]
}

/** @param isOver the realm step has ended what there was: who was not called until then will not be */
const notifiedHow = ({ expectation, delivery, channel, ended }: ClientResult, isOver: boolean): Piece => {
  if (expectation === 'not-notified') return bad('no')
  if (delivery === 'none') return isOver ? bad('no') : warn('not yet')
  if (delivery === 'failed') return bad('failed')
  if (channel === 'admin-url') return delivery === 'confirmed' ? good('reached') : warn('unconfirmed')
  return good(`${formatNumber(ended)}×, answers unknown`)
}

const ADMIN_URL_WHY: Readonly<Record<string, string>> = {
  'role-missing': 'whether it was reached is not known: that takes manage-realm or manage-clients.',
  'no-answer': 'whether it was reached is not known: Keycloak did not answer that question.',
  'host-answers-here':
    'Keycloak says that it did not answer as it should; its host does answer here. It may implement k_logout alone.',
  'not-reached': 'Keycloak did not reach it, nor does this machine.',
  'not-mentioned': 'Keycloak says nothing of it.',
}

const adminUrlNotes = (adminUrls: AllOutcome['adminUrls']): Line[] => {
  const notes = adminUrls.filter(({ why }) => why !== undefined)
  if (notes.length === 0) return []
  return [
    '',
    ...notes.map(
      ({ clientId, url, delivery, why }): Line => [
        delivery === 'failed' ? bad('! ') : warn('! '),
        accent(clientId),
        ` ${url}: ${ADMIN_URL_WHY[why ?? ''] ?? why}`,
      ],
    ),
  ]
}
