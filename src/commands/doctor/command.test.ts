import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { ROLES } from '../../core/roles.ts'
import { UserError } from '../../errors.ts'
import type { HttpLook, Look } from './facts.ts'

const ALL = Object.fromEntries(ROLES.map((role) => [role, true]))
const GOOD: Look = { kind: 'ok' }
const REFUSED: Look = { kind: 'failed', fault: 'refused', detail: 'ECONNREFUSED', addresses: ['192.0.2.1'] }

function realm() {
  const keycloak = new FakeKeycloak()
  keycloak.settings = { ...keycloak.settings, eventsEnabled: true, adminEventsEnabled: true }
  keycloak.discovery = async () => ({ issuer: 'https://keycloak.test/realms/customers' })
  keycloak.addClient({
    clientId: 'shop',
    redirectUris: ['https://shop.example.com/*'],
    backchannelLogoutUrl: 'https://shop.example.com/logout',
    backchannelLogoutSessionRequired: true,
    adminUrl: 'https://shop.example.com/admin',
  })
  return keycloak
}

/** Six clients, most with several findings. */
function faultyRealm() {
  const keycloak = new FakeKeycloak()
  keycloak.discovery = async () => ({ issuer: 'https://keycloak.test/realms/customers' })
  const client = (clientId: string, more: object) =>
    keycloak.addClient({ clientId, redirectUris: [`https://${clientId}.example.com/*`], ...more })
  client('shop', { backchannelLogoutUrl: 'https://shop.example.com/logout', frontchannelLogout: true })
  client('desk', { backchannelLogoutUrl: 'https://desk.example.com/logout', frontchannelLogout: true })
  client('crm', { backchannelLogoutUrl: 'http://crm.example.com/logout' })
  client('till', { adminUrl: 'http://till.example.com/admin' })
  client('portal', {})
  client('batch', {})
  return keycloak
}

/** Records which URLs were checked and which were called. */
function probing(
  look: Look,
  answer: HttpLook = { kind: 'answered', status: 400, location: undefined, ms: 5 },
) {
  const checked: string[] = []
  const called: string[] = []
  return {
    checked,
    called,
    look: async (url: string) => {
      checked.push(url)
      return look
    },
    challenge: async (url: string, { clientId }: { clientId: string }) => {
      called.push(`${clientId} ${url}`)
      return answer
    },
  }
}
const doctor = (keycloak: FakeKeycloak, probe = probing(GOOD), world = {}) =>
  commandLine(keycloak, { roles: ALL, probe, ...world })

interface Report {
  findings: { code: string; clientId?: string; severity: string; accepted?: true }[]
  verdict: string
}

test('a realm without findings: exit 0', async () => {
  const { code, stdout } = await doctor(realm())('doctor')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, drill, events

    no error, no warning (4 clients, 2 URLs checked from here)
    --probe checks how the applications answer.
    What applications answer to a logout is in Keycloak's traces or log, if switched
    on: \`kc-logout help evidence\`.
    "
  `)
})

test('findings on the screen: a table of clients, then each code once', async () => {
  const { code, stdout } = await doctor(realm(), probing(REFUSED))('doctor')
  expect(code).toBe(7)
  expect(stdout).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, drill, events

    client  worst finding  errors  warnings
    shop    x refused           2

    x refused  shop (2×): shop.example.com:443 refuses connections from here.
      fix  Start the application, or correct host and port.

    2 errors, no warning (4 clients, 2 URLs checked from here)
    --probe checks how the applications answer. --verbose shows reasons and details.
    What applications answer to a logout is in Keycloak's traces or log, if switched
    on: \`kc-logout help evidence\`.
    "
  `)
})

test('--verbose, and clients that are named: reasons, URLs and what was seen', async () => {
  const lines = async (...argv: string[]) =>
    (await doctor(realm(), probing(REFUSED))('doctor', ...argv)).stdout
  expect(await lines('--verbose')).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, drill, events

    client  worst finding  errors  warnings
    shop    x refused           2

    x shop.example.com:443 refuses connections from here. (2)
      shop  https://shop.example.com/logout  shop.example.com:443: ECONNREFUSED
      shop  https://shop.example.com/admin  shop.example.com:443: ECONNREFUSED
      why  If Keycloak fails in the same way, it ends the session, and this
           application is not notified: its users stay signed in there.
      fix  Start the application, or correct host and port.
      refused

    2 errors, no warning (4 clients, 2 URLs checked from here)
    --probe checks how the applications answer.
    What applications answer to a logout is in Keycloak's traces or log, if switched
    on: \`kc-logout help evidence\`.
    "
  `)
  expect(await lines('shop')).toBe(await lines('--verbose', 'shop'))
})

test('six clients with findings of many kinds: at most 45 lines, one fix for each kind', async () => {
  const { stdout } = await doctor(faultyRealm(), probing(REFUSED))('doctor')
  expect(stdout).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, drill, events

    client   worst finding             errors  warnings
    crm      x refused                      1         2
    till     x refused                      1         2
    shop     x front-channel-silences       1         1
    desk     x front-channel-silences       1         1
    (realm)  ! events-not-stored                      2
    portal   ! no-url                                 1
    batch    ! no-url                                 1

    x front-channel-silences  shop, desk: The front channel is on: it silences the
      Backchannel Logout URL.
      fix  For each: kc-logout configure <client-id> --backchannel-url <url>
    x refused  crm, till: The host of a logout URL refuses connections from here.
      fix  Start the application, or correct host and port.
    ! events-not-stored  Neither user events about logouts nor admin events are
      stored.
      fix  kc-logout events --enable
    ! sid-not-required  shop, desk, crm: Logout tokens do not name the session.
      fix  kc-logout configure shop desk crm --session-required
    ! url-unencrypted  crm, till: A logout URL is not encrypted (http).
      fix  For each: kc-logout configure <client-id> --backchannel-url <url>
      fix  For each: kc-logout configure <client-id> --admin-url <url>
    ! no-adapter-session  till: The client has an Admin URL only.
      fix  kc-logout configure till --backchannel-url <url>
    ! no-url  portal, batch: The client has no logout URL.
      fix  For each: kc-logout configure <client-id> --backchannel-url <url>

    i backchannel-only  crm: The client has a Backchannel Logout URL only.

    4 errors, 10 warnings (9 clients, 2 URLs checked from here)
    --probe checks how the applications answer. --verbose shows reasons and details.
    What applications answer to a logout is in Keycloak's traces or log, if switched
    on: \`kc-logout help evidence\`.
    "
  `)
  expect(stdout.split('\n').length).toBeLessThanOrEqual(46)
})

test('JSON: each finding with message, reason, remedy and evidence', async () => {
  const keycloak = realm()
  keycloak.addClient({
    clientId: 'desk',
    redirectUris: ['https://desk.example.com/*'],
    backchannelLogoutUrl: 'https://desk.example.com/logout',
    backchannelLogoutSessionRequired: true,
    frontchannelLogout: true,
  })
  const { code, json } = await doctor(keycloak)('doctor', 'desk', '--json')
  expect(code).toBe(7)
  expect(json()).toMatchObject({
    schemaVersion: 1,
    server: {
      url: 'https://keycloak.test',
      version: '26.7.4',
      issuer: 'https://keycloak.test/realms/customers',
    },
    realm: 'customers',
    verdict: 'fail',
    findings: [
      {
        code: 'front-channel-silences',
        severity: 'error',
        clientId: 'desk',
        message: expect.any(String),
        why: expect.any(String),
        fix: 'kc-logout configure desk --backchannel-url https://desk.example.com/logout',
        evidence: expect.stringContaining('frontchannelLogout: true'),
      },
    ],
  })
})

describe('requests', () => {
  test('without --probe no application is called, and nothing is changed', async () => {
    const keycloak = realm()
    const probe = probing(GOOD)
    await doctor(keycloak, probe)('doctor')
    expect(probe.checked).toHaveLength(1)
    expect(probe.called).toEqual([])
    expect(keycloak.operations).toEqual([])
  })

  test('--probe: a forged token to the Backchannel Logout URL, only Keycloak calls the Admin URL', async () => {
    const keycloak = realm()
    const probe = probing(GOOD)
    const { code } = await doctor(keycloak, probe)('doctor', '--probe')
    expect(code).toBe(0)
    expect(probe.called).toEqual(['shop https://shop.example.com/logout'])
    expect(keycloak.operations.map(({ name }) => name)).toEqual(['testNodes'])
  })

  test('no token is sent over a connection that has a fault', async () => {
    const probe = probing(REFUSED)
    await doctor(realm(), probe)('doctor', '--probe')
    expect(probe.called).toEqual([])
  })

  test('a host that many clients share is checked once', async () => {
    const keycloak = realm()
    for (let i = 0; i < 20; i++)
      keycloak.addClient({ clientId: `c${i}`, backchannelLogoutUrl: `https://shop.example.com/logout/${i}` })
    const probe = probing(GOOD)
    await doctor(keycloak, probe)('doctor')
    expect(probe.checked).toHaveLength(1)
  })

  test('an application that accepts a forged token fails the check', async () => {
    const probe = probing(GOOD, { kind: 'answered', status: 200, location: undefined, ms: 5 })
    const { code, json } = await doctor(realm(), probe)('doctor', '--probe', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings).toMatchObject([{ code: 'accepts-forged-token', clientId: 'shop' }])
  })
})

describe('--accept', () => {
  test('an accepted finding stays listed and does not fail the check', async () => {
    const { code, json } = await doctor(realm(), probing(REFUSED))(
      'doctor',
      '--accept',
      'refused:shop',
      '--json',
    )
    expect(code).toBe(0)
    const { findings, verdict } = json<Report>()
    expect(verdict).toBe('pass')
    expect(findings.every(({ accepted }) => accepted)).toBe(true)
  })

  test('a finding accepted for another client fails the check', async () => {
    expect((await doctor(realm(), probing(REFUSED))('doctor', '--accept', 'refused:desk')).code).toBe(7)
  })

  test('a finding accepted in the profile', async () => {
    const world = { settings: { accept: ['refused'] } }
    expect((await doctor(realm(), probing(REFUSED), world)('doctor')).code).toBe(0)
  })

  test('an unknown code: exit 2, before any request', async () => {
    const keycloak = realm()
    const { code, stderr } = await doctor(keycloak)('doctor', '--accept', 'refussed')
    expect(code).toBe(2)
    expect(stderr).toContain('refussed')
    expect(keycloak.calls).toEqual([])
  })
})

describe('many findings', () => {
  test('3,000 hosts of one client: ten are shown and the rest counted, JSON has them all', async () => {
    const keycloak = realm()
    keycloak.addClient({
      clientId: 'iot',
      redirectUris: Array.from({ length: 3000 }, (_, i) => `https://t${i}.example.com/*`),
      backchannelLogoutUrl: 'https://iot.example.com/logout',
      backchannelLogoutSessionRequired: true,
    })
    const { stdout } = await doctor(keycloak)('doctor')
    expect(stdout.split('\n').length).toBeLessThan(40)
    expect(stdout).toContain('iot (3,000×): Users of other hosts')
    const { stdout: details } = await doctor(keycloak)('doctor', '--verbose')
    expect(details.split('\n').length).toBeLessThan(40)
    expect(details).toContain('and 2,990 more (--json lists all)')
    expect(stdout).toContain('3,000 warnings')
    const { json } = await doctor(keycloak)('doctor', '--json')
    const found = json<Report>().findings.filter(({ code }) => code === 'tenant-not-notified')
    expect(found).toHaveLength(3000)
  })

  test('one code of many clients: once, with its clients and one fix', async () => {
    const keycloak = realm()
    for (const clientId of ['desk', 'till'])
      keycloak.addClient({ clientId, redirectUris: [`https://${clientId}.example.com/*`] })
    const { stdout } = await doctor(keycloak)('doctor')
    expect(stdout).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (Keycloak 26.7.4)
      allowed: sessions, user, all, not-before show, not-before set, configure,
        doctor, drill, events

      client  worst finding  errors  warnings
      desk    ! no-url                      1
      till    ! no-url                      1

      ! no-url  desk, till: The client has no logout URL.
        fix  For each: kc-logout configure <client-id> --backchannel-url <url>

      no error, 2 warnings (6 clients, 2 URLs checked from here)
      --probe checks how the applications answer. --verbose shows reasons and details.
      What applications answer to a logout is in Keycloak's traces or log, if switched
      on: \`kc-logout help evidence\`.
      "
    `)
  })

  test('each client stands in the table once, with its worst finding', async () => {
    const keycloak = realm()
    for (let i = 0; i < 40; i++)
      keycloak.addClient({ clientId: `c${i}`, redirectUris: ['https://c.example/*'] })
    keycloak.addClient({
      clientId: 'front',
      redirectUris: ['https://c.example/*'],
      backchannelLogoutUrl: 'http://c.example/logout',
      frontchannelLogout: true,
    })
    const { stdout } = await doctor(keycloak)('doctor')
    const table = stdout.slice(stdout.indexOf('client '), stdout.indexOf('and 11 more clients'))
    const rows = table.trimEnd().split('\n').slice(1)
    expect(rows).toHaveLength(30)
    expect(rows[0]).toMatch(/^front +x front-channel-silences +1 +2$/)
    expect(rows[1]).toMatch(/^c0 +! no-url +1$/)
  })
})

describe('--fail-on', () => {
  const warned = () => {
    const keycloak = realm()
    keycloak.addClient({ clientId: 'desk', redirectUris: ['https://desk.example.com/*'] })
    return keycloak
  }
  test.each([
    [[], 0, 'pass'],
    [['--fail-on', 'error'], 0, 'pass'],
    [['--fail-on', 'warning'], 7, 'fail'],
    [['--fail-on', 'warning', '--accept', 'no-url:desk'], 0, 'pass'],
  ] as const)('a warning with %j: exit %i', async (argv, code, verdict) => {
    const ran = await doctor(warned())('doctor', ...argv, '--json')
    expect(ran.code).toBe(code)
    expect(ran.json<Report>().verdict).toBe(verdict)
  })

  test('an error with --fail-on warning: exit 7', async () => {
    expect((await doctor(realm(), probing(REFUSED))('doctor', '--fail-on', 'warning')).code).toBe(7)
  })

  test('another severity: exit 2', async () => {
    expect((await doctor(realm())('doctor', '--fail-on', 'info')).code).toBe(2)
  })
})

describe('identity providers', () => {
  const UP = {
    alias: 'up',
    providerId: 'oidc',
    enabled: true,
    linkOnly: false,
    logoutUrl: undefined,
    backchannelLogout: false,
    validatesSignatures: false,
  }
  test('are named with their faults', async () => {
    const keycloak = realm()
    keycloak.providers.push(UP)
    const { code, json, stdout } = await doctor(keycloak)('doctor', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings).toMatchObject([
      { code: 'provider-signatures-not-validated', severity: 'error', args: { provider: 'up' } },
      { code: 'provider-no-logout-url', severity: 'warning', args: { provider: 'up' } },
    ])
    expect(stdout).toContain('comes back without a password')
  })

  test('without view-identity-providers: a note, and the check goes on', async () => {
    const keycloak = realm()
    keycloak.on('identityProviders', () => {
      throw new UserError('forbidden', 'no', { exitCode: 4 })
    })
    const { code, json } = await doctor(keycloak)('doctor', '--json')
    expect(code).toBe(0)
    expect(json<Report>().findings).toMatchObject([{ code: 'providers-not-visible', severity: 'info' }])
  })
})

describe('roles', () => {
  const denied = () => {
    throw new UserError('forbidden', 'no', { exitCode: 4 })
  }

  test('commands that would be refused, with the missing role', async () => {
    const roles = { ...ALL, 'manage-users': false, 'manage-clients': undefined }
    const { code, stdout } = await doctor(realm(), probing(GOOD), { roles })('doctor')
    expect(code).toBe(0)
    expect(stdout).toContain('user (no)')
    expect(stdout).toContain('Your account lacks roles for the commands marked with (no).')
    expect(stdout).toContain('fix  Grant your account manage-users of the client realm-management')
    expect(stdout).toContain('configure (not known)')
    const { stdout: details } = await doctor(realm(), probing(GOOD), { roles })('doctor', '--verbose')
    expect(details).toContain('The command all would be refused: the role manage-users is missing.')
  })

  test('without view-clients and view-events: a finding, and the check goes on', async () => {
    const keycloak = realm()
    keycloak.on('clients', denied)
    keycloak.on('eventsConfig', denied)
    const { code, json } = await doctor(keycloak)('doctor', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings.map((finding) => finding.code)).toEqual(['clients-not-visible'])
  })

  test('without manage-clients: a finding in place of the test call of Keycloak', async () => {
    const keycloak = realm()
    keycloak.on('testNodes', denied)
    const { code, json } = await doctor(keycloak)('doctor', '--probe', '--json')
    expect(code).toBe(0)
    expect(json<Report>().findings).toMatchObject([
      { code: 'admin-url-not-tested', severity: 'warning', clientId: 'shop' },
    ])
  })

  test('a test call that makes Keycloak fail: a finding, and the rest is checked', async () => {
    const keycloak = realm()
    keycloak.on('testNodes', () => {
      throw new UserError('server-error', 'The server failed at the test call (HTTP 500).')
    })
    const { code, json } = await doctor(keycloak, probing(REFUSED))('doctor', '--probe', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings).toMatchObject([
      { code: 'refused', severity: 'error' },
      { code: 'refused', severity: 'error' },
      { code: 'admin-url-not-tested', severity: 'warning', evidence: expect.stringContaining('HTTP 500') },
    ])
  })

  test('without an issuer: a finding in place of the forged token', async () => {
    const keycloak = realm()
    keycloak.discovery = async () => ({ issuer: undefined as never })
    const probe = probing(GOOD)
    const { json } = await doctor(keycloak, probe)('doctor', '--probe', '--json')
    expect(probe.called).toEqual([])
    expect(json<Report>().findings).toMatchObject([{ code: 'answer-not-known', severity: 'warning' }])
  })
})

test('an interrupted check gives no findings', async () => {
  const stop = new AbortController()
  const probe = {
    ...probing(REFUSED),
    look: async () => {
      stop.abort()
      return REFUSED
    },
  }
  const { code, stdout } = await doctor(realm(), probe, { signal: stop.signal })('doctor')
  expect(code).toBe(130)
  expect(stdout).toBe('')
})

test('a missing client: exit 5', async () => {
  expect((await doctor(realm())('doctor', 'nobody')).code).toBe(5)
})

describe('an account that may view only a part of the clients', () => {
  const hideDesk = () => {
    const keycloak = realm()
    keycloak.addClient({ clientId: 'desk', backchannelLogoutUrl: 'https://desk.example.com/logout' })
    keycloak.addUser('ada', { id: 'id-ada' })
    keycloak.addSession({ id: 's1', username: 'ada', clients: ['desk'] })
    const all = keycloak.clients.bind(keycloak)
    keycloak.clients = async () => (await all()).filter(({ clientId }) => clientId !== 'desk')
    return keycloak
  }
  const partly = (ran: { json<T>(): T }) =>
    ran.json<Report>().findings.find(({ code }) => code === 'clients-partly-visible')
  const roles = { ...ALL, 'view-clients': undefined }

  test('is not told that the realm passes: exit 7, and hidden clients with sessions are named', async () => {
    const ran = await doctor(hideDesk(), probing(GOOD), { roles })('doctor', '--json')
    expect([ran.code, partly(ran)]).toMatchObject([
      7,
      { severity: 'error', message: '1 client with sessions is not visible to you: desk.' },
    ])
  })

  test('is told so where no hidden client has a session', async () => {
    const ran = await doctor(realm(), probing(GOOD), { roles })('doctor', '--json')
    expect([ran.code, partly(ran)]).toMatchObject([
      7,
      { message: expect.stringContaining('others may be missing') },
    ])
  })

  test('passes if only clients that it sees are to be checked', async () => {
    const ran = await doctor(hideDesk(), probing(GOOD), { roles })('doctor', 'shop', '--json')
    expect([ran.code, partly(ran)]).toEqual([0, undefined])
  })
})
