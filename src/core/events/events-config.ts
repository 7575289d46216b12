import { LOGOUT_EVENT_TYPES } from './logout-events.ts'

/** A realm's events configuration, as far as logouts need it. */
export interface EventsConfig {
  readonly eventsEnabled: boolean
  /** Seconds; 0 or undefined: events never expire. */
  readonly eventsExpiration: number | undefined
  /** Empty: all types. */
  readonly enabledEventTypes: readonly string[]
  readonly adminEventsEnabled: boolean
}

/** Changes that make a realm store logout events; empty if none are needed. */
export interface EventsConfigChanges {
  readonly eventsEnabled?: true
  readonly adminEventsEnabled?: true
  readonly enabledEventTypes?: readonly string[]
}

/** Returns what `events --enable` changes. Other event types and the expiration stay as they are. */
export function eventsConfigChanges(config: EventsConfig): EventsConfigChanges {
  const { enabledEventTypes } = config
  const missing = LOGOUT_EVENT_TYPES.filter((type) => !enabledEventTypes.includes(type))
  return {
    ...(config.eventsEnabled ? {} : { eventsEnabled: true }),
    ...(config.adminEventsEnabled ? {} : { adminEventsEnabled: true }),
    ...(enabledEventTypes.length > 0 && missing.length > 0
      ? { enabledEventTypes: [...enabledEventTypes, ...missing] }
      : {}),
  }
}

/** Returns the kinds of logout events that the realm does not store. */
export const notStored = (config: EventsConfig): ('user' | 'admin')[] => {
  const changes = eventsConfigChanges(config)
  return [
    ...(changes.eventsEnabled || changes.enabledEventTypes ? (['user'] as const) : []),
    ...(changes.adminEventsEnabled ? (['admin'] as const) : []),
  ]
}
