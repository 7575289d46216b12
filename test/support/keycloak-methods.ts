import type { Keycloak } from '../../src/keycloak/keycloak.ts'
import { keycloakScript, openAt, type Received, type Reply, scriptedServer } from './scripted-server.ts'

const CLIENT = { id: 'c', clientId: 'app' }
/** A session in Keycloak's representation. */
export const SESSION = {
  id: 's',
  userId: 'u',
  username: 'ada',
  start: 1_700_000_000_000,
  lastAccess: 1_700_000_000_000,
}

const GROUP = { id: 'g', name: 'g', path: '/g', subgroups: [], subgroupCount: 1 }
const ROLE = { id: 'r', name: 'r', clientUuid: undefined, isComposite: false }

/** Reads a list up to its first item. */
async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

/** Each method: a call, the role that its refusal names, and a valid answer. */
const METHODS: Record<
  string,
  readonly [(k: Keycloak) => Promise<unknown>, role: string | undefined, valid: Reply]
> = {
  realmInfo: [(k) => k.realmInfo(), 'view-realm', { json: { realm: 'customers' } }],
  clients: [(k) => k.clients(), 'view-clients', { json: [CLIENT] }],
  findClient: [(k) => k.findClient('app'), 'view-clients', { json: [CLIENT] }],
  rawClient: [(k) => k.rawClient('c'), 'view-clients', { json: CLIENT }],
  updateClient: [
    (k) => k.updateClient('c', { frontchannelLogout: false }),
    'manage-clients',
    { status: 204 },
  ],
  findUsers: [(k) => k.findUsers('a da'), 'view-users', { json: [] }],
  findUserById: [(k) => k.findUserById('u'), 'view-users', { json: { id: 'u', username: 'ada' } }],
  sessionsOf: [(k) => k.sessionsOf('u'), 'view-users', { json: [SESSION] }],
  offlineSessionsOf: [(k) => k.offlineSessionsOf('u', 'c'), 'view-users', { json: [SESSION] }],
  offlineClientsOf: [(k) => k.offlineClientsOf('u'), 'view-users', { json: [] }],
  linkedProviders: [(k) => k.linkedProviders('u'), 'view-users', { json: [{ identityProvider: 'up' }] }],
  effectiveRoles: [(k) => k.effectiveRoles('u', 'c'), 'view-users', { json: [{ name: 'manage-users' }] }],
  sessionCounts: [
    (k) => k.sessionCounts(),
    'view-realm',
    { json: [{ ...CLIENT, active: '3', offline: '0' }] },
  ],
  realmSessions: [(k) => k.realmSessions({ first: 0, max: 100 }), 'view-realm', { json: [SESSION] }],
  clientSessions: [
    (k) => k.clientSessions('c', { offline: false, first: 0, max: 100 }),
    'view-clients',
    { json: [SESSION] },
  ],
  countClientSessions: [
    (k) => k.countClientSessions('c', { offline: true }),
    'view-clients',
    { json: { count: 2 } },
  ],
  endSession: [(k) => k.endSession('s', { offline: false }), 'manage-users', { status: 204 }],
  logoutUser: [(k) => k.logoutUser('u'), 'manage-users', { status: 204 }],
  setUserEnabled: [(k) => k.setUserEnabled('u', false), 'manage-users', { status: 204 }],
  revokeConsent: [(k) => k.revokeConsent('u', 'app'), 'manage-users', { status: 204 }],
  consentsOf: [(k) => k.consentsOf('u'), 'view-users', { json: [{ clientId: 'app' }] }],
  deleteUser: [(k) => k.deleteUser('u'), 'manage-users', { status: 204 }],
  logoutRealm: [(k) => k.logoutRealm(), 'manage-users', { json: {} }],
  pushRevocation: [(k) => k.pushRevocation(), 'manage-realm', { json: {} }],
  pushClientRevocation: [(k) => k.pushClientRevocation('c'), 'manage-clients', { json: {} }],
  testNodes: [(k) => k.testNodes('c'), 'manage-clients', { json: {} }],
  emitSessionRevoked: [
    (k) => k.emitSessionRevoked({ clientId: 'app', issuer: 'i' }, { id: 's', userId: 'u', at: 0 }),
    'manage-clients',
    { json: { status: 'dispatched', jti: 'j' } },
  ],
  securityEvent: [
    (k) => k.securityEvent('app', 'j'),
    'view-clients',
    { json: { status: 'PENDING', attempts: 0 } },
  ],
  setRealmNotBefore: [(k) => k.setRealmNotBefore(1), 'manage-realm', { status: 204 }],
  events: [(k) => k.events({}), 'view-events', { json: [{ time: 1, type: 'LOGOUT' }] }],
  adminEvents: [(k) => k.adminEvents({}), 'view-events', { json: [{ time: 1, operationType: 'ACTION' }] }],
  eventsConfig: [(k) => k.eventsConfig(), 'view-events', { json: { eventsEnabled: true } }],
  identityProviders: [
    (k) => k.identityProviders(),
    'view-identity-providers',
    { json: [{ alias: 'up', providerId: 'oidc' }] },
  ],
  groups: [({ directory }) => firstOf(directory.groups('g')), 'view-users', { json: [GROUP] }],
  subgroups: [({ directory }) => firstOf(directory.subgroups(GROUP)), 'view-users', { json: [GROUP] }],
  members: [({ directory }) => firstOf(directory.members('g')), 'view-users', { json: [] }],
  roles: [({ directory }) => firstOf(directory.roles()), 'view-realm', { json: [ROLE] }],
  rolesOfClient: [({ directory }) => firstOf(directory.roles('c')), 'view-clients', { json: [ROLE] }],
  containedRoles: [({ directory }) => directory.containedRoles('r'), 'view-realm', { json: [ROLE] }],
  usersWithRole: [({ directory }) => firstOf(directory.usersWithRole(ROLE)), 'view-users', { json: [] }],
  groupsWithRole: [
    ({ directory }) => firstOf(directory.groupsWithRole(ROLE)),
    'view-users',
    { json: [GROUP] },
  ],
  organizations: [({ directory }) => firstOf(directory.organizations()), 'manage-realm', { json: [] }],
  organizationMembers: [
    ({ directory }) => firstOf(directory.organizationMembers('o')),
    'manage-realm',
    { json: [] },
  ],
  users: [({ directory }) => firstOf(directory.users({ email: '@x' })), 'view-users', { json: [] }],
  searchesBy: [({ directory }) => directory.searchesBy('attribute'), 'view-users', { json: [] }],
  serverInfo: [(k) => k.serverInfo(), undefined, { json: { systemInfo: { version: '26.7.4' } } }],
}
export const methodNames = Object.keys(METHODS)
export const methodNamed = (name: string) => {
  const found = METHODS[name]
  if (!found) throw new Error(name)
  return found
}

/** The program's connection to a server that answers each admin request like this; `n` counts them from 1. */
export async function keycloakAnswering(answer: (request: Received, n: number) => Reply) {
  const seen: Received[] = []
  const { url, requests } = await scriptedServer(
    keycloakScript((request) => {
      seen.push(request)
      return answer(request, seen.length)
    }),
  )
  return { keycloak: await openAt(url), seen, requests }
}
