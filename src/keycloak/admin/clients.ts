import type { LogoutSettings } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { type Json, list, record } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toClient, toPushResult } from './representations.ts'

type Clients = Pick<
  Keycloak,
  | 'clients'
  | 'findClient'
  | 'rawClient'
  | 'updateClient'
  | 'setClientNotBefore'
  | 'pushClientRevocation'
  | 'testNodes'
>

const CLIENTS = '/admin/realms/{realm}/clients'
const CLIENT = '/admin/realms/{realm}/clients/{client}'
/** A realm with ten thousand clients answers with some fifty megabytes: one answer, so that none is missed. */
const LARGEST_LIST = 256 * 1024 * 1024

export function clientsOf({ client, realm, call, act }: Admin): Omit<Clients, 'testNodes'> {
  const toModel = (from: Json) => toClient(from, realm)
  return {
    async clients() {
      const asked = {
        method: 'GET',
        path: CLIENTS,
        what: 'the list of clients',
        role: 'view-clients',
      } as const
      const found = await call({ ...asked, maxBytes: LARGEST_LIST }, async () =>
        list(await client.clients.find({ realm }), 'a list of clients', toModel),
      )
      if (found.length === 0) throw noClients(realm)
      return found
    },

    async findClient(clientId) {
      // An empty value is left out of a query, and then every client is an answer.
      if (clientId === '') return undefined
      const asked = {
        method: 'GET',
        path: CLIENTS,
        what: 'looking up a client',
        role: 'view-clients',
      } as const
      const found = await call(asked, async () =>
        list(await client.clients.find({ realm, clientId }), 'a list of clients', toModel),
      )
      return found.find((one) => one.clientId === clientId)
    },

    rawClient: (id) =>
      call(
        {
          method: 'GET',
          path: CLIENT,
          params: { client: ['client', id] },
          what: 'reading a client',
          role: 'view-clients',
        },
        async () => {
          const raw = record(await client.clients.findOne({ realm, id }), 'a client')
          toModel(raw)
          return raw
        },
      ),

    updateClient: (id, changes) =>
      act(
        {
          method: 'PUT',
          path: CLIENT,
          params: { client: ['client', id] },
          what: 'changing a client',
          role: 'manage-clients',
        },
        () => client.clients.update({ realm, id }, settingsBody(changes)),
      ),

    setClientNotBefore: async (id, seconds) => {
      const params = { client: ['client', id] } as const
      const what = "setting a client's not-before"
      // 25.0 to 26.4 take a missing frontchannelLogout for a change of it (keycloak#48432).
      const present = await call(
        { method: 'GET', path: CLIENT, params, what, role: 'view-clients' },
        async () => toModel(record(await client.clients.findOne({ realm, id }), 'a client')),
      )
      await act({ method: 'PUT', path: CLIENT, params, what, role: 'manage-clients' }, () =>
        client.clients.update(
          { realm, id },
          { notBefore: seconds, frontchannelLogout: present.frontchannelLogout },
        ),
      )
    },

    pushClientRevocation: (id) =>
      call(
        {
          method: 'POST',
          path: `${CLIENT}/push-revocation`,
          params: { client: ['client', id] },
          what: "pushing a client's not-before",
          role: 'manage-clients',
          act: true,
        },
        async () => toPushResult(await client.clients.pushRevocation({ realm, id })),
      ),
  }
}

/** Every realm has built-in clients, so an empty list only says that this caller may see none. */
const noClients = (realm: string) =>
  new UserError(
    'role-missing',
    `Keycloak shows no client of realm ${realm}: the role view-clients is missing.`,
    {
      exitCode: EXIT.denied,
      hint: 'Give the account or service account signed in with the role view-clients of client realm-management.',
    },
  )

/**
 * The changed fields and nothing else: Keycloak keeps what a PUT leaves out. An attribute goes away by `null`, the
 * Admin URL by an empty string only.
 */
function settingsBody(changes: Partial<LogoutSettings> & { frontchannelLogout: boolean }): Json {
  const attributes: Record<string, string | null> = {}
  if (changes.backchannelLogoutUrl !== undefined) {
    attributes['backchannel.logout.url'] = changes.backchannelLogoutUrl
  }
  if (changes.backchannelLogoutSessionRequired !== undefined) {
    attributes['backchannel.logout.session.required'] = String(changes.backchannelLogoutSessionRequired)
  }
  if (changes.backchannelLogoutRevokeOfflineTokens !== undefined) {
    attributes['backchannel.logout.revoke.offline.tokens'] = String(
      changes.backchannelLogoutRevokeOfflineTokens,
    )
  }
  return {
    frontchannelLogout: changes.frontchannelLogout,
    ...(changes.adminUrl === undefined ? {} : { adminUrl: changes.adminUrl ?? '' }),
    ...(Object.keys(attributes).length > 0 && isRecord(attributes) ? { attributes } : {}),
  }
}
