import { describe, expect, test } from 'vitest'
import { keycloakAnswering } from '../../../test/support/keycloak-methods.ts'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Reply,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'
import type { Keycloak } from '../keycloak.ts'

describe('ending a session', () => {
  test('an unknown session is gone, not an error', async () => {
    const { keycloak } = await keycloakAnswering(() => ({
      status: 404,
      json: { error: 'Sesssion not found' },
    }))
    expect(await keycloak.endSession('-LwjD-0v6ItpnYKvEl-hzlSw', { offline: false })).toBe('gone')
  })

  test.each<[string, readonly Reply[], 'unclear' | 'gone']>([
    ['after a 5xx: our earlier attempt may have ended it', [{ status: 502 }], 'unclear'],
    ['after a 401, which excludes that: it was gone', [{ status: 401, json: {} }], 'gone'],
    ['after a lost answer: our earlier attempt may have ended it', [undefined], 'unclear'],
  ])('a 404 %s', async (_, before, expected) => {
    let count = 0
    const { url } = await scriptedServer(
      keycloakScript((_, response) => {
        if (count >= before.length) return { status: 404, json: { error: 'Session not found' } }
        const reply = before[count++]
        // Over a kept connection: the transport itself sends it once more.
        if (reply === undefined) response.socket?.destroy()
        return reply
      }),
    )
    let repeats = 0
    const onRepeat = () => void repeats++
    expect(await (await openAt(url)).endSession('s', { offline: false, onRepeat })).toBe(expected)
    expect(repeats).toBe(expected === 'unclear' ? 1 : 0)
  })

  test('sends whether it is an offline session', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 204 }))
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
    const { keycloak } = await keycloakAnswering(() => reply)
    expect(await outcomeOf(keycloak.endSession('s', { offline: false }))).toMatchObject({ code, exitCode: 5 })
  })
})

describe('findUsers', () => {
  const user = (id: string, username: string, email?: string) => ({ id, username, email })

  test('finds by id, username and e-mail address, exact except for case, each user once', async () => {
    const { keycloak } = await keycloakAnswering(({ path }) => {
      if (path.includes('username=')) return { json: [user('1', 'ada@x.org'), user('2', 'ada@x.org.uk')] }
      if (path.includes('email='))
        return { json: [user('1', 'ada@x.org', 'ADA@x.org'), user('3', 'eve', 'ada@x.org')] }
      return { status: 404, json: { error: 'User not found' } }
    })
    expect((await keycloak.findUsers('Ada@X.org')).map(({ id }) => id)).toEqual(['1', '3'])
  })

  test('reads the pages of a server without exact search', async () => {
    const crowd = Array.from({ length: 250 }, (_, n) => user(`u${n}`, n === 249 ? 'ada' : `ada${n}`))
    const { keycloak } = await keycloakAnswering(({ path }) => {
      const query = new URL(path, 'http://x').searchParams
      if (!query.has('username'))
        return path.includes('?') ? { json: [] } : { status: 404, json: { error: 'User not found' } }
      const first = Number(query.get('first'))
      return { json: crowd.slice(first, first + Number(query.get('max'))) }
    })
    expect((await keycloak.findUsers('ada')).map(({ id }) => id)).toEqual(['u249'])
  })

  test('does not use an invalid id as a path', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ json: [] }))
    expect(await keycloak.findUsers('../x')).toEqual([])
    expect(seen.every(({ path }) => path.startsWith('/admin/realms/customers/users/?'))).toBe(true)
  })

  test('an empty name finds no user, not all', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ json: [user('1', 'ada')] }))
    expect(await keycloak.findUsers('')).toEqual([])
    expect(await keycloak.findClient('')).toBeUndefined()
    expect(seen).toEqual([])
  })
})

describe('updateClient', () => {
  test('sends only the changed fields and the present frontchannelLogout', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 204 }))
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

describe('capabilities', () => {
  test.each([
    ['26.7.4', true, true, true, true, true, true],
    ['26.7.0', true, true, true, true, true, true],
    ['26.6.4', true, true, false, false, true, false],
    ['26.4.0', true, true, false, false, true, false],
    ['26.0.8', true, false, false, false, false, false],
    ['24.0.5', true, false, false, false, false, false],
    ['22.0.5', false, false, false, false, false, false],
    ['12.0.4', false, false, true, false, false, false],
    ['27.0.0-SNAPSHOT', true, true, true, true, true, true],
    ['nonsense', undefined, undefined, undefined, undefined, undefined, undefined],
  ])(
    '%s',
    async (version, endsOffline, stepDeletesOffline, notifiesEach, listsWithoutClient, traces, named) => {
      const { keycloak, seen } = await keycloakAnswering(() => ({ json: { systemInfo: { version } } }))
      const expected = {
        version,
        endsOfflineSessions: endsOffline,
        realmStepDeletesOffline: stepDeletesOffline,
        userLogoutNotifiesEachSession: notifiesEach,
        listsSessionsWithoutClient: listsWithoutClient,
        tracesCalls: traces,
        logNamesSession: named,
      }
      expect(await keycloak.capabilities()).toEqual(expected)
      expect(await keycloak.capabilities()).toEqual(expected)
      expect(seen).toHaveLength(1)
    },
  )

  test.each<[string, Reply]>([
    ['is not shown', { json: {} }],
    ['is forbidden', { status: 403, json: {} }],
  ])('a version that %s: nothing is claimed', async (_, reply) => {
    const { keycloak } = await keycloakAnswering(() => reply)
    expect(await keycloak.capabilities()).toEqual({
      version: undefined,
      endsOfflineSessions: undefined,
      realmStepDeletesOffline: undefined,
      userLogoutNotifiesEachSession: undefined,
      listsSessionsWithoutClient: undefined,
      tracesCalls: undefined,
      logNamesSession: undefined,
    })
  })

  test.each<[string, object, object]>([
    [
      'an own session of 24 characters',
      { sid: 'SyW5jBxgp28h-Q24NB4VtH6t' },
      {
        endsOfflineSessions: true,
        realmStepDeletesOffline: true,
        userLogoutNotifiesEachSession: true,
        listsSessionsWithoutClient: true,
        tracesCalls: true,
      },
    ],
    [
      'an id with its context',
      { jti: 'trrtcc:d2c36e46-acad-37b7-f91b-6abc60d0d4a0' },
      { endsOfflineSessions: true, tracesCalls: true },
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
    const unknown = {
      version: undefined,
      endsOfflineSessions: undefined,
      realmStepDeletesOffline: undefined,
      userLogoutNotifiesEachSession: undefined,
      listsSessionsWithoutClient: undefined,
      tracesCalls: undefined,
      logNamesSession: undefined,
    }
    expect(await (await openAt(url)).capabilities()).toEqual({ ...unknown, ...expected })
  })
})

describe('a traceparent', () => {
  const HEADER = '00-0123456789abcdef0000000000000001-fedcba9876543210-01'
  const sent = async (ends: (keycloak: Keycloak) => Promise<unknown>, reply: Reply) => {
    const { keycloak, seen } = await keycloakAnswering(() => reply)
    await ends(keycloak)
    return seen.map(({ headers }) => headers.traceparent)
  }

  test('is sent with each request that ends sessions, and with no other', async () => {
    const empty = { status: 204 }
    expect(await sent((k) => k.endSession('s', { offline: false, traceparent: HEADER }), empty)).toEqual([
      HEADER,
    ])
    expect(await sent((k) => k.logoutUser('u', { traceparent: HEADER }), empty)).toEqual([HEADER])
    expect(await sent((k) => k.logoutRealm(HEADER), { status: 200, json: {} })).toEqual([HEADER])
    expect(await sent((k) => k.endSession('s', { offline: false }), empty)).toEqual([undefined])
  })
})
