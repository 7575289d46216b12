import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROLES } from '../../src/core/roles.ts'
import { commandLine } from '../support/command-line.ts'
import { startDocumentedTenant } from '../support/documented-tenant.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { schemaErrors } from '../support/schemas.ts'

const log = (name: string) => readFileSync(new URL(`../fixtures/${name}.log`, import.meta.url), 'utf8')
const NOW = Date.parse('2026-11-21T12:00:00Z')

function world() {
  const keycloak = new FakeKeycloak()
  keycloak.discovery = async () => ({
    issuer: 'https://elsewhere.test/realms/customers',
    end_session_endpoint: 'https://keycloak.test/realms/customers/protocol/openid-connect/logout',
  })
  keycloak.addClient({
    clientId: 'shop',
    backchannelLogoutUrl: 'https://shop.example/logout',
    frontchannelLogout: true,
  })
  keycloak.addClient({
    clientId: 'desk',
    adminUrl: 'https://desk.example/admin',
    redirectUris: ['https://desk.example/*'],
  })
  const ada = keycloak.addUser('ada')
  keycloak.userEvents.push({
    id: undefined,
    time: NOW - 1000,
    type: 'LOGOUT_ERROR',
    clientId: 'shop',
    userId: ada.id,
    sessionId: 's',
    ipAddress: '192.0.2.1',
    error: 'invalid_token',
    details: { reason: 'Invalid refresh token' },
  })
  const run = commandLine(keycloak, {
    now: NOW,
    roles: { ...Object.fromEntries(ROLES.map((role) => [role, true])), 'manage-users': false },
    probe: {
      look: async () => ({ kind: 'failed', fault: 'refused', detail: 'ECONNREFUSED', addresses: [] }),
      challenge: async () => ({ kind: 'silent', ms: 1 }),
    },
    files: { log: log('keycloak-26.7.4-debug') },
    env: { C8Y_TOKEN: 'ada:pw' },
  })
  return { run }
}

test.each([
  'doctor',
  'doctor --accept refused',
  'explain log',
  'events --since 1h',
  'logout-url --client desk --post-logout-redirect-uri https://x.example/ --snippet spring',
])('%s --json fits its schema', async (line) => {
  const { stdout } = await world().run(...line.split(' '), '--json')
  const said = JSON.parse(stdout)
  expect(said.schemaVersion).toBe(1)
  expect(schemaErrors(line.split(' ')[0] ?? '', said)).toEqual([])
})

test('audit --json fits its schema, with a tenant that answers and one that fails', async () => {
  const record = { time: '2026-11-21T11:59:00.000Z', type: 'SingleSignOn', activity: 'logout', text: 'x' }
  const good = await startDocumentedTenant({ records: [record] })
  const bad = await startDocumentedTenant({ status: 500 })
  const tenants = [good, bad].map(({ url }) => ({ tenantUrl: url, user: 'ada', password: 'pw' }))
  const run = commandLine(new FakeKeycloak(), { now: NOW, files: { f: JSON.stringify({ tenants }) } })
  const ran = await run('audit', 'cumulocity', '--credentials-file', 'f', '--json')
  await Promise.all([good.close(), bad.close()])
  expect(schemaErrors('audit', ran.json())).toEqual([])
})
