import type { LogoutEvent } from '../../core/events/logout-events.ts'
import { bad, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { duration, formatDateTime, pluralize } from '../../util/format.ts'

/** The newest events only. */
export const CUT = 'There are more events: only the newest are shown. Give a later --since.'

export interface EventsDocument {
  readonly realm: string
  readonly events: readonly LogoutEvent[]
  /** There are more events: these are the newest. */
  readonly cut?: true
}

/** Events about logouts, oldest first; each explanation once, at its first event. */
export function eventsView({ events }: EventsDocument, screen: Screen): Line[] {
  const explained = new Set<string>()
  const lines = events.flatMap((event) => {
    const isNew = event.explanation !== undefined && !explained.has(event.explanation)
    if (event.explanation !== undefined) explained.add(event.explanation)
    return eventLines(event, isNew, screen)
  })
  const admins = events.some(({ source }) => source === 'admin')
  return [
    ...lines,
    ...(events.length > 0 ? [''] : []),
    bold(events.length === 0 ? 'No event about a logout' : pluralize(events.length, 'event')),
    ...(admins
      ? wrapped(
          dim(
            'When an administrator logs a user out, Keycloak stores no LOGOUT event and not which clients were notified.',
          ),
          screen,
          0,
        )
      : []),
  ]
}

/** One event as it comes (`--follow`). */
export const followedEventView = (event: LogoutEvent, screen: Screen): Line[] =>
  eventLines(event, true, screen)

function eventLines(event: LogoutEvent, explain: boolean, screen: Screen): Line[] {
  const { time, type, error, reason, clientId, username, userId, sessionId, ipAddress, by, source } = event
  const isError = type === 'LOGOUT_ERROR'
  const about = [
    clientId === undefined ? '' : `client ${clientId}`,
    username ?? userId ?? '',
    sessionId === undefined ? '' : `session ${sessionId}`,
    source === 'admin' && by !== undefined ? `by administrator ${by}` : '',
    ipAddress === undefined ? '' : `from ${ipAddress}`,
  ].filter(Boolean)
  return [
    ...wrapped(
      [dim(formatDateTime(Date.parse(time))), '  ', isError ? bad(type) : bold(type), '  ', about.join(', ')],
      screen,
    ),
    ...(isError
      ? wrapped(['  ', warn([error, reason].filter((word) => word !== undefined).join(': '))], screen, 2)
      : []),
    ...(explain && event.explanation ? wrapped(['  ', dim('why '), event.explanation], screen, 2) : []),
    ...(explain && event.fix ? wrapped(['  ', dim('fix '), event.fix], screen, 2) : []),
  ]
}

export interface StoringDocument extends EventsDocument {
  readonly changes: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[]
  readonly eventsExpiration: number | null
  readonly verdict: 'changed' | 'unchanged' | 'planned'
}

const FIELDS: Readonly<Record<string, string>> = {
  eventsEnabled: 'user events are stored',
  adminEventsEnabled: 'admin events are stored',
  enabledEventTypes: 'LOGOUT and LOGOUT_ERROR are among the stored types',
}

/** Plan and result of `--enable`. */
export const storingView = (
  { changes, verdict, eventsExpiration }: StoringDocument,
  screen: Screen,
): Line[] => [
  ...(changes.length === 0 ? [good('Events about logouts are already stored.')] : []),
  ...changes.map(
    ({ field }): Line => [verdict === 'changed' ? good('set: ') : warn('sets: '), FIELDS[field] ?? field],
  ),
  ...wrapped(
    dim(
      eventsExpiration
        ? `They are kept for ${duration(eventsExpiration)}, as before.`
        : 'They are kept without limit. Set an expiration in the realm: they hold names and IP addresses.',
    ),
    screen,
    0,
  ),
]
