import {
  anything,
  constant,
  document,
  integer,
  list,
  nullable,
  object,
  oneOf,
  optional,
  string,
  time,
} from '../build.ts'

const EVENT = {
  time: time('When it was stored'),
  source: oneOf('Who caused it', 'user', 'admin'),
  type: string(
    '`LOGOUT` or `LOGOUT_ERROR`; of administrators `USER_LOGGED_OUT`, `SESSION_ENDED`, `REALM_LOGGED_OUT`, `NOT_BEFORE_PUSHED` or `OFFLINE_ACCESS_REVOKED`',
  ),
  error: optional(string("Keycloak's error code")),
  reason: optional(string("Keycloak's reason")),
  clientId: optional(string('The client')),
  userId: optional(string('The user that was logged out')),
  username: optional(string('Username, if the user still exists')),
  sessionId: optional(string('The session')),
  ipAddress: optional(string('Address of the browser, application or administrator')),
  by: optional(string('User ID of the administrator')),
  explanation: optional(string('What it means')),
  fix: optional(string('What to do')),
}

export const events = document('kc-logout events --json', 'Stored events about logouts', {
  realm: string('The realm'),
  events: list('Oldest first', object('An event', EVENT)),
  cut: optional(constant(true, 'More than 10,000: these are the newest')),
})

export const eventsFollow = document('A line of kc-logout events --follow --json', 'One event', EVENT)

const SETTING_CHANGE = object('A change', {
  field: oneOf('The setting', 'eventsEnabled', 'adminEventsEnabled', 'enabledEventTypes'),
  from: anything('Present value'),
  to: anything('Wanted value'),
})

export const eventsEnable = document('kc-logout events --enable --json', 'Which events are stored', {
  realm: string('The realm'),
  events: list('Empty', object('An event', EVENT)),
  changes: list('What changes', SETTING_CHANGE),
  eventsExpiration: nullable(integer('Seconds that events are kept; null or 0: for ever')),
  verdict: oneOf('The result', 'changed', 'unchanged', 'planned'),
})
