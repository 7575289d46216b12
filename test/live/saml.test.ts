import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { samlClient, samlSignIn } from '../support/saml.ts'

const keycloak = inject('keycloak')

let realm: TestRealm
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  const { url } = receiver
  realm = await createRealm(keycloak, {
    clients: [
      samlClient({ clientId: 'soap', soap: `${url}/soap/soap`, post: `${url}/soap/post` }),
      samlClient({ clientId: 'post', post: `${url}/post/post`, processingUrl: `${url}/post/processing` }),
      samlClient({ clientId: 'processing', processingUrl: `${url}/processing` }),
      samlClient({ clientId: 'redirect', redirect: `${url}/redirect` }),
      samlClient({ clientId: 'front', post: `${url}/front`, frontchannelLogout: true }),
      samlClient({ clientId: 'silent' }),
    ],
    users: ['ada', 'bob'],
  })
  for (const user of ['ada', 'bob']) {
    const browser = await samlSignIn(realm, { user, client: 'soap' })
    for (const client of ['post', 'processing', 'redirect', 'front', 'silent'])
      await samlSignIn(realm, { user, client, browser })
  }
})
afterEach(async () => {
  await realm.remove()
  await receiver.close()
})

const EXPECTED = [
  ['front', 'front-channel', 'not-notified', 'front-channel', 0],
  ['post', 'saml', 'notified', undefined, 2],
  ['processing', 'saml', 'notified', undefined, 2],
  ['redirect', 'saml', 'not-notified', 'saml-redirect-only', 0],
  ['silent', 'saml', 'not-notified', 'no-url', 0],
  ['soap', 'saml', 'notified', undefined, 2],
]
/** Paths of the LogoutRequests; Keycloak's realm logout also posts `k_logout` to the Master SAML Processing URL. */
const logoutRequests = () =>
  receiver.requests
    .filter(({ body }) => /SAMLRequest=|LogoutRequest/.test(body))
    .map(({ path }) => path)
    .sort()

describe('SAML clients', () => {
  test.each([
    ['user', ['user', 'ada', 'bob', '--yes', '--json']],
    ['all', ['all', '--json']],
  ] as const)('%s: each is called as predicted, for each session', async (command, args) => {
    const confirm = command === 'all' ? ['--confirm', realm.name] : []
    const ran = await runCli([...args, ...confirm], { env: adminEnv(keycloak, realm.name) })
    expect(ran.code, ran.stderr).toBe(0)
    const clients =
      command === 'all'
        ? ran.json<AllOutcome>().clients
        : ran.json<UserOutcome>().users.flatMap((user) => user.clients)
    const rows = new Map<string, unknown[]>()
    for (const { clientId, channel, expectation, reason, notifications } of clients) {
      const calls = notifications.expected.max + Number(rows.get(clientId)?.at(-1) ?? 0)
      rows.set(clientId, [clientId, channel, expectation, reason, calls])
    }
    expect([...rows.values()].sort()).toEqual(EXPECTED)
    expect(logoutRequests()).toEqual([
      ...['/post/post', '/post/post', '/processing', '/processing', '/soap/soap', '/soap/soap'],
    ])
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test('sessions lists what notifies them', async () => {
    const ran = await runCli(['sessions', '--json'], { env: adminEnv(keycloak, realm.name) })
    const { clients } = ran.json<{ clients: { clientId: string; channels: Record<string, string> }[] }>()
    const channels = Object.fromEntries(clients.map((client) => [client.clientId, client.channels]))
    expect(channels.post).toEqual({ user: 'saml', all: 'saml', realmStep: 'saml' })
  })
})
