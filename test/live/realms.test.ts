import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { loadavg } from 'node:os'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { SessionsResult } from '../../src/commands/sessions/view.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
/** 300 in the measured run: `KC_LOGOUT_TEST_REALMS=300`, with a server of its own. */
const REALMS = Number(process.env.KC_LOGOUT_TEST_REALMS ?? 5)
/** Realms that are logged out. */
const WITH_SESSIONS = Math.min(50, REALMS)
const USERS = ['ada', 'bob', 'eve']
const SECONDS_FOR_ALL = 60
const LONG = 30 * 60_000

/** One key for all realms: Keycloak would generate two for each, which takes longer than the rest. */
const privateKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey
const KEYS = {
  'org.keycloak.keys.KeyProvider': [
    { name: 'rsa', providerId: 'rsa', config: { privateKey: [privateKey], priority: ['100'] } },
    { name: 'hmac', providerId: 'hmac-generated', config: { algorithm: ['HS512'] } },
    { name: 'aes', providerId: 'aes-generated', config: {} },
  ],
}

const PREFIX = `many-${randomBytes(4).toString('hex')}`
const nameOf = (index: number) => `${PREFIX}-${String(index).padStart(3, '0')}`
let realms: TestRealm[] = []
let receiver: Receiver
const sids: string[] = []

beforeAll(async () => {
  receiver = await startReceiver()
  const begun = Date.now()
  realms = await eachOf(Array.from({ length: REALMS }), 2, (_, index) =>
    createRealm(keycloak, {
      name: nameOf(index),
      settings: { components: KEYS },
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop/${index}` },
        { clientId: 'chat' },
      ],
      users: index < WITH_SESSIONS ? USERS : [],
    }),
  )
  say(`${REALMS} realms created in ${seconds(begun)} s`)
  for (const realm of realms.slice(0, WITH_SESSIONS)) await receiver.trust(realm)
}, LONG)
afterAll(async () => {
  await eachOf(realms, 2, (realm) => realm.remove())
  await receiver.close()
}, LONG)

interface Several<D> {
  readonly realms: readonly (D & { readonly error?: { readonly code: string } })[]
  readonly visible: number | null
  readonly verdict: string
}

const seconds = (begun: number) => Math.round((Date.now() - begun) / 100) / 10
const say = (line: string) =>
  void process.stderr.write(
    `${line}; load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n`,
  )
const run = (line: readonly string[], more: Parameters<typeof runCli>[1] = {}) =>
  runCli([...line, '--json'], { env: adminEnv(keycloak), timeoutMs: 10 * 60_000, ...more })

async function signInEverywhere() {
  sids.length = 0
  const users = realms.slice(0, WITH_SESSIONS).flatMap((realm) => USERS.map((user) => ({ realm, user })))
  const found = await eachOf(users, 4, ({ realm, user }) => directGrant(realm, { user, client: 'shop' }))
  sids.push(...found.map(({ sid }) => sid))
}

describe.each([['sessions'], ['doctor']])('%s of every realm that matches', (command) => {
  test(`takes less than ${SECONDS_FOR_ALL} s and has a document of each`, { timeout: LONG }, async () => {
    const begun = Date.now()
    const { code, stderr, json } = await run([command, '--realms', `${PREFIX}-*`])
    say(`${command} of ${REALMS} realms in ${seconds(begun)} s`)
    expect(seconds(begun)).toBeLessThan(SECONDS_FOR_ALL)
    expect(code, stderr).toBe(0)
    const { realms: found, visible } = json<Several<SessionsResult>>()
    expect(found.map(({ realm }) => realm)).toEqual(realms.map(({ name }) => name))
    expect(found.filter(({ error }) => error)).toEqual([])
    expect(visible).toBeGreaterThan(REALMS)
  })
})

test('an account of one realm sees only its own', async () => {
  const [realm] = realms as [TestRealm]
  await realm.addUser({ username: 'chief', adminRoles: ['realm-admin'] })
  const env = {
    KC_LOGOUT_SERVER: keycloak.url,
    KC_LOGOUT_USERNAME: 'chief',
    KC_LOGOUT_PASSWORD: realm.passwordOf('chief'),
    KC_LOGOUT_LOGIN_REALM: realm.name,
  }
  const { json, code } = await run(['sessions', '--all-realms'], { env })
  const { realms: found, visible } = json<Several<SessionsResult>>()
  expect([code, visible, found.map((one) => one.realm)]).toEqual([0, 1, [realm.name]])
})

test('a realm that does not exist does not stop the others', async () => {
  const [first, second] = realms as [TestRealm, TestRealm]
  const ran = await run(['sessions', '-r', first.name, '-r', `${PREFIX}-none`, '-r', second.name])
  expect(ran.code).toBe(3)
  expect(ran.json<Several<SessionsResult>>().realms.map(({ error }) => error?.code)).toEqual([
    undefined,
    'realm-not-found',
    undefined,
  ])
})

test(`all over ${WITH_SESSIONS} realms, interrupted and run again: nobody is left, nobody is notified twice`, {
  timeout: LONG,
}, async () => {
  await signInEverywhere()
  const targets = realms.slice(0, WITH_SESSIONS).flatMap(({ name }) => ['-r', name])
  const line = ['all', ...targets, '--confirm-count', String(WITH_SESSIONS)]
  receiver.behave({ delayMs: 20 })
  const half = Math.floor(sids.length / 2)
  const begun = Date.now()
  const first = await run(line, {
    onStart: ({ signal }) => void receiver.waitFor(half, { timeoutMs: LONG }).then(() => signal('SIGINT')),
  })
  say(`interrupted after ${seconds(begun)} s and ${receiver.requests.length} of ${sids.length} notifications`)
  expect(first.code, first.stderr).toBe(130)
  const { realms: done } = first.json<Several<AllOutcome>>()
  expect(done.length).toBe(WITH_SESSIONS)
  expect(done.at(-1)?.error?.code).toBe('interrupted')

  const again = Date.now()
  const second = await run(line)
  say(`the second run took ${seconds(again)} s`)
  expect(second.code, second.stderr).toBe(0)
  expect(second.json<Several<AllOutcome>>().verdict).toBe('done')
  const notified = (await receiver.logoutTokens()).map(({ sid }) => sid)
  expect(notified.sort()).toEqual([...sids].sort())
  for (const realm of realms.slice(0, WITH_SESSIONS))
    expect(await realm.sessionsAt('shop'), realm.name).toEqual([])
})

test('user of every realm: one plan, and each realm where there is one', async () => {
  receiver.clear()
  await signInEverywhere()
  const ran = await run(['user', 'ada', '--realms', `${PREFIX}-*`, '--yes'], { timeoutMs: LONG })
  expect(ran.code, ran.stderr).toBe(0)
  expect(
    ran.json<Several<{ users: unknown[] }>>().realms.filter(({ users }) => users.length > 0),
  ).toHaveLength(WITH_SESSIONS)
  expect(await receiver.logoutTokens()).toHaveLength(WITH_SESSIONS)
})
