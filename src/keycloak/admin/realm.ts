import { isRecord } from '../../util/is-record.ts'
import { type Capabilities, capabilitiesOf, capabilitiesShownBy } from '../capabilities.ts'
import { optionalText, record } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toPushResult, toRealm } from './representations.ts'

type RealmPart = Pick<
  Keycloak,
  | 'capabilities'
  | 'serverInfo'
  | 'serverTime'
  | 'realmInfo'
  | 'logoutRealm'
  | 'pushRevocation'
  | 'testNodes'
  | 'setRealmNotBefore'
>

const REALM = '/admin/realms/{realm}'

export function realmOf({ client, realm, token, call, act }: Admin): RealmPart {
  const serverInfo = () =>
    call(
      { method: 'GET', path: '/admin/serverinfo', what: "the server's version", role: undefined },
      async () => {
        const info = record(await client.serverInfo.find(), "the server's description")
        return { version: isRecord(info.systemInfo) ? optionalText(info.systemInfo.version) : undefined }
      },
    )
  let capabilities: Promise<Capabilities> | undefined

  return {
    serverInfo,
    serverTime: () => token.serverTime(),

    capabilities() {
      // Who may not read the version (many, on 26.4) knows it as little as one whom the server sends away.
      capabilities ??= serverInfo()
        .catch((error: unknown) => {
          if (isForbidden(error)) return { version: undefined }
          throw error
        })
        .then(async ({ version }) =>
          version === undefined ? capabilitiesShownBy(await token.claims()) : capabilitiesOf(version),
        )
      return capabilities
    },

    async realmInfo() {
      const asked = {
        method: 'GET',
        path: REALM,
        what: 'the settings of the realm',
        role: 'view-realm',
      } as const
      try {
        return await call(asked, async () =>
          toRealm(record(await client.realms.findOne({ realm }), 'a realm')),
        )
      } catch (error) {
        // To callers without view-realm newer servers show the name alone, and 12 to 18 nothing.
        if (isForbidden(error)) return toRealm({ realm })
        throw error
      }
    },

    logoutRealm: async (traceparent) => {
      const asked = { method: 'POST', path: `${REALM}/logout-all`, what: 'the logout of the realm' } as const
      await call({ ...asked, role: 'manage-users', act: true, traceparent }, async () =>
        record(await client.realms.logoutAll({ realm }), 'the result of a logout'),
      )
    },

    pushRevocation: () =>
      call(
        {
          method: 'POST',
          path: `${REALM}/push-revocation`,
          what: "pushing the realm's not-before",
          role: 'manage-realm',
          act: true,
        },
        async () => toPushResult(await client.realms.pushRevocation({ realm })),
      ),

    testNodes: (id) =>
      call(
        {
          method: 'GET',
          path: `${REALM}/clients/{client}/test-nodes-available`,
          params: { client: ['client', id] },
          what: "calling a client's Admin URL",
          role: 'manage-clients',
          act: true,
          // A GET by name only: Keycloak calls the application each time.
          repeatable: false,
        },
        async () => toPushResult(await client.clients.testNodesAvailable({ realm, id })),
      ),

    setRealmNotBefore: (seconds) =>
      act({ method: 'PUT', path: REALM, what: "setting the realm's not-before", role: 'manage-realm' }, () =>
        client.realms.update({ realm }, { notBefore: seconds }),
      ),
  }
}

const isForbidden = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'forbidden' || error.code === 'role-missing')
