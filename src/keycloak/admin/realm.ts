import type { Realm } from '../../core/model.ts'
import { record } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toPushResult, toRealm } from './representations.ts'
import { isForbidden } from './server-info.ts'

type RealmPart = Pick<
  Keycloak,
  'serverTime' | 'realmInfo' | 'logoutRealm' | 'pushRevocation' | 'testNodes' | 'setRealmNotBefore'
>

const REALM = '/admin/realms/{realm}'

export const realmOf = (admin: Admin): RealmPart => ({
  serverTime: () => admin.token.serverTime(),
  realmInfo: () => realmInfo(admin),
  logoutRealm: (traceparent) => logoutRealm(admin, traceparent),
  pushRevocation: () => pushRevocation(admin),
  testNodes: (id) => testNodes(admin, id),
  setRealmNotBefore: (seconds) => setRealmNotBefore(admin, seconds),
})

async function realmInfo({ client, realm, call }: Admin): Promise<Realm> {
  try {
    return await call(
      { method: 'GET', path: REALM, what: 'the settings of the realm', role: 'view-realm' },
      async () => toRealm(record(await client.realms.findOne({ realm }), 'a realm')),
    )
  } catch (error) {
    // Without view-realm newer servers show only the name, and 12 to 18 nothing.
    if (isForbidden(error)) return toRealm({ realm })
    throw error
  }
}

async function logoutRealm({ client, realm, call }: Admin, traceparent: string | undefined): Promise<void> {
  await call(
    {
      method: 'POST',
      path: `${REALM}/logout-all`,
      what: 'the logout of the realm',
      role: 'manage-users',
      act: true,
      traceparent,
    },
    async () => record(await client.realms.logoutAll({ realm }), 'the result of a logout'),
  )
}

const pushRevocation = ({ client, realm, call }: Admin) =>
  call(
    {
      method: 'POST',
      path: `${REALM}/push-revocation`,
      what: "pushing the realm's not-before",
      role: 'manage-realm',
      act: true,
    },
    async () => toPushResult(await client.realms.pushRevocation({ realm })),
  )

const testNodes = ({ client, realm, call }: Admin, id: string) =>
  call(
    {
      method: 'GET',
      path: `${REALM}/clients/{client}/test-nodes-available`,
      params: { client: ['client', id] },
      what: "calling a client's Admin URL",
      role: 'manage-clients',
      act: true,
      // Keycloak calls the application for each GET.
      repeatable: false,
    },
    async () => toPushResult(await client.clients.testNodesAvailable({ realm, id })),
  )

const setRealmNotBefore = ({ client, realm, act }: Admin, notBefore: number) =>
  act({ method: 'PUT', path: REALM, what: "setting the realm's not-before", role: 'manage-realm' }, () =>
    client.realms.update({ realm }, { notBefore }),
  )
