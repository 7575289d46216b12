import type { Client, PushResult, Realm, Session, SessionCount, SsfStream, User } from '../../core/model.ts'
import { isRecord } from '../../util/is-record.ts'
import { idFromServer } from '../http/ids.ts'
import { type Json, optionalNumber, optionalText, record, requireNumber, text, texts } from '../http/json.ts'

/* Keycloak's JSON as our model. A missing required field is a bad answer; an odd optional one is left out. */

const BUILT_IN = new Set([
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
  'admin-permissions',
])

export function toClient(from: Json, realm: string): Client {
  const attributes = isRecord(from.attributes) ? from.attributes : {}
  const clientId = text(from, 'clientId', 'a client')
  const postLogout = optionalText(attributes['post.logout.redirect.uris'])
  return {
    id: text(from, 'id', 'a client'),
    clientId,
    enabled: from.enabled !== false,
    protocol: optionalText(from.protocol) ?? 'openid-connect',
    publicClient: from.publicClient === true,
    browserFlow:
      from.bearerOnly !== true && (from.standardFlowEnabled !== false || from.implicitFlowEnabled === true),
    rootUrl: optionalText(from.rootUrl),
    baseUrl: optionalText(from.baseUrl),
    redirectUris: texts(from.redirectUris),
    adminUrl: optionalText(from.adminUrl),
    frontchannelLogout: from.frontchannelLogout === true,
    frontchannelLogoutUrl: optionalText(attributes['frontchannel.logout.url']),
    backchannelLogoutUrl: optionalText(attributes['backchannel.logout.url']),
    backchannelLogoutSessionRequired: attributes['backchannel.logout.session.required'] === 'true',
    backchannelLogoutRevokeOfflineTokens: attributes['backchannel.logout.revoke.offline.tokens'] === 'true',
    builtIn: isBuiltIn(clientId, realm, attributes),
    accessTokenLifespan: optionalNumber(attributes['access.token.lifespan']),
    sessionLimits: limits(
      attributes['client.session.idle.timeout'],
      attributes['client.session.max.lifespan'],
    ),
    offlineSessionLimits: limits(
      attributes['client.offline.session.idle.timeout'],
      attributes['client.offline.session.max.lifespan'],
    ),
    idTokenSignedResponseAlg: optionalText(attributes['id.token.signed.response.alg']),
    notBefore: optionalNumber(from.notBefore) ?? 0,
    postLogoutRedirectUris: postLogout?.split('##'),
    samlLogoutUrls: {
      soap: optionalText(attributes.saml_single_logout_service_url_soap),
      post: optionalText(attributes.saml_single_logout_service_url_post),
      redirect: optionalText(attributes.saml_single_logout_service_url_redirect),
    },
    ...ssfOf(attributes),
    registeredNodes: isRecord(from.registeredNodes) ? Object.keys(from.registeredNodes) : [],
    access: accessOf(from, ['view', 'configure', 'manage']),
  }
}

const SESSION_REVOKED =
  /(^|,)(CaepSessionRevoked|https:\/\/schemas\.openid\.net\/secevent\/caep\/event-type\/session-revoked)(,|$)/

/** A stream of security events, as the attributes of its client describe it (26.7.4). */
function ssfOf(attributes: Json): { ssf?: SsfStream } {
  const issuer = optionalText(attributes['ssf.stream.iss'])
  const delivers = SESSION_REVOKED.test(optionalText(attributes['ssf.stream.eventsDelivered']) ?? '')
  const isOn = attributes['ssf.enabled'] === 'true' && attributes['ssf.stream.status'] === 'enabled'
  if (!isOn || !delivers || issuer === undefined) return {}
  const isPush = attributes['ssf.stream.delivery.method'] === 'urn:ietf:rfc:8935'
  return {
    ssf: {
      issuer,
      url: isPush ? (optionalText(attributes['ssf.stream.delivery.endpointUrl']) ?? null) : null,
    },
  }
}

/**
 * In master each realm has a client named after it, marked from 26 on. The mark alone proves nothing: accounts that
 * manage clients can set it.
 */
const isBuiltIn = (clientId: string, realm: string, attributes: Json) =>
  BUILT_IN.has(clientId) ||
  (realm === 'master' && clientId.endsWith('-realm') && attributes.realm_client !== 'false')

/** What the caller may do, as Keycloak says; undefined where it does not. */
function accessOf<K extends string>(from: Json, names: readonly K[]): { [N in K]?: boolean } | undefined {
  const { access } = from
  if (!isRecord(access)) return undefined
  const said = names.flatMap((name) => (typeof access[name] === 'boolean' ? [[name, access[name]]] : []))
  return Object.fromEntries(said) as { [N in K]?: boolean }
}

export const toUser = (from: Json): User => ({
  id: idFromServer('user', text(from, 'id', 'a user')),
  username: text(from, 'username', 'a user'),
  email: optionalText(from.email),
  enabled: from.enabled !== false,
  notBefore: optionalNumber(from.notBefore) ?? 0,
  access: accessOf(from, ['view', 'manage']),
})

export const toSession = (from: Json, offline: boolean): Session => ({
  id: idFromServer('session', text(from, 'id', 'a session')),
  // An extension may have chosen it; checked when it becomes part of a path.
  userId: text(from, 'userId', 'a session'),
  username: optionalText(from.username) ?? '',
  ipAddress: optionalText(from.ipAddress),
  start: milliseconds(from.start),
  lastAccess: milliseconds(from.lastAccess),
  offline,
  clients: isRecord(from.clients)
    ? Object.entries(from.clients).map(([id, clientId]) => ({ id, clientId: String(clientId) }))
    : [],
})

/** Keycloak 12 reports the last access of an offline session in seconds. */
function milliseconds(value: unknown): number {
  const time = requireNumber(value, 'a session')
  return time < 100_000_000_000 ? time * 1000 : time
}

export const toSessionCount = (from: Json): SessionCount => ({
  id: text(from, 'id', 'a count of sessions'),
  clientId: text(from, 'clientId', 'a count of sessions'),
  active: requireNumber(from.active, 'a count of sessions'),
  offline: requireNumber(from.offline, 'a count of sessions'),
})

export const toRealm = (from: Json): Realm => ({
  name: text(from, 'realm', 'a realm'),
  notBefore: optionalNumber(from.notBefore),
  accessTokenLifespan: optionalNumber(from.accessTokenLifespan),
  ssoSessionIdleTimeout: optionalNumber(from.ssoSessionIdleTimeout),
  ssoSessionMaxLifespan: optionalNumber(from.ssoSessionMaxLifespan),
  ...sessionLimits(from),
  defaultSignatureAlgorithm: optionalText(from.defaultSignatureAlgorithm),
  eventsEnabled: optionalBoolean(from.eventsEnabled),
  adminEventsEnabled: optionalBoolean(from.adminEventsEnabled),
  sslRequired: optionalText(from.sslRequired),
})

/** A caller without view-realm sees none of them. */
function sessionLimits(from: Json): Pick<Realm, 'sessionLimits' | 'offlineSessionLimits'> {
  if (optionalNumber(from.ssoSessionIdleTimeout) === undefined) return {}
  const hasOfflineMax = from.offlineSessionMaxLifespanEnabled === true
  const ifOn = (value: unknown) => (hasOfflineMax ? value : undefined)
  return {
    sessionLimits: {
      client: limits(from.clientSessionIdleTimeout, from.clientSessionMaxLifespan),
      user: limits(from.ssoSessionIdleTimeout, from.ssoSessionMaxLifespan),
    },
    offlineSessionLimits: {
      client: limits(from.clientOfflineSessionIdleTimeout, ifOn(from.clientOfflineSessionMaxLifespan)),
      user: limits(from.offlineSessionIdleTimeout, ifOn(from.offlineSessionMaxLifespan)),
    },
  }
}

/** 0 means that the next wider setting applies. */
const limits = (idle: unknown, max: unknown) => ({ idle: positive(idle), max: positive(max) })

function positive(value: unknown): number | undefined {
  const number = optionalNumber(value)
  return number !== undefined && number > 0 ? number : undefined
}

/** Keycloak omits empty lists; `{}` means that no client has an Admin URL. */
export function toPushResult(value: unknown): PushResult {
  const from = record(value, 'the result of a push')
  return { succeeded: texts(from.successRequests), failed: texts(from.failedRequests) }
}

const optionalBoolean = (value: unknown) => (typeof value === 'boolean' ? value : undefined)
