import { isRecord } from '../../util/is-record.ts'
import type { AdminEvent, AdminEventQuery, EventQuery, EventsConfig, UserEvent } from '../event.ts'
import {
  type Json,
  list,
  optionalNumber,
  optionalText,
  record,
  requireNumber,
  text,
  texts,
} from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'

type Events = Pick<Keycloak, 'events' | 'adminEvents' | 'eventsConfig' | 'setEventsConfig'>

const REALM = '/admin/realms/{realm}'

export const eventsOf = (admin: Admin): Events => ({
  events: (query) => userEvents(admin, query),
  adminEvents: (query) => adminEvents(admin, query),
  eventsConfig: async () => toConfig(await readConfig(admin, 'the settings of events')),
  setEventsConfig: (changes) => updateConfig(admin, changes),
})

async function userEvents({ own }: Admin, query: EventQuery): Promise<UserEvent[]> {
  const answer = await own(
    { method: 'GET', path: `${REALM}/events`, what: 'the events of the realm', role: 'view-events' },
    {
      query: defined({
        type: query.types,
        client: query.clientId,
        user: query.userId,
        dateFrom: query.dateFrom,
        dateTo: query.dateTo,
        first: query.first,
        max: query.max,
      }),
    },
  )
  return list(answer, 'a list of events', toUserEvent)
}

async function adminEvents({ own }: Admin, query: AdminEventQuery): Promise<AdminEvent[]> {
  const what = 'the admin events of the realm'
  const answer = await own(
    { method: 'GET', path: `${REALM}/admin-events`, what, role: 'view-events' },
    {
      query: defined({
        operationTypes: query.operations,
        resourceTypes: query.resourceTypes,
        resourcePath: query.resourcePath,
        authUser: query.userId,
        dateFrom: query.dateFrom,
        dateTo: query.dateTo,
        first: query.first,
        max: query.max,
      }),
    },
  )
  return list(answer, 'a list of admin events', toAdminEvent)
}

const CONFIG = `${REALM}/events/config`

const readConfig = ({ client, realm, call }: Admin, what: string): Promise<Json> =>
  call({ method: 'GET', path: CONFIG, what, role: 'view-events' }, async () =>
    record(await client.realms.getConfigEvents({ realm }), 'the settings of events'),
  )

/** Keycloak switches off what a PUT omits, so the present settings are sent, too. */
async function updateConfig(admin: Admin, changes: Partial<EventsConfig>): Promise<void> {
  const { client, realm, act } = admin
  const what = 'changing the settings of events'
  const present = await readConfig(admin, what)
  await act({ method: 'PUT', path: CONFIG, what, role: 'manage-events' }, () =>
    client.realms.updateConfigEvents({ realm }, { ...present, ...changes } as Json),
  )
}

const toUserEvent = (from: Json): UserEvent => ({
  id: optionalText(from.id),
  time: requireNumber(from.time, 'an event'),
  type: text(from, 'type', 'an event'),
  clientId: optionalText(from.clientId),
  userId: optionalText(from.userId),
  sessionId: optionalText(from.sessionId),
  ipAddress: optionalText(from.ipAddress),
  error: optionalText(from.error),
  details: isRecord(from.details)
    ? Object.fromEntries(Object.entries(from.details).map(([name, value]) => [name, String(value)]))
    : {},
})

function toAdminEvent(from: Json): AdminEvent {
  const by = isRecord(from.authDetails) ? from.authDetails : {}
  return {
    id: optionalText(from.id),
    time: requireNumber(from.time, 'an admin event'),
    operation: text(from, 'operationType', 'an admin event'),
    resourceType: optionalText(from.resourceType),
    resourcePath: optionalText(from.resourcePath),
    representation: optionalText(from.representation),
    error: optionalText(from.error),
    by: {
      realmId: optionalText(by.realmId),
      clientId: optionalText(by.clientId),
      userId: optionalText(by.userId),
      ipAddress: optionalText(by.ipAddress),
    },
  }
}

const toConfig = (from: Json): EventsConfig => ({
  eventsEnabled: from.eventsEnabled === true,
  eventsExpiration: optionalNumber(from.eventsExpiration),
  enabledEventTypes: texts(from.enabledEventTypes),
  adminEventsEnabled: from.adminEventsEnabled === true,
  adminEventsDetailsEnabled: from.adminEventsDetailsEnabled === true,
})

type QueryValue = string | number | readonly string[] | undefined

const defined = (query: Record<string, QueryValue>): Record<string, string | readonly string[]> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'number' ? String(value) : value]],
    ),
  )
