import {
  boolean,
  count,
  type Definition,
  document,
  list,
  nullable,
  object,
  optional,
  ref,
  string,
} from '../build.ts'
import { CHOSEN, CLIENT_FINDING, channel, NOT_VISIBLE, SESSION, SESSION_ITEM, UNREAD } from './common.ts'

/** The same three members, one for each operation. */
const byOperation = (description: string, of: (what: string) => Readonly<Record<string, unknown>>) =>
  object(description, {
    user: of('By `user`: sessions ended one by one'),
    all: of('By `all`'),
    realmStep: of("By Keycloak's own logout of the realm alone"),
  })

const CLIENT_ESTIMATE: Definition = {
  name: 'client',
  schema: object('A client', {
    clientId: string('Client ID'),
    id: string("Keycloak's internal ID"),
    active: count('Client sessions, as Keycloak counts them'),
    offline: count('Offline client sessions'),
    users: optional(count('Different users, if sessions were read')),
    backchannelLogoutUrl: nullable(string('Backchannel Logout URL')),
    adminUrl: nullable(string('Admin URL')),
    tenant: nullable(string('Host of its URLs')),
    channels: byOperation('How Keycloak notifies it', channel),
    notified: byOperation('Is it notified?', boolean),
    findings: list('Blind spots: why it is not notified', object('A finding', CLIENT_FINDING)),
  }),
}

export const sessions = document(
  'kc-logout sessions --json',
  'What a logout would reach',
  {
    realm: string('The realm'),
    chosen: CHOSEN,
    clients: list('Clients, or with `--user` those of that user', ref(CLIENT_ESTIMATE)),
    totals: object('Totals over clients with sessions', {
      clients: count('Clients with sessions'),
      active: count('Client sessions: a user signed in to three clients counts three times'),
      offline: count('Offline client sessions'),
      sessions: optional(count('Online sessions, each once, if they were read')),
      offlineSessions: optional(count('Offline sessions, each once, if they were read')),
      users: optional(count('Users with an online or offline session, each once, if sessions were read')),
      withoutClient: optional(
        nullable(
          count(
            'Online sessions in which no client takes part, included in `sessions`; null: not all were looked for; absent with `--client` and `--user`',
          ),
        ),
      ),
      tenants: count('Different hosts of their URLs'),
    }),
    sessions: optional(list('With `--user`: the sessions', ref(SESSION_ITEM))),
    tenants: optional(
      list(
        'With `--by-tenant`',
        object('A tenant', {
          tenant: nullable(string('The host; null for clients without URLs')),
          clients: list('Client IDs', { type: 'string' }),
          active: count('Client sessions'),
          offline: count('Offline client sessions'),
        }),
      ),
    ),
    notVisible: optional(NOT_VISIBLE),
    unread: optional(UNREAD),
  },
  [CLIENT_ESTIMATE, SESSION_ITEM],
)

export const sessionsList = document('A line of kc-logout sessions --list --json', 'One session', {
  ...SESSION,
  realm: optional(string('The realm, if several were named')),
  userId: string('User ID'),
  username: string('Username'),
})
