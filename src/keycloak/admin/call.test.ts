import { describe, expect, test } from 'vitest'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Received,
  type Reply,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'
import { EXIT, UserError } from '../../errors.ts'
import { pauseBefore, retryAfterMs } from '../http/retry.ts'
import type { Keycloak } from '../keycloak.ts'

const CLIENT = { id: 'c', clientId: 'app' }
const SESSION = {
  id: 's',
  userId: 'u',
  username: 'ada',
  start: 1_700_000_000_000,
  lastAccess: 1_700_000_000_000,
}

/** Every method, how it is called, the role it names when that is missing, and an answer that is right for it. */
const METHODS: Record<
  string,
  readonly [(k: Keycloak) => Promise<unknown>, role: string | undefined, right: Reply]
> = {
  realmInfo: [(k) => k.realmInfo(), 'view-realm', { json: { realm: 'customers' } }],
  clients: [(k) => k.clients(), 'view-clients', { json: [CLIENT] }],
  findClient: [(k) => k.findClient('app'), 'view-clients', { json: [CLIENT] }],
  rawClient: [(k) => k.rawClient('c'), 'view-clients', { json: CLIENT }],
  updateClient: [
    (k) => k.updateClient('c', { frontchannelLogout: false }),
    'manage-clients',
    { status: 204 },
  ],
  findUsers: [(k) => k.findUsers('a da'), 'view-users', { json: [] }],
  findUserById: [(k) => k.findUserById('u'), 'view-users', { json: { id: 'u', username: 'ada' } }],
  sessionsOf: [(k) => k.sessionsOf('u'), 'view-users', { json: [SESSION] }],
  offlineSessionsOf: [(k) => k.offlineSessionsOf('u', 'c'), 'view-users', { json: [SESSION] }],
  offlineClientsOf: [(k) => k.offlineClientsOf('u'), 'view-users', { json: [] }],
  sessionCounts: [
    (k) => k.sessionCounts(),
    'view-realm',
    { json: [{ ...CLIENT, active: '3', offline: '0' }] },
  ],
  clientSessions: [
    (k) => k.clientSessions('c', { offline: false, first: 0, max: 100 }),
    'view-clients',
    { json: [SESSION] },
  ],
  countClientSessions: [
    (k) => k.countClientSessions('c', { offline: true }),
    'view-clients',
    { json: { count: 2 } },
  ],
  endSession: [(k) => k.endSession('s', { offline: false }), 'manage-users', { status: 204 }],
  logoutUser: [(k) => k.logoutUser('u'), 'manage-users', { status: 204 }],
  setUserEnabled: [(k) => k.setUserEnabled('u', false), 'manage-users', { status: 204 }],
  revokeConsent: [(k) => k.revokeConsent('u', 'app'), 'manage-users', { status: 204 }],
  logoutRealm: [(k) => k.logoutRealm(), 'manage-users', { json: {} }],
  pushRevocation: [(k) => k.pushRevocation(), 'manage-realm', { json: {} }],
  pushClientRevocation: [(k) => k.pushClientRevocation('c'), 'manage-clients', { json: {} }],
  testNodes: [(k) => k.testNodes('c'), 'manage-clients', { json: {} }],
  setRealmNotBefore: [(k) => k.setRealmNotBefore(1), 'manage-realm', { status: 204 }],
  events: [(k) => k.events({}), 'view-events', { json: [{ time: 1, type: 'LOGOUT' }] }],
  adminEvents: [(k) => k.adminEvents({}), 'view-events', { json: [{ time: 1, operationType: 'ACTION' }] }],
  eventsConfig: [(k) => k.eventsConfig(), 'view-events', { json: { eventsEnabled: true } }],
  serverInfo: [(k) => k.serverInfo(), undefined, { json: { systemInfo: { version: '26.7.4' } } }],
}
const names = Object.keys(METHODS)
const method = (name: string) => {
  const found = METHODS[name]
  if (!found) throw new Error(name)
  return found
}

async function at(answer: (request: Received, n: number) => Reply) {
  const seen: Received[] = []
  const { url, requests } = await scriptedServer(
    keycloakScript((request) => {
      seen.push(request)
      return answer(request, seen.length)
    }),
  )
  return { keycloak: await openAt(url), seen, requests }
}

describe('the right answer', () => {
  test.each(names)('of %s is taken', async (name) => {
    const [call, , right] = method(name)
    const { keycloak, seen } = await at(() => right)
    expect(await outcomeOf(call(keycloak))).not.toBeInstanceOf(Error)
    expect(seen.every(({ headers }) => headers.accept === 'application/json')).toBe(true)
  })
})

describe('an answer that only looks like success is none: exit 1', () => {
  const WRONG: Record<string, Reply> = {
    'a web page': { text: '<!doctype html><title>Sign in</title>', headers: { 'content-type': 'text/html' } },
    'an empty 200': { status: 200, text: '' },
    'half a document': { text: '[{"id":"c","clientId":' },
    'a number': { json: 1 },
    'a list of nothing': { json: [null] },
    'the wrong kind': { json: { unexpected: [[]] } },
  }
  test.each(names.flatMap((name) => Object.keys(WRONG).map((wrong) => [wrong, name])))(
    '%s of %s',
    async (wrong, name) => {
      // Keycloak leaves out what is empty, so an object with other fields may be right for these.
      const lenient = [
        'logoutRealm',
        'pushRevocation',
        'pushClientRevocation',
        'testNodes',
        'serverInfo',
        'eventsConfig',
      ]
      if (wrong === 'the wrong kind' && lenient.includes(name)) return expect(lenient).toContain(name)
      const [call] = method(name)
      const { keycloak } = await at(() => WRONG[wrong])
      expect(await outcomeOf(call(keycloak))).toMatchObject({ code: 'bad-answer', exitCode: 1 })
    },
  )

  test('an empty list of clients means a missing role: exit 4', async () => {
    const { keycloak } = await at(() => ({ json: [] }))
    expect(await outcomeOf(keycloak.clients())).toMatchObject({
      code: 'role-missing',
      exitCode: 4,
      message: expect.stringContaining('view-clients'),
    })
  })
})

const AS_24_0_5_DOES = 'For more on this error consult the server log at the debug level.'

describe('a refusal', () => {
  const refusable = names.filter((name) => name !== 'realmInfo')
  test.each(refusable)('of %s with 403 names the role: exit 4, asked once', async (name) => {
    const [call, role] = method(name)
    const { keycloak, seen } = await at(() => ({ status: 403, json: { error: 'HTTP 403 Forbidden' } }))
    expect(await outcomeOf(call(keycloak))).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(role ?? 'version'),
    })
    expect(new Set(seen.map(({ path }) => path)).size).toBe(seen.length)
  })

  test('of the realm’s settings, as 12 to 18 refuse whoever may not see all of them, leaves its name', async () => {
    const { keycloak, seen } = await at(() => ({ status: 403, json: {} }))
    expect(await keycloak.realmInfo()).toMatchObject({ name: 'customers', notBefore: undefined })
    expect(seen).toHaveLength(1)
  })

  test('names the client that holds the role when master was signed in to', async () => {
    const { keycloak } = await at(() => ({ status: 403, json: {} }))
    expect(await outcomeOf(keycloak.clients())).toMatchObject({
      hint: expect.stringContaining('customers-realm'),
    })
  })

  test.each<[number, unknown, string, number]>([
    [404, { error: 'Realm not found.' }, 'realm-not-found', EXIT.notFound],
    [404, { error: 'User not found' }, 'user-not-found', EXIT.notFound],
    [404, { error: 'Could not find client' }, 'client-not-found', EXIT.notFound],
    [404, { error: 'Client not found' }, 'client-not-found', EXIT.notFound],
    [404, undefined, 'not-found', EXIT.notFound],
    [404, { error: 'User not found', error_description: AS_24_0_5_DOES }, 'user-not-found', EXIT.notFound],
    [
      400,
      { error: 'invalid_input', error_description: 'Backchannel logout URL is not a valid URL' },
      'refused',
      EXIT.usage,
    ],
    [400, { errorMessage: 'No' }, 'refused', EXIT.failed],
    [407, undefined, 'proxy-refused', EXIT.unreachable],
    [409, { errorMessage: 'Client x already exists' }, 'conflict', EXIT.failed],
    [418, undefined, 'server-error', EXIT.failed],
    [429, undefined, 'too-many-requests', EXIT.failed],
    [500, { error: 'unknown_error' }, 'server-error', EXIT.failed],
    [503, undefined, 'server-unavailable', EXIT.unreachable],
  ])('%i %j → %s, exit %i, in the words of Keycloak', async (status, json, code, exitCode) => {
    const { keycloak } = await at(() => ({ status, json }))
    const outcome = await outcomeOf(keycloak.logoutUser('u'))
    expect(outcome).toBeInstanceOf(UserError)
    expect(outcome).toMatchObject({ code, exitCode, hint: expect.stringMatching(/\S/) })
    for (const words of Object.values(json ?? {})) {
      if (!/invalid_input|unknown_error|consult the server log/.test(words)) {
        expect(outcome).toMatchObject({ message: expect.stringContaining(words) })
      }
    }
  })

  test('says when the server asks to wait', async () => {
    const { keycloak } = await at(() => ({ status: 429, headers: { 'retry-after': '7' } }))
    expect(await outcomeOf(keycloak.logoutUser('u'))).toMatchObject({
      retryAfter: 7000,
      hint: expect.stringContaining('7'),
    })
  })
})

describe('trying again', () => {
  test('a question that is answered 5xx is asked up to three times more', async () => {
    const { keycloak, seen } = await at((_, n) => (n < 4 ? { status: 500 } : { json: [SESSION] }))
    expect(await keycloak.sessionsOf('u')).toHaveLength(1)
    expect(seen).toHaveLength(4)
  })

  test('and then it has failed', async () => {
    const { keycloak, seen } = await at(() => ({ status: 502 }))
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({
      code: 'server-unavailable',
      exitCode: 6,
    })
    expect(seen).toHaveLength(4)
  })

  const repeated = new Set(['endSession'])
  // findUsers asks several questions at once and ends with the first that fails.
  const single = names.filter((name) => name !== 'findUsers')
  test.each(single)('%s: sent again after a 5xx only where that does no harm', async (name) => {
    const [call] = method(name)
    const { keycloak, seen } = await at(() => ({ status: 500, headers: { 'retry-after': '0' } }))
    await outcomeOf(call(keycloak))
    const isQuestion = seen[0]?.method === 'GET' && name !== 'testNodes'
    const paths = new Set(seen.map(({ path }) => path)).size
    expect(seen).toHaveLength((isQuestion || repeated.has(name) ? 4 : 1) * paths)
  })

  test('not where the server wants to be left alone for longer: whoever asked is told so', async () => {
    const { keycloak, seen } = await at(() => ({ status: 503, headers: { 'retry-after': '30' } }))
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({
      code: 'server-unavailable',
      exitCode: 6,
      retryAfter: 30_000,
      hint: expect.stringContaining('Retry-After 30'),
    })
    expect(seen).toHaveLength(1)
  })

  test.each([400, 404, 409, 429])('not after %i', async (status) => {
    const { keycloak, seen } = await at(() => ({ status }))
    await outcomeOf(keycloak.sessionsOf('u'))
    expect(seen).toHaveLength(1)
  })

  test.each([
    // The connection of the sign-in was kept: that one may just have gone, which is no try.
    ['a question is asked again after a connection that broke', 'sessionsOf', 1 + 4],
    ['an act is not: what was done is not known', 'logoutUser', 1],
    ['nor is a question that makes Keycloak call applications', 'testNodes', 1],
  ])('%s', async (_, name, sent) => {
    const { url, requests } = await scriptedServer(
      keycloakScript((_, response) => {
        response.socket?.destroy()
        return undefined
      }),
    )
    const [call] = method(name)
    expect(await outcomeOf<unknown>(call(await openAt(url)))).toMatchObject({
      code: 'connection-closed',
      exitCode: 6,
    })
    expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(sent)
  })

  test('of several kept connections one is used up, and no more: each further try has its own', async () => {
    const waiting: (() => void)[] = []
    const { url, requests } = await scriptedServer(
      keycloakScript(async ({ path }, response) => {
        if (path.endsWith('/users/u/sessions')) {
          response.socket?.destroy()
          return undefined
        }
        // Four at the same time make four connections that are kept.
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 4) for (const go of waiting) go()
        })
        return { json: { realm: 'customers' } }
      }),
    )
    const keycloak = await openAt(url)
    await Promise.all([1, 2, 3, 4].map(() => keycloak.realmInfo()))
    expect(await outcomeOf<unknown>(keycloak.sessionsOf('u'))).toMatchObject({ code: 'connection-closed' })
    expect(requests.filter(({ path }) => path.endsWith('/users/u/sessions'))).toHaveLength(1 + 4)
  })

  test('a node that dies under a question: another one answers', async () => {
    let count = 0
    const { url } = await scriptedServer(
      keycloakScript((_, response) => {
        if (++count > 1) return { json: [SESSION] }
        response.socket?.destroy()
        return undefined
      }),
    )
    expect(await (await openAt(url)).sessionsOf('u')).toHaveLength(1)
  })

  test('the pause grows, is left to chance in part, and keeps to Retry-After within reason', () => {
    const pauses = (chance: number) => [1, 2, 3].map((tries) => pauseBefore(tries, undefined, () => chance))
    expect(pauses(0)).toEqual([100, 200, 400])
    expect(pauses(1)).toEqual([200, 400, 800])
    expect(pauseBefore(1, '2')).toBe(2000)
    expect(pauseBefore(1, '3600')).toBe(5000)
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000)
    expect(retryAfterMs('soon')).toBeUndefined()
  })
})

describe('a 401', () => {
  test('is answered by another token and the same request once more, acts too', async () => {
    const { keycloak, seen, requests } = await at((_, n) =>
      n === 1 ? { status: 401, json: {} } : { status: 204 },
    )
    await keycloak.logoutUser('u')
    expect(seen.map(({ path }) => path)).toEqual(Array(2).fill('/admin/realms/customers/users/u/logout'))
    expect(seen[0]?.headers.authorization).not.toBe(seen[1]?.headers.authorization)
    expect(requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(2)
  })

  test('that stays: exit 4', async () => {
    const { keycloak, seen } = await at(() => ({ status: 401, json: { error: 'HTTP 401 Unauthorized' } }))
    expect(await outcomeOf(keycloak.logoutUser('u'))).toMatchObject({ code: 'unauthorized', exitCode: 4 })
    expect(seen).toHaveLength(2)
  })
})

describe('an act that outlasts the time-out', () => {
  const acts: [string, (k: Keycloak) => Promise<unknown>][] = [
    'endSession',
    'logoutUser',
    'logoutRealm',
    'pushRevocation',
    'testNodes',
  ].map((name) => [name, method(name)[0]])
  test.each(acts)('%s is still running: exit 6, and not sent again', async (_, call) => {
    const { url, requests } = await scriptedServer(keycloakScript(() => undefined))
    const keycloak = await openAt(url, { timeout: 200 })
    expect(await outcomeOf(call(keycloak))).toMatchObject({ code: 'still-running', exitCode: 6 })
    expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(1)
  })

  test.each(acts)('%s behind a proxy that gives up (504) is still running too', async (_, call) => {
    const { keycloak, seen } = await at(() => ({ status: 504 }))
    expect(await outcomeOf(call(keycloak))).toMatchObject({ code: 'still-running', exitCode: 6 })
    expect(seen).toHaveLength(1)
  })

  test('a question that does is a time-out', async () => {
    const { url } = await scriptedServer(keycloakScript(() => undefined))
    const keycloak = await openAt(url, { timeout: 200 })
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({ code: 'timeout', exitCode: 6 })
  })
})

describe('ending a session', () => {
  test('that has gone is no failure', async () => {
    const { keycloak } = await at(() => ({ status: 404, json: { error: 'Sesssion not found' } }))
    expect(await keycloak.endSession('-LwjD-0v6ItpnYKvEl-hzlSw', { offline: false })).toBe('gone')
  })

  test.each<[string, readonly Reply[], 'ended' | 'gone']>([
    ['after a 5xx, our own earlier try has ended it', [{ status: 502 }], 'ended'],
    ['after a 401, which says that nothing was done, it had gone', [{ status: 401, json: {} }], 'gone'],
    ['after an answer that was lost, our own earlier try has ended it', [undefined], 'ended'],
  ])('a 404 %s', async (_, before, expected) => {
    let count = 0
    const { url } = await scriptedServer(
      keycloakScript((_, response) => {
        if (count >= before.length) return { status: 404, json: { error: 'Session not found' } }
        const reply = before[count++]
        // Over a kept connection: the transport itself asks once more.
        if (reply === undefined) response.socket?.destroy()
        return reply
      }),
    )
    expect(await (await openAt(url)).endSession('s', { offline: false })).toBe(expected)
  })

  test('says whether it is an offline one', async () => {
    const { keycloak, seen } = await at(() => ({ status: 204 }))
    await keycloak.endSession('-x', { offline: true })
    await keycloak.endSession('-x', { offline: false })
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /admin/realms/customers/sessions/-x?isOffline=true',
      'DELETE /admin/realms/customers/sessions/-x?isOffline=false',
    ])
  })

  test.each([
    [{ status: 404, json: { error: 'Realm not found.' } }, 'realm-not-found'],
    [{ status: 404, text: '<html>' }, 'not-found'],
  ])('a 404 that is about something else is not "gone"', async (reply, code) => {
    const { keycloak } = await at(() => reply)
    expect(await outcomeOf(keycloak.endSession('s', { offline: false }))).toMatchObject({ code, exitCode: 5 })
  })
})

describe('finding people', () => {
  const user = (id: string, username: string, email?: string) => ({ id, username, email })

  test('by id, username and e-mail address, exactly but without case, each once', async () => {
    const { keycloak } = await at(({ path }) => {
      if (path.includes('username=')) return { json: [user('1', 'ada@x.org'), user('2', 'ada@x.org.uk')] }
      if (path.includes('email='))
        return { json: [user('1', 'ada@x.org', 'ADA@x.org'), user('3', 'eve', 'ada@x.org')] }
      return { status: 404, json: { error: 'User not found' } }
    })
    expect((await keycloak.findUsers('Ada@X.org')).map(({ id }) => id)).toEqual(['1', '3'])
  })

  test('looks through the pages of a server that knows no exact search', async () => {
    const crowd = Array.from({ length: 250 }, (_, n) => user(`u${n}`, n === 249 ? 'ada' : `ada${n}`))
    const { keycloak } = await at(({ path }) => {
      const query = new URL(path, 'http://x').searchParams
      if (!query.has('username'))
        return path.includes('?') ? { json: [] } : { status: 404, json: { error: 'User not found' } }
      const first = Number(query.get('first'))
      return { json: crowd.slice(first, first + Number(query.get('max'))) }
    })
    expect((await keycloak.findUsers('ada')).map(({ id }) => id)).toEqual(['u249'])
  })

  test('what can be no id is not asked for as one', async () => {
    const { keycloak, seen } = await at(() => ({ json: [] }))
    expect(await keycloak.findUsers('../x')).toEqual([])
    expect(seen.every(({ path }) => path.startsWith('/admin/realms/customers/users/?'))).toBe(true)
  })

  test('an empty name finds nobody, rather than everybody', async () => {
    const { keycloak, seen } = await at(() => ({ json: [user('1', 'ada')] }))
    expect(await keycloak.findUsers('')).toEqual([])
    expect(await keycloak.findClient('')).toBeUndefined()
    expect(seen).toEqual([])
  })
})

describe('changing a client', () => {
  test('sends the changed fields and the present frontchannelLogout, and nothing else', async () => {
    const { keycloak, seen } = await at(() => ({ status: 204 }))
    await keycloak.updateClient('c', {
      backchannelLogoutUrl: 'https://app.example.com/logout',
      backchannelLogoutSessionRequired: true,
      frontchannelLogout: false,
    })
    await keycloak.updateClient('c', { backchannelLogoutUrl: null, adminUrl: null, frontchannelLogout: true })
    await keycloak.updateClient('c', { adminUrl: 'https://app.example.com/', frontchannelLogout: false })
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
      {
        frontchannelLogout: false,
        attributes: {
          'backchannel.logout.url': 'https://app.example.com/logout',
          'backchannel.logout.session.required': 'true',
        },
      },
      { frontchannelLogout: true, adminUrl: '', attributes: { 'backchannel.logout.url': null } },
      { frontchannelLogout: false, adminUrl: 'https://app.example.com/' },
    ])
  })
})

describe('what the server can do', () => {
  test.each([
    ['26.7.4', true, true],
    ['26.4.0', true, true],
    ['26.0.8', true, false],
    ['24.0.5', true, false],
    ['22.0.5', false, false],
    ['12.0.4', false, false],
    ['27.0.0-SNAPSHOT', true, true],
    ['nonsense', undefined, undefined],
  ])('%s', async (version, endsOfflineSessions, realmStepDeletesOffline) => {
    const { keycloak, seen } = await at(() => ({ json: { systemInfo: { version } } }))
    const expected = { version, endsOfflineSessions, realmStepDeletesOffline }
    expect(await keycloak.capabilities()).toEqual(expected)
    expect(await keycloak.capabilities()).toEqual(expected)
    expect(seen).toHaveLength(1)
  })

  test.each<[string, Reply]>([
    ['is not shown', { json: {} }],
    ['is forbidden', { status: 403, json: {} }],
  ])('a version that %s: nothing is claimed', async (_, reply) => {
    const { keycloak } = await at(() => reply)
    expect(await keycloak.capabilities()).toEqual({
      version: undefined,
      endsOfflineSessions: undefined,
      realmStepDeletesOffline: undefined,
    })
  })

  test.each<[string, object, object]>([
    [
      'an own session of 24 characters',
      { sid: 'SyW5jBxgp28h-Q24NB4VtH6t' },
      { endsOfflineSessions: true, realmStepDeletesOffline: true },
    ],
    [
      'an id with its context',
      { jti: 'trrtcc:d2c36e46-acad-37b7-f91b-6abc60d0d4a0' },
      { endsOfflineSessions: true },
    ],
    [
      'ids of old',
      { jti: 'd2c36e46-acad-37b7-f91b-6abc60d0d4a0', sid: 'd2c36e46-acad-37b7-f91b-6abc60d0d4a0' },
      {},
    ],
  ])('and where the version is not shown, what a token with %s proves', async (_, claims, expected) => {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const token = () => ({ json: { access_token: `e30.${payload}.x`, expires_in: 60 } })
    const { url } = await scriptedServer(keycloakScript(() => ({ json: {} }), { token }))
    const unknown = { version: undefined, endsOfflineSessions: undefined, realmStepDeletesOffline: undefined }
    expect(await (await openAt(url)).capabilities()).toEqual({ ...unknown, ...expected })
  })
})

describe('a traceparent', () => {
  const HEADER = '00-0123456789abcdef0000000000000001-fedcba9876543210-01'
  const sent = async (ends: (keycloak: Keycloak) => Promise<unknown>, reply: Reply) => {
    const { keycloak, seen } = await at(() => reply)
    await ends(keycloak)
    return seen.map(({ headers }) => headers.traceparent)
  }

  test('goes with each request that ends sessions, and with no other', async () => {
    const empty = { status: 204 }
    expect(await sent((k) => k.endSession('s', { offline: false, traceparent: HEADER }), empty)).toEqual([
      HEADER,
    ])
    expect(await sent((k) => k.logoutUser('u', HEADER), empty)).toEqual([HEADER])
    expect(await sent((k) => k.logoutRealm(HEADER), { status: 200, json: {} })).toEqual([HEADER])
    expect(await sent((k) => k.endSession('s', { offline: false }), empty)).toEqual([undefined])
  })
})
