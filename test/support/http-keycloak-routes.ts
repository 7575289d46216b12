import type { IdentityProvider, Session, User } from '../../src/core/model.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'
import type { WireAnswer, WireRequest } from './fault-server.ts'

type Changes = Parameters<FakeKeycloak['updateClient']>[1]

const JSON_TYPE = { 'content-type': 'application/json' }

/** A JSON answer. */
export const json = (value: unknown, status = 200): WireAnswer => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(value),
})
const nothing: WireAnswer = { status: 204, headers: {}, body: '' }

/** The parts of a request to the admin API, below `admin/realms/<realm>`. */
interface AdminRequest {
  /** Second segment of the path. */
  readonly id: string
  /** Fourth segment. */
  readonly more: string | undefined
  /** The segments after it. */
  readonly rest: readonly string[]
  readonly page: { readonly first: number; readonly max: number }
  readonly query: URLSearchParams
  readonly sent: () => Record<string, unknown>
}

/** Answers a request to the admin API of the fake Keycloak's realm. */
export async function answerAdmin(
  fake: FakeKeycloak,
  { method, body }: WireRequest,
  [area, id = '', part, more, ...rest]: readonly string[],
  query: URLSearchParams,
): Promise<WireAnswer> {
  const route = `${method} ${[area, id && ':id', part, more && ':id'].filter(Boolean).join('/')}`
  const answer = ROUTES[route]
  if (!answer) return json({ error: 'Unable to find matching target resource method' }, 404)
  const page = {
    first: Number(query.get('first') ?? 0),
    max: Number(query.get('max') ?? Number.MAX_SAFE_INTEGER),
  }
  return answer(fake, { id, more, rest, page, query, sent: () => JSON.parse(body) })
}

const ROUTES: Readonly<Record<string, (fake: FakeKeycloak, request: AdminRequest) => Promise<WireAnswer>>> = {
  'GET ': async (fake) => json({ realm: fake.realm, ...(await fake.realmInfo()) }),
  'PUT ': async (fake, { sent }) => {
    await fake.setRealmNotBefore(Number(sent().notBefore))
    return nothing
  },
  'GET clients': async (fake, { query }) => {
    const clientId = query.get('clientId')
    const clients = (await fake.clients()).filter(
      (client) => clientId === null || client.clientId === clientId,
    )
    return json(await Promise.all(clients.map((client) => fake.rawClient(client.id))))
  },
  'GET clients/:id': async (fake, { id }) => json(await fake.rawClient(id)),
  'PUT clients/:id': async (fake, { id, sent }) => {
    const changes = sent()
    if (typeof changes.notBefore === 'number') await fake.setClientNotBefore(id, changes.notBefore)
    else await fake.updateClient(id, clientChanges(changes))
    return nothing
  },
  'GET clients/:id/user-sessions': async (fake, { id, page }) =>
    json((await fake.clientSessions(id, { offline: false, ...page })).map(rawSession)),
  'GET clients/:id/offline-sessions': async (fake, { id, page }) =>
    json((await fake.clientSessions(id, { offline: true, ...page })).map(rawSession)),
  'GET clients/:id/session-count': async (fake, { id }) =>
    json({ count: await fake.countClientSessions(id, { offline: false }) }),
  'GET clients/:id/offline-session-count': async (fake, { id }) =>
    json({ count: await fake.countClientSessions(id, { offline: true }) }),
  'POST clients/:id/push-revocation': async (fake, { id }) =>
    json(rawPush(await fake.pushClientRevocation(id))),
  'GET clients/:id/test-nodes-available': async (fake, { id }) => json(rawPush(await fake.testNodes(id))),
  'GET ui-ext/:id': async (fake, { page }) => json((await fake.realmSessions(page)).map(rawSession)),
  'GET client-session-stats': async (fake) =>
    json(
      (await fake.sessionCounts()).map((count) => ({
        ...count,
        active: String(count.active),
        offline: String(count.offline),
      })),
    ),
  'GET users': async (fake, { query }) => {
    const field = query.has('username') ? 'username' : 'email'
    const value = query.get(field)?.toLowerCase() ?? ''
    const found = await fake.findUsers(value)
    return json(found.filter((user) => user[field]?.toLowerCase() === value).map(rawUser))
  },
  'GET users/:id': async (fake, { id }) => {
    const user = await fake.findUserById(id)
    return user ? json(rawUser(user)) : json({ error: 'User not found' }, 404)
  },
  'PUT users/:id': async (fake, { id, sent }) => {
    await fake.setUserEnabled(id, sent().enabled === true)
    return nothing
  },
  'GET users/:id/sessions': async (fake, { id }) => json((await fake.sessionsOf(id)).map(rawSession)),
  'GET users/:id/offline-sessions/:id': async (fake, { id, more }) =>
    json((await fake.offlineSessionsOf(id, more ?? '')).map(rawSession)),
  'GET users/:id/federated-identity': async (fake, { id }) =>
    json((await fake.linkedProviders(id)).map((identityProvider) => ({ identityProvider }))),
  'GET users/:id/role-mappings/:id': async (fake, { id, more, rest }) =>
    json((await fake.effectiveRoles(id, more === 'clients' ? rest[0] : undefined)).map((name) => ({ name }))),
  'GET users/:id/consents': async (fake, { id }) =>
    json(
      (await fake.offlineClientsOf(id)).map(({ id: client, clientId }) => ({
        clientId,
        additionalGrants: [{ client, key: 'Offline Token' }],
      })),
    ),
  'DELETE users/:id/consents/:id': async (fake, { id, more }) =>
    (await fake.revokeConsent(id, more ?? '')) === 'revoked'
      ? nothing
      : json({ error: 'Consent nor offline token not found' }, 404),
  'POST users/:id/logout': async (fake, { id }) => {
    await fake.logoutUser(id)
    return nothing
  },
  'DELETE sessions/:id': async (fake, { id, query }) =>
    (await fake.endSession(id, { offline: query.get('isOffline') === 'true' })) === 'ended'
      ? nothing
      : json({ error: 'Sesssion not found' }, 404),
  'POST logout-all': async (fake) => {
    await fake.logoutRealm()
    return json({})
  },
  'POST push-revocation': async (fake) => json(rawPush(await fake.pushRevocation())),
  'GET events': async (fake, { query, page }) =>
    json(
      await fake.events({
        ...(query.has('type') ? { types: query.getAll('type') } : {}),
        ...(query.has('client') ? { clientId: query.get('client') ?? '' } : {}),
        ...(query.has('user') ? { userId: query.get('user') ?? '' } : {}),
        ...page,
      }),
    ),
  'GET admin-events': async (fake, { query, page }) =>
    json(
      (
        await fake.adminEvents({
          ...(query.has('operationTypes') ? { operations: query.getAll('operationTypes') } : {}),
          ...(query.has('resourceTypes') ? { resourceTypes: query.getAll('resourceTypes') } : {}),
          ...page,
        })
      ).map(({ operation, by, ...event }) => ({ ...event, operationType: operation, authDetails: by })),
    ),
  'GET identity-provider/:id': async (fake) => json((await fake.identityProviders()).map(rawProvider)),
  'GET events/:id': async (fake) => json(await fake.eventsConfig()),
  'PUT events/:id': async (fake, { sent }) => {
    await fake.setEventsConfig(sent())
    return nothing
  },
}

const rawUser = ({ notBefore, ...user }: User) => ({ ...user, notBefore })

const rawSession = ({ clients, offline: _, ...session }: Session) => ({
  ...session,
  clients: Object.fromEntries(clients.map(({ id, clientId }) => [id, clientId])),
})

const rawProvider = ({ alias, providerId, enabled, linkOnly, ...more }: IdentityProvider) => ({
  alias,
  providerId,
  enabled,
  linkOnly,
  config: {
    ...(more.logoutUrl === undefined ? {} : { logoutUrl: more.logoutUrl }),
    backchannelSupported: String(more.backchannelLogout),
    ...(more.validatesSignatures === undefined
      ? {}
      : { validateSignature: String(more.validatesSignatures) }),
  },
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
