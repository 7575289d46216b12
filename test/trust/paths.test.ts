import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import type { Keycloak } from '../../src/keycloak/keycloak.ts'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Received,
  scriptedServer,
} from '../support/scripted-server.ts'
import { byExtent } from './extent.ts'
import { tried } from './tried.ts'

const IDS = byExtent({ quick: 2000, usual: 10_000, full: 50_000 })

type Call = (k: Keycloak, id: string) => Promise<unknown>
/** A call with a hostile id, and the segments that may follow `/admin/realms/customers`. */
type Row = readonly [call: Call, segments: (id: string) => readonly string[]]

/** The whole interface: the compiler finds a call that is missing here. */
const CALLS: Record<keyof Keycloak, readonly Row[] | 'takes no id' | 'takes it as a value'> = {
  realm: 'takes no id',
  server: 'takes no id',
  atOneMoment: 'takes no id',
  capabilities: 'takes no id',
  caller: 'takes no id',
  hasRole: 'takes it as a value',
  introspect: 'takes it as a value',
  ownSessionId: 'takes no id',
  serverTime: 'takes no id',
  realmInfo: 'takes no id',
  clients: 'takes no id',
  sessionCounts: 'takes no id',
  realmSessions: 'takes no id',
  logoutRealm: 'takes no id',
  pushRevocation: 'takes no id',
  setRealmNotBefore: 'takes no id',
  keys: 'takes no id',
  discovery: 'takes no id',
  identityProviders: 'takes no id',
  eventsConfig: 'takes no id',
  setEventsConfig: 'takes no id',
  serverInfo: 'takes no id',
  findClient: 'takes it as a value',
  findUsers: 'takes it as a value',
  events: 'takes it as a value',
  adminEvents: 'takes it as a value',
  rawClient: [[(k, id) => k.rawClient(id), (id) => ['clients', id]]],
  updateClient: [[(k, id) => k.updateClient(id, { frontchannelLogout: false }), (id) => ['clients', id]]],
  setClientNotBefore: [[(k, id) => k.setClientNotBefore(id, 0), (id) => ['clients', id]]],
  pushClientRevocation: [[(k, id) => k.pushClientRevocation(id), (id) => ['clients', id, 'push-revocation']]],
  findUserById: [[(k, id) => k.findUserById(id), (id) => ['users', id]]],
  sessionsOf: [[(k, id) => k.sessionsOf(id), (id) => ['users', id, 'sessions']]],
  offlineSessionsOf: [
    [(k, id) => k.offlineSessionsOf(id, 'c'), (id) => ['users', id, 'offline-sessions', 'c']],
    [(k, id) => k.offlineSessionsOf('u', id), (id) => ['users', 'u', 'offline-sessions', id]],
  ],
  linkedProviders: [[(k, id) => k.linkedProviders(id), (id) => ['users', id, 'federated-identity']]],
  effectiveRoles: [
    [(k, id) => k.effectiveRoles(id), (id) => ['users', id, 'role-mappings', 'realm', 'composite']],
    [
      (k, id) => k.effectiveRoles('u', id),
      (id) => ['users', 'u', 'role-mappings', 'clients', id, 'composite'],
    ],
  ],
  offlineClientsOf: [[(k, id) => k.offlineClientsOf(id), (id) => ['users', id, 'consents']]],
  clientSessions: [false, true].map((offline) => [
    (k, id) => k.clientSessions(id, { offline, first: 0, max: 1 }),
    (id) => ['clients', id, offline ? 'offline-sessions' : 'user-sessions'],
  ]),
  countClientSessions: [false, true].map((offline) => [
    (k, id) => k.countClientSessions(id, { offline }),
    (id) => ['clients', id, offline ? 'offline-session-count' : 'session-count'],
  ]),
  endSession: [false, true].map((offline) => [
    (k, id) => k.endSession(id, { offline }),
    (id) => ['sessions', id],
  ]),
  logoutUser: [[(k, id) => k.logoutUser(id), (id) => ['users', id, 'logout']]],
  setUserEnabled: [[(k, id) => k.setUserEnabled(id, false), (id) => ['users', id]]],
  testNodes: [[(k, id) => k.testNodes(id), (id) => ['clients', id, 'test-nodes-available']]],
  directory: [
    [({ directory }, id) => firstOf(directory.subgroups(group(id, 1))), (id) => ['groups', id, 'children']],
    [({ directory }, id) => firstOf(directory.subgroups(group(id, undefined))), (id) => ['groups', id]],
    [({ directory }, id) => firstOf(directory.members(id)), (id) => ['groups', id, 'members']],
    [({ directory }, id) => firstOf(directory.roles(id)), (id) => ['clients', id, 'roles']],
    [({ directory }, id) => directory.containedRoles(id), (id) => ['roles-by-id', id, 'composites']],
    [({ directory }, id) => firstOf(directory.usersWithRole(role(id))), (id) => ['roles', id, 'users']],
    [
      ({ directory }, id) => firstOf(directory.groupsWithRole({ ...role('r'), clientUuid: id })),
      (id) => ['clients', id, 'roles', 'r', 'groups'],
    ],
    [
      ({ directory }, id) => firstOf(directory.organizationMembers(id)),
      (id) => ['organizations', id, 'members'],
    ],
  ],
  consentsOf: [[(k, id) => k.consentsOf(id), (id) => ['users', id, 'consents']]],
  deleteUser: [[(k, id) => k.deleteUser(id), (id) => ['users', id]]],
  emitSessionRevoked: [
    [
      (k, id) => k.emitSessionRevoked({ clientId: id, issuer: 'i' }, { id: 's', userId: 'u', at: 0 }),
      (id) => ['ssf', 'clients', id, 'events', 'emit'],
    ],
  ],
  securityEvent: [
    [(k, id) => k.securityEvent(id, 'j'), (id) => ['ssf', 'clients', id, 'pending-events', 'j']],
    [(k, id) => k.securityEvent('c', id), (id) => ['ssf', 'clients', 'c', 'pending-events', id]],
  ],
  revokeConsent: [
    [(k, id) => k.revokeConsent(id, 'c'), (id) => ['users', id, 'consents', 'c']],
    [(k, id) => k.revokeConsent('u', id), (id) => ['users', 'u', 'consents', id]],
  ],
}

const firstOf = async (items: AsyncIterable<unknown>) => {
  for await (const item of items) return item
}
const group = (id: string, subgroupCount: number | undefined) => ({
  ...{ id, name: 'g', path: '/g', subgroups: [], subgroupCount },
})
const role = (name: string) => ({ id: 'r', name, clientUuid: undefined, isComposite: false })

const STEPS =
  '. .. ... ../.. ./. %2e%2e %2E%2e . .%00 ..; ..%2f ..%252f %c0%ae%c0%ae a/.. a/../b ..\\ // / \\'.split(' ')
const PIECES = [
  ...STEPS,
  '%2f',
  '%',
  '%zz',
  ';',
  '?',
  '#',
  '@',
  ':',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '\u0085',
  '\u202e',
]
const SAFE = [
  'a',
  '-',
  '_',
  '.a',
  '~',
  'é',
  'ß',
  '😀',
  '+',
  '&',
  '=',
  ',',
  "'",
  '"',
  '(',
  '$',
  '*',
  '!',
  '|',
  '^',
  '`',
]
const joined = (pieces: readonly string[], minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...pieces), { minLength, maxLength }).map((all) => all.join(''))
const hostile = fc.oneof(
  { weight: 6, arbitrary: joined([...PIECES, ...SAFE], 2, 8) },
  { weight: 4, arbitrary: joined(PIECES, 2, 6) },
  { weight: 1, arbitrary: joined(SAFE, 2, 8) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0xd700, max: 0xe000 }), { maxLength: 4 })
      .map((codes) => String.fromCharCode(...codes)),
  },
)

/** This many different ids. */
function ids(count: number, seed: number): string[] {
  const found = new Set(['', ...PIECES])
  for (let more = 0; found.size < count; more++) {
    for (const id of fc.sample(hostile, { numRuns: count, seed: seed + more })) found.add(id)
  }
  return [...found].slice(0, count)
}

/** A server that records requests and answers so that none is retried. */
async function recorder() {
  const seen: Received[] = []
  const { url } = await scriptedServer(
    keycloakScript((request) => {
      seen.push(request)
      return { status: 404, json: { error: 'nothing here' } }
    }),
  )
  return { url, seen }
}

const segmentsOf = ({ path }: Received) =>
  path.replace(/\?.*$/, '').replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent)

const rows = Object.entries(CALLS).flatMap(([name, how]) =>
  typeof how === 'string'
    ? []
    : how.map((row, i) => [how.length > 1 ? `${name} (${i + 1})` : name, row] as const),
)

describe(`${IDS.toLocaleString('en')} hostile ids: the server sees exactly the segments of the call, or nothing`, () => {
  test.for(rows)('%s', async ([, [call, segments]], context) => {
    const { url, seen } = await recorder()
    const keycloak = await openAt(url)
    let sent = 0
    for (const id of ids(IDS, 26_074)) {
      seen.length = 0
      const outcome = await outcomeOf(call(keycloak, id))
      if (seen.length === 0) {
        if (!(outcome instanceof UserError && /^(bad|odd)-id$/.test(outcome.code)))
          expect.unreachable(`${JSON.stringify(id)}: nothing was sent, and the outcome is ${outcome}`)
        continue
      }
      sent++
      const expected = ['admin', 'realms', 'customers', ...segments(id)]
      const wrong = seen.filter((request) => segmentsOf(request).join('\0') !== expected.join('\0'))
      if (wrong.length > 0)
        expect(
          wrong.map(({ method, path }) => `${method} ${path}`),
          JSON.stringify(id),
        ).toEqual([])
    }
    expect(sent).toBeGreaterThan(IDS / 20)
    expect(sent).toBeLessThan(IDS / 2)
    tried(context, { 'hostile ids': IDS, 'sent as one segment': sent, calls: 1 })
  })
})

describe('hostile values in a query stay values', () => {
  const VALUES: readonly (readonly [string, Call, path: string, name: string])[] = [
    ['a clientId', (k, value) => k.findClient(value), 'clients', 'clientId'],
    ['a username', (k, value) => k.findUsers(value), 'users', 'username'],
    ['a client of events', (k, clientId) => k.events({ clientId }), 'events', 'client'],
    ['a user of admin events', (k, userId) => k.adminEvents({ userId }), 'admin-events', 'authUser'],
  ]
  test.each(VALUES)('%s', async (_, call, path, name) => {
    const { url, seen } = await recorder()
    const keycloak = await openAt(url)
    let compared = 0
    for (const value of ids(IDS / 5, 11)) {
      seen.length = 0
      await outcomeOf(call(keycloak, value))
      for (const request of seen) {
        const query = new URL(request.path, 'http://x').searchParams
        const [, , , area, ...more] = segmentsOf(request)
        if (area !== path || (more.length > 0 && more.join() !== value))
          expect.unreachable(`${request.path} for ${JSON.stringify(value)}`)
        if (!query.has(name)) continue
        compared++
        // Half a character has no UTF-8.
        if (query.get(name) !== Buffer.from(value).toString()) expect(query.get(name)).toBe(value)
      }
    }
    expect(compared).toBeGreaterThan(IDS / 10)
  })
})

describe('hostile realm names', () => {
  test.each(['realm', 'loginRealm'] as const)('as %s: exactly one segment, or nothing', async (which) => {
    const requests: Received[] = []
    const { url } = await scriptedServer((request) => {
      requests.push(request)
      return { status: 404, json: { error: 'Realm does not exist' } }
    })
    let sent = 0
    for (const name of ids(IDS / 5, 5)) {
      requests.length = 0
      await outcomeOf(openAt(url, { [which]: name }))
      if (requests.length === 0) continue
      sent++
      const login = which === 'loginRealm' ? name : 'master'
      for (const request of requests) {
        const at = segmentsOf(request).filter((segment, i) => !(i === 0 && segment === 'auth'))
        const expected = ['realms', login, '.well-known', 'openid-configuration']
        if (at.join('\0') !== expected.join('\0'))
          expect(request.path, JSON.stringify(name)).toBe(expected.join('/'))
      }
    }
    expect(sent).toBeGreaterThan(IDS / 50)
  })
})
