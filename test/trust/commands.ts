import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { type HttpKeycloak, type HttpKeycloakOptions, httpKeycloak } from '../support/http-keycloak.ts'
import { accessClaims, signedToken, testKeys } from '../support/tokens.ts'

/** A realm in which every command has something to do. */
export interface Stage {
  readonly fake: FakeKeycloak
  readonly http: HttpKeycloak
}

export async function aStage(options: HttpKeycloakOptions = {}): Promise<Stage> {
  const fake = new FakeKeycloak({ now: () => Date.now() })
  fake.keySet = (await testKeys()).jwks.keys as Record<string, unknown>[]
  fake.addClient({ clientId: 'shop', backchannelLogoutUrl: SHOP_URL })
  fake.addClient({ clientId: 'desk', adminUrl: 'https://desk.test/app' })
  fake.addUser('ada', { email: 'ada@example.test' })
  fake.addUser('bob')
  fake.addSession({ username: 'ada', clients: ['shop'] })
  fake.addSession({ username: 'ada', clients: ['shop', 'desk'] })
  fake.addSession({ username: 'ada', clients: ['shop'], offline: true })
  fake.addSession({ username: 'bob', clients: ['desk'] })
  fake.userEvents.push({
    id: 'e1',
    time: Date.now() - 1000,
    type: 'LOGOUT',
    clientId: 'shop',
    userId: 'u',
    sessionId: 's',
    ipAddress: '192.0.2.1',
    error: undefined,
    details: {},
  })
  const http = httpKeycloak(fake, options)
  const answer: HttpKeycloak['answer'] = async (request) => {
    const answered = await http.answer(request)
    if (request.method === 'PUT') knock(request.body)
    return answered
  }
  return { fake, http: { ...http, answer } }
}

/** Sends one logout request to a listener that has taken over a client. */
function knock(body: string): void {
  const [url] = /http:\/\/127\.0\.0\.1:\d+[^"]*/.exec(body) ?? []
  if (url !== undefined) void fetch(url, { method: 'POST', body: 'logout_token=x' }).catch(() => {})
}

export interface Row {
  readonly argv: (url: string) => readonly string[]
  readonly stdin?: string
  /** Checks what exit 0 promises. Without it the command changes nothing. */
  readonly isDone?: (fake: FakeKeycloak) => boolean
  /** The exit code with which the command reports a problem and continues. */
  readonly goesOn?: number
  /** Detects the allowed requests by sending them: an unclear response leaves that unknown. */
  readonly tolerant?: boolean
  /** Calls another server than Keycloak: a fault ends it with one of these exit codes. */
  readonly codes?: readonly number[]
  readonly env?: (url: string) => Readonly<Record<string, string>>
  /** How often it sends the same write request; default 1. */
  readonly writes?: number
  readonly hasNoDryRun?: boolean
  /** Optional requests: the command reports a failure and continues. */
  readonly doesWithout?: RegExp
}

const SHOP_URL = 'https://shop.test/logout'
/** The last value that a client's URL was set to. */
const lastUrl = (fake: FakeKeycloak) => {
  const last = fake.operations.findLast(({ name }) => name === 'updateClient')
  return (last?.args[1] as { backchannelLogoutUrl?: string } | undefined)?.backchannelLogoutUrl
}
const sessionsOf = (fake: FakeKeycloak, name: string) =>
  fake.sessions.filter(({ username, offline }) => username === name && !offline)
const acts = (fake: FakeKeycloak, name: string) => fake.operations.filter((act) => act.name === name).length

/** Every command line that reaches Keycloak. */
export const ROWS: Readonly<Record<string, Row>> = {
  sessions: { argv: () => ['sessions'] },
  'sessions of tenants': { argv: () => ['sessions', '--users', '--by-tenant'] },
  'sessions listed': { argv: () => ['sessions', '--list'] },
  'sessions of a person': { argv: () => ['sessions', '--user', 'ada'] },
  'user, dry run': { argv: () => ['user', 'ada', '--dry-run'] },
  user: {
    argv: () => ['user', 'ada', '--yes'],
    isDone: (fake) => sessionsOf(fake, 'ada').length === 0 && acts(fake, 'logoutUser') === 1,
  },
  'user, two, offline too, locked': {
    argv: () => ['user', '-', '--yes', '--offline-sessions', '--disable'],
    stdin: 'ada\nbob\n',
    isDone: (fake) => fake.sessions.length === 0 && acts(fake, 'setUserEnabled') >= 2,
  },
  'all, dry run': { argv: () => ['all', '--dry-run'] },
  all: {
    argv: () => ['all', '--confirm', 'customers'],
    isDone: (fake) => fake.sessions.length === 0,
  },
  'all, cut off first, offline too': {
    argv: () => ['all', '--confirm', 'customers', '--cut-off-first', '--offline-sessions'],
    isDone: (fake) => fake.sessions.length === 0 && acts(fake, 'setRealmNotBefore') >= 1,
  },
  'all, realm step only': {
    argv: () => ['all', '--confirm', 'customers', '--realm-step-only'],
    isDone: (fake) => fake.sessions.length === 0,
  },
  configure: {
    argv: () => ['configure', 'shop', '--backchannel-url', 'https://shop.test/new', '--yes'],
    isDone: (fake) => acts(fake, 'updateClient') === 1,
  },
  'configure, export': { argv: () => ['configure', '--export'] },
  'configure, check': { argv: () => ['configure', 'shop', 'desk', '--check'] },
  'listen in the place of a client': {
    argv: () => ['listen', '--take-over', 'shop', '--port', '0', '--count', '1', '--yes'],
    isDone: (fake) => acts(fake, 'updateClient') === 2 && lastUrl(fake) === SHOP_URL,
    writes: 2,
    // Without keys it says so and refuses what comes.
    doesWithout: /certs$|\.well-known/,
    hasNoDryRun: true,
  },
  events: { argv: () => ['events', '--since', '1h'] },
  'events, enable': {
    argv: () => ['events', '--enable', '--yes'],
    isDone: (fake) => acts(fake, 'setEventsConfig') === 1,
  },
  'not-before, show': { argv: () => ['not-before', 'show', '--client', 'shop', '--user', 'ada'] },
  'not-before, set': {
    argv: () => ['not-before', 'set', '--yes'],
    isDone: (fake) => acts(fake, 'setRealmNotBefore') === 1,
  },
  'not-before of a client, set and pushed': {
    argv: () => ['not-before', 'set', '--client', 'desk', '--push', '--yes'],
    isDone: (fake) => acts(fake, 'setClientNotBefore') === 1 && acts(fake, 'pushClientRevocation') === 1,
  },
  whoami: { argv: () => ['whoami'], tolerant: true },
  login: { argv: () => ['login'] },
  doctor: { argv: () => ['doctor', 'shop', 'desk'], tolerant: true },
  // No client has a page: what follows a sign-in is in test/live/drill.test.ts.
  drill: {
    argv: () => ['drill', 'shop', '--user', 'ada', '--user-password-file', '-'],
    stdin: 'drill pass word',
  },
  'logout-url': { argv: () => ['logout-url', '--client', 'shop'] },
  audit: {
    argv: (url) => ['audit', 'cumulocity', '--tenant-url', url],
    env: () => ({ C8Y_USER: 't1/ada', C8Y_PASSWORD: 'tenant pass word' }),
    codes: [1, 4, 6],
  },
  'inspect-token': { argv: () => ['inspect-token', '-'], goesOn: 7 },
  'inspect-token of an issuer': {
    argv: (url) => ['inspect-token', '-', '--issuer', `${url}/realms/customers`],
    goesOn: 7,
  },
}

/** A token that the realm at this URL could have issued. */
export const tokenOf = (url: string) => {
  const now = Math.floor(Date.now() / 1000)
  return signedToken({
    payload: accessClaims({
      iss: `${url}/realms/customers`,
      iat: now - 10,
      exp: now + 290,
      auth_time: now - 10,
    }),
  })
}

export const signIn = (url: string) => ({
  KC_LOGOUT_SERVER: url,
  KC_LOGOUT_REALM: 'customers',
  KC_LOGOUT_USERNAME: 'admin',
  KC_LOGOUT_PASSWORD: 'pass word',
})
