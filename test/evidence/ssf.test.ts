import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import type { ClientResult } from '../../src/core/client-result.ts'
import type { TokenReport } from '../../src/token/inspect.ts'
import { send } from '../support/http.ts'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { DEFAULT_VERSION } from '../support/keycloak/version.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

/** Receivers of security events: two that Keycloak pushes to, two that poll. Keycloak's outbox tries every few seconds. */
const RECEIVERS = ['accepts', 'fails', 'polls', 'sleeps'] as const
const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'
const WAIT = ['--evidence-wait', '30']

let keycloak: StartedKeycloak
let receiver: Receiver
let realm: TestRealm

beforeAll(async () => {
  keycloak = await startKeycloak({
    version: DEFAULT_VERSION,
    args: ['--features=ssf', '--spi-ssf-transmitter--default--allow-insecure-push-targets=true'],
  })
  receiver = await startReceiver()
  receiver.behave({ status: 202 }, '/accepts')
  receiver.behave({ status: 500 }, '/fails')
  realm = await createRealm(keycloak, {
    settings: { attributes: { 'ssf.transmitterEnabled': 'true' } },
    clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
    users: ['ada'],
  })
  for (const clientId of RECEIVERS) await addReceiver(clientId, clientId === 'polls' || clientId === 'sleeps')
}, 480_000)
afterAll(async () => {
  await receiver?.close()
  await keycloak?.stop()
})
afterEach(async () => {
  await realm.post('/logout-all')
  receiver.clear()
})

/** The payload of a security event token. */
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

async function addReceiver(clientId: string, polls: boolean): Promise<void> {
  await realm.addClient({
    clientId,
    serviceAccountRoles: [],
    attributes: {
      'ssf.enabled': 'true',
      'ssf.profile': 'SSF_1_0',
      'ssf.supportedEvents': 'CaepSessionRevoked',
      'ssf.defaultSubjects': 'ALL',
      'ssf.validPushUrls': `${receiver.url}/*`,
    },
    representation: { optionalClientScopes: ['ssf.read', 'ssf.manage'] },
  })
  const delivery = polls
    ? { method: 'urn:ietf:rfc:8936' }
    : { method: 'urn:ietf:rfc:8935', endpoint_url: `${receiver.url}/${clientId}` }
  await realm.post(`/ssf/clients/${clientId}/stream`, { events_requested: [REVOKED], delivery })
}

/** Polls for the events of a receiver and acknowledges each, while a run goes on. Returns what the run returns. */
async function acknowledgingWhile<T>(running: Promise<T>): Promise<T> {
  let isOver = false
  const over = running.finally(() => {
    isOver = true
  })
  const { attributes } = (await realm.client('polls')) as { attributes: Record<string, string> }
  const url = attributes['ssf.stream.delivery.endpointUrl'] ?? ''
  for (let ack: string[] = []; !isOver; await sleep(500)) {
    // The realm's logout makes tokens stale: the next one is good again.
    const headers = { authorization: `Bearer ${await tokenOf('polls')}` }
    const answer = await send('POST', url, {
      headers,
      json: { returnImmediately: true, maxEvents: 100, ack },
    })
    if (answer.status === 401) continue
    if (answer.status !== 200) throw new Error(`poll: HTTP ${answer.status} ${answer.text}`)
    ack = Object.keys(answer.json<{ sets?: Record<string, string> }>().sets ?? {})
  }
  return over
}

async function tokenOf(clientId: string): Promise<string> {
  const granted = await send('POST', `${realm.issuer}/protocol/openid-connect/token`, {
    form: {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secretOf(clientId),
      scope: 'ssf.read ssf.manage',
    },
  })
  if (granted.status !== 200) throw new Error(`No token for ${clientId}: ${granted.text}`)
  return granted.json<{ access_token: string }>().access_token
}

const kcLogout = (...args: string[]) =>
  runCli([...args, '--json', '--deliveries'], { env: adminEnv(keycloak, realm.name) })

/** What the rows of the receivers say. */
const knownOf = (clients: readonly ClientResult[]) =>
  Object.fromEntries(
    clients
      .filter(({ channel }) => channel === 'ssf')
      .map(({ clientId, delivery, answers, notifications: { accepted, refused, failed, unknown } }) => [
        clientId,
        { delivery, answers, seen: [accepted, refused, failed, unknown] },
      ]),
  )
const expected = (count: number) => ({
  accepts: { delivery: 'confirmed', answers: [], seen: [count, 0, 0, 0] },
  fails: { delivery: 'failed', answers: [{ status: 500, count }], seen: [0, count, 0, 0] },
  polls: { delivery: 'confirmed', answers: [], seen: [count, 0, 0, 0] },
  sleeps: { delivery: 'unconfirmed', answers: [], seen: [0, 0, 0, count] },
})

/** Sessions in the security events that a push receiver got. */
const pushed = (path: string) =>
  receiver.requests
    .filter((request) => request.path === path)
    .map(({ body }) => claimsOf(body))
    .flatMap(({ events, sub_id }) =>
      events[REVOKED] && sub_id.session && sub_id.session.id !== 'ALL' ? [sub_id.session.id as string] : [],
    )
    .sort()

describe('receivers of security events (experimental in 26.7)', () => {
  test('sessions and a plan say that they are notified as sessions end, and no event is sent', async () => {
    await directGrant(realm, { user: 'ada', client: 'accepts' })
    const listed = await runCli(['sessions', '--json'], { env: adminEnv(keycloak, realm.name) })
    const { clients } = listed.json<{ clients: { clientId: string; channels: unknown }[] }>()
    expect(clients.find(({ clientId }) => clientId === 'accepts')?.channels).toEqual({
      user: 'ssf',
      all: 'ssf',
      realmStep: 'ssf',
    })
    const planned = (await kcLogout('all', '--dry-run')).json<AllOutcome>().clients
    expect(Object.keys(knownOf(planned)).sort()).toEqual([...RECEIVERS].sort())
    expect(receiver.requests).toEqual([])
  })

  test('all: an event for each session, and what the outbox says of it', async () => {
    const sids: string[] = []
    for (let n = 0; n < 3; n++) sids.push((await directGrant(realm, { user: 'ada', client: 'shop' })).sid)
    const ran = await acknowledgingWhile(kcLogout('all', '--confirm', realm.name, ...WAIT))
    expect(knownOf(ran.json<AllOutcome>().clients)).toEqual(expected(3))
    expect(pushed('/accepts')).toEqual(sids.sort())
    expect([ran.code, ran.json<AllOutcome>().verdict]).toEqual([3, 'partial'])
  })

  test('user --session: only that session', async () => {
    const { sid } = await directGrant(realm, { user: 'ada', client: 'shop' })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const ran = await acknowledgingWhile(kcLogout('user', 'ada', `--session=${sid}`, '--yes', ...WAIT))
    expect(knownOf(ran.json<UserOutcome>().users[0]?.clients ?? [])).toEqual(expected(1))
    expect(pushed('/accepts')).toEqual([sid])
  })

  test("user: each session, beside Keycloak's own event about the user", async () => {
    const sids: string[] = []
    for (let n = 0; n < 2; n++) sids.push((await directGrant(realm, { user: 'ada', client: 'shop' })).sid)
    const ran = await acknowledgingWhile(kcLogout('user', 'ada', '--yes', ...WAIT))
    expect(knownOf(ran.json<UserOutcome>().users[0]?.clients ?? [])).toEqual(expected(2))
    expect(pushed('/accepts')).toEqual(sids.sort())
  })

  test('without a receiver, user and all send not one request about events', async () => {
    const other = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['bob'],
    })
    const proxy = await startRecordingProxy(keycloak.url)
    const env = adminEnv({ ...keycloak, url: proxy.url }, other.name)
    try {
      await directGrant(other, { user: 'bob', client: 'shop' })
      const user = await runCli(['user', 'bob', '--yes'], { env })
      await directGrant(other, { user: 'bob', client: 'shop' })
      const all = await runCli(['all', '--confirm', other.name], { env })
      expect([user.code, all.code], user.stderr + all.stderr).toEqual([0, 0])
      expect(receiver.requests.filter(({ path }) => path === '/shop')).toHaveLength(2)
      expect(proxy.requests.filter(({ path }) => path.includes('ssf'))).toEqual([])
    } finally {
      await proxy.close()
      await other.remove()
    }
  })
})

describe('security event tokens of Keycloak', () => {
  /** The token about ada that Keycloak pushed when her sessions were ended: its own event, not one for a session. */
  async function pushedToken(): Promise<string> {
    await directGrant(realm, { user: 'ada', client: 'shop' })
    await realm.post(`/users/${await realm.idOfUser('ada')}/logout`)
    for (let count = 1; ; count++) {
      const requests = await receiver.waitFor(count, { under: '/accepts', timeoutMs: 60_000 })
      const found = requests.find(({ body }) => claimsOf(body).events[REVOKED])
      if (found) return found.body
    }
  }
  async function inspect(stdin: string, ...args: string[]) {
    const ran = await runCli(['inspect-token', '--json', ...args], {
      stdin,
      env: adminEnv(keycloak, realm.name),
    })
    const [token] = ran.json<{ tokens: TokenReport[] }>().tokens
    const broken = token?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)
    return { code: ran.code, token, broken }
  }

  test('a pushed session-revoked passes: kind, signature, audience, subject', async () => {
    const token = await pushedToken()
    const { aud, sub_id } = claimsOf(token) as { aud: string | string[]; sub_id: { user: { sub: string } } }
    const audience = [aud].flat()[0] ?? ''
    const seen = await inspect(token, '--issuer', realm.issuer, '--audience', audience, '--verify')
    expect([seen.code, seen.token?.kind, seen.token?.signature.status, seen.broken]).toEqual([
      0,
      'security-event',
      'valid',
      [],
    ])
    expect(sub_id.user.sub).toBe(await realm.idOfUser('ada'))
  })

  test('it is not taken for a logout token, and another audience and a changed payload fail', async () => {
    const token = await pushedToken()
    const other = await inspect(token, '--issuer', realm.issuer, '--audience', 'https://other.example.com')
    expect([other.code, other.broken]).toEqual([7, ['S03']])
    const [header = '', payload = '', signature = ''] = token.split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    const changed = Buffer.from(text.replace('"iat":1', '"iat": 1')).toString('base64url')
    const forged = await inspect(`${header}.${changed}.${signature}`, '--issuer', realm.issuer, '--verify')
    expect([forged.code, forged.token?.kind, forged.token?.signature.status]).toEqual([
      7,
      'security-event',
      'invalid',
    ])
    const asLogout = await inspect(token, '--issuer', realm.issuer, '--kind', 'logout')
    expect([asLogout.code, asLogout.token?.kind]).toEqual([7, 'logout'])
  })
})
