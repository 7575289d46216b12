import { describe, expect, it } from 'vitest'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Reply,
  type Script,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'
import { ROLES, type Role } from '../../core/roles.ts'

const FORBIDDEN: Reply = { status: 403, json: { error: 'HTTP 403 Forbidden' } }
const NO_ORGANIZATIONS: Reply = {
  status: 404,
  json: { errorMessage: 'Organizations not enabled for this realm.' },
}
const STUB: Reply = { json: { realm: 'customers' } }
const features = (version1: boolean) => [
  { name: 'ADMIN_FINE_GRAINED_AUTHZ_V2', enabled: true },
  { name: 'ADMIN_FINE_GRAINED_AUTHZ', enabled: version1 },
]
const realm = (adminPermissionsEnabled: boolean): Reply => ({
  json: { id: 'r', realm: 'customers', adminPermissionsEnabled },
})
const users = (...manage: boolean[]): Reply => ({
  json: manage.map((value) => ({ access: { manage: value } })),
})
const clients = (...configure: boolean[]): Reply => ({
  json: configure.map((value) => ({ access: { configure: value } })),
})
const version = (version?: string, version1 = false): Reply => ({
  json: { systemInfo: { version }, features: features(version1) },
})

/** Answers as 26.7.4 gives them to a caller without any role, by the last part of the path. */
const NOTHING: Record<string, Reply> = {
  customers: STUB,
  users: FORBIDDEN,
  clients: FORBIDDEN,
  'admin-permissions': FORBIDDEN,
  'clients-initial-access': FORBIDDEN,
  config: FORBIDDEN,
  organizations: FORBIDDEN,
  serverinfo: version(),
}

async function rolesAt(answers: Record<string, Reply>, claims?: object) {
  const paths: string[] = []
  const admin: Script = ({ method, path }) => {
    paths.push(`${method} ${path}`)
    const { pathname, searchParams } = new URL(path, 'http://x')
    return { ...NOTHING, ...answers }[searchParams.get('clientId') ?? pathname.split('/').at(-1) ?? '']
  }
  const payload = Buffer.from(JSON.stringify(claims ?? {})).toString('base64url')
  const token: Script = () => ({ json: { access_token: `e30.${payload}.x`, expires_in: 60 } })
  const { url } = await scriptedServer(keycloakScript(admin, { token }))
  const keycloak = await openAt(url)
  const held = await Promise.all(ROLES.map(async (role) => [role, await keycloak.hasRole(role)] as const))
  const named = (wanted: boolean | undefined) => held.flatMap(([role, has]) => (has === wanted ? [role] : []))
  return { yes: named(true), unknown: named(undefined), paths }
}

describe('hasRole with a lightweight token', () => {
  it.each<readonly [caller: string, answers: Record<string, Reply>, yes: Role[], unknown: Role[]]>([
    ['no role', {}, [], []],
    ['query-users only', { users: users() }, [], ['view-users', 'manage-users']],
    ['query-clients only', { clients: clients() }, [], []],
    [
      'view-users and view-realm',
      { users: users(false, false), customers: realm(false) },
      ['view-realm', 'view-users'],
      [],
    ],
    [
      'manage-users and view-realm',
      { users: users(true, true), customers: realm(false) },
      ['view-realm', 'view-users', 'manage-users'],
      [],
    ],
    [
      'view-clients and manage-users, which together show that permissions are off',
      {
        users: users(true),
        clients: clients(false),
        'clients-initial-access': { json: [] },
        'admin-permissions': { json: [] },
      },
      ['view-clients', 'view-users', 'manage-users'],
      [],
    ],
    ['manage-users alone', { users: users(true) }, [], ['view-users', 'manage-users']],
    [
      'manage-clients and view-realm',
      { clients: clients(true), 'clients-initial-access': { json: [] }, customers: realm(false) },
      ['view-realm', 'view-clients', 'manage-clients'],
      [],
    ],
    ['view-events', { config: { json: {} } }, ['view-events'], ['manage-events']],
    [
      'manage-realm',
      {
        customers: realm(false),
        organizations: NO_ORGANIZATIONS,
        serverinfo: version('26.7.4'),
      },
      ['view-realm', 'manage-realm'],
      [],
    ],
    [
      'manage-realm on a server without organizations',
      {
        organizations: { status: 404, json: { error: 'HTTP 404 Not Found' } },
        serverinfo: version('24.0.5'),
      },
      [],
      ['manage-realm'],
    ],
    [
      'fine-grained permissions for one user and one client',
      {
        users: users(true),
        clients: clients(true),
        customers: realm(true),
      },
      ['view-realm'],
      ['view-clients', 'view-users', 'manage-users', 'manage-clients'],
    ],
    [
      'fine-grained permissions to view users',
      { users: users(false, false), customers: realm(true) },
      ['view-realm'],
      ['view-users'],
    ],
    [
      'fine-grained permissions of version 1',
      {
        users: users(true),
        customers: { json: { id: 'r', realm: 'customers' } },
        serverinfo: version('24.0.5', true),
      },
      ['view-realm'],
      ['view-users', 'manage-users'],
    ],
  ])('%s', async (_, answers, yes, unknown) => {
    const found = await rolesAt(answers)
    expect([found.yes, found.unknown]).toEqual([yes, unknown])
    expect(found.paths.every((path) => path.startsWith('GET '))).toBe(true)
    expect(new Set(found.paths).size).toBe(found.paths.length)
  })

  it('knows a server before 23 by its disabled features', async () => {
    const found = await rolesAt({
      users: users(true),
      customers: { json: { id: 'r', realm: 'customers' } },
      serverinfo: { json: { profileInfo: { disabledFeatures: ['ADMIN_FINE_GRAINED_AUTHZ'] } } },
    })
    expect(found.yes).toEqual(['view-realm', 'view-users', 'manage-users'])
  })
})

describe('hasRole with a token that names roles', () => {
  const claims = (...roles: string[]) => ({ resource_access: { 'customers-realm': { roles } } })

  it('takes a named role without a request, and manage for view', async () => {
    const found = await rolesAt({}, claims('manage-users', 'view-clients', 'manage-realm'))
    expect(found.yes).toEqual(['view-realm', 'view-clients', 'view-users', 'manage-users', 'manage-realm'])
    expect(found.paths.filter((path) => /users|organizations|customers$/.test(path))).toEqual([])
  })

  it('does not trust its silence about users and clients: permissions can allow the same', async () => {
    const found = await rolesAt({ users: users(true), customers: realm(true) }, claims('view-realm'))
    expect([found.yes, found.unknown]).toEqual([['view-realm'], ['view-users', 'manage-users']])
  })
})

it.each<[string, Reply]>([
  ['an HTML page', { text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
  ['an unknown path', { status: 404, json: { error: 'Unable to find matching target resource method' } }],
  ['a failure', { status: 500, headers: { 'retry-after': '0' } }],
])('%s says nothing about roles', async (_, reply) => {
  const { url } = await scriptedServer(keycloakScript(() => reply))
  const keycloak = await openAt(url)
  expect(await Promise.all(ROLES.map((role) => keycloak.hasRole(role)))).toEqual(ROLES.map(() => undefined))
})

it.each<[string, Reply, string]>([
  ['an ended sign-in', { status: 401, json: {} }, 'unauthorized'],
  ['a proxy that denies /admin', { status: 403, text: '<html>Denied</html>' }, 'blocked'],
])('%s is an error', async (_, reply, code) => {
  const { url } = await scriptedServer(keycloakScript(() => reply))
  expect(await outcomeOf((await openAt(url)).hasRole('view-realm'))).toMatchObject({ code })
})
