import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Received,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../keycloak.ts'
import { guardedFetch } from './fetch.ts'
import { announce, assertExpected, type Expectation, PathGuardError } from './path-guard.ts'

/** Every call with an id in its path, and the segments that may reach the server. */
const CALLS: Record<
  string,
  readonly [(k: Keycloak, id: string) => Promise<unknown>, (id: string) => string[]]
> = {
  endSession: [(k, id) => k.endSession(id, { offline: false }), (id) => ['sessions', id]],
  endOffline: [(k, id) => k.endSession(id, { offline: true }), (id) => ['sessions', id]],
  logoutUser: [(k, id) => k.logoutUser(id), (id) => ['users', id, 'logout']],
  disable: [(k, id) => k.setUserEnabled(id, false), (id) => ['users', id]],
  findUserById: [(k, id) => k.findUserById(id), (id) => ['users', id]],
  sessionsOf: [(k, id) => k.sessionsOf(id), (id) => ['users', id, 'sessions']],
  federated: [(k, id) => k.linkedProviders(id), (id) => ['users', id, 'federated-identity']],
  consents: [(k, id) => k.offlineClientsOf(id), (id) => ['users', id, 'consents']],
  offlineUser: [(k, id) => k.offlineSessionsOf(id, 'c'), (id) => ['users', id, 'offline-sessions', 'c']],
  offlineClient: [(k, id) => k.offlineSessionsOf('u', id), (id) => ['users', 'u', 'offline-sessions', id]],
  revokeUser: [(k, id) => k.revokeConsent(id, 'c'), (id) => ['users', id, 'consents', 'c']],
  revokeClient: [(k, id) => k.revokeConsent('u', id), (id) => ['users', 'u', 'consents', id]],
  rawClient: [(k, id) => k.rawClient(id), (id) => ['clients', id]],
  updateClient: [(k, id) => k.updateClient(id, { frontchannelLogout: false }), (id) => ['clients', id]],
  clientNotBefore: [(k, id) => k.setClientNotBefore(id, 0), (id) => ['clients', id]],
  clientPush: [(k, id) => k.pushClientRevocation(id), (id) => ['clients', id, 'push-revocation']],
  clientSessions: [
    (k, id) => k.clientSessions(id, { offline: false, first: 0, max: 1 }),
    (id) => ['clients', id, 'user-sessions'],
  ],
  clientOffline: [
    (k, id) => k.clientSessions(id, { offline: true, first: 0, max: 1 }),
    (id) => ['clients', id, 'offline-sessions'],
  ],
  count: [(k, id) => k.countClientSessions(id, { offline: false }), (id) => ['clients', id, 'session-count']],
  testNodes: [(k, id) => k.testNodes(id), (id) => ['clients', id, 'test-nodes-available']],
}

const PIECES = [
  '.',
  '..',
  '/',
  '\\',
  '%2e',
  '%2f',
  '%',
  ';',
  '?',
  '#',
  ' ',
  '\t',
  '\0',
  '\u0085',
  '\u202e',
  '..;',
  'a',
  '-',
  '_',
]
const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    '../..',
    '%2e%2e',
    '%2E.',
    '..%2f',
    'a/..',
    'a/../b',
    '..\\',
    '//',
    ' ',
    '\n',
    'a b',
  ),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0xd700, max: 0xe000 }), { maxLength: 4 })
    .map((codes) => String.fromCharCode(...codes)),
)

describe('any id or realm name', () => {
  test('the server sees exactly the segments of the call, or nothing (12,000 ids)', {
    timeout: 120_000,
  }, async () => {
    const seen: Received[] = []
    const { url, requests } = await scriptedServer(
      keycloakScript((request) => {
        seen.push(request)
        return { status: 404, json: { error: 'nothing here' } }
      }),
    )
    const keycloak = await openAt(url)
    let sent = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(CALLS)), hostile, async (name, id) => {
        const [call, segments] = CALLS[name] ?? []
        if (!call || !segments) throw new Error(name)
        seen.length = 0
        const outcome = await outcomeOf(call(keycloak, id))
        if (seen.length === 0) {
          refused++
          expect(outcome).toBeInstanceOf(UserError)
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^(bad|odd)-id$/) })
          return
        }
        sent++
        expect(seen).toHaveLength(1)
        const path = (seen[0]?.path ?? '').replace(/\?.*$/, '')
        expect(path.split('/').slice(1).map(decodeURIComponent)).toEqual([
          'admin',
          'realms',
          'customers',
          ...segments(id),
        ])
      }),
      { numRuns: 12_000, seed: 7 },
    )
    expect(refused).toBeGreaterThan(3000)
    expect(sent).toBeGreaterThan(300)
    expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(sent)
  })

  test.each([
    ['..'],
    ['.'],
    [''],
    [' '],
    ['a/b'],
    ['a\u0000'],
    ['a;b'],
    ['a?b'],
    ['a#b'],
    ['\\'],
    ['\u202ea'],
  ])('a realm name %j is refused before the first request', async (realm) => {
    const { url, requests } = await scriptedServer(keycloakScript(() => ({ json: [] })))
    for (const changes of [{ realm }, { loginRealm: realm }]) {
      expect(await outcomeOf(openAt(url, changes))).toMatchObject({ code: 'bad-id', exitCode: 2 })
    }
    expect(requests).toEqual([])
  })

  test.each([
    ['100%', '100%25'],
    ['%2e%2e', '%252e%252e'],
    ['%2E.', '%252E.'],
    ['a%2fb', 'a%252fb'],
    ['%00', '%2500'],
    [' lead', '%20lead'],
    ['trail ', 'trail%20'],
  ])('each request for a realm named %j goes to %s and nothing else', async (realm, encoded) => {
    const paths: string[] = []
    const { url, requests } = await scriptedServer(
      keycloakScript(({ path }) => {
        paths.push(path.replace(/\?.*$/, ''))
        return { status: 404, json: { error: 'nothing here' } }
      }),
    )
    const keycloak = await openAt(url, { realm })
    for (const [call, segments] of Object.values(CALLS)) {
      paths.length = 0
      await outcomeOf(call(keycloak, 'x'))
      expect(paths).toEqual([`/admin/realms/${encoded}/${segments('x').join('/')}`])
    }
    await outcomeOf(keycloak.discovery())
    expect(requests.at(-1)?.path).toBe(`/realms/${encoded}/.well-known/openid-configuration`)
  })

  test.each<[string, (k: Keycloak) => Promise<unknown>]>([
    ['a user name', (k) => k.findUsers('a\u0000da')],
    ['a client id', (k) => k.findClient('shop\u0000')],
    ['a client id of events', (k) => k.events({ clientId: '\u0000' })],
    [
      'a logout URL',
      (k) => k.updateClient('c', { frontchannelLogout: false, backchannelLogoutUrl: 'https://a/\u0000' }),
    ],
  ])('%s with a NUL character is refused, and no request is sent', async (_, call) => {
    const seen: string[] = []
    const { url } = await scriptedServer(
      keycloakScript(({ method, path }) => {
        seen.push(`${method} ${path}`)
        return { json: [] }
      }),
    )
    expect(await outcomeOf(call(await openAt(url)))).toMatchObject({ code: 'bad-name', exitCode: 2 })
    expect(seen).toEqual([])
  })

  test('a client with an unsafe internal id is listed, but never addressed', async () => {
    const { url, requests } = await scriptedServer(
      keycloakScript(() => ({
        json: [
          { id: '..', clientId: 'evil' },
          { id: 'x', clientId: 'good' },
        ],
      })),
    )
    const keycloak = await openAt(url)
    expect((await keycloak.clients()).map(({ clientId }) => clientId)).toEqual(['evil', 'good'])
    const before = requests.length
    expect(await outcomeOf(keycloak.rawClient('..'))).toMatchObject({ code: 'odd-id', exitCode: 1 })
    expect(requests).toHaveLength(before)
  })
})

describe('a request that was not announced', () => {
  const expectation = (): Expectation => ({
    transport: {
      request: async () => ({ status: 204, headers: {}, body: '' }),
      close: () => {},
      sleep: async () => {},
    },
    origin: 'https://kc.test',
    method: 'DELETE',
    segments: ['auth', 'admin', 'realms', 'r', 'sessions', 's'],
    maxBytes: undefined,
  })

  test.each([
    ['another method', 'POST', 'https://kc.test/auth/admin/realms/r/sessions/s'],
    ['another host', 'DELETE', 'https://kc.test.evil/auth/admin/realms/r/sessions/s'],
    ['another port', 'DELETE', 'https://kc.test:8443/auth/admin/realms/r/sessions/s'],
    ['another scheme', 'DELETE', 'http://kc.test/auth/admin/realms/r/sessions/s'],
    ['credentials', 'DELETE', 'https://a:b@kc.test/auth/admin/realms/r/sessions/s'],
    ['the realm itself', 'DELETE', 'https://kc.test/auth/admin/realms/r/'],
    ['a missing id', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions/'],
    ['a double slash', 'DELETE', 'https://kc.test/auth/admin/realms/r//sessions/s'],
    ['two slashes at the end', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions/s//'],
    ['one segment more', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions/s/x'],
    ['another base path', 'DELETE', 'https://kc.test/admin/realms/r/sessions/s'],
    ['an encoded slash', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions%2Fs'],
    ['an invalid escape', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions/%ff'],
    ['.. that the URL resolves', 'DELETE', 'https://kc.test/auth/admin/realms/r/sessions/s/../../x'],
  ])('with %s is refused', (_, method, url) => {
    expect(() => assertExpected(expectation(), method, new URL(url))).toThrow(PathGuardError)
  })

  test.each([
    ['https://kc.test/auth/admin/realms/r/sessions/s'],
    ['https://kc.test/auth/admin/realms/r/sessions/s/'],
    ['https://kc.test/auth/admin/realms/r/sessions/s?isOffline=true'],
    ['https://kc.test/auth/admin/realms/%72/sessions/s'],
  ])('the announced one goes through: %s', (url) => {
    expect(() => assertExpected(expectation(), 'DELETE', new URL(url))).not.toThrow()
  })

  test('outside a call is refused', async () => {
    await expect(guardedFetch('https://kc.test/')).rejects.toThrow(/was not announced/)
  })

  test('after the first one of a call is refused', async () => {
    await announce(expectation(), async () => {
      const send = () => guardedFetch('https://kc.test/auth/admin/realms/r/sessions/s', { method: 'DELETE' })
      await send()
      await expect(send()).rejects.toThrow(/a second request/)
    })
  })
})
