import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { send } from '../support/http.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, type Ran, runCli } from '../support/run-cli.ts'
import { directGrant, refresh, type SignedIn, signIn } from '../support/sign-in.ts'
import { type Accepted, accepted, introspecting, nextSecond } from '../support/stale.ts'

const keycloak = inject('keycloak')
/** Duration of a call. The run makes one at a time, so the checks below happen in the middle of it. */
const CALL_MS = 700
const SESSIONS = 12

let realm: TestRealm
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  receiver.behave({ delayMs: CALL_MS }, '/shop')
  realm = await createRealm(keycloak, {
    clients: [
      { ...introspecting('shop'), backchannelLogoutUrl: `${receiver.url}/shop` },
      { ...introspecting('desk'), adminUrl: `${receiver.url}/desk` },
    ],
    users: ['ada', 'bob', 'intruder'],
    settings: { accessTokenLifespan: 300 },
  })
  await receiver.trust(realm)
})
afterAll(async () => {
  await realm.remove()
  await receiver.close()
})

/** Observations in the middle of the run. */
interface Observation {
  readonly accepted: Accepted
  readonly offlineRefresh: number
  readonly isSignatureValid: boolean
  readonly sessions: number
  readonly notified: number
  readonly afterNewSignIn: Accepted
}

const notifiedOf = async () => (await receiver.logoutTokens('/shop')).map(({ sid }) => sid)

async function observe(intruder: SignedIn, offlineToken: string): Promise<Observation> {
  const acceptedNow = await accepted(realm, intruder)
  const offlineRefresh = (await refresh(realm, 'shop', offlineToken)).status
  const jwks = (await send('GET', `${realm.issuer}/protocol/openid-connect/certs`)).json<JSONWebKeySet>()
  const verified = await jwtVerify(intruder.tokens.access_token, createLocalJWKSet(jwks)).catch(() => null)
  const [sessions, notified] = [(await realm.sessionsAt('shop')).length, (await notifiedOf()).length]
  // The password still works.
  const afterNewSignIn = await accepted(realm, await signIn(realm, { user: 'intruder', client: 'desk' }))
  return {
    accepted: acceptedNow,
    offlineRefresh,
    isSignatureValid: verified !== null,
    sessions,
    notified,
    afterNewSignIn,
  }
}

describe('all --cut-off-first', () => {
  let before: Accepted
  let seen: Observation
  let ran: Ran
  const sids: string[] = []

  beforeAll(async () => {
    const other = await signIn(realm, { user: 'intruder', client: 'shop' })
    before = await accepted(realm, other)
    const intruder = await signIn(realm, { user: 'intruder', client: 'shop' })
    const offline = await directGrant(realm, { user: 'bob', client: 'shop', offline: true })
    for (let n = 0; n < SESSIONS; n++)
      sids.push((await directGrant(realm, { user: n % 2 ? 'ada' : 'bob', client: 'shop' })).sid)
    await directGrant(realm, { user: 'ada', client: 'desk' })
    sids.push(other.sid, intruder.sid, offline.sid)
    await nextSecond()

    const flags = ['--cut-off-first', '--offline-sessions', '--concurrency', '1']
    const line = ['all', ...flags, '--confirm', realm.name, '--json']
    let hasEnded = false
    const running = runCli(line, { env: adminEnv(keycloak, realm.name) }).finally(() => {
      hasEnded = true
    })
    while (!hasEnded && (await realm.get<{ notBefore: number }>('')).notBefore === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    seen = await observe(intruder, offline.tokens.refresh_token)
    if (hasEnded) throw new Error(`the run ended before it could be observed: ${(await running).stderr}`)
    ran = await running
  }, 120_000)

  test('before the run everything is accepted', () => {
    expect(before).toEqual({ browser: true, refresh: true, userinfo: true, introspection: true })
  })

  test('after the first step Keycloak accepts nothing issued before, while most clients are not notified yet', () => {
    expect(seen.accepted).toEqual({ browser: false, refresh: false, userinfo: false, introspection: false })
    expect(seen.offlineRefresh).toBe(400)
    expect(seen.notified).toBeLessThan(SESSIONS)
    expect(seen.sessions).toBeGreaterThan(1)
  })

  test('an application that checks an access token itself still accepts it', () => {
    expect(seen.isSignatureValid).toBe(true)
  })

  test('a new sign-in with the password works during the run', () => {
    expect(seen.afterNewSignIn).toEqual({ browser: true, refresh: true, userinfo: true, introspection: true })
  })

  test('clients are still notified of each session that was cut off, by both channels, and none is left', async () => {
    expect(ran.code, ran.stderr).toBe(0)
    const notified = await notifiedOf()
    for (const sid of sids) expect(notified.filter((one) => one === sid)).toHaveLength(1)
    expect(await receiver.adminActions('/desk')).toContainEqual(expect.objectContaining({ action: 'LOGOUT' }))
    expect(ran.json<AllOutcome>()).toMatchObject({ endedUnnotified: 0, after: { active: 0, left: 0 } })
    expect(await realm.sessionsAt('shop')).toEqual([])
  })

  test('a note shows the time of the cut-off', () => {
    expect(ran.stderr).toMatch(
      /Cut off: Keycloak rejects everything issued before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
    )
  })
})
