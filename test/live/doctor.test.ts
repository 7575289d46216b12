import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Fault, type FaultyReceivers, startFaultyReceivers } from '../support/faulty-receivers.ts'
import { type ClientSpec, createRealm, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'

const keycloak = inject('keycloak')

interface Report {
  findings: {
    code: string
    severity: string
    clientId?: string
    url?: string
    fix: string
    args?: { command?: string }
    accepted?: true
  }[]
  commands: { name: string; allowed: string; roles: string[] }[]
  verdict: string
}

/** What each receiver shows of itself without being called, and what only when it is. */
const CONNECTIONS: readonly (readonly [Fault, string])[] = [
  ['refused', 'refused'],
  ['unknown-host', 'unknown-host'],
  ['tls-self-signed', 'tls-self-signed'],
  ['tls-unknown-ca', 'tls-unknown-ca'],
  ['tls-no-intermediate', 'tls-missing-intermediate'],
  ['tls-wrong-name', 'tls-wrong-name'],
  ['tls-expired', 'tls-expired'],
  ['tls-not-yet-valid', 'tls-not-yet-valid'],
  ['tls-old-protocol', 'tls-old-protocol'],
  ['tls-client-certificate', 'tls-client-certificate'],
  ['tls-not-spoken', 'tls-not-spoken'],
]
const ANSWERS: readonly (readonly [Fault, string])[] = [
  ['answers-200', 'accepts-forged-token'],
  ['answers-302', 'answers-redirect'],
  ['answers-401', 'answers-401'],
  ['answers-403', 'answers-403'],
  ['answers-404', 'answers-404'],
  ['answers-405', 'answers-405'],
  ['answers-500', 'answers-5xx'],
  ['slow', 'slow'],
  ['hangs', 'no-answer'],
  ['resets', 'broken-answer'],
  ['hangs-up', 'broken-answer'],
]
const SOUND: readonly Fault[] = ['ok', 'tls-good', 'tls-with-intermediate']

describe('kc-logout doctor, on a real Keycloak', () => {
  let realm: TestRealm
  let receivers: FaultyReceivers
  let folder: string
  let ca: string
  /** clientId -> the codes that it must be named with, errors and warnings. */
  const expected = new Map<string, string[]>()

  beforeAll(async () => {
    receivers = await startFaultyReceivers()
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-doctor-'))
    ca = join(folder, 'ca.pem')
    await writeFile(ca, receivers.ca)
    const ok = receivers.url('ok')
    const admin = receivers.url('answers-200')
    const wiring: readonly (readonly [ClientSpec, string[]])[] = [
      [
        { clientId: 'w-front', backchannelLogoutUrl: ok, frontchannelLogout: true },
        ['front-channel-silences'],
      ],
      [{ clientId: 'w-front-only', frontchannelLogout: true }, ['front-channel-only']],
      [{ clientId: 'w-none' }, ['no-url']],
      [{ clientId: 'w-admin', adminUrl: admin }, ['no-adapter-session']],
      [{ clientId: 'w-relative', backchannelLogoutUrl: '/logout' }, ['relative-without-root']],
      [
        {
          clientId: 'w-relative-root',
          backchannelLogoutUrl: '/ok/logout',
          rootUrl: new URL(ok).origin,
          adminUrl: '/200/logout',
        },
        [],
      ],
      [
        { clientId: 'w-host', adminUrl: 'https://${application.session.host}/x', backchannelLogoutUrl: ok },
        ['session-host'],
      ],
      [{ clientId: 'w-ftp', backchannelLogoutUrl: 'ftp://app.test/x' }, ['url-not-http']],
      [{ clientId: 'w-fragment', backchannelLogoutUrl: `${ok}#x` }, ['url-fragment']],
      [
        {
          clientId: 'w-hs256',
          backchannelLogoutUrl: ok,
          attributes: { 'id.token.signed.response.alg': 'HS256' },
        },
        ['logout-token-hmac'],
      ],
      [{ clientId: 'w-sid', backchannelLogoutUrl: ok, sessionRequired: false }, ['sid-not-required']],
      [{ clientId: 'w-disabled', backchannelLogoutUrl: receivers.url('refused'), enabled: false }, []],
      [{ clientId: 'w-saml', protocol: 'saml' }, ['saml-no-logout-url']],
      [{ clientId: 'w-saml-front', protocol: 'saml', frontchannelLogout: true }, ['saml-front-channel']],
      [
        {
          clientId: 'w-saml-soap',
          protocol: 'saml',
          attributes: { saml_single_logout_service_url_soap: ok },
        },
        [],
      ],
      [
        {
          clientId: 'w-saml-redirect',
          protocol: 'saml',
          attributes: { saml_single_logout_service_url_redirect: ok },
        },
        ['saml-redirect-only'],
      ],
      [
        {
          clientId: 'w-tenants',
          backchannelLogoutUrl: ok,
          redirectUris: [`${new URL(ok).origin}/*`, 'https://other.example.test/*'],
        },
        ['tenant-not-notified'],
      ],
      [
        { clientId: 'w-long', backchannelLogoutUrl: ok, attributes: { 'access.token.lifespan': '3600' } },
        ['access-token-long'],
      ],
      [
        {
          clientId: 'w-brief',
          backchannelLogoutUrl: ok,
          attributes: { 'client.session.max.lifespan': '3600' },
        },
        ['client-session-ends-first'],
      ],
      [
        { clientId: 'w-admin-refused', adminUrl: receivers.url('refused'), backchannelLogoutUrl: ok },
        ['refused'],
      ],
      [
        { clientId: 'w-admin-404', adminUrl: receivers.url('answers-404'), backchannelLogoutUrl: ok },
        ['admin-url-test-failed'],
      ],
      [{ clientId: 'w-both', adminUrl: admin, backchannelLogoutUrl: ok }, []],
    ]
    const urls = [...CONNECTIONS, ...ANSWERS, ...SOUND.map((fault) => [fault, ''] as const)].map(
      ([fault, code]) =>
        [{ clientId: `u-${fault}`, backchannelLogoutUrl: receivers.url(fault) }, code ? [code] : []] as const,
    )
    for (const [{ clientId }, codes] of [...wiring, ...urls]) expected.set(clientId, [...codes])
    realm = await createRealm(keycloak, {
      settings: { eventsEnabled: true, adminEventsEnabled: true },
      clients: [...wiring, ...urls].map(([client]) => ({
        // Nobody is a tenant of another host, unless that is the fault.
        redirectUris: [
          new URL(
            '/callback',
            /^https?:/.exec(client.backchannelLogoutUrl ?? '') ? client.backchannelLogoutUrl : ok,
          ).href,
        ],
        ...client,
      })),
    })
    await realm.addClient({
      clientId: 'reader',
      serviceAccountRoles: ['view-clients', 'view-realm'],
      redirectUris: [],
    })
  })
  afterAll(async () => {
    await realm.remove()
    await receivers.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function doctor(...args: string[]) {
    // Everything here is on loopback, which is worth a warning, and wanted.
    const ran = await runCli(['doctor', '--ca-file', ca, '--accept', 'url-loopback', ...args, '--json'], {
      env: adminEnv(keycloak, realm.name),
    })
    return { ...ran, report: ran.json<Report>() }
  }
  const named = ({ findings }: Report) => {
    const codes = new Map<string, string[]>()
    for (const { clientId = 'the realm', code, severity, accepted } of findings)
      if (severity !== 'info' && !accepted) codes.set(clientId, [...(codes.get(clientId) ?? []), code])
    return Object.fromEntries([...codes].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  const faults = (only: (clientId: string) => boolean) =>
    Object.fromEntries(
      [...expected]
        .filter(([clientId, codes]) => codes.length > 0 && only(clientId))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  const onlyWhenCalled = new Set([...ANSWERS.map(([fault]) => `u-${fault}`), 'w-admin-404'])

  test('each fault is named with its client, without other findings; no application is called', async () => {
    const before = receivers.requests.length
    const { code, report, stderr } = await doctor()
    expect(code, stderr).toBe(7)
    expect(named(report)).toEqual(faults((clientId) => !onlyWhenCalled.has(clientId)))
    expect(receivers.requests.length).toBe(before)
  })

  test('--probe also names faults of the responses', async () => {
    const { code, report, stderr } = await doctor('--probe')
    expect(code, stderr).toBe(7)
    expect(named(report)).toEqual(faults(() => true))
    expect(receivers.requests.every((request) => request.startsWith('POST /'))).toBe(true)
    // Nothing but Keycloak's own test ever comes to an Admin URL, and never a k_logout.
    expect(receivers.requests.filter((request) => /k_(?!test_available)/.test(request))).toEqual([])
    expect(receivers.requests).toContain('POST /200/logout/k_test_available')
  })

  test('the commands that the roles allow are known from reading, and the missing role is named', async () => {
    const ran = await runCli(['doctor', 'w-both', '--json'], {
      env: {
        KC_LOGOUT_SERVER: keycloak.url,
        KC_LOGOUT_REALM: realm.name,
        KC_LOGOUT_LOGIN_REALM: realm.name,
        KC_LOGOUT_CLIENT_ID: 'reader',
        KC_LOGOUT_CLIENT_SECRET: realm.secretOf('reader'),
      },
    })
    expect(ran.code, ran.stderr).toBe(0)
    const { commands, findings } = ran.json<Report>()
    expect(Object.fromEntries(commands.map(({ name, allowed }) => [name, allowed]))).toMatchObject({
      sessions: 'yes',
      doctor: 'yes',
      user: 'no',
      all: 'no',
      configure: 'no',
      events: 'no',
    })
    const missing = findings.filter(({ code }) => code === 'role-missing').map(({ args }) => args?.command)
    expect(missing).toEqual(['user', 'all', 'not-before set', 'configure', 'drill', 'events'])
    expect(commands.find(({ name }) => name === 'configure')?.roles).toEqual(['manage-clients'])
  })

  test('after its remedies the check passes', async () => {
    const env = adminEnv(keycloak, realm.name)
    const { report } = await doctor('--probe')
    const ok = receivers.url('ok')
    for (const { code, clientId = '', fix, severity, url } of report.findings) {
      if (severity !== 'error') continue
      const command = /kc-logout (configure .*)$/.exec(fix)?.[1]
      if (command !== undefined) {
        // As a person would type it, with the one thing that only they know.
        const line = command.replace('--admin-url <url>', `--admin-url ${receivers.url('answers-200')}`)
        const args = line.replace(/<(absolute )?url>/, ok).split(' ')
        const ran = await runCli([...args, '--yes'], { env })
        expect(ran.code, `${code}: ${ran.stderr}`).toBe(0)
      } else if (code === 'logout-token-hmac') {
        await realm.put(`/clients/${await realm.idOfClient(clientId)}`, {
          frontchannelLogout: false,
          attributes: { 'id.token.signed.response.alg': 'RS256' },
        })
      } else {
        // The remedy is at the application: one that is well stands in for the mended one.
        const flag = clientId === 'w-admin-refused' ? '--admin-url' : '--backchannel-url'
        const mended = clientId === 'w-admin-refused' ? receivers.url('answers-200') : ok
        expect(url, code).toBeDefined()
        expect((await runCli(['configure', clientId, flag, mended, '--yes'], { env })).code).toBe(0)
      }
    }
    const after = await doctor('--probe')
    expect(after.report.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(after.code).toBe(0)
    expect(after.report.verdict).toBe('pass')
  })
})
