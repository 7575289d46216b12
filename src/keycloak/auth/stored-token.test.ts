import { describe, expect, test } from 'vitest'
import { outcomeOf, type Reply, scriptedServer, secret } from '../../../test/support/scripted-server.ts'
import type { StoredTokens, TokenStore } from '../../core/connection.ts'
import { serverAt } from '../http/find-server.ts'
import { createTransport } from '../http/transport.ts'
import { storedToken } from './stored-token.ts'

const START = 1_800_000_000_000
const HELD: StoredTokens = {
  accessToken: 'access-0',
  issuedAt: START,
  expiresAt: START + 60_000,
  refreshToken: 'refresh-0',
  refreshExpiresAt: START + 1_800_000,
  sessionState: 'session',
}

/** A store shared by processes: one change at a time, as with a lock. */
function sharedStore(held: StoredTokens | undefined) {
  let tokens = held
  let turn = Promise.resolve()
  const store: TokenStore = {
    source: 'profile "prod"',
    remedy: 'kc-logout login --profile prod',
    read: async () => tokens,
    update(change) {
      const mine = turn.then(async () => {
        const changed = await change(tokens)
        if (changed) tokens = changed
        return changed
      })
      turn = mine.then(
        () => {},
        () => {},
      )
      return mine
    },
  }
  return { store, tokens: () => tokens }
}

/** Keycloak's token endpoint with "Revoke Refresh Token": a refresh token that is used twice ends the session. */
function rotating() {
  let serial = 0
  return (form: URLSearchParams): Reply => {
    if (form.get('grant_type') === 'password') return { json: { access_token: 'anew', expires_in: 60 } }
    if (form.get('refresh_token') !== `refresh-${serial}`) {
      serial = -1
      return {
        status: 400,
        json: { error: 'invalid_grant', error_description: 'Maximum allowed refresh token reuse exceeded' },
      }
    }
    serial++
    return {
      json: {
        access_token: `access-${serial}`,
        refresh_token: `refresh-${serial}`,
        expires_in: 60,
        refresh_expires_in: 1800,
      },
    }
  }
}

async function processes(
  count: number,
  held: StoredTokens | null = HELD,
  answer: (form: URLSearchParams) => Reply = rotating(),
  password?: ReturnType<typeof secret>,
) {
  const clock = { wall: START, monotonic: 0 }
  const pass = (ms: number) => {
    clock.wall += ms
    clock.monotonic += ms
  }
  const { url, requests } = await scriptedServer(({ body }) => answer(new URLSearchParams(body)))
  const shared = sharedStore(held ?? undefined)
  const transport = createTransport({
    timeout: 2000,
    userAgent: 'test',
    signal: new AbortController().signal,
  })
  const tokens = Array.from({ length: count }, () =>
    storedToken(
      { kind: 'session', clientId: 'admin-cli', username: 'ada', store: shared.store, password },
      {
        transport,
        server: serverAt(url),
        loginRealm: 'master',
        monotonic: () => clock.monotonic,
        now: () => clock.wall,
        sleep: async () => {},
      },
    ),
  )
  const [first] = tokens
  if (!first) throw new Error('no process')
  return { first, tokens, requests, shared, pass, clock }
}

describe('a shared sign-in', () => {
  test('is used without a request while it is valid', async () => {
    const { first, requests, pass } = await processes(1)
    pass(39_000)
    expect(await first.get()).toBe('access-0')
    expect(requests).toEqual([])
  })

  test('is renewed once for twenty processes, also if each refresh token works once', async () => {
    const { tokens, requests, pass, shared } = await processes(20)
    for (let turn = 1; turn <= 5; turn++) {
      pass(41_000)
      const got = await Promise.all(tokens.flatMap((token) => [token.get(), token.get()]))
      expect(new Set(got)).toEqual(new Set([`access-${turn}`]))
      expect(requests).toHaveLength(turn)
    }
    expect(shared.tokens()).toMatchObject({ refreshToken: 'refresh-5', sessionState: 'session' })
  })

  test('uses the tokens that another process renewed', async () => {
    const { tokens, requests, pass } = await processes(2)
    const [one, other] = tokens
    pass(41_000)
    expect(await one?.get()).toBe('access-1')
    expect(await other?.get()).toBe('access-1')
    expect(requests).toHaveLength(1)
  })

  test('that Keycloak does not accept is renewed once for all callers', async () => {
    const { tokens, requests } = await processes(3)
    await Promise.all(tokens.map((token) => token.get()))
    const renewed = await Promise.all(tokens.map((token) => token.renew('access-0')))
    expect(renewed).toEqual([true, true, true])
    expect(new Set(await Promise.all(tokens.map((token) => token.get())))).toEqual(new Set(['access-1']))
    expect(requests).toHaveLength(1)
  })

  test.each([-600_000, 600_000])(
    'is renewed when the clock here was moved by %i ms, rather than trusted',
    async (ms) => {
      const { first, clock } = await processes(1)
      clock.wall += ms
      expect(await first.get()).toBe('access-1')
    },
  )

  test('keeps its refresh token if the answer has none', async () => {
    const { first, shared, pass } = await processes(1, HELD, () => ({
      json: { access_token: 'a', expires_in: 60 },
    }))
    pass(41_000)
    await first.get()
    expect(shared.tokens()).toMatchObject({ accessToken: 'a', refreshToken: 'refresh-0' })
  })

  test('stays in use during a short outage, while it is valid', async () => {
    let isAway = false
    const answer = rotating()
    const { first, pass } = await processes(1, HELD, (form) =>
      isAway ? { status: 503, json: {} } : answer(form),
    )
    expect(await first.get()).toBe('access-0')
    pass(41_000)
    isAway = true
    expect(await first.get()).toBe('access-0')
    pass(3000)
    isAway = false
    expect(await first.get()).toBe('access-1')
  })
})

test('serverTime is the issue time of the stored token plus the time since', async () => {
  const payload = Buffer.from('{"iat":1600000000}').toString('base64url')
  const { first, pass } = await processes(1, { ...HELD, accessToken: `e30.${payload}.x` })
  expect(await first.serverTime()).toBe(1_600_000_000_000)
  pass(30_000)
  expect(await first.serverTime()).toBe(1_600_000_030_000)
})

describe('an ended session', () => {
  const over = { ...HELD, refreshToken: 'used up' }

  test('exit 4 with the message of Keycloak and a command', async () => {
    const { first, pass } = await processes(1, over)
    pass(61_000)
    expect(await outcomeOf(first.get())).toMatchObject({
      code: 'session-ended',
      exitCode: 4,
      message: expect.stringContaining('reuse exceeded'),
      hint: 'kc-logout login --profile prod',
    })
  })

  test('nothing stored: the same, without a request', async () => {
    const { first, requests } = await processes(1, null)
    expect(await outcomeOf(first.get())).toMatchObject({ code: 'session-ended', exitCode: 4 })
    expect(requests).toEqual([])
  })

  test('signs in again if the password can be asked for, and stores that', async () => {
    const { first, shared, requests, pass } = await processes(1, over, rotating(), secret('typed'))
    pass(61_000)
    expect(await first.get()).toBe('anew')
    expect(requests.map(({ body }) => new URLSearchParams(body).get('grant_type'))).toEqual([
      'refresh_token',
      'password',
    ])
    expect(shared.tokens()).toMatchObject({ accessToken: 'anew', refreshToken: undefined })
  })

  test('reports a wrong password', async () => {
    const refuse = () => ({
      status: 401,
      json: { error: 'invalid_grant', error_description: 'Invalid user credentials' },
    })
    const { first, pass } = await processes(1, over, refuse, secret('wrong'))
    pass(61_000)
    expect(await outcomeOf(first.get())).toMatchObject({ code: 'wrong-password', exitCode: 4 })
  })

  test('a changed client is not an ended session', async () => {
    const refuse = () => ({
      status: 401,
      json: { error: 'unauthorized_client', error_description: 'Client not enabled' },
    })
    const { first, pass } = await processes(1, HELD, refuse, secret('typed'))
    pass(61_000)
    expect(await outcomeOf(first.get())).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('not enabled'),
    })
  })
})
