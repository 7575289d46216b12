import type { Client, Realm, Session, User } from '../../src/core/model.ts'

/** An enabled client without URLs, with these changes. */
export const aClient = (changes: Partial<Client> = {}): Client => ({
  id: `id-of-${changes.clientId ?? 'shop'}`,
  clientId: 'shop',
  enabled: true,
  protocol: 'openid-connect',
  publicClient: false,
  rootUrl: undefined,
  baseUrl: undefined,
  redirectUris: [],
  adminUrl: undefined,
  frontchannelLogout: false,
  frontchannelLogoutUrl: undefined,
  backchannelLogoutUrl: undefined,
  backchannelLogoutSessionRequired: true,
  backchannelLogoutRevokeOfflineTokens: false,
  builtIn: false,
  accessTokenLifespan: undefined,
  idTokenSignedResponseAlg: undefined,
  notBefore: 0,
  postLogoutRedirectUris: undefined,
  registeredNodes: [],
  samlLogoutUrls: { soap: undefined, post: undefined, redirect: undefined },
  access: undefined,
  ...changes,
})

export const aUser = (changes: Partial<User> = {}): User => ({
  id: `id-of-${changes.username ?? 'ada'}`,
  username: 'ada',
  email: undefined,
  enabled: true,
  notBefore: 0,
  ...changes,
})

/** A session of ada at these clients (by clientId). */
export const aSession = ({
  clients = ['shop'],
  ...changes
}: Partial<Omit<Session, 'clients'>> & { readonly clients?: readonly string[] } = {}): Session => ({
  id: 's1',
  userId: `id-of-${changes.username ?? 'ada'}`,
  username: 'ada',
  ipAddress: '192.0.2.1',
  start: Date.UTC(2026, 0, 2, 3, 4, 5),
  lastAccess: Date.UTC(2026, 0, 2, 3, 14, 5),
  offline: false,
  ...changes,
  clients: clients.map((clientId) => ({ id: `id-of-${clientId}`, clientId })),
})

export const aRealm = (changes: Partial<Realm> = {}): Realm => ({
  name: 'customers',
  notBefore: 0,
  accessTokenLifespan: 300,
  ssoSessionIdleTimeout: 1800,
  ssoSessionMaxLifespan: 36_000,
  defaultSignatureAlgorithm: 'RS256',
  eventsEnabled: false,
  adminEventsEnabled: false,
  sslRequired: 'external',
  ...changes,
})
