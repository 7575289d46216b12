import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ConfigureOutcome } from '../../src/client-settings/outcome.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli, runInTerminal } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { clientShowsSecret, clientDatesSecret } = factsOf(keycloak.version)

type Raw = Record<string, unknown> & { attributes: Record<string, string> }

describe('kc-logout configure, on a real Keycloak', () => {
  let realm: TestRealm
  let receiver: Receiver
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-configure-'))
    receiver = await startReceiver()
    realm = await createRealm(keycloak, { users: ['ada'] })
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
    await rm(folder, { recursive: true })
  })

  const env = () => adminEnv(keycloak, realm.name)
  const configure = (...args: string[]) => runCli(['configure', ...args], { env: env() })
  const raw = async (clientId: string) => (await realm.client(clientId)) as Raw

  /** Every setting of a client, so that anything overwritten is noticed. */
  const furnished = {
    name: 'A shop',
    description: 'with "everything"',
    rootUrl: 'https://shop.example',
    baseUrl: '/start',
    webOrigins: ['https://shop.example', 'https://b.example'],
    redirectUris: ['https://shop.example/*', 'https://b.example/*', 'http://app.test/furnished/callback'],
    consentRequired: true,
    fullScopeAllowed: false,
    frontchannelLogout: true,
    protocolMappers: [
      {
        name: 'audience',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': 'x', 'access.token.claim': 'true' },
      },
    ],
  }
  const attributes = {
    'access.token.lifespan': '120',
    'post.logout.redirect.uris': 'https://shop.example/*##https://b.example/*',
    'frontchannel.logout.url': 'https://shop.example/front',
    'pkce.code.challenge.method': 'S256',
    'our.own': 'kept',
  }

  test.each([
    ['public', undefined],
    ['confidential', 'first'],
  ])('nothing else of a %s client changes (whole client compared)', async (kind, secret) => {
    const clientId = `furnished-${kind}`
    await realm.addClient({ clientId, attributes, representation: furnished, ...(secret ? { secret } : {}) })
    const before = await raw(clientId)
    const ran = await configure(
      clientId,
      ...[
        '--backchannel-url',
        'https://shop.example/out',
        '--admin-url',
        '/admin',
        '--no-session-required',
        '-y',
      ],
      '--json',
    )
    expect(ran.code, ran.stderr).toBe(0)
    const after = await raw(clientId)
    const { 'client.secret.creation.time': _, ...otherAttributes } = after.attributes
    expect({ ...after, attributes: otherAttributes }).toEqual({
      ...before,
      adminUrl: '/admin',
      frontchannelLogout: false,
      attributes: {
        ...Object.fromEntries(
          Object.entries(before.attributes).filter(([name]) => name !== 'client.secret.creation.time'),
        ),
        'backchannel.logout.url': 'https://shop.example/out',
        'backchannel.logout.session.required': 'false',
      },
    })
    // Side effects of Keycloak itself are reported.
    const { clients } = ran.json<ConfigureOutcome>()
    const noted = clients[0]?.findings.some(
      ({ args }) => args?.name === 'attributes.client.secret.creation.time',
    )
    expect(noted).toBe(
      before.attributes['client.secret.creation.time'] !== after.attributes['client.secret.creation.time'],
    )
    expect(clients).toMatchObject([
      {
        clientId,
        status: 'changed',
        changes: [
          { field: 'backchannelLogoutUrl', from: null, to: 'https://shop.example/out' },
          { field: 'backchannelLogoutSessionRequired', from: true, to: false },
          // Keycloak sets the Admin URL of a new client to its root URL.
          { field: 'adminUrl', from: 'https://shop.example', to: '/admin' },
          { field: 'frontchannelLogout', from: true, to: false },
        ],
      },
    ])

    // And back.
    const undo = ['--backchannel-url', 'none', '--admin-url', 'none', '--session-required', '-y']
    expect((await configure(clientId, ...undo)).code).toBe(0)
    const { adminUrl, attributes: left, ...undone } = await raw(clientId)
    expect(adminUrl ?? '').toBe('')
    expect(left).not.toHaveProperty(['backchannel.logout.url'])
    const { adminUrl: __, attributes: ___, ...unchanged } = before
    expect(undone).toEqual({ ...unchanged, frontchannelLogout: false })
  })

  test('a secret that is rotated between reading and writing is kept, and reported without its value', async () => {
    await realm.addClient({ clientId: 'rotating', secret: 'first' })
    const id = await realm.idOfClient('rotating')
    const proxy = await startRecordingProxy(keycloak.url)
    const name = clientShowsSecret ? 'secret' : 'attributes.client.secret.creation.time'
    let secret = ''
    proxy.disturb(async ({ method }) => {
      if (method !== 'PUT') return undefined
      const rotated = await realm.post(`/clients/${id}/client-secret`)
      secret = rotated.json<{ value: string }>().value
      return undefined
    })
    try {
      const ran = await runCli(
        ['configure', 'rotating', '--backchannel-url', 'https://shop.example/out', '-y', '--json'],
        { env: { ...env(), KC_LOGOUT_SERVER: proxy.url } },
      )
      expect(ran.code, ran.stdout + ran.stderr).toBe(0)
      expect(secret).not.toBe('')
      expect(await raw('rotating')).toMatchObject({
        attributes: { 'backchannel.logout.url': 'https://shop.example/out' },
      })
      expect(await realm.get(`/clients/${id}/client-secret`)).toMatchObject({ value: secret })
      const findings = ran.json<ConfigureOutcome>().clients[0]?.findings
      const named = expect.objectContaining({ code: 'also-changed', args: { name, byKeycloak: false } })
      const isSeen = clientShowsSecret || clientDatesSecret
      if (isSeen) expect(findings).toContainEqual(named)
      else expect(findings?.map(({ code }) => code)).not.toContain('also-changed')
      expect(ran.stdout + ran.stderr).not.toContain(secret)
    } finally {
      await proxy.close()
    }
  })

  test('in a terminal it asks, and no changes nothing', async () => {
    await realm.addClient({ clientId: 'asked' })
    const ask = (answer: string) =>
      runInTerminal(['configure', 'asked', '--admin-url', 'https://shop.example/k'], {
        env: env(),
        types: [{ when: /Change this client/, send: answer }],
      })
    expect((await ask('n\r')).code).toBe(8)
    expect(await raw('asked')).not.toHaveProperty('adminUrl')
    expect((await ask('y\r')).code).toBe(0)
    expect(await raw('asked')).toMatchObject({ adminUrl: 'https://shop.example/k' })
  })

  test('the second run sends no PUT, and neither does --dry-run or --check', async () => {
    await realm.addClient({ clientId: 'twice' })
    const proxy = await startRecordingProxy(keycloak.url)
    const run = (...args: string[]) =>
      runCli(['configure', 'twice', '--preset', 'cumulocity', '--tenant-url', receiver.url, ...args], {
        env: { ...env(), KC_LOGOUT_SERVER: proxy.url },
      })
    const puts = () => proxy.requests.filter(({ method }) => method !== 'GET' && method !== 'POST').length
    try {
      expect((await run('--dry-run')).code).toBe(0)
      expect((await run('--check')).code).toBe(7)
      expect(puts()).toBe(0)
      expect((await run('-y')).code).toBe(0)
      expect(puts()).toBe(1)
      const again = await run('-y', '--json')
      expect([again.code, again.json<ConfigureOutcome>().verdict]).toEqual([0, 'unchanged'])
      expect((await run('--check')).code).toBe(0)
      expect(puts()).toBe(1)
    } finally {
      await proxy.close()
    }
  })

  test('a file for many clients is checked, applied, exported and read back', async () => {
    for (const clientId of ['one', 'two']) await realm.addClient({ clientId })
    const file = join(folder, 'logout.yaml')
    await writeFile(
      file,
      `realm: ${realm.name}\r\nclients:\r\n  - clientId: one\r\n    backchannelLogoutUrl: https://one.example/out\r\n  - clientId: two\r\n    adminUrl: https://two.example/k\r\n`,
    )
    expect((await configure('--file', file, '--check')).code).toBe(7)
    expect((await configure('--file', file)).code).toBe(8)
    expect(await raw('two')).not.toHaveProperty('adminUrl')
    expect((await configure('--file', file, '--yes')).code).toBe(0)
    expect((await configure('--file', file, '--check')).code).toBe(0)
    const exported = await configure('--export')
    expect(exported.stdout).toContain('  - clientId: "two"\n    backchannelLogoutUrl: null\n')
    const back = await runCli(['configure', '--file', '-', '--check'], { env: env(), stdin: exported.stdout })
    expect([back.code, back.stderr]).toEqual([0, expect.not.stringContaining('error')])
  })

  test('if one client is refused, no client is changed', async () => {
    await realm.addClient({ clientId: 'good' })
    await realm.addClient({ clientId: 'saml', protocol: 'saml' })
    const url = ['--admin-url', 'https://x.example/']
    expect((await configure('good', 'saml', ...url, '-y')).code).toBe(2)
    expect((await configure('good', 'nobody', ...url, '-y')).code).toBe(5)
    expect(await raw('good')).not.toHaveProperty('adminUrl')
  })

  test('view-clients is enough to check but not to change: exit 4 names the role', async () => {
    await realm.addClient({ clientId: 'viewer', serviceAccountRoles: ['view-clients'] })
    await realm.addClient({ clientId: 'seen' })
    const asViewer = (...args: string[]) =>
      runCli(['configure', 'seen', '--revoke-offline', ...args], {
        env: {
          KC_LOGOUT_SERVER: keycloak.url,
          KC_LOGOUT_REALM: realm.name,
          KC_LOGOUT_LOGIN_REALM: realm.name,
          KC_LOGOUT_CLIENT_ID: 'viewer',
          KC_LOGOUT_CLIENT_SECRET: realm.secretOf('viewer') ?? '',
        },
      })
    expect((await asViewer('--check')).code).toBe(7)
    const ran = await asViewer('--yes')
    expect(ran.code).toBe(4)
    expect(ran.stderr).toContain('manage-clients')
  })

  test('a configured client is notified of the end of a session (valid logout token) and of the realm logout (k_logout)', async () => {
    await realm.addClient({ clientId: 'notified', frontchannelLogout: true })
    const preset = ['--preset', 'cumulocity', '--tenant-url', receiver.url, '--session-required', '-y']
    expect((await configure('notified', ...preset)).code).toBe(0)
    await receiver.trust(realm)
    const { sid } = await signIn(realm, { user: 'ada', client: 'notified' })
    await realm.delete(`/sessions/${sid}`)
    expect(await receiver.logoutTokens('/user/logout/oidc')).toMatchObject([{ aud: 'notified', sid }])
    await realm.post('/logout-all')
    const actions = await receiver.adminActions('/user/keycloak/k_logout')
    expect(actions.filter(({ resource }) => resource === 'notified')).toMatchObject([{ action: 'LOGOUT' }])
  })
})
