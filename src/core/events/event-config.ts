import { USER_TYPES } from './logout-history.ts'

/** What a realm stores of events, as far as it matters here. */
export interface EventStoring {
  readonly eventsEnabled: boolean
  /** Seconds; 0 or undefined keeps them for ever. */
  readonly eventsExpiration: number | undefined
  /** Empty means: all of them. */
  readonly enabledEventTypes: readonly string[]
  readonly adminEventsEnabled: boolean
}

/** What has to change so that logouts are stored; empty when nothing has to. */
export interface StoringChanges {
  readonly eventsEnabled?: true
  readonly adminEventsEnabled?: true
  readonly enabledEventTypes?: readonly string[]
}

/** What `events --enable` sets; what else is stored, and for how long, stays as it is. */
export function storingChanges(present: EventStoring): StoringChanges {
  const { enabledEventTypes } = present
  const missing = USER_TYPES.filter((type) => !enabledEventTypes.includes(type))
  return {
    ...(present.eventsEnabled ? {} : { eventsEnabled: true }),
    ...(present.adminEventsEnabled ? {} : { adminEventsEnabled: true }),
    ...(enabledEventTypes.length > 0 && missing.length > 0
      ? { enabledEventTypes: [...enabledEventTypes, ...missing] }
      : {}),
  }
}

/** Which kinds of events cannot be there, as nobody stores them. */
export const notStored = (present: EventStoring): ('user' | 'admin')[] => {
  const changes = storingChanges(present)
  return [
    ...(changes.eventsEnabled || changes.enabledEventTypes ? (['user'] as const) : []),
    ...(changes.adminEventsEnabled ? (['admin'] as const) : []),
  ]
}
