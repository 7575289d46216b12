import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { type FaultServer, startFaultServer } from '../support/fault-server.ts'
import { type HttpKeycloakOptions, httpKeycloak } from '../support/http-keycloak.ts'
import { eachOf } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { aStage, ROWS, signIn, tokenOf } from './commands.ts'
import { byExtent } from './extent.ts'
import { tried } from './tried.ts'

/** Duration of each long run in seconds. */
const SECONDS = byExtent({ quick: 5, usual: 60, full: 60 })
/** Lifetime of an access token in seconds. */
const LIFE = byExtent({ quick: 2, usual: 6, full: 6 })
const WORKERS = 8

const servers: FaultServer[] = []
// Tests run in parallel: all servers stay until the last test ends.
afterAll(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** A realm whose sessions keep eight workers busy for this many seconds. */
async function busy(seconds: number, options: HttpKeycloakOptions = {}) {
  const fake = new FakeKeycloak({ now: () => Date.now() })
  fake.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.test/logout' })
  const sessions = Math.ceil(seconds * 16)
  for (let i = 0; i < sessions; i++) fake.addSession({ username: `u${i % 20}`, clients: ['shop'] })
  const http = httpKeycloak(fake, options)
  const server = await startFaultServer(http.answer)
  servers.push(server)
  let deletes = 0
  let turn: { at: number; act: () => void } | undefined
  server.break(({ method }) => {
    if (method !== 'DELETE') return undefined
    if (++deletes === turn?.at) turn.act()
    return async ({ send, right }) => {
      await new Promise((resolve) => setTimeout(resolve, (WORKERS / 16) * 1000))
      send(await right())
    }
  })
  /** Runs an action during the run, once this many sessions are being ended. */
  const oncePassed = (at: number, act: () => void) => {
    turn = { at, act }
  }
  const person = signIn(server.url)
  const client = {
    KC_LOGOUT_SERVER: server.url,
    KC_LOGOUT_REALM: 'customers',
    KC_LOGOUT_CLIENT_ID: 'robot',
    KC_LOGOUT_CLIENT_SECRET: 'secret',
  }
  return { fake, http, server, sessions, oncePassed, env: { password: person, 'client credentials': client } }
}
const ARGV = ['all', '--confirm', 'customers', '--no-realm-step', '--json', '--concurrency', String(WORKERS)]

describe(`tokens of ${LIFE} s, ${WORKERS} workers, ${SECONDS} s: no session fails`, () => {
  test.concurrent.for([
    ['password', false],
    ['password', true],
    ['client credentials', false],
    ['client credentials', true],
  ] as const)(
    '%s, refresh tokens used once only: %s',
    { timeout: (SECONDS + 60) * 1000 },
    async ([kind, rotation], context) => {
      const { fake, http, sessions, env } = await busy(SECONDS, { life: LIFE, rotation })
      const ran = await runCli(ARGV, { env: env[kind], timeoutMs: (SECONDS + 50) * 1000 })
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.ms).toBeGreaterThan(SECONDS * 900)
      expect(ran.json<AllOutcome>().phases[0]).toMatchObject({ sessions, ended: sessions, failed: [] })
      expect(fake.sessions).toEqual([])
      expect(http.grants.filter(({ given }) => !given)).toEqual([])
      // One request for all eight, at two thirds of a token's lifetime.
      expect(http.grants.length).toBeLessThanOrEqual(Math.ceil(ran.ms / 1000 / ((LIFE * 2) / 3)) + 2)
      const types = http.grants.slice(1).map(({ type }) => type)
      expect(new Set(types)).toEqual(new Set([kind === 'password' ? 'refresh_token' : 'client_credentials']))
      tried(context, { 'sessions ended': sessions, 'tokens that expired meanwhile': http.grants.length - 1 })
    },
  )
})

describe(`a stored sign-in, tokens of ${LIFE} s, ${SECONDS} s: no session fails, and the stored token is valid afterwards`, () => {
  test.concurrent.for([false, true])(
    'single-use refresh tokens: %s',
    { timeout: (SECONDS + 60) * 1000 },
    async (rotation, context) => {
      const { fake, http, sessions, env } = await busy(SECONDS, { life: LIFE, rotation })
      const home = await mkdtemp(join(tmpdir(), 'kc-logout-stored-'))
      context.onTestFinished(() => rm(home, { recursive: true }))
      const config = { KC_LOGOUT_CONFIG_DIR: join(home, 'config') }
      const login = await runCli(['login'], { env: { ...env.password, ...config } })
      expect(login.code, login.stderr).toBe(0)
      const ran = await runCli(ARGV, { env: config, timeoutMs: (SECONDS + 50) * 1000 })
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.json<AllOutcome>().phases[0]).toMatchObject({ sessions, ended: sessions, failed: [] })
      expect(fake.sessions).toEqual([])
      const later = await runCli(['sessions'], { env: config })
      expect(later.code, later.stderr).toBe(0)
      // No password was stored: every token but the first came from a refresh token.
      expect(http.grants.filter(({ given }) => !given)).toEqual([])
      expect(http.grants.map(({ type }) => type).slice(1)).not.toContain('password')
      tried(context, { 'sessions ended': sessions, 'tokens that expired meanwhile': http.grants.length - 1 })
    },
  )
})

describe('the sign-in session is ended during the run', () => {
  test.concurrent.each(['password', 'client credentials'] as const)(
    '%s: one new sign-in, and the run comes to its end',
    async (kind) => {
      const { fake, http, sessions, oncePassed, env } = await busy(4)
      oncePassed(20, http.killSessions)
      const ran = await runCli(ARGV, { env: env[kind] })
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.json<AllOutcome>().phases[0]).toMatchObject({ ended: sessions, failed: [] })
      expect(fake.sessions).toEqual([])
      const first =
        kind === 'password'
          ? ['password', 'refresh_token', 'password']
          : ['client_credentials', 'client_credentials']
      expect(http.grants.map(({ type }) => type)).toEqual(first)
    },
  )

  test.concurrent.each([
    ['password', 'Account disabled'],
    ['client credentials', 'Client disabled'],
  ] as const)(
    '%s, and the new sign-in is refused: exit 4 with the summary, after one try',
    async (kind, why) => {
      const { fake, http, sessions, oncePassed, env } = await busy(4)
      oncePassed(20, () => {
        http.refuseSignIns(why)
        http.killSessions()
      })
      const ran = await runCli(ARGV, { env: env[kind] })
      expect(ran.code, ran.stderr).toBe(4)
      expect(ran.stderr).toContain(why)
      const outcome = ran.json<AllOutcome>()
      const ended = sessions - fake.sessions.length
      expect(ended).toBeGreaterThan(0)
      expect(outcome.verdict).toBe('partial')
      expect(outcome.phases[0]).toMatchObject({ sessions, ended })
      // One sign-in for all workers; each request in flight may be refused once.
      expect(
        http.grants.filter(({ type, given }) => !given && type !== 'refresh_token').length,
      ).toBeLessThanOrEqual(WORKERS + 1)
    },
  )

  test.concurrent('a token that was given: exit 4 with the summary, and what to do', async () => {
    const { fake, http, server, sessions, oncePassed } = await busy(4)
    const answer = await http.answer({
      method: 'POST',
      path: '/realms/master/protocol/openid-connect/token',
      headers: {},
      body: 'grant_type=password',
      nth: 0,
      reused: false,
    })
    const { access_token: token } = JSON.parse(answer.body) as { access_token: string }
    oncePassed(20, http.killSessions)
    const ran = await runCli(ARGV, {
      env: { KC_LOGOUT_SERVER: server.url, KC_LOGOUT_REALM: 'customers', KC_LOGOUT_TOKEN: token },
    })
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.json<AllOutcome>().phases[0]).toMatchObject({
      sessions,
      ended: sessions - fake.sessions.length,
    })
    expect(http.grants).toHaveLength(1)
  })

  test.concurrent('user: exit 4 with the summary', async () => {
    const { fake, http, oncePassed, env } = await busy(4)
    oncePassed(20, () => {
      http.refuseSignIns('Account disabled')
      http.killSessions()
    })
    const people = Array.from({ length: 20 }, (_, i) => `u${i}`)
    const ran = await runCli(['user', ...people, '--yes', '--json'], { env: env.password })
    expect(ran.code, ran.stderr).toBe(4)
    const outcome = ran.json<{ verdict: string; users: { sessions: { ended: boolean }[] }[] }>()
    expect(['partial', 'failed']).toContain(outcome.verdict)
    const ended = outcome.users.flatMap(({ sessions }) => sessions).filter((session) => session.ended).length
    expect(ended).toBe(64 - fake.sessions.length)
  })
})

/** Shifts the clock of the process before it starts; a jump happens while it runs. */
const clock = (minutes: number, jumpAfterMs = 0) => {
  const code = `const D = Date, shift = ${minutes * 60_000}, begin = performance.now()
const now = () => D.now() + (performance.now() - begin >= ${jumpAfterMs} ? shift : 0)
globalThis.Date = class extends D { constructor(...a) { super(...(a.length ? a : [now()])) } static now() { return now() } }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

describe('a clock that is ten minutes wrong', () => {
  test.each([-10, 10])('%i minutes: every command works', async (minutes) => {
    const rows = Object.entries(ROWS).filter(([name]) => !name.startsWith('inspect-token'))
    const found = await eachOf(rows, 4, async ([name, row]) => {
      const usual = await once(name, {})
      const ran = await once(name, clock(minutes))
      const isDone = row.isDone?.(ran.fake) !== false
      return ran.code === usual.code && isDone
        ? []
        : [`${name}: ${ran.code}, not ${usual.code}\n${ran.stderr}`]
    })
    expect(found.flat().join('\n')).toBe('')
  })

  async function once(name: string, env: Record<string, string>) {
    const { fake, http } = await aStage()
    const server = await startFaultServer(http.answer)
    servers.push(server)
    const row = ROWS[name]
    if (!row) throw new Error(name)
    const folder = await mkdtemp(join(tmpdir(), 'kc-logout-clock-'))
    try {
      const all = { ...signIn(server.url), ...row.env?.(server.url), ...env, KC_LOGOUT_CONFIG_DIR: folder }
      const stdin = row.stdin ?? (await tokenOf(server.url))
      return { ...(await runCli([...row.argv(server.url)], { env: all, stdin })), fake }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test.concurrent.each([-10, 10])(
    '%i minutes, set while a long run is under way: no session fails',
    async (minutes) => {
      const { fake, http, sessions, env } = await busy(5, { life: 2, rotation: true })
      const ran = await runCli(ARGV, { env: { ...env.password, ...clock(minutes, 1500) } })
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.json<AllOutcome>().phases[0]).toMatchObject({ ended: sessions, failed: [] })
      expect(fake.sessions).toEqual([])
      expect(http.grants.filter(({ given }) => !given)).toEqual([])
    },
  )

  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-tokens-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test.each([
    [0, 10],
    [0, -10],
    [10, 0],
    [-10, 0],
  ])('a stored sign-in from a clock at %i minutes is valid at %i minutes', async (then, now) => {
    const { fake } = await aStage()
    const http = httpKeycloak(fake, { rotation: true })
    const server = await startFaultServer(http.answer)
    servers.push(server)
    const config = { KC_LOGOUT_CONFIG_DIR: join(await mkdtemp(join(folder, 'p-')), 'config') }
    const login = await runCli(['login'], { env: { ...signIn(server.url), ...config, ...clock(then) } })
    expect(login.code, login.stderr).toBe(0)
    for (let n = 0; n < 3; n++) {
      const ran = await runCli(['sessions'], { env: { ...config, ...clock(now) } })
      expect(ran.code, ran.stderr).toBe(0)
    }
    expect(http.grants.filter(({ given }) => !given)).toEqual([])
  })
})
