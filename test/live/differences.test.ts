import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { send } from '../support/http.ts'
import { note } from '../support/observed.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'
import { factsOf, type VersionFacts } from '../support/versions.ts'

const keycloak = inject('keycloak')
const expected = factsOf(keycloak.version)

let realm: TestRealm
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
      { clientId: 'tenant', adminUrl: `${receiver.url}/tenant` },
      {
        clientId: 'front',
        backchannelLogoutUrl: `${receiver.url}/front`,
        frontchannelLogout: true,
      },
      { clientId: 'clerk', serviceAccountRoles: ['manage-users'] },
      { clientId: 'manager', serviceAccountRoles: ['manage-realm'] },
    ],
    users: ['ada'],
  })
  await receiver.trust(realm)
})
afterEach(async () => {
  await realm.post(`/users/${await realm.idOfUser('ada')}/logout`)
  for (const client of ['shop', 'front'])
    await realm.request('DELETE', `/users/${await realm.idOfUser('ada')}/consents/${client}`)
  receiver.clear()
})
afterAll(async () => {
  await realm.remove()
  await receiver.close()
})

const adaSignsIn = (client: string, offline = false) => directGrant(realm, { user: 'ada', client, offline })
const notified = async (client: string) => (await receiver.logoutTokens(`/${client}`)).length
const kcLogout = async (...args: string[]) => {
  const ran = await runCli(args, { env: adminEnv(keycloak, realm.name) })
  expect(ran.code, ran.stderr).toBe(0)
}
const offlineSessions = async () =>
  (await realm.get<unknown[]>(`/clients/${await realm.idOfClient('shop')}/offline-sessions`)).length

/** A difference between versions: what this server does must match `factsOf` its version. */
type Row = { [K in keyof VersionFacts]: [K, string, () => Promise<VersionFacts[K]>] }[keyof VersionFacts]

describe('this version behaves as expected', () => {
  const rows: Row[] = [
    ['basePath', 'the base path', async () => (/\/auth$/.test(keycloak.url) ? '/auth' : 'none')],
    [
      'sessionId',
      'a session id is',
      async () => {
        const { sid } = await adaSignsIn('shop')
        return /^[\w-]{24}$/.test(sid) ? '24 characters' : /^[0-9a-f-]{36}$/.test(sid) ? 'UUID' : odd(sid)
      },
    ],
    [
      'ownUserLogoutNotifies',
      "Keycloak's own logout of a user with three sessions at a client notifies it of",
      async () => {
        for (let n = 0; n < 3; n++) await adaSignsIn('shop')
        await realm.post(`/users/${await realm.idOfUser('ada')}/logout`)
        const count = await notified('shop')
        return count === 3 ? 'each session' : count === 1 ? 'each client once' : odd(count)
      },
    ],
    [
      'logoutTokenType',
      'a logout token is of the type',
      async () => {
        const { jwt } = await aLogoutToken()
        const { typ } = decodeProtectedHeader(jwt)
        return typ === 'JWT' || typ === 'logout+jwt' ? typ : odd(typ)
      },
    ],
    [
      'logoutTokenExpires',
      'a logout token expires',
      async () => {
        const { exp, iat = 0 } = decodeJwt((await aLogoutToken()).jwt)
        return exp === undefined ? 'no exp' : exp - iat === 120 ? 'after 120 s' : odd(exp - iat)
      },
    ],
    [
      'endsOfflineSession',
      'a single offline session can be ended',
      async () => {
        const { sid } = await adaSignsIn('shop', true)
        const answer = await realm.request('DELETE', `/sessions/${sid}?isOffline=true`)
        if (answer.status !== 204) odd(answer.status)
        return (await offlineSessions()) === 0
      },
    ],
    [
      'offlineSignInIsOnlineToo',
      'a sign-in with offline_access also starts an online session',
      async () => {
        const { sid } = await adaSignsIn('shop', true)
        return (await realm.sessionsOf('ada')).some(({ id }) => id === sid)
      },
    ],
    [
      'realmLogoutDeletesOffline',
      "Keycloak's own logout of the realm deletes offline sessions",
      async () => {
        await adaSignsIn('shop', true)
        await realm.post('/logout-all')
        return (await offlineSessions()) === 0
      },
    ],
    [
      'partialPutSilences',
      'a PUT without frontchannelLogout switches it on at a public client',
      async () => {
        const id = await realm.addClient({ clientId: `partial-${Date.now()}`, publicClient: true })
        await realm.put(`/clients/${id}`, { attributes: { 'backchannel.logout.url': `${receiver.url}/x` } })
        return (await realm.get<{ frontchannelLogout: boolean }>(`/clients/${id}`)).frontchannelLogout
      },
    ],
    [
      'emptyAttribute',
      'an attribute set to the empty string is',
      async () => {
        const id = await realm.addClient({ clientId: `empty-${Date.now()}`, attributes: { ours: 'x' } })
        await realm.put(`/clients/${id}`, { frontchannelLogout: false, attributes: { ours: '' } })
        const { attributes } = await realm.get<{ attributes: Record<string, string> }>(`/clients/${id}`)
        return attributes.ours === ''
          ? 'kept'
          : attributes.ours === undefined
            ? 'removed'
            : odd(attributes.ours)
      },
    ],
    [
      'clientShowsSecret',
      'the representation of a confidential client contains its secret',
      async () => {
        const { secret } = await realm.client('clerk')
        return secret === realm.secretOf('clerk') || (secret === undefined ? false : odd(typeof secret))
      },
    ],
    [
      'clientDatesSecret',
      'the representation of a confidential client contains the time of its secret',
      async () => {
        const id = await realm.addClient({ clientId: `dated-${Date.now()}`, secret: 'first' })
        await realm.post(`/clients/${id}/client-secret`)
        const { attributes } = await realm.get<{ attributes: Record<string, string> }>(`/clients/${id}`)
        return attributes['client.secret.creation.time'] !== undefined
      },
    ],
    [
      'logoutAllWithoutAccept',
      'POST logout-all without an Accept header is answered',
      async () => {
        const { status } = await realm.request('POST', '/logout-all', { headers: { accept: '*/*' } })
        return status === 200 || status === 500 ? status : odd(status)
      },
    ],
    [
      'eventsByMillisecond',
      'events since a millisecond are answered',
      async () => {
        const { status } = await realm.request('GET', `/events?dateFrom=${Date.now() - 60_000}`)
        return status === 200 || status === 400 ? status : odd(status)
      },
    ],
    [
      'oddAdminUrl',
      'the Admin URL "not a url" is',
      async () => {
        const id = await realm.addClient({ clientId: `odd-${Date.now()}` })
        const { status } = await realm.request('PUT', `/clients/${id}`, {
          json: { frontchannelLogout: false, adminUrl: 'not a url' },
        })
        return status === 204 ? 'accepted' : status === 400 ? 'refused' : odd(status)
      },
    ],
    [
      'sessionClaim',
      'an access token names its session by',
      async () => {
        const claims = decodeJwt((await adaSignsIn('shop')).tokens.access_token)
        const named = ['session_state', 'sid'].filter((name) => name in claims).join(', ')
        return named === 'sid' || named === 'session_state' || named === 'session_state, sid'
          ? named
          : odd(named)
      },
    ],
    [
      'versionShownTo',
      'the version of the server is shown to',
      async () => {
        const [clerk, manager] = [await versionShownTo('clerk'), await versionShownTo('manager')]
        return clerk ? 'any admin role' : manager ? 'manage-realm' : 'nobody'
      },
    ],
    [
      'adminPermissions',
      'a realm can have fine-grained admin permissions',
      async () => {
        const settings = { adminPermissionsEnabled: true }
        // Servers that do not know the field refuse it, or leave it out.
        const permitting = await createRealm(keycloak, { settings }).catch(() => undefined)
        if (!permitting) return false
        try {
          const { adminPermissionsEnabled } = await permitting.get<Record<string, unknown>>('')
          return adminPermissionsEnabled === true
        } finally {
          await permitting.remove()
        }
      },
    ],
    [
      'listsExpiredParts',
      'lists of sessions by client contain client sessions that have expired',
      async () => {
        const attributes = { 'client.session.max.lifespan': '1' }
        const brief = await createRealm(keycloak, {
          clients: [{ clientId: 'brief', attributes }, { clientId: 'shop' }],
          users: ['ada'],
        })
        try {
          const { browser } = await signIn(brief, { user: 'ada', client: 'brief' })
          await signIn(brief, { user: 'ada', client: 'shop', browser })
          await sleep(2500)
          return (await brief.sessionsAt('brief')).length > 0
        } finally {
          await brief.remove()
        }
      },
    ],
    [
      'organizations',
      'a realm can have organizations',
      async () => {
        const settings = { organizationsEnabled: true }
        const having = await createRealm(keycloak, { settings }).catch(() => undefined)
        const answer = await having?.request('GET', '/organizations')
        await having?.remove()
        return answer?.status === 200
      },
    ],
    [
      'searchesAttributes',
      'users are searched by attribute',
      async () => (await realm.get<unknown[]>('/users?q=nobody:here')).length === 0,
    ],
    [
      'userProfile',
      'a user profile decides which attributes users can have',
      async () => (await realm.request('GET', '/users/profile')).status === 200,
    ],
    [
      'refreshTokenAlg',
      'a refresh token is signed with',
      async () => {
        const { alg } = decodeProtectedHeader((await adaSignsIn('shop')).tokens.refresh_token)
        return alg === 'HS256' || alg === 'HS512' ? alg : odd(alg)
      },
    ],
  ]

  test.for<Row>(rows)('%s: %s', async ([fact, _, observe], { task }) => {
    const observed = await observe()
    note(task, observed)
    expect(observed).toBe(expected[fact])
  })
})

describe('the same on every version, kc-logout compared with Keycloak itself', () => {
  test('kc-logout user: three sessions at a client, logout tokens received', async ({ task }) => {
    for (let n = 0; n < 3; n++) await adaSignsIn('shop')
    await kcLogout('user', 'ada', '--yes')
    note(task, await notified('shop'))
    expect(await notified('shop')).toBe(3)
  })

  test("Keycloak's own logout of the realm: two sessions at a client, logout tokens received", async ({
    task,
  }) => {
    for (let n = 0; n < 2; n++) await adaSignsIn('shop')
    await realm.post('/logout-all')
    note(task, await notified('shop'))
    expect(await notified('shop')).toBe(0)
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test('kc-logout all: two sessions at a client, logout tokens received', async ({ task }) => {
    for (let n = 0; n < 2; n++) await adaSignsIn('shop')
    await kcLogout('all', '--confirm', realm.name)
    note(task, await notified('shop'))
    expect(await notified('shop')).toBe(2)
  })

  test('a client with front-channel logout on, logout tokens received', async ({ task }) => {
    const { sid } = await adaSignsIn('front')
    await realm.delete(`/sessions/${sid}`)
    note(task, await notified('front'))
    expect(await notified('front')).toBe(0)
  })

  test('an Admin URL, calls received for the end of a session without an adapter', async ({ task }) => {
    const { sid } = await adaSignsIn('tenant')
    await realm.delete(`/sessions/${sid}`)
    const calls = (await receiver.adminActions('/tenant')).length
    note(task, calls)
    expect(calls).toBe(0)
  })

  test('a revoked consent ends the offline sessions of a client, logout tokens received', async ({
    task,
  }) => {
    const { sid } = await adaSignsIn('shop', true)
    await realm.request('DELETE', `/sessions/${sid}`)
    receiver.clear()
    await realm.delete(`/users/${await realm.idOfUser('ada')}/consents/shop`)
    note(task, await notified('shop'))
    expect(await offlineSessions()).toBe(0)
    expect(await notified('shop')).toBe(0)
  })

  test('kc-logout configure leaves the front channel of a public client off', async ({ task }) => {
    const clientId = `configured-${Date.now()}`
    const id = await realm.addClient({ clientId, publicClient: true })
    await kcLogout('configure', clientId, '--backchannel-url', `${receiver.url}/configured`, '--yes')
    const { frontchannelLogout } = await realm.get<{ frontchannelLogout: boolean }>(`/clients/${id}`)
    note(task, frontchannelLogout ? 'switched on' : 'off')
    expect(frontchannelLogout).toBe(false)
  })
})

async function aLogoutToken() {
  const { sid } = await adaSignsIn('shop')
  await realm.delete(`/sessions/${sid}`)
  const [token] = await receiver.logoutTokens('/shop')
  if (!token) throw new Error('no logout token was received')
  return token
}

async function versionShownTo(clientId: string): Promise<boolean> {
  const token = await send('POST', `${realm.issuer}/protocol/openid-connect/token`, {
    form: {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: realm.secretOf(clientId) ?? '',
    },
  })
  const { access_token } = token.json<{ access_token: string }>()
  const answer = await send('GET', `${keycloak.url}/admin/serverinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  if (answer.status !== 200) return false
  return answer.json<{ systemInfo?: { version?: string } }>().systemInfo?.version !== undefined
}

/** Fails for behaviour that no version has shown before. */
function odd(seen: unknown): never {
  throw new Error(`Keycloak ${keycloak.version} behaves in a new way: ${String(seen)}`)
}
