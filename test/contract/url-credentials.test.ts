import { describe, expect, it } from 'vitest'
import { ROLES } from '../../src/core/roles.ts'
import { commandLine, type World } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { folderOfTest } from '../support/folder.ts'

const BACKCHANNEL = 'https://webhook:sesame@shop.example.com/logout'
const ADMIN = 'https://webhook:sesame@shop.example.com/admin'

/** A realm with user name and password in the URLs of its clients, complete and by the root URL. */
function realm() {
  const keycloak = new FakeKeycloak()
  keycloak.discovery = async () => ({ issuer: 'https://keycloak.test/realms/customers' })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: BACKCHANNEL, adminUrl: ADMIN })
  keycloak.addClient({ clientId: 'desk', adminUrl: ADMIN })
  keycloak.addClient({ clientId: 'silenced', backchannelLogoutUrl: BACKCHANNEL, frontchannelLogout: true })
  keycloak.addClient({ clientId: 'plain', backchannelLogoutUrl: BACKCHANNEL.replace('https', 'http') })
  keycloak.addClient({ clientId: 'odd', backchannelLogoutUrl: 'ftp://webhook:sesame@shop.example.com/#x' })
  keycloak.addClient({
    clientId: 'relative',
    rootUrl: 'https://webhook:sesame@shop.example.com',
    backchannelLogoutUrl: '/logout',
    adminUrl: '/admin',
  })
  keycloak.addUser('ada')
  keycloak.addSession({ username: 'ada', clients: ['shop', 'desk', 'silenced', 'plain', 'odd', 'relative'] })
  return keycloak
}

const LOG = [
  `2026-11-21 05:20:00,000 DEBUG [org.keycloak.services.managers.ResourceAdminManager] (executor-thread-1) logout failed for client 'shop' to url ${ADMIN}`,
  `2026-11-21 05:20:00,100 WARN  [org.keycloak.services] (executor-thread-1) KC-SERVICES0057: Logout for client 'shop' failed: java.net.ConnectException: connect to ${BACKCHANNEL} failed`,
].join('\n')

const probe = {
  look: async () => ({
    kind: 'failed' as const,
    fault: 'refused' as const,
    detail: 'ECONNREFUSED',
    addresses: [],
  }),
  challenge: async () => ({ kind: 'answered' as const, status: 200, location: undefined, ms: 5 }),
}

describe('credentials in the URLs of a client are not printed by', () => {
  const world: World = {
    roles: Object.fromEntries(ROLES.map((role) => [role, true])),
    probe,
    files: { log: LOG },
    reachable: [],
  }
  it.each([
    ['sessions', []],
    ['sessions --by-tenant', []],
    ['sessions --list', []],
    ['user ada --dry-run', ['text', 'json']],
    ['user ada --yes', ['text', 'json']],
    ['all --dry-run', ['text', 'json']],
    ['all --confirm customers --report report.json', ['text', 'json']],
    ['all --confirm customers --report report.html', ['text', 'json']],
    ['all --confirm customers --report report.md', ['text', 'json']],
    ['doctor', ['text', 'json']],
    ['doctor --probe', ['text', 'json']],
    ['configure --check', []],
    ['configure shop --backchannel-url https://new.example.com/logout --dry-run', ['text', 'json']],
    ['configure shop --backchannel-url none --admin-url none --yes', ['text', 'json']],
    ['configure relative --backchannel-url /other --yes', ['text', 'json']],
    ['configure --export', []],
    ['not-before set --push --yes', ['text', 'json']],
    ['listen --take-over shop --port 0', ['text', 'json']],
    ['listen --take-over relative --port 0', []],
    ['listen --forward-to ftp://webhook:sesame@shop.example.com', ['text', 'json']],
    ['explain log', ['text', 'json']],
    ['audit cumulocity --tenant-url https://webhook:sesame@shop.example.com', ['text', 'json']],
    ['logout-url --client shop --post-logout-redirect-uri https://x.example.com', []],
  ])('%s', async (line, masked) => {
    for (const form of ['text', 'json']) {
      const stateFolder = await folderOfTest()
      // The plan is printed before the question, and `listen` would go on after it.
      const agrees = !line.startsWith('listen')
      const run = commandLine(realm(), { ...world, stateFolder, agrees })
      const ran = await run(...line.split(' '), ...(form === 'json' ? ['--json'] : []))
      const printed = `${ran.stdout}${ran.stderr}${Object.values(ran.saved).join('')}`
      expect(printed).not.toMatch(/webhook|sesame|Unexpected/)
      if (masked.includes(form)) expect(printed).toContain('***@shop.example.com')
    }
  })
})
