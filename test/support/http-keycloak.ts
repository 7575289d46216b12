import { performance } from 'node:perf_hooks'
import type { Session, User } from '../../src/core/model.ts'
import { errnoCode } from '../../src/util/errno.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'
import type { WireAnswer, WireRequest } from './fault-server.ts'

export interface HttpKeycloakOptions {
  readonly realm?: string
  readonly loginRealm?: string
  /** Lifespan of access tokens in seconds. */
  readonly life?: number
  /** Like "Revoke Refresh Token": a refresh token works once, and reusing it ends the session. */
  readonly rotation?: boolean
  /** The scheme of its own URLs. */
  readonly scheme?: 'http' | 'https'
  /** Prefix of all tokens, to search for. */
  readonly mark?: string
}

/** A fake Keycloak over HTTP, with sign-in: enough to run the built program against it. */
export interface HttpKeycloak {
  answer(request: WireRequest): Promise<WireAnswer>
  /** The token requests in order, and whether they succeeded. */
  readonly grants: { readonly type: string; readonly given: boolean }[]
  /** Ends all sign-ins so far, refresh tokens included. */
  killSessions(): void
  /** Refuses sign-ins with this `error_description`; undefined accepts them again. */
  refuseSignIns(why: string | undefined): void
}

type Changes = Parameters<FakeKeycloak['updateClient']>[1]

const JSON_TYPE = { 'content-type': 'application/json' }
const json = (value: unknown, status = 200): WireAnswer => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(value),
})
const nothing: WireAnswer = { status: 204, headers: {}, body: '' }

/** Serves a `FakeKeycloak` with Keycloak's paths, representations and status codes. */
export function httpKeycloak(fake: FakeKeycloak, options: HttpKeycloakOptions = {}): HttpKeycloak {
  const { loginRealm = 'master', life = 60, rotation = false, mark = 'token', scheme = 'http' } = options
  const realm = fake.realm
  const grants: HttpKeycloak['grants'] = []
  let serial = 0
  let refusal: string | undefined
  /** End of life by access token. */
  const accessTokens = new Map<string, number>()
  const refreshTokens = new Set<string>()

  function token({ body }: WireRequest): WireAnswer {
    const form = new URLSearchParams(body)
    const type = form.get('grant_type') ?? ''
    const refuse = (error_description: string) => {
      grants.push({ type, given: false })
      return json({ error: 'invalid_grant', error_description }, 400)
    }
    if (refusal !== undefined && type !== 'refresh_token') return refuse(refusal)
    if (type === 'refresh_token') {
      const used = form.get('refresh_token') ?? ''
      if (!refreshTokens.has(used)) {
        if (rotation) killSessions()
        return refuse(rotation ? 'Maximum allowed refresh token reuse exceeded' : 'Token is not active')
      }
      if (rotation) refreshTokens.delete(used)
    }
    grants.push({ type, given: true })
    const iat = Math.floor(Date.now() / 1000)
    const claims = Buffer.from(JSON.stringify({ jti: `onrtro:${++serial}`, typ: 'Bearer', iat }))
    const access = `e30.${claims.toString('base64url')}.${mark}-access-${serial}`
    const refresh = `${mark}-refresh-${serial}`
    accessTokens.set(access, performance.now() + life * 1000)
    refreshTokens.add(refresh)
    return json({
      access_token: access,
      expires_in: life,
      token_type: 'Bearer',
      ...(type === 'client_credentials' ? {} : { refresh_token: refresh, refresh_expires_in: 1800 }),
    })
  }

  function killSessions(): void {
    accessTokens.clear()
    refreshTokens.clear()
  }

  const isSignedIn = ({ headers }: WireRequest) =>
    (accessTokens.get((headers.authorization ?? '').replace(/^Bearer /, '')) ?? 0) > performance.now()

  return {
    grants,
    killSessions,
    refuseSignIns: (why) => {
      refusal = why
    },
    async answer(request) {
      const path = request.path.replace(/\?.*$/, '').replace(/\/$/, '')
      const query = new URLSearchParams(request.path.split('?')[1])
      const [first, second, name = '', ...rest] = path.split('/').slice(1).map(decodeURIComponent)
      if (first === 'realms') {
        if (second !== loginRealm && second !== realm) return json({ error: 'Realm does not exist' }, 404)
        const issuer = `${scheme}://${request.headers.host}/realms/${second}`
        const certs = `${issuer}/protocol/openid-connect/certs`
        if (name === '.well-known')
          return json({
            issuer,
            jwks_uri: certs,
            end_session_endpoint: `${issuer}/protocol/openid-connect/logout`,
          })
        if (path.endsWith('/certs')) return json({ keys: fake.keySet })
        if (path.endsWith('/token')) return token(request)
      }
      if (first === 'audit') return json({ auditRecords: [] })
      if (first !== 'admin') return json({ error: 'Unable to find matching target resource method' }, 404)
      if (!isSignedIn(request)) return json({ error: 'HTTP 401 Unauthorized' }, 401)
      if (second === 'serverinfo') return json({ systemInfo: await fake.serverInfo() })
      if (name !== realm) return json({ error: 'Realm not found.' }, 404)
      try {
        return await admin(fake, request, rest, query)
      } catch (error) {
        const code = errnoCode(error) ?? ''
        const message = /"(.+)"/.exec(error instanceof Error ? error.message : '')?.[1]
        if (code.endsWith('not-found')) return json({ error: message ?? 'not found' }, 404)
        return json({ error: 'unknown_error' }, 500)
      }
    },
  }
}

async function admin(
  fake: FakeKeycloak,
  { method, body }: WireRequest,
  [area, id = '', part, more]: string[],
  query: URLSearchParams,
): Promise<WireAnswer> {
  const page = {
    first: Number(query.get('first') ?? 0),
    max: Number(query.get('max') ?? Number.MAX_SAFE_INTEGER),
  }
  const sent = () => JSON.parse(body) as Record<string, unknown>
  switch (`${method} ${[area, id && ':id', part, more && ':id'].filter(Boolean).join('/')}`) {
    case 'GET ':
      return json({ realm: fake.realm, ...(await fake.realmInfo()) })
    case 'PUT ':
      await fake.setRealmNotBefore(Number(sent().notBefore))
      return nothing
    case 'GET clients': {
      const clientId = query.get('clientId')
      const clients = (await fake.clients()).filter(
        (client) => clientId === null || client.clientId === clientId,
      )
      return json(await Promise.all(clients.map((client) => fake.rawClient(client.id))))
    }
    case 'GET clients/:id':
      return json(await fake.rawClient(id))
    case 'PUT clients/:id': {
      const changes = sent()
      if (typeof changes.notBefore === 'number') await fake.setClientNotBefore(id, changes.notBefore)
      else await fake.updateClient(id, clientChanges(changes))
      return nothing
    }
    case 'GET clients/:id/user-sessions':
    case 'GET clients/:id/offline-sessions':
      return json(
        (await fake.clientSessions(id, { offline: part === 'offline-sessions', ...page })).map(rawSession),
      )
    case 'GET clients/:id/session-count':
    case 'GET clients/:id/offline-session-count':
      return json({ count: await fake.countClientSessions(id, { offline: part !== 'session-count' }) })
    case 'POST clients/:id/push-revocation':
      return json(rawPush(await fake.pushClientRevocation(id)))
    case 'GET clients/:id/test-nodes-available':
      return json(rawPush(await fake.testNodes(id)))
    case 'GET client-session-stats':
      return json(
        (await fake.sessionCounts()).map((count) => ({
          ...count,
          active: String(count.active),
          offline: String(count.offline),
        })),
      )
    case 'GET users': {
      const field = query.has('username') ? 'username' : 'email'
      const value = query.get(field)?.toLowerCase() ?? ''
      const found = await fake.findUsers(value)
      return json(found.filter((user) => user[field]?.toLowerCase() === value).map(rawUser))
    }
    case 'GET users/:id': {
      const user = await fake.findUserById(id)
      return user ? json(rawUser(user)) : json({ error: 'User not found' }, 404)
    }
    case 'PUT users/:id':
      await fake.setUserEnabled(id, sent().enabled === true)
      return nothing
    case 'GET users/:id/sessions':
      return json((await fake.sessionsOf(id)).map(rawSession))
    case 'GET users/:id/offline-sessions/:id':
      return json((await fake.offlineSessionsOf(id, more ?? '')).map(rawSession))
    case 'GET users/:id/consents':
      return json(
        (await fake.offlineClientsOf(id)).map((clientId) => ({
          clientId,
          additionalGrants: [{ key: 'Offline Token' }],
        })),
      )
    case 'DELETE users/:id/consents/:id':
      return (await fake.revokeConsent(id, more ?? '')) === 'revoked'
        ? nothing
        : json({ error: 'Consent nor offline token not found' }, 404)
    case 'POST users/:id/logout':
      await fake.logoutUser(id)
      return nothing
    case 'DELETE sessions/:id':
      return (await fake.endSession(id, { offline: query.get('isOffline') === 'true' })) === 'ended'
        ? nothing
        : json({ error: 'Sesssion not found' }, 404)
    case 'POST logout-all':
      await fake.logoutRealm()
      return json({})
    case 'POST push-revocation':
      return json(rawPush(await fake.pushRevocation()))
    case 'GET events':
      return json(
        await fake.events({
          ...(query.has('type') ? { types: query.getAll('type') } : {}),
          ...(query.has('client') ? { clientId: query.get('client') ?? '' } : {}),
          ...(query.has('user') ? { userId: query.get('user') ?? '' } : {}),
          ...page,
        }),
      )
    case 'GET admin-events':
      return json(
        (
          await fake.adminEvents({
            ...(query.has('operationTypes') ? { operations: query.getAll('operationTypes') } : {}),
            ...(query.has('resourceTypes') ? { resourceTypes: query.getAll('resourceTypes') } : {}),
            ...page,
          })
        ).map(({ operation, by, ...event }) => ({ ...event, operationType: operation, authDetails: by })),
      )
    case 'GET events/:id':
      return json(await fake.eventsConfig())
    case 'PUT events/:id':
      await fake.setEventsConfig(sent())
      return nothing
    default:
      return json({ error: 'Unable to find matching target resource method' }, 404)
  }
}

const rawUser = ({ notBefore, ...user }: User) => ({ ...user, notBefore })

const rawSession = ({ clients, offline: _, ...session }: Session) => ({
  ...session,
  clients: Object.fromEntries(clients.map(({ id, clientId }) => [id, clientId])),
})

const rawPush = ({ succeeded, failed }: { succeeded: readonly string[]; failed: readonly string[] }) => ({
  ...(succeeded.length > 0 ? { successRequests: succeeded } : {}),
  ...(failed.length > 0 ? { failedRequests: failed } : {}),
})

/** Maps the body of a client PUT to the changes of `FakeKeycloak`. */
function clientChanges(sent: Record<string, unknown>): Changes {
  const attributes = (sent.attributes ?? {}) as Record<string, string | null | undefined>
  const url = attributes['backchannel.logout.url']
  const sessionRequired = attributes['backchannel.logout.session.required']
  const revoke = attributes['backchannel.logout.revoke.offline.tokens']
  return {
    frontchannelLogout: sent.frontchannelLogout === true,
    ...(url === undefined ? {} : { backchannelLogoutUrl: url }),
    ...(typeof sessionRequired === 'string'
      ? { backchannelLogoutSessionRequired: sessionRequired === 'true' }
      : {}),
    ...(typeof revoke === 'string' ? { backchannelLogoutRevokeOfflineTokens: revoke === 'true' } : {}),
    ...(typeof sent.adminUrl === 'string' ? { adminUrl: sent.adminUrl } : {}),
  }
}
