import { readFileSync } from 'node:fs'
import { ROLES } from '../../src/core/roles.ts'
import { UserError } from '../../src/errors.ts'
import { commandLine } from './command-line.ts'
import { startDocumentedTenant } from './documented-tenant.ts'
import { FakeKeycloak } from './fake-keycloak.ts'
import { logoutToken } from './tokens.ts'

/** When the commands run. */
const NOW = Date.parse('2026-11-21T12:00:00Z')

/** The roles of a caller who may not log anybody out, as `doctor` and `whoami` show them. */
const LACKING = { ...Object.fromEntries(ROLES.map((role) => [role, true])), 'manage-users': false }

/** One command line for each document that the double of Keycloak can give. */
const LINES: Readonly<Record<string, string>> = {
  user: 'user ada --offline-sessions --yes',
  all: 'all --offline-sessions --confirm customers',
  report: 'all --confirm customers --report run.json',
  'user-report': 'user ada --yes --report run.json --ticket INC-2041',
  sessions: 'sessions --user ada',
  'sessions-list': 'sessions --list',
  configure: 'configure shop --session-required --dry-run',
  'configure-export': 'configure --export',
  'not-before': 'not-before set --push --yes',
  'inspect-token': 'inspect-token -',
  doctor: 'doctor',
  drill: 'drill desk --user ada --user-password-file pw --wait 0',
  'drill-report': 'drill desk --user ada --user-password-file pw --wait 0 --report run.json',
  explain: 'explain log',
  'explain-follow': 'explain log --follow',
  events: 'events --since 2020-01-01',
  'events-enable': 'events --enable --dry-run',
  'logout-url': 'logout-url --client desk --post-logout-redirect-uri https://x.example/ --snippet spring',
  audit: 'audit cumulocity --credentials-file tenants',
  whoami: 'whoami',
  completion: 'completion bash',
  schema: 'schema',
  error: 'user nobody',
  'user-realms': 'user ada --offline-sessions --yes -r customers -r nowhere',
  'all-realms': 'all --offline-sessions --confirm-count 2 -r customers -r nowhere',
  'report-realms': 'all --confirm-count 2 -r customers -r nowhere --report run.json',
  'user-report-realms': 'user ada --yes -r customers -r nowhere --report run.json',
  'sessions-realms': 'sessions -r customers -r nowhere',
  'doctor-realms': 'doctor -r customers -r nowhere',
  'configure-realms': 'configure --check -r customers -r nowhere',
}

/** A document of each schema, by name: what commands print here, or for some what they would print. Always the same. */
export async function sampleDocuments(): Promise<Record<string, unknown>> {
  const printed = await printedDocuments()
  return { ...printed, ...writtenDocuments(printed) }
}

async function printedDocuments(): Promise<Record<string, unknown>> {
  const record = { time: '2026-11-21T11:59:00.000Z', type: 'SingleSignOn', activity: 'logout', text: 'x' }
  const tenant = await startDocumentedTenant({ records: [record] })
  const tenants = [{ tenantUrl: tenant.url, user: 'ada', password: 'pw' }]
  const log = readFileSync(new URL('../fixtures/keycloak-26.7.4-debug.log', import.meta.url), 'utf8')
  const files = { log, tenants: JSON.stringify({ tenants }), pw: 'pw', '-': await logoutToken() }
  const documents: Record<string, unknown> = {}
  for (const [name, line] of Object.entries(LINES)) {
    const run = commandLine(realm(), {
      now: NOW,
      files,
      ...(/^(doctor|whoami)/.test(name) ? { roles: LACKING } : {}),
      probe: {
        look: async () => ({ kind: 'failed', fault: 'refused', detail: 'ECONNREFUSED', addresses: [] }),
        challenge: async () => ({ kind: 'silent', ms: 1 }),
      },
    })
    const { stdout, saved } = await run(...line.split(' '), '--json')
    const isLines = name.endsWith('-list') || name.endsWith('-follow')
    const text = line.includes('--report') ? saved['run.json'] : isLines ? stdout.split('\n')[0] : stdout
    const steady = (text ?? '')
      .replaceAll(tenant.url, 'https://mytenant.example.com')
      .replaceAll(/\b[0-9a-f]{16}(?=0{15}[0-9a-f]\b)/g, '4bf92f3577b34da6')
    documents[name] = JSON.parse(steady)
  }
  await tenant.close()
  return documents
}

/** A realm with two clients, a user with two sessions, one of which cannot be ended, and a failed logout. */
function realm(): FakeKeycloak {
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
  const ada = keycloak.addUser('ada', { email: 'ada@example.com' })
  keycloak.addSession({ id: 's1', username: 'ada', clients: ['shop', 'desk'] })
  keycloak.addSession({ id: 'off', username: 'ada', clients: ['shop'], offline: true })
  keycloak.on('endSession', (ended) => {
    if (ended === 'off') throw new UserError('server-error', 'Keycloak failed (HTTP 500).')
  })
  keycloak.userEvents.push({
    id: undefined,
    time: NOW - 1000,
    type: 'LOGOUT_ERROR',
    clientId: 'shop',
    userId: ada.id,
    sessionId: 's1',
    ipAddress: '192.0.2.1',
    error: 'invalid_token',
    details: { reason: 'Invalid refresh token' },
  })
  return keycloak
}

/** Documents that need a real server, profiles or requests. Live tests hold what is really printed to the schemas. */
function writtenDocuments({ 'inspect-token': inspected, events }: Record<string, unknown>) {
  const signedIn = {
    server: 'https://keycloak.example.com',
    realm: 'customers',
    clientId: 'admin-cli',
    username: 'ada',
    signIn: 'password',
  }
  const file = '/home/ada/.config/kc-logout/profiles.yaml'
  const kept = {
    what: 'session',
    path: '/home/ada/.config/kc-logout/tokens/prod.json',
    origin: 'https://keycloak.example.com',
  }
  const expires = '2026-11-21T12:30:00.000Z'
  const { rules, ...token } = (inspected as { tokens: [{ rules: unknown[] }] }).tokens[0]
  const answer = { status: 400, body: '{"error":"invalid_request"}' }
  const documents = {
    login: { ...signedIn, profile: 'prod', file, loginRealm: 'master', expires, kept: [kept] },
    'profile-list': { file, profiles: [{ name: 'prod', active: true, ...signedIn }] },
    'profile-show': {
      profile: 'prod',
      file,
      values: [{ name: 'realm', value: 'customers', source: 'profile "prod"' }],
      kept: [{ ...kept, until: expires }],
    },
    'profile-use': { active: 'prod', file },
    'profile-remove': { removed: 'prod', sessionEnded: true, file },
    listen: {
      time: '2026-11-21T12:00:00.000Z',
      method: 'POST',
      path: '/logout',
      kind: 'logout',
      token,
      rules,
      answered: answer,
      forwarded: { ...answer, ms: 12 },
    },
    'listen-restore': {
      restored: [{ clientId: 'shop', restored: ['backchannelLogoutUrl'], left: [], gone: false }],
      failed: [
        {
          clientId: 'desk',
          error: { code: 'role-missing', message: 'Not allowed.', hint: null, exitCode: 4 },
        },
      ],
      elsewhere: [{ clientId: 'iot', realm: 'other', server: 'https://keycloak.example.com' }],
    },
    'events-follow': (events as { events: object[] }).events[0] ?? {},
  }
  return Object.fromEntries(
    Object.entries(documents).map(([name, document]) => [name, { schemaVersion: 1, ...document }]),
  )
}
