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

/** Remembers what was looked at and what was called. */
function probing(
  look: Look,
  answer: HttpLook = { kind: 'answered', status: 400, location: undefined, ms: 5 },
) {
  const looked: string[] = []
  const called: string[] = []
  return {
    looked,
    called,
    look: async (url: string) => {
      looked.push(url)
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

test('a realm without faults: exit 0', async () => {
  const { code, stdout } = await doctor(realm())('doctor')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, events

    no error, no warning (4 clients, 2 URLs looked at from here)
    Whether anybody answers there, and rightly: --probe.
    "
  `)
})

test('a fault on the screen', async () => {
  const { code, stdout } = await doctor(realm(), probing(REFUSED))('doctor')
  expect(code).toBe(7)
  expect(stdout).toMatchInlineSnapshot(`
    "customers at https://keycloak.test (Keycloak 26.7.4)
    allowed: sessions, user, all, not-before show, not-before set, configure,
      doctor, events

    x shop: Nothing accepts connections at shop.example.com:443.
      https://shop.example.com/logout
      why  Keycloak logs people out and this application is not notified: they stay
           signed in there.
      fix  Start the application, or correct host and port.
      seen shop.example.com:443: ECONNREFUSED
      refused

    x shop: Nothing accepts connections at shop.example.com:443.
      https://shop.example.com/admin
      why  Keycloak logs people out and this application is not notified: they stay
           signed in there.
      fix  Start the application, or correct host and port.
      seen shop.example.com:443: ECONNREFUSED
      refused

    2 errors, no warning (4 clients, 2 URLs looked at from here)
    Whether anybody answers there, and rightly: --probe.
    "
  `)
})

test('JSON: each finding with what, why, what to do and what was seen', async () => {
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

describe('what is sent', () => {
  test('without --probe nothing reaches the applications, and nothing is changed', async () => {
    const keycloak = realm()
    const probe = probing(GOOD)
    await doctor(keycloak, probe)('doctor')
    expect(probe.looked).toHaveLength(1)
    expect(probe.called).toEqual([])
    expect(keycloak.operations).toEqual([])
  })

  test('--probe: a forged token for the Backchannel Logout URL, only Keycloak for the Admin URL', async () => {
    const keycloak = realm()
    const probe = probing(GOOD)
    const { code } = await doctor(keycloak, probe)('doctor', '--probe')
    expect(code).toBe(0)
    expect(probe.called).toEqual(['shop https://shop.example.com/logout'])
    expect(keycloak.operations.map(({ name }) => name)).toEqual(['testNodes'])
  })

  test('no token goes over a connection that is not sound', async () => {
    const probe = probing(REFUSED)
    await doctor(realm(), probe)('doctor', '--probe')
    expect(probe.called).toEqual([])
  })

  test('a host that many clients share is looked at once', async () => {
    const keycloak = realm()
    for (let i = 0; i < 20; i++)
      keycloak.addClient({ clientId: `c${i}`, backchannelLogoutUrl: `https://shop.example.com/logout/${i}` })
    const probe = probing(GOOD)
    await doctor(keycloak, probe)('doctor')
    expect(probe.looked).toHaveLength(1)
  })

  test('an application that accepts a forged token fails the check', async () => {
    const probe = probing(GOOD, { kind: 'answered', status: 200, location: undefined, ms: 5 })
    const { code, json } = await doctor(realm(), probe)('doctor', '--probe', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings).toMatchObject([{ code: 'accepts-forged-token', clientId: 'shop' }])
  })
})

describe('--accept', () => {
  test('what is accepted stays listed and does not fail', async () => {
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

  test('at another client it is not accepted', async () => {
    expect((await doctor(realm(), probing(REFUSED))('doctor', '--accept', 'refused:desk')).code).toBe(7)
  })

  test('the profile may say so too', async () => {
    const world = { settings: { accept: ['refused'] } }
    expect((await doctor(realm(), probing(REFUSED), world)('doctor')).code).toBe(0)
  })

  test('a code that does not exist is wrong usage, before anything is asked', async () => {
    const keycloak = realm()
    const { code, stderr } = await doctor(keycloak)('doctor', '--accept', 'refussed')
    expect(code).toBe(2)
    expect(stderr).toContain('refussed')
    expect(keycloak.calls).toEqual([])
  })
})

describe('roles', () => {
  const denied = () => {
    throw new UserError('forbidden', 'no', { exitCode: 4 })
  }

  test('which command would be refused, and for want of what', async () => {
    const roles = { ...ALL, 'manage-users': false, 'manage-clients': undefined }
    const { code, stdout } = await doctor(realm(), probing(GOOD), { roles })('doctor')
    expect(code).toBe(0)
    expect(stdout).toContain('user (no)')
    expect(stdout).toContain('`kc-logout all` would be refused: the role manage-users is missing.')
    expect(stdout).toContain('configure (not known)')
  })

  test('without view-clients and view-events it says so and goes on', async () => {
    const keycloak = realm()
    keycloak.on('clients', denied)
    keycloak.on('eventsConfig', denied)
    const { code, json } = await doctor(keycloak)('doctor', '--json')
    expect(code).toBe(7)
    expect(json<Report>().findings.map((finding) => finding.code)).toEqual(['clients-not-visible'])
  })

  test('without manage-clients the test call of Keycloak is left out', async () => {
    const keycloak = realm()
    keycloak.on('testNodes', denied)
    const { code, json } = await doctor(keycloak)('doctor', '--probe', '--json')
    expect(code).toBe(0)
    expect(json<Report>().findings).toMatchObject([
      { code: 'admin-url-not-tested', severity: 'warning', clientId: 'shop' },
    ])
  })

  test('a test call that makes Keycloak fail is a finding, and the rest is looked at', async () => {
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

  test('without an issuer no forged token is made, and that is said', async () => {
    const keycloak = realm()
    keycloak.discovery = async () => ({ issuer: undefined as never })
    const probe = probing(GOOD)
    const { json } = await doctor(keycloak, probe)('doctor', '--probe', '--json')
    expect(probe.called).toEqual([])
    expect(json<Report>().findings).toMatchObject([{ code: 'answer-not-known', severity: 'warning' }])
  })
})

test('an interrupted look gives no findings: what was cut short proves nothing', async () => {
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

test('a client that is not there: exit 5', async () => {
  expect((await doctor(realm())('doctor', 'nobody')).code).toBe(5)
})
