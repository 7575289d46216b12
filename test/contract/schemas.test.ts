import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, test } from 'vitest'
import type { Schema } from '../../src/commands/schema/build.ts'
import { SCHEMAS } from '../../src/commands/schema/documents.ts'
import { ROLES } from '../../src/core/roles.ts'
import { isRecord } from '../../src/util/is-record.ts'
import { commandLine } from '../support/command-line.ts'
import { startDocumentedTenant } from '../support/documented-tenant.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { isSchema, schemaErrors, schemaNamed } from '../support/schemas.ts'
import { logoutToken } from '../support/tokens.ts'

const NAMES = Object.keys(SCHEMAS)
const NOW = Date.parse('2026-11-21T12:00:00Z')

/** One command line for each document that can be printed here. */
const LINES: Readonly<Record<string, string>> = {
  user: 'user ada --yes',
  all: 'all --offline-sessions --confirm customers',
  report: 'all --confirm customers --report run.json',
  sessions: 'sessions --user ada',
  'sessions-list': 'sessions --list',
  configure: 'configure shop --session-required --dry-run',
  'configure-export': 'configure --export',
  'not-before': 'not-before set --push --yes',
  'inspect-token': 'inspect-token -',
  doctor: 'doctor',
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
}

function world() {
  const keycloak = new FakeKeycloak()
  keycloak.discovery = async () => ({ issuer: 'https://a.test', end_session_endpoint: 'https://a.test/out' })
  keycloak.addClient({
    clientId: 'shop',
    backchannelLogoutUrl: 'https://shop.example/logout',
    frontchannelLogout: true,
  })
  keycloak.addClient({
    clientId: 'desk',
    adminUrl: 'https://desk.example/admin',
    redirectUris: ['https://d/*'],
  })
  const ada = keycloak.addUser('ada', { email: 'ada@example.com' })
  keycloak.addSession({ id: 's1', username: 'ada', clients: ['shop', 'desk'] })
  keycloak.addSession({ id: 'off', username: 'ada', clients: ['shop'], offline: true })
  keycloak.on('endSession', (ended) => {
    if (ended === 'off') throw new Error('no')
  })
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
  return keycloak
}

async function printed(): Promise<Record<string, unknown>> {
  const record = { time: '2026-11-21T11:59:00.000Z', type: 'SingleSignOn', activity: 'logout', text: 'x' }
  const tenant = await startDocumentedTenant({ records: [record] })
  const tenants = [{ tenantUrl: tenant.url, user: 'ada', password: 'pw' }]
  const log = readFileSync(new URL('../fixtures/keycloak-26.7.4-debug.log', import.meta.url), 'utf8')
  const files = { log, tenants: JSON.stringify({ tenants }), '-': await logoutToken() }
  const documents: Record<string, unknown> = {}
  for (const [name, line] of Object.entries(LINES)) {
    const run = commandLine(world(), {
      now: NOW,
      files,
      roles: { ...Object.fromEntries(ROLES.map((role) => [role, true])), 'manage-users': false },
      probe: {
        look: async () => ({ kind: 'failed', fault: 'refused', detail: 'ECONNREFUSED', addresses: [] }),
        challenge: async () => ({ kind: 'silent', ms: 1 }),
      },
    })
    const { stdout, saved } = await run(...line.split(' '), '--json')
    const text = name === 'report' ? saved['run.json'] : stdout
    documents[name] = JSON.parse(
      name.includes('-list') || name.includes('-follow') ? firstLine(text) : (text ?? ''),
    )
  }
  await tenant.close()
  return documents
}

const firstLine = (text = '') => text.split('\n')[0] ?? ''

/** Documents of commands that need a real server, profiles or requests; live tests hold what is really printed. */
function written({ 'inspect-token': inspected, events }: Record<string, unknown>): Record<string, unknown> {
  const signedIn = { server: 'https://kc.test', realm: null, clientId: 'admin-cli', username: 'ada' }
  const kept = { what: 'session', path: '/home/ada/t.json', origin: 'https://kc.test' }
  const { rules, ...token } = (inspected as { tokens: [{ rules: unknown[] }] }).tokens[0]
  const answer = { status: 400, body: '{}' }
  const documents = {
    login: {
      ...signedIn,
      profile: 'p',
      file: '/f',
      loginRealm: 'master',
      signIn: 'password',
      expires: null,
      kept: [kept],
    },
    'profile-list': { file: '/f', profiles: [{ ...signedIn, name: 'p', active: true, signIn: null }] },
    'profile-show': {
      profile: 'p',
      file: '/f',
      values: [{ name: 'realm', value: 'customers', source: '--realm' }],
      kept: [{ ...kept, until: '2026-11-21T12:00:00.000Z' }],
    },
    'profile-use': { active: 'p', file: '/f' },
    'profile-remove': { removed: 'p', sessionEnded: true, file: '/f' },
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
      restored: [{ clientId: 'shop', restored: ['adminUrl'], left: [], gone: false }],
      failed: [{ clientId: 'desk', error: { code: 'denied', message: 'No.', hint: null, exitCode: 4 } }],
      elsewhere: [{ clientId: 'iot', realm: 'other', server: 'https://kc.test' }],
    },
    'events-follow': (events as { events: object[] }).events[0] ?? {},
  }
  return Object.fromEntries(
    Object.entries(documents).map(([name, document]) => [name, { schemaVersion: 1, ...document }]),
  )
}

let documents: Record<string, unknown>
beforeAll(async () => {
  const some = await printed()
  documents = { ...some, ...written(some) }
})

describe.each(NAMES)('the schema %s', (name) => {
  it('is of draft 2020-12 and complete in itself', () => {
    const schema = schemaNamed(name)
    expect([schema.$schema, isSchema(schema)]).toEqual(['https://json-schema.org/draft/2020-12/schema', true])
    expect(JSON.stringify(schema).match(/"\$ref":"(?!#\/\$defs\/)[^"]*"/g)).toBeNull()
  })

  it('describes every member', () => {
    expect(
      [...membersOf(schemaNamed(name))].filter(([, { description, $ref }]) => !description && !$ref),
    ).toEqual([])
  })

  it('accepts a document', () => {
    expect(documents[name]).toBeDefined()
    expect(schemaErrors(name, documents[name])).toEqual([])
  })

  it('rejects an unknown member in every object that it describes', () => {
    const changed = [...variants(schemaNamed(name), documents[name], 'unknown')]
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((each) => schemaErrors(name, each).length === 0)).toEqual([])
  })

  it('rejects a document without a member that is always there', () => {
    const changed = [...variants(schemaNamed(name), documents[name], 'missing')]
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((each) => schemaErrors(name, each).length === 0)).toEqual([])
  })
})

describe('kc-logout schema', () => {
  const run = commandLine(new FakeKeycloak())

  it.each(NAMES)('%s prints its schema', async (name) => {
    const { code, stdout } = await run('schema', name)
    expect([code, JSON.parse(stdout)]).toEqual([0, SCHEMAS[name]])
  })

  test('prints the same with --json', async () => {
    expect((await run('schema', 'user', '--json')).stdout).toBe((await run('schema', 'user')).stdout)
  })

  test('without a name lists all of them', async () => {
    const { stdout } = await run('schema')
    expect(stdout.split('\n').flatMap((line) => line.match(/^[a-z-]+/) ?? [])).toEqual(NAMES)
  })

  test.each([
    ['sesions', 'Did you mean sessions?'],
    ['toString', 'kc-logout schema'],
  ])('%s is exit 2 with a hint', async (name, hint) => {
    const { code, stdout, stderr } = await run('schema', name)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(hint)])
  })
})

/** Every member of every object in a schema, by its path in the schema. */
function* membersOf(schema: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(schema)) for (const each of schema) yield* membersOf(each, path)
  if (!isRecord(schema)) return
  if (isRecord(schema.properties))
    for (const [name, member] of Object.entries(schema.properties))
      if (isRecord(member)) yield [`${path}/${name}`, member]
  for (const [keyword, part] of Object.entries(schema)) yield* membersOf(part, `${path}/${keyword}`)
}

/** Copies of a document, each with one member too many or too few in one of its objects. */
function* variants(root: Schema, document: unknown, change: 'unknown' | 'missing'): Generator<unknown> {
  yield* changed(root, document)

  function* changed(schema: unknown, value: unknown): Generator<unknown> {
    const { $ref, anyOf, items, properties, required } = isRecord(schema) ? schema : {}
    if (typeof $ref === 'string') {
      yield* changed((root.$defs as Record<string, Schema>)[$ref.replace('#/$defs/', '')], value)
    } else if (Array.isArray(anyOf)) {
      yield* changed(anyOf[0], value)
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        for (const each of changed(items, item)) yield value.with(index, each)
    } else if (isRecord(value) && isRecord(properties)) {
      if (change === 'unknown') yield { ...value, somethingElse: 1 }
      else
        for (const name of required as string[]) {
          const { [name]: _, ...rest } = value
          yield rest
        }
      for (const [name, inner] of Object.entries(value))
        for (const each of changed(properties[name], inner)) yield { ...value, [name]: each }
    }
  }
}
