import type { Client, LogoutSettings } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { type Json, list, record } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toClient, toPushResult } from './representations.ts'

type Clients = Pick<
  Keycloak,
  'clients' | 'findClient' | 'rawClient' | 'updateClient' | 'setClientNotBefore' | 'pushClientRevocation'
>
type ClientChanges = Parameters<Keycloak['updateClient']>[1]

const CLIENTS = '/admin/realms/{realm}/clients'
const CLIENT = '/admin/realms/{realm}/clients/{client}'
/** Bytes. Ten thousand clients are one answer of about fifty megabytes, so that none is missed between pages. */
const LARGEST_LIST = 256 * 1024 * 1024

const clientParam = (id: string) => ({ client: ['client', id] }) as const

export const clientsOf = (admin: Admin): Clients => ({
  clients: () => allClients(admin),
  findClient: (clientId) => findClient(admin, clientId),
  rawClient: (id) => rawClient(admin, id),
  updateClient: (id, changes) => updateClient(admin, id, changes),
  setClientNotBefore: (id, seconds) => setClientNotBefore(admin, id, seconds),
  pushClientRevocation: (id) => pushClientRevocation(admin, id),
})

async function allClients({ client, realm, call }: Admin): Promise<Client[]> {
  const found = await call(
    {
      method: 'GET',
      path: CLIENTS,
      what: 'the list of clients',
      role: 'view-clients',
      maxBytes: LARGEST_LIST,
    },
    async () =>
      list(await client.clients.find({ realm }), 'a list of clients', (from) => toClient(from, realm)),
  )
  if (found.length === 0) throw noVisibleClient(realm)
  return found
}

async function findClient({ client, realm, call }: Admin, clientId: string): Promise<Client | undefined> {
  // The admin client omits an empty value, and then the answer is every client.
  if (clientId === '') return undefined
  const found = await call(
    { method: 'GET', path: CLIENTS, what: 'finding a client', role: 'view-clients' },
    async () => {
      const clients = await client.clients.find({ realm, clientId })
      return list(clients, 'a list of clients', (from) => toClient(from, realm))
    },
  )
  return found.find((one) => one.clientId === clientId)
}

const rawClient = ({ client, realm, call }: Admin, id: string, what = 'reading a client'): Promise<Json> =>
  call({ method: 'GET', path: CLIENT, params: clientParam(id), what, role: 'view-clients' }, async () => {
    const raw = record(await client.clients.findOne({ realm, id }), 'a client')
    // Checks that it is a client.
    toClient(raw, realm)
    return raw
  })

const updateClient = ({ client, realm, act }: Admin, id: string, changes: ClientChanges) =>
  act(
    {
      method: 'PUT',
      path: CLIENT,
      params: clientParam(id),
      what: 'changing a client',
      role: 'manage-clients',
    },
    () => client.clients.update({ realm, id }, settingsBody(changes)),
  )

async function setClientNotBefore(admin: Admin, id: string, notBefore: number): Promise<void> {
  const { client, realm, act } = admin
  const what = "setting a client's not-before"
  // 25.0 to 26.4 take a missing frontchannelLogout for a change of it (keycloak#48432).
  const { frontchannelLogout } = toClient(await rawClient(admin, id, what), realm)
  await act({ method: 'PUT', path: CLIENT, params: clientParam(id), what, role: 'manage-clients' }, () =>
    client.clients.update({ realm, id }, { notBefore, frontchannelLogout }),
  )
}

const pushClientRevocation = ({ client, realm, call }: Admin, id: string) =>
  call(
    {
      method: 'POST',
      path: `${CLIENT}/push-revocation`,
      params: clientParam(id),
      what: "pushing a client's not-before",
      role: 'manage-clients',
      act: true,
    },
    async () => toPushResult(await client.clients.pushRevocation({ realm, id })),
  )

/** Each realm has built-in clients, so an empty list means that the caller may see none. */
const noVisibleClient = (realm: string) =>
  new UserError(
    'role-missing',
    `The role view-clients is missing: Keycloak shows no client of realm ${realm}.`,
    {
      exitCode: EXIT.denied,
      hint: 'Grant your account or service account the role view-clients of client realm-management.',
    },
  )

const ATTRIBUTES = {
  backchannelLogoutUrl: 'backchannel.logout.url',
  backchannelLogoutSessionRequired: 'backchannel.logout.session.required',
  backchannelLogoutRevokeOfflineTokens: 'backchannel.logout.revoke.offline.tokens',
} as const satisfies Partial<Record<keyof LogoutSettings, string>>

/**
 * Only the changed fields: Keycloak keeps what a PUT omits. An attribute is removed with `null`, the Admin URL only
 * with an empty string.
 */
function settingsBody(changes: ClientChanges): Json {
  const { adminUrl, frontchannelLogout } = changes
  const attributes = Object.entries(ATTRIBUTES).flatMap(([field, attribute]) => {
    const value = changes[field as keyof typeof ATTRIBUTES]
    return value === undefined ? [] : [[attribute, value === null ? null : String(value)]]
  })
  return {
    frontchannelLogout,
    ...(adminUrl === undefined ? {} : { adminUrl: adminUrl ?? '' }),
    ...(attributes.length > 0 ? { attributes: Object.fromEntries(attributes) } : {}),
  }
}
