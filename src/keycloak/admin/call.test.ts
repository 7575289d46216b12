import { describe, expect, test } from 'vitest'
import { keycloakAnswering, methodNamed, methodNames } from '../../../test/support/keycloak-methods.ts'
import { outcomeOf, type Reply } from '../../../test/support/scripted-server.ts'
import { EXIT, UserError } from '../../errors.ts'
import { isUnreadable } from '../http/unreadable.ts'

/** Methods that read one list of many, so that a caller can go on without it. */
const SINGLE_LISTS = new Set([
  'sessionsOf',
  'offlineSessionsOf',
  'offlineClientsOf',
  'realmSessions',
  'linkedProviders',
  'clientSessions',
  'countClientSessions',
])

describe('a valid answer', () => {
  test.each(methodNames)('of %s is accepted', async (name) => {
    const [call, , right] = methodNamed(name)
    const { keycloak, seen } = await keycloakAnswering(() => right)
    expect(await outcomeOf(call(keycloak))).not.toBeInstanceOf(Error)
    expect(seen.every(({ headers }) => headers.accept === 'application/json')).toBe(true)
  })
})

describe('an answer that only looks like success: exit 1', () => {
  const WRONG: Record<string, Reply> = {
    'a web page': { text: '<!doctype html><title>Sign in</title>', headers: { 'content-type': 'text/html' } },
    'an empty 200': { status: 200, text: '' },
    'half a document': { text: '[{"id":"c","clientId":' },
    'a number': { json: 1 },
    'a list of nothing': { json: [null] },
    'the wrong kind': { json: { unexpected: [[]] } },
  }
  test.each(methodNames.flatMap((name) => Object.keys(WRONG).map((wrong) => [wrong, name])))(
    '%s of %s',
    async (wrong, name) => {
      // Keycloak omits empty fields, so an object with other fields may be valid for these.
      const lenient = [
        'logoutRealm',
        'pushRevocation',
        'pushClientRevocation',
        'testNodes',
        'serverInfo',
        'eventsConfig',
      ]
      if (wrong === 'the wrong kind' && lenient.includes(name)) return expect(lenient).toContain(name)
      const [call] = methodNamed(name)
      const { keycloak } = await keycloakAnswering(() => WRONG[wrong])
      const code = SINGLE_LISTS.has(name) ? 'unreadable' : 'bad-answer'
      expect(await outcomeOf(call(keycloak))).toMatchObject({ code, exitCode: 1 })
    },
  )

  test('an empty list of clients means a missing role: exit 4', async () => {
    const { keycloak } = await keycloakAnswering(() => ({ json: [] }))
    expect(await outcomeOf(keycloak.clients())).toMatchObject({
      code: 'role-missing',
      exitCode: 4,
      message: expect.stringContaining('view-clients'),
    })
  })
})

const DESCRIPTION_OF_24 = 'For more on this error consult the server log at the debug level.'

describe('a refusal', () => {
  const refusable = methodNames.filter((name) => name !== 'realmInfo')
  test.each(refusable)('of %s with 403 names the role: exit 4, sent once', async (name) => {
    const [call, role] = methodNamed(name)
    const { keycloak, seen } = await keycloakAnswering(() => ({
      status: 403,
      json: { error: 'HTTP 403 Forbidden' },
    }))
    expect(await outcomeOf(call(keycloak))).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(role ?? 'version'),
    })
    expect(new Set(seen.map(({ path }) => path)).size).toBe(seen.length)
  })

  test('of the realm settings with 403, as by 12 to 18, leaves the name of the realm', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 403, json: {} }))
    expect(await keycloak.realmInfo()).toMatchObject({ name: 'customers', notBefore: undefined })
    expect(seen).toHaveLength(1)
  })

  test('names the client of the role in master', async () => {
    const { keycloak } = await keycloakAnswering(() => ({ status: 403, json: {} }))
    expect(await outcomeOf(keycloak.clients())).toMatchObject({
      hint: expect.stringContaining('customers-realm'),
    })
  })

  test.each<[number, unknown, string, number]>([
    [404, { error: 'Realm not found.' }, 'realm-not-found', EXIT.notFound],
    [404, { error: 'User not found' }, 'user-not-found', EXIT.notFound],
    [404, { error: 'Could not find client' }, 'client-not-found', EXIT.notFound],
    [404, { error: 'Client not found' }, 'client-not-found', EXIT.notFound],
    [404, undefined, 'not-found', EXIT.notFound],
    [404, { error: 'User not found', error_description: DESCRIPTION_OF_24 }, 'user-not-found', EXIT.notFound],
    [
      400,
      { error: 'invalid_input', error_description: 'Backchannel logout URL is not a valid URL' },
      'refused',
      EXIT.usage,
    ],
    [400, { errorMessage: 'No' }, 'refused', EXIT.failed],
    [407, undefined, 'proxy-refused', EXIT.unreachable],
    [409, { errorMessage: 'Client x already exists' }, 'conflict', EXIT.failed],
    [418, undefined, 'server-error', EXIT.failed],
    [429, undefined, 'too-many-requests', EXIT.failed],
    [500, { error: 'unknown_error' }, 'server-error', EXIT.failed],
    [503, undefined, 'server-unavailable', EXIT.unreachable],
  ])('%i %j → %s, exit %i, with the message of Keycloak', async (status, json, code, exitCode) => {
    const { keycloak } = await keycloakAnswering(() => ({ status, json }))
    const outcome = await outcomeOf(keycloak.logoutUser('u'))
    expect(outcome).toBeInstanceOf(UserError)
    expect(outcome).toMatchObject({ code, exitCode, hint: expect.stringMatching(/\S/) })
    for (const words of Object.values(json ?? {})) {
      if (!/invalid_input|unknown_error|consult the server log/.test(words)) {
        expect(outcome).toMatchObject({ message: expect.stringContaining(words) })
      }
    }
  })

  test('repeats Retry-After', async () => {
    const { keycloak } = await keycloakAnswering(() => ({ status: 429, headers: { 'retry-after': '7' } }))
    expect(await outcomeOf(keycloak.logoutUser('u'))).toMatchObject({
      retryAfter: 7000,
      hint: expect.stringContaining('7'),
    })
  })

  const HTML = {
    text: '<!doctype html><title>Access denied</title>',
    headers: { 'content-type': 'text/html' },
  }
  test.each(methodNames.flatMap((name) => [401, 403].map((status) => [status, name] as const)))(
    '%i with a web page for %s comes from a proxy: exit 6, no role is blamed',
    async (status, name) => {
      const [call, role] = methodNamed(name)
      const { keycloak } = await keycloakAnswering(() => ({ status, ...HTML }))
      const outcome = await outcomeOf(call(keycloak))
      expect(outcome).toMatchObject({ code: 'blocked', exitCode: 6, hint: expect.stringContaining('/admin') })
      expect(String(outcome)).not.toContain(role ?? 'role')
    },
  )
})

describe.each([...SINGLE_LISTS])('%s', (name) => {
  const [call] = methodNamed(name)

  test.each<readonly [string, Reply, reason: string]>([
    ['400', { status: 400, json: { errorMessage: 'Cannot parse the JSON' } }, 'Cannot parse the JSON'],
    ['500', { status: 500, headers: { 'retry-after': '0' } }, 'HTTP 500'],
    ['broken JSON', { text: '[{"id":"c","clientId":' }, 'is not a'],
  ])('is unreadable after %s, with the reason', async (_, reply, reason) => {
    const { keycloak } = await keycloakAnswering(() => reply)
    const outcome = await outcomeOf(call(keycloak))
    expect(isUnreadable(outcome)).toBe(true)
    expect(outcome).toMatchObject({
      code: 'unreadable',
      exitCode: EXIT.failed,
      message: expect.stringContaining(reason),
    })
  })

  test.each([401, 403, 404, 429, 503])('is not merely unreadable after %i', async (status) => {
    const { keycloak } = await keycloakAnswering(() => ({ status, headers: { 'retry-after': '0' } }))
    const outcome = await outcomeOf(call(keycloak))
    expect(outcome).toBeInstanceOf(UserError)
    expect(isUnreadable(outcome)).toBe(false)
  })
})
