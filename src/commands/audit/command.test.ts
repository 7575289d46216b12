import { afterEach, describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import {
  type DocumentedTenant,
  type Record,
  startDocumentedTenant,
  type TenantOptions,
} from '../../../test/support/documented-tenant.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const LOGOUT: Record = {
  time: '2026-11-21T11:59:00.000Z',
  type: 'SingleSignOn',
  user: 'ada',
  activity: 'User logged out',
  text: 'Single sign-on logout',
}
const CLAIMS: Record = {
  time: '2026-11-21T11:58:00.000Z',
  type: 'SingleSignOn',
  activity: 'Json web token claims',
  text: '{"iss":"https://kc.example.com/realms/customers","sub":"f1"}',
}
const ALARM: Record = { time: LOGOUT.time, type: 'Alarm', activity: 'Alarm created', text: 'Door open' }

const running: DocumentedTenant[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((tenant) => tenant.close()))
})
async function tenant(options: TenantOptions = {}) {
  const started = await startDocumentedTenant(options)
  running.push(started)
  return started
}
const ENV = { C8Y_USER: 'ada', C8Y_PASSWORD: 'pw' }
const audit = (world: object = {}) => commandLine(new FakeKeycloak(), { now: NOW, env: ENV, ...world })
interface Report {
  tenants: { tenantUrl: string; since: string; records: Record[]; seen: boolean; error?: string }[]
}

describe('audit of one tenant', () => {
  test('prints records about a logout or single sign-on, and nothing else', async () => {
    const { url, requests } = await tenant({ records: [LOGOUT, ALARM, CLAIMS] })
    const { code, json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(code).toBe(0)
    expect(json()).toEqual({
      schemaVersion: 1,
      tenants: [
        {
          tenantUrl: url,
          since: '2026-11-21T11:00:00.000Z',
          records: [{ ...LOGOUT }, { ...CLAIMS, user: '' }],
          seen: true,
        },
      ],
    })
    expect(requests[0]?.line).toBe(
      'GET /audit/auditRecords?dateFrom=2026-11-21T11%3A00%3A00.000Z&pageSize=2000&currentPage=1',
    )
  })

  test('says "seen in the audit log" and claims no delivery', async () => {
    const { url } = await tenant({ records: [LOGOUT] })
    const { stdout } = await audit()('audit', 'cumulocity', '--tenant-url', url)
    expect(stdout).toContain('seen in the audit log: 1 record')
    expect(stdout).toContain('Experimental')
    expect(stdout).not.toMatch(/delivered|received/)
  })

  test('without a matching record exits with 0', async () => {
    const { url } = await tenant({ records: [ALARM] })
    const { code, stdout } = await audit()('audit', 'cumulocity', '--tenant-url', url)
    expect(code).toBe(0)
    expect(stdout).toContain('nothing seen in the audit log')
  })

  test('--since and --match select records', async () => {
    const { url } = await tenant({ records: [LOGOUT, CLAIMS, ALARM] })
    const run = audit()
    const at = async (...args: string[]) =>
      (await run('audit', 'cumulocity', '--tenant-url', url, ...args, '--json')).json<Report>().tenants[0]
        ?.records
    expect(await at('--match', 'door')).toMatchObject([{ activity: 'Alarm created' }])
    expect(await at('--since', '90s')).toMatchObject([{ activity: 'User logged out' }])
  })

  test('reads all pages, however small they are', async () => {
    const records = Array.from({ length: 25 }, (_, i) => ({ ...LOGOUT, text: `logout ${i}` }))
    const { url, requests } = await tenant({ records, largestPage: 10 })
    const { json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(json<Report>().tenants[0]?.records).toHaveLength(25)
    // The last page has a next link, too; the empty page after it ends the log.
    expect(requests).toHaveLength(4)
  })

  test('exits with 3 if nothing was seen in a log that was read in part', async () => {
    const records = [...Array.from({ length: 500 }, () => ALARM), LOGOUT]
    const { url } = await tenant({ records, largestPage: 10 })
    const { code, json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(code).toBe(3)
    expect(json<Report>().tenants).toMatchObject([{ seen: false, cut: true, records: [] }])
    const { stdout } = await audit()('audit', 'cumulocity', '--tenant-url', url)
    expect(stdout).toContain('nothing seen in the part of the audit log that was read')
  })

  test('skips records before --since even if the tenant returns them', async () => {
    const body = JSON.stringify({ auditRecords: [{ ...LOGOUT, time: '2020-01-01T00:00:00Z' }] })
    const { url } = await tenant({ body })
    const { json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(json<Report>().tenants).toMatchObject([{ seen: false, records: [] }])
  })

  test('an empty pattern exits with 2', async () => {
    const { url, requests } = await tenant()
    const { code } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--match', '')
    expect(code).toBe(2)
    expect(requests).toEqual([])
  })

  test('marks the report as cut if more records match than are shown', async () => {
    const { url } = await tenant({ records: Array.from({ length: 1001 }, () => LOGOUT) })
    const { code, json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(code).toBe(0)
    const [report] = json<Report>().tenants
    expect(report).toMatchObject({ seen: true, cut: true })
    expect(report?.records).toHaveLength(1000)
  })

  test('does not follow a next link to another host, so credentials stay with the tenant', async () => {
    const stranger = await tenant()
    const records = Array.from({ length: 12 }, () => LOGOUT)
    const { url, requests } = await tenant({ records, largestPage: 10, nextOrigin: stranger.url })
    const { json } = await audit()('audit', 'cumulocity', '--tenant-url', url, '--json')
    expect(json<Report>().tenants[0]?.records).toHaveLength(12)
    expect(stranger.requests).toEqual([])
    expect(requests.every(({ authorization }) => authorization?.startsWith('Basic '))).toBe(true)
  })

  test('sends a token instead of user and password', async () => {
    const { url, requests } = await tenant({ accepts: 'the-token', records: [LOGOUT] })
    const { code } = await audit({ env: { C8Y_TOKEN: 'the-token' } })(
      'audit',
      'cumulocity',
      '--tenant-url',
      url,
    )
    expect(code).toBe(0)
    expect(requests[0]?.authorization).toBe('Bearer the-token')
  })

  test.each<[string, TenantOptions, number, string]>([
    ['wrong credentials', { accepts: 'other:pw' }, 4, 'rejected the credentials'],
    ['a missing role', { forbids: true }, 4, 'ROLE_AUDIT_READ'],
    ['a redirect, which is not followed', { status: 302 }, 6, 'HTTP 302'],
    ['a failing tenant', { status: 500 }, 6, 'HTTP 500'],
    ['another server', { body: '<html>' }, 6, 'does not respond like Cumulocity'],
    ['JSON of another kind', { body: '{"auditRecords":{}}' }, 6, 'does not respond like Cumulocity'],
    ['a tenant that hangs', { hangs: true }, 6, 'did not answer in time'],
  ])('%s: the error and its exit code', async (_, options, exit, words) => {
    const { url } = await tenant(options)
    const { code, stderr } = await audit({ settings: { timeout: 300 } })(
      'audit',
      'cumulocity',
      '--tenant-url',
      url,
    )
    expect(code).toBe(exit)
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('--server')
  })

  test('a record cannot move the cursor', async () => {
    const { url } = await tenant({ records: [{ ...LOGOUT, text: 'log\u001b[2Jout \u202e' }] })
    const { stdout } = await audit()('audit', 'cumulocity', '--tenant-url', url)
    expect(stdout).not.toMatch(/\u001b|\u202e/)
  })
})

describe('audit of several tenants', () => {
  test('sends each tenant its own credentials, and no others', async () => {
    const first = await tenant({ records: [LOGOUT], accepts: 'ada:one' })
    const second = await tenant({ records: [], accepts: 'the-token' })
    const files = {
      'tenants.yaml': `tenants:
  - tenantUrl: ${first.url}
    user: ada
    passwordFile: secret
  - tenantUrl: ${second.url}
    token: the-token
`,
      secret: 'one\n',
    }
    const { code, json } = await audit({ files, env: {} })(
      'audit',
      'cumulocity',
      '--credentials-file',
      'tenants.yaml',
      '--json',
    )
    expect(code).toBe(0)
    expect(json<Report>().tenants.map(({ tenantUrl, seen }) => [tenantUrl, seen])).toEqual([
      [first.url, true],
      [second.url, false],
    ])
    expect(new Set(first.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Basic ${Buffer.from('ada:one').toString('base64')}`]),
    )
    expect(new Set(second.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer the-token']),
    )
  })

  test('reads the others if one tenant fails, and exits with 3', async () => {
    const good = await tenant({ records: [LOGOUT] })
    const bad = await tenant({ accepts: 'other:pw' })
    const entries = [good, bad].map(({ url }) => ({ tenantUrl: url, user: 'ada', password: 'pw' }))
    const files = { 'tenants.json': JSON.stringify({ tenants: entries }) }
    const { code, json } = await audit({ files })(
      'audit',
      'cumulocity',
      '--credentials-file',
      'tenants.json',
      '--json',
    )
    expect(code).toBe(3)
    expect(json<Report>().tenants).toMatchObject([
      { tenantUrl: good.url, seen: true },
      { tenantUrl: bad.url, seen: false, error: expect.stringContaining('401') },
    ])
  })

  test('--tenant-url selects tenants of the file', async () => {
    const [first, second] = [await tenant(), await tenant()]
    const entries = [first, second].map(({ url }) => ({ tenantUrl: url, user: 'ada', password: 'pw' }))
    const files = { f: JSON.stringify({ tenants: entries }) }
    await audit({ files })('audit', 'cumulocity', '--credentials-file', 'f', '--tenant-url', second.url)
    expect(first.requests).toEqual([])
    expect(second.requests).toHaveLength(1)
  })
})

describe('audit exits with 2 and sends nothing for', () => {
  test.each<[string, string[], object]>([
    ['no tenant', [], {}],
    ['no credentials', ['--tenant-url', 'TENANT'], { env: {} }],
    ['half of them', ['--tenant-url', 'TENANT'], { env: { C8Y_USER: 'ada' } }],
    ['token and user', ['--tenant-url', 'TENANT'], { env: { ...ENV, C8Y_TOKEN: 'x' } }],
    [
      'a token that would begin another header',
      ['--tenant-url', 'TENANT'],
      { env: { C8Y_TOKEN: 'x\r\ny: z' } },
    ],
    ['two tenants, one password', ['--tenant-url', 'TENANT', '--tenant-url', 'https://b.example.com'], {}],
    ['a path', ['--tenant-url', 'TENANT/path'], {}],
    ['credentials in the address', ['--tenant-url', 'https://ada:pw@tenant.example.com'], {}],
    ['http across the network', ['--tenant-url', 'http://tenant.example.com'], {}],
    ['a tenant that is not a URL', ['--tenant-url', 'tenant'], {}],
    ['a bad pattern', ['--tenant-url', 'TENANT', '--match', '('], {}],
    ['a bad time', ['--tenant-url', 'TENANT', '--since', 'soon'], {}],
    ['a file without tenants', ['--credentials-file', 'f'], { files: { f: '{}' } }],
    [
      'a tenant without a secret',
      ['--credentials-file', 'f'],
      { files: { f: 'tenants: [{tenantUrl: "https://a.example"}]' } },
    ],
    [
      'two secrets',
      ['--credentials-file', 'f'],
      { files: { f: 'tenants: [{tenantUrl: "https://a.example", user: a, password: b, token: c}]' } },
    ],
    [
      'an unknown field',
      ['--credentials-file', 'f'],
      { files: { f: 'tenants: [{tenantUrl: "https://a.example", token: c, passwort: b}]' } },
    ],
    [
      'a tenant that is not in the file',
      ['--credentials-file', 'f', '--tenant-url', 'TENANT'],
      { files: { f: 'tenants: [{tenantUrl: "https://a.example", token: c}]' } },
    ],
  ])('%s', async (_, args, world) => {
    const { url, requests } = await tenant()
    const argv = args.map((arg) => arg.replace('TENANT', url))
    const { code, stdout } = await audit(world)('audit', 'cumulocity', ...argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(requests).toEqual([])
  })

  test('an unknown platform', async () => {
    expect((await audit()('audit', 'thingworx')).code).toBe(2)
  })
})
