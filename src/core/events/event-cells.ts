import type { LogoutEvent } from './logout-events.ts'

/** The head of a table of events as CSV. */
export const EVENT_COLUMNS = [
  'realm',
  'time',
  'source',
  'type',
  'clientId',
  'userId',
  'username',
  'sessionId',
  'ipAddress',
  'by',
  'error',
  'reason',
  'explanation',
  'fix',
] as const

/** The cells of an event, in the order of `EVENT_COLUMNS`. */
export const eventCells = (realm: string, event: LogoutEvent): readonly string[] =>
  EVENT_COLUMNS.map((column) => (column === 'realm' ? realm : (event[column] ?? '')))
