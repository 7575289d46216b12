import type { Upstream } from '../../core/upstream.ts'
import { formatNumber, joinWords, pluralize } from '../../util/format.ts'
import type { AllOutcome } from './outcome.ts'

/** A note on what a run could not look at, or does not end. `name` is text from the server. */
export interface UnseenNote {
  /** The run is not done because of it. */
  readonly isProblem: boolean
  readonly before: string
  readonly name: string
  readonly after: string
}

const MAX_NAMES = 10

/** What the plan or the result of `all` must say besides its numbers, in the order of weight. */
export function unseenNotes(outcome: AllOutcome, isPlan: boolean): UnseenNote[] {
  return [
    ...heldBackNotes(outcome),
    ...notVisibleNote(outcome),
    ...unreadNote(outcome, isPlan),
    ...withoutClientNote(outcome, isPlan),
    ...upstreamNotes(outcome, isPlan),
  ]
}

/** Sessions that were held back, and the command to end them later. */
function heldBackNotes({ heldBack = [] }: AllOutcome): UnseenNote[] {
  return heldBack.flatMap(({ clientId, answer, notBefore, error, sessions, command }) => {
    const cutOff =
      notBefore === null
        ? error === undefined
          ? 'Its tokens stay valid.'
          : 'Its tokens could not be cut off.'
        : `Its tokens from before ${notBefore} are cut off at Keycloak.`
    const note = (before: string, name: string, after: string) => ({ isProblem: true, before, name, after })
    return [
      note(
        `${pluralize(sessions.length, 'session')} held back, still active: the last five calls failed at `,
        `${clientId} (${answer})`,
        `. ${cutOff}`,
      ),
      note('To end them later: ', command, ''),
    ]
  })
}

function notVisibleNote({ notVisible = [] }: AllOutcome): UnseenNote[] {
  if (notVisible.length === 0) return []
  const shown = notVisible
    .slice(0, MAX_NAMES)
    .map(({ clientId, active, offline }) => `${clientId} (${formatNumber(active + offline)})`)
  const more = notVisible.length - shown.length
  const are = notVisible.length === 1 ? 'is' : 'are'
  return [
    {
      isProblem: true,
      before: `${pluralize(notVisible.length, 'client')} with sessions ${are} not visible to you: `,
      name: shown.join(', '),
      after: `${more > 0 ? ` and ${formatNumber(more)} more` : ''}. Sessions that no visible client shares are in no number.`,
    },
  ]
}

function unreadNote({ unread = [] }: AllOutcome, isPlan: boolean): UnseenNote[] {
  if (unread.length === 0) return []
  return [
    {
      isProblem: true,
      before: 'The sessions of ',
      name: joinWords(unread.slice(0, MAX_NAMES)),
      after: isPlan
        ? ' could not all be read: those are in no number.'
        : ' could not all be read, except those shared with another client. Whether they ended is unknown.',
    },
  ]
}

function withoutClientNote({ withoutClient, steps }: AllOutcome, isPlan: boolean): UnseenNote[] {
  if (!withoutClient) return []
  const { before, left } = withoutClient
  const note = (isProblem: boolean, text: string) => [{ isProblem, before: text, name: '', after: '' }]
  const browser = 'no application is notified of them, but the browser signs in without a password'
  if (isPlan) {
    if (before === null)
      return note(
        false,
        `Not all sessions in which no client takes part were looked for: ${steps.realm ? 'the realm step ends them, too' : 'they are looked for again when the others have ended'}.`,
      )
    return before > 0 ? note(false, `${pluralize(before, 'session')} without a client: ${browser}.`) : []
  }
  if (left === null) return note(true, 'Not all sessions in which no client takes part were looked for.')
  return left > 0
    ? note(true, `${pluralize(left, 'session')} without a client still active: ${browser}.`)
    : []
}

function upstreamNotes({ identityProviders = [], steps }: AllOutcome, isPlan: boolean): UnseenNote[] {
  const note = (aliases: readonly Upstream[], after: string): UnseenNote[] =>
    aliases.length === 0
      ? []
      : [
          {
            isProblem: false,
            before: aliases.length === 1 ? 'Identity provider ' : 'Identity providers ',
            name: joinWords(aliases.slice(0, MAX_NAMES).map(({ alias }) => alias)),
            after,
          },
        ]
  const ends = identityProviders.filter(({ endsSession }) => endsSession)
  const stays = identityProviders.filter(({ endsSession }) => !endsSession)
  const oneByOne = isPlan
    ? 'sessions that end one by one and began there end there, too, and its applications are notified'
    : 'Keycloak also logged users out there, for sessions that ended one by one and began there; whether that worked is unknown'
  const notByRealm = steps.realm ? ' The realm step ends no session there.' : ''
  return [
    ...note(ends, `: ${oneByOne}.${notByRealm}`),
    ...note(stays, ': sessions there do not end; their users may come back without a password.'),
  ]
}
