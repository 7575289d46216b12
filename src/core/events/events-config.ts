import { LOGOUT_EVENT_TYPES } from './logout-events.ts'

/** What a realm stores of events, as far as it matters here. */
export interface EventsConfig {
  readonly eventsEnabled: boolean
  /** Seconds; 0 or undefined keeps them for ever. */
  readonly eventsExpiration: number | undefined
  /** Empty means: all of them. */
  readonly enabledEventTypes: readonly string[]
  readonly adminEventsEnabled: boolean
}

/** What has to change so that logouts are stored; empty when nothing has to. */
export interface EventsConfigChanges {
  readonly eventsEnabled?: true
  readonly adminEventsEnabled?: true
  readonly enabledEventTypes?: readonly string[]
}

/** What `events --enable` sets; what else is stored, and for how long, stays as it is. */
export function eventsConfigChanges(present: EventsConfig): EventsConfigChanges {
  const { enabledEventTypes } = present
  const missing = LOGOUT_EVENT_TYPES.filter((type) => !enabledEventTypes.includes(type))
  return {
    ...(present.eventsEnabled ? {} : { eventsEnabled: true }),
    ...(present.adminEventsEnabled ? {} : { adminEventsEnabled: true }),
    ...(enabledEventTypes.length > 0 && missing.length > 0
      ? { enabledEventTypes: [...enabledEventTypes, ...missing] }
      : {}),
  }
}

/** Which kinds of events cannot be there, as nobody stores them. */
export const notStored = (present: EventsConfig): ('user' | 'admin')[] => {
  const changes = eventsConfigChanges(present)
  return [
    ...(changes.eventsEnabled || changes.enabledEventTypes ? (['user'] as const) : []),
    ...(changes.adminEventsEnabled ? (['admin'] as const) : []),
  ]
}
