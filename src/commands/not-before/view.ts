import { table } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import { kcLogout } from '../../util/shown-command.ts'
import { timeAndDistance } from '../../util/time.ts'
import type { Level } from './levels.ts'
import type { NotBeforeDocument, PushedUrl } from './outcome.ts'

/** The present not-before of each level, a planned change, or its result. */
export const notBeforeView = (document: NotBeforeDocument, screen: Screen): Line[] => [
  ...(document.act === 'show' ? presentLines(document, screen) : changeLines(document, screen)),
  ...futureLines(document, screen),
]

/** Measured on 26.7.4 (test/live/not-before.test.ts). */
const EFFECT =
  'The latest of realm, client and user decides. Keycloak rejects older refresh and offline tokens, and reports older access tokens as inactive; applications that verify access tokens themselves accept them until they expire. The not-before of the realm or the user makes browsers sign in again, too; that of a client does not.'

function presentLines({ levels, now }: NotBeforeDocument, screen: Screen): Line[] {
  const seconds = Date.parse(now) / 1000
  const isAnySet = levels.some(({ notBefore }) => notBefore !== null)
  return [
    ...table(
      [{ head: '', least: 12 }, { head: 'stale if issued before' }, { head: '' }],
      levels.map((one) => [
        `${one.level} ${one.name}`,
        timeOf(one, seconds),
        one.notBefore === null ? '' : one.decides ? bold('decides') : dim('another is later'),
      ]),
      screen.columns,
    ),
    ...levels.flatMap((level) => setterLines(level, screen)),
    '',
    ...(isAnySet
      ? [...wrapped(EFFECT, screen, 0), ...levels.flatMap((level) => undoLines(level, screen))]
      : wrapped('No not-before is set, so no token is stale.', screen, 0)),
  ]
}

function timeOf({ notBefore, inFuture, seconds }: Level, now: number): Piece {
  if (seconds === null) return dim('not known: a role is missing')
  if (notBefore === null) return dim('never set')
  const text = timeAndDistance(seconds, now)
  return inFuture ? bad(text) : text
}

function setterLines({ level, name, setBy }: Level, screen: Screen): Line[] {
  if (setBy === null) return []
  const how = setBy.how === 'logout' ? 'by a logout, ' : ''
  const who = [setBy.by && `by administrator ${setBy.by}`, setBy.ipAddress && `from ${setBy.ipAddress}`]
  return wrapped([dim(`${level} ${name}: set ${how}${who.filter(Boolean).join(' ')}`)], screen)
}

function undoLines({ level, name, notBefore }: Level, screen: Screen): Line[] {
  if (notBefore === null) return []
  const text =
    level === 'user'
      ? `the not-before of ${name} cannot be undone; a new sign-in gets valid tokens`
      : level === 'client'
        ? kcLogout`not-before clear --client ${name}`
        : kcLogout`not-before clear`
  return wrapped([dim('undo '), text], screen)
}

function changeLines(document: NotBeforeDocument, screen: Screen): Line[] {
  const { verdict, push, error } = document
  const isPlan = verdict === 'planned'
  const hasNoReceiver = push?.length === 0 && !isPlan && !error
  return [
    ...wrapped(headOf(document), screen),
    ...(isPlan ? planLines(document, screen) : []),
    ...(isPlan ? [] : (push ?? []).map(pushLine)),
    ...(hasNoReceiver ? [dim('No Admin URL was called, because none is set.')] : []),
    ...(error ? wrapped([bad('failed: '), error.message], screen) : []),
  ]
}

function headOf({ act, change, verdict, now, levels }: NotBeforeDocument): Piece[] {
  if (!change) return []
  const { from, to, level, name } = change
  const at = (time: string | null) =>
    time ? timeAndDistance(Date.parse(time) / 1000, Date.parse(now) / 1000) : 'none'
  const notBefore = `the not-before of ${level} ${name}`
  const before = `; it was ${at(from)}`
  if (from === to) return [bold(`T${notBefore.slice(1)} is already set: `), at(to)]
  const isPlan = verdict === 'planned'
  const present = levels.find((one) => one.level === level)
  if (!isPlan && (present?.seconds ?? null) === null)
    return [bad('Not known: '), `whether ${notBefore} is ${at(to)}`, before]
  const seen = at(present?.notBefore ?? null)
  if (!isPlan && seen !== at(to))
    return [bad('Not as requested: '), notBefore, ` is ${seen}, not ${at(to)}`, before]
  if (act === 'clear')
    return isPlan ? [bold(`Clears ${notBefore}`), before] : [good('Cleared: '), notBefore, before]
  return isPlan
    ? [bold(`Sets ${notBefore} to `), at(to), before]
    : [good('Set: '), notBefore, ` is ${at(to)}`, before]
}

function planLines({ act, change, sessions, ownSignIn, push }: NotBeforeDocument, screen: Screen): Line[] {
  const isOfRealm = change?.level === 'realm'
  const { from = null, to = null } = change ?? {}
  const lines: (Line | false)[] = [
    act === 'set' &&
      `Keycloak rejects what it issued before that time: refresh, offline and access tokens${isOfRealm ? ', and sign-ins of browsers' : ''}.`,
    act === 'set' &&
      sessions !== undefined &&
      `Affects up to ${pluralize(sessions.active, 'client session')} and ${pluralize(sessions.offline, 'offline client session')}.`,
    from !== null &&
      (to === null || to < from) && [
        warn('Valid again:'),
        ` tokens issued ${to === null ? 'before' : 'between the two times'}, an intruder's included, unless they have expired or their session has ended.`,
      ],
    'It ends no session and notifies no application.',
    push !== undefined && 'Keycloak then sends it to the affected Admin URLs (k_push_not_before).',
    act === 'set' &&
      ownSignIn === true && [
        warn('You are signed in to this realm'),
        ', so your own sign-in becomes stale, too.',
      ],
  ]
  return lines.flatMap((line) => (line === false ? [] : wrapped(line, screen, 0)))
}

const pushLine = ({ url, delivery }: PushedUrl): Line =>
  delivery === 'confirmed'
    ? ['  ', good('notified '), url]
    : ['  ', bad('not notified '), url, dim(' (no response 200 or 204)')]

const futureLines = ({ levels }: NotBeforeDocument, screen: Screen): Line[] =>
  levels
    .filter(({ inFuture }) => inFuture)
    .flatMap(({ level, name, notBefore }) => [
      '',
      ...wrapped(
        [
          bad(`The not-before of ${level} ${name} is in the future.`),
          ` Until ${notBefore} every token is stale as soon as it is issued, so no user can sign in.`,
        ],
        screen,
        0,
      ),
    ])
