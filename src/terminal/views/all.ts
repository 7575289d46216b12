import type { AllOutcome, Phase } from '../../core/all-outcome.ts'
import { WHY_NOT } from '../../core/reach-texts.ts'
import type { ClientEntry } from '../../core/user-outcome.ts'
import { count, duration, number } from '../../core/words.ts'
import { countBar } from '../bar.ts'
import { firstThatFits, table } from '../table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../text.ts'
import { wrapped } from '../wrap.ts'
import { untoldMark, untoldNote } from './untold-note.ts'

/** What is about to happen: who is affected, in which steps, and which clients will be told. */
export function allPlanView(outcome: AllOutcome, screen: Screen): Line[] {
  const { before, steps, clients } = outcome
  const tenants = before.tenants > 0 ? `, ${count(before.tenants, 'tenant')}` : ''
  const isAnybody = before.sessions + before.offline > 0
  return [
    isAnybody
      ? [
          bold(`Logs ${count(before.users, 'person', 'people')} out: ${count(before.sessions, 'session')}`),
          ` at ${count(before.clients, 'client')}${tenants}`,
        ]
      : [bold('Nobody is signed in')],
    '',
    ...stepLines(steps, before).flatMap((line) => wrapped(line, screen, 3)),
    ...clientTable(clients, screen, (client) => toldWhen(client)),
    ...untoldNote(clients, screen),
    '',
  ]
}

function stepLines(steps: AllOutcome['steps'], before: AllOutcome['before']): Line[] {
  const lines: Piece[][] = []
  if (steps.cutOffFirst)
    lines.push([
      "Sets the realm's not-before: Keycloak refuses what it issued before. Access tokens that applications check by themselves live on until they expire, and whoever knows the password signs in again.",
    ])
  if (steps.client > 0)
    lines.push([`Client step: ends ${count(steps.client, 'session')} one by one, which tells their clients.`])
  if (steps.offline > 0) lines.push([`Ends ${count(steps.offline, 'offline session')} one by one.`])
  if (steps.realm) {
    lines.push(["Realm step: Keycloak's logout of the realm ends the rest and calls the Admin URLs."])
    if (before.offline > 0 && steps.offline === 0)
      lines.push([
        warn('It makes offline sessions unusable and tells nobody of them'),
        ` (${number(before.offline)} client sessions): --offline-sessions tells, --keep-offline-sessions spares them.`,
      ])
  }
  if (lines.length === 0) lines.push(['There is no session to end.'])
  return lines.map((line, index): Line => [dim(`${index + 1}. `), ...line])
}

const toldWhen = ({ channel, expectation }: ClientEntry): Piece =>
  expectation === 'not-told'
    ? bad('no')
    : channel === 'admin-url'
      ? good('once, Admin URL')
      : good('each session')

/** What came of it. */
export function allView(outcome: AllOutcome, screen: Screen): Line[] {
  const { phases, clients, adminUrls, endedUntold, after } = outcome
  return [
    ...wrapped(headline(outcome), screen),
    ...phases.flatMap((phase) => wrapped(phaseLine(phase), screen, 4)),
    ...phases
      .flatMap(({ failed }) => failed.slice(0, 20).map(failureLine))
      .flatMap((line) => wrapped(line, screen)),
    ...skippedNote(outcome).flatMap((line) => wrapped(line, screen)),
    ...(endedUntold > 0
      ? wrapped([bad(`${count(endedUntold, 'session')} ended untold`), ' by the realm step.'], screen)
      : []),
    ...clientTable(clients, screen, (client) => toldHow(client)),
    ...adminUrlNotes(adminUrls).flatMap((line) => wrapped(line, screen)),
    ...untoldNote(clients, screen),
    ...((after.startedAfter ?? 0) > 0
      ? ['', `${count(after.startedAfter ?? 0, 'session')} began since: people can sign in again.`]
      : []),
    ...(after.active === null && !outcome.interrupted
      ? ['', [warn('What is left could not be looked at.')]]
      : []),
  ]
}

function headline({ verdict, phases, after, realm, interrupted }: AllOutcome): Line {
  const ended = phases.reduce((sum, phase) => sum + phase.ended, 0)
  if (interrupted)
    return [warn(`Interrupted: ${count(ended, 'session')} ended so far.`), ' Run it again to go on.']
  if (verdict === 'nothing-to-do') return [good(`Nothing to do: nobody was signed in to ${realm}.`)]
  if (verdict === 'done')
    return [good(`Done: ${count(ended, 'session')} ended${after.left === null ? '' : ', none left'}.`)]
  const left = after.left ?? phases.reduce((sum, { failed, untried }) => sum + failed.length + untried, 0)
  if (verdict === 'failed') return [bad(`Failed: no session was ended, ${number(left)} left.`)]
  return [bad(`Done in part: ${count(ended, 'session')} ended, ${number(left)} left.`)]
}

function phaseLine({ name, sessions, ended, gone, failed, untried, seconds, passes }: Phase): Line {
  const facts = [
    `${number(ended)} of ${number(sessions)}`,
    ...(gone > 0 ? [`${number(gone)} had gone`] : []),
    ...(untried > 0 ? [`${number(untried)} not tried`] : []),
    ...(passes && passes > 1 ? [`${passes} passes`] : []),
    duration(seconds),
  ]
  const title = { client: 'client step', offline: 'offline sessions', realm: 'realm step' }[name]
  return [
    dim('  '),
    title.padEnd(18),
    facts.join(', '),
    ...(failed.length > 0 ? [bad(`, ${number(failed.length)} failed`)] : []),
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

const toldHow = ({ expectation, delivery, channel, ended }: ClientEntry): Piece => {
  if (expectation === 'not-told') return bad('no')
  if (delivery === 'none') return warn('not yet')
  if (delivery === 'failed') return bad('failed')
  if (channel === 'admin-url') return delivery === 'confirmed' ? good('reached') : warn('unconfirmed')
  return good(`${number(ended)}×, answers unknown`)
}

function clientTable(
  clients: readonly ClientEntry[],
  { columns }: Screen,
  told: (client: ClientEntry) => Piece,
): Line[] {
  if (clients.length === 0) return []
  const counts = clients.map(({ sessions }) => sessions)
  const way = (bar: number, least?: { client: number; where: number }) => () => {
    const bars = countBar(counts, bar)
    return table(
      [
        { head: '' },
        { head: 'client', ...(least ? { least: least.client } : {}) },
        { head: 'sessions', align: 'right' },
        { head: '' },
        { head: 'told' },
        { head: 'where, or why not', ...(least ? { least: least.where } : {}) },
      ],
      clients.map((client) => [
        untoldMark(client),
        client.clientId,
        ...bars(client.sessions, client.delivery === 'failed' ? 'not-told' : client.expectation),
        told(client),
        client.expectation === 'told'
          ? accent(client.url ?? '')
          : dim(client.reason ? WHY_NOT[client.reason] : ''),
      ]),
      columns,
    )
  }
  return [
    '',
    // Rather a short bar than half an address.
    ...firstThatFits(
      columns,
      way(24),
      way(8),
      way(8, { client: 16, where: 20 }),
      way(0, { client: 10, where: 9 }),
    ),
  ]
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
