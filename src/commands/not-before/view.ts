import { table } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import { timeAndDistance } from '../../util/time.ts'
import type { Level } from './levels.ts'
import type { NotBeforeDocument, Pushed } from './outcome.ts'

/** What makes tokens stale: as it is, as a plan, or as a result. */
export const notBeforeView = (document: NotBeforeDocument, screen: Screen): Line[] => [
  ...(document.act === 'show' ? shown(document, screen) : changing(document, screen)),
  ...futureLines(document, screen),
]

const WORDS = { realm: 'realm', client: 'client', user: 'person' } as const

/** What is stale by which of them, as seen on 26.7.4 (test/live/not-before.test.ts). */
const STALE =
  'The latest of realm, client and person decides. Keycloak then takes no older refresh or offline token, and says of an older access token, when it is asked, that it is not active; an application that checks access tokens by itself goes on taking them until they expire. By the not-before of the realm or the person a browser has to sign in again, too; by that of a client it does not.'

function shown({ levels, now }: NotBeforeDocument, screen: Screen): Line[] {
  const seconds = Date.parse(now) / 1000
  const isAnySet = levels.some(({ notBefore }) => notBefore !== null)
  return [
    ...table(
      [{ head: '', least: 12 }, { head: 'stale when issued before' }, { head: '' }],
      levels.map((level) => [
        `${WORDS[level.level]} ${level.name}`,
        timeOf(level, seconds),
        level.notBefore === null ? '' : level.decides ? bold('decides') : dim('another is later'),
      ]),
      screen.columns,
    ),
    ...levels.flatMap((level) => setterOf(level, screen)),
    '',
    ...(isAnySet
      ? [...wrapped(STALE, screen, 0), ...levels.flatMap((level) => undoOf(level, screen))]
      : wrapped('None of these makes a token stale.', screen, 0)),
  ]
}

function timeOf({ notBefore, inFuture, seconds }: Level, now: number): Piece {
  if (seconds === null) return dim('not known: a role is missing')
  if (notBefore === null) return dim('never set')
  const text = timeAndDistance(seconds, now)
  return inFuture ? bad(text) : text
}

function setterOf({ level, name, setBy }: Level, screen: Screen): Line[] {
  if (setBy === null) return []
  const how = setBy.how === 'logout' ? 'by a logout, ' : ''
  const who = [setBy.by && `by administrator ${setBy.by}`, setBy.ipAddress && `from ${setBy.ipAddress}`]
  const text = `${WORDS[level]} ${name}: set ${how}${who.filter(Boolean).join(' ')}`
  return wrapped([dim(text)], screen)
}

function undoOf({ level, name, notBefore }: Level, screen: Screen): Line[] {
  if (notBefore === null) return []
  const which = level === 'client' ? ` --client ${shellQuote(name) ?? '…'}` : ''
  return wrapped(
    [
      dim('undo '),
      level === 'user'
        ? `that of ${name} cannot be taken back; a new sign-in gives tokens that are good`
        : `kc-logout not-before clear${which}`,
    ],
    screen,
  )
}

function changing(document: NotBeforeDocument, screen: Screen): Line[] {
  const { verdict, push, error } = document
  const isPlan = verdict === 'planned'
  const isNobodyCalled = push?.length === 0 && !isPlan && !error
  return [
    ...wrapped(headOf(document), screen),
    ...(isPlan ? planLines(document, screen) : []),
    ...(isPlan ? [] : (push ?? []).map(pushLine)),
    ...(isNobodyCalled ? [dim('No Admin URL was called: there is none.')] : []),
    ...(error ? wrapped([bad('then failed: '), error.message], screen) : []),
  ]
}

function headOf({ act, change, verdict, now, levels }: NotBeforeDocument): Piece[] {
  if (!change) return []
  const { from, to, level, name } = change
  const at = (time: string | null) =>
    time ? timeAndDistance(Date.parse(time) / 1000, Date.parse(now) / 1000) : 'none'
  const it = `the not-before of ${level} ${name}`
  const before = `; it was ${at(from)}`
  if (from === to) return [bold(`T${it.slice(1)} is set so already: `), at(to)]
  const isPlan = verdict === 'planned'
  const { seconds = null, notBefore: seen = null } = levels.find((one) => one.level === level) ?? {}
  if (!isPlan && seconds === null) return [bad('Not known: '), `whether ${it} is ${at(to)}`, before]
  if (!isPlan && at(seen) !== at(to))
    return [bad('Not as asked for: '), it, ` is ${at(seen)}, not ${at(to)}`, before]
  if (act === 'clear') return isPlan ? [bold(`Clears ${it}`), before] : [good('Cleared: '), it, before]
  return isPlan ? [bold(`Sets ${it} to `), at(to), before] : [good('Set: '), it, ` is ${at(to)}`, before]
}

function planLines({ act, change, sessions, ownSignIn, push }: NotBeforeDocument, screen: Screen): Line[] {
  const isOfRealm = change?.level === 'realm'
  const { from = null, to = null } = change ?? {}
  const lines: (Line | false)[] = [
    act === 'set' &&
      `Keycloak takes nothing any more that it issued before: refresh and offline tokens, access tokens${isOfRealm ? ", browsers' sign-ins" : ''}.`,
    act === 'set' &&
      sessions !== undefined &&
      `At most ${pluralize(sessions.active, 'client session')} and ${pluralize(sessions.offline, 'offline one')} are concerned.`,
    from !== null &&
      (to === null || to < from) && [
        warn('Good again'),
        ` are tokens issued ${to === null ? 'before' : 'between the two'}, an intruder's too, if they have not expired and their session lives.`,
      ],
    'No session ends by it, and no application is told of a logout.',
    push !== undefined && 'Then Keycloak sends it to the Admin URLs that it concerns (k_push_not_before).',
    act === 'set' &&
      ownSignIn === true && [
        warn('Your own sign-in is of this realm'),
        ' and becomes stale with the others.',
      ],
  ]
  return lines.flatMap((line) => (line === false ? [] : wrapped(line, screen, 0)))
}

const pushLine = ({ url, delivery }: Pushed): Line =>
  delivery === 'confirmed'
    ? ['  ', good('told '), url]
    : ['  ', bad('not told '), url, dim(' (no answer 200 or 204)')]

const futureLines = ({ levels }: NotBeforeDocument, screen: Screen): Line[] =>
  levels
    .filter(({ inFuture }) => inFuture)
    .flatMap(({ level, name, notBefore }) => [
      '',
      ...wrapped(
        [
          bad(`The not-before of ${WORDS[level]} ${name} lies in the future.`),
          ` Every token of it is stale as soon as it is issued, until ${notBefore}: nobody can work there.`,
        ],
        screen,
        0,
      ),
    ])
