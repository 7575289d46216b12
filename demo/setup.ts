import { Browser } from '../test/support/browser.ts'
import type { KeycloakServer } from '../test/support/keycloak/server.ts'
import { createRealm, eachOf, type TestRealm } from '../test/support/realm.ts'
import { type Receiver, startReceiver } from '../test/support/receiver.ts'
import { signIn } from '../test/support/sign-in.ts'

export const APPLICATIONS = ['shop', 'crm', 'iot', 'chat'] as const
export type Application = (typeof APPLICATIONS)[number]

/** The logout URLs of each application, in words. */
export const LOGOUT_URLS: Readonly<Record<Application, string>> = {
  shop: 'Backchannel Logout URL',
  crm: 'Admin URL',
  iot: 'both',
  chat: 'neither',
}

// biome-ignore format: one list, not one name a line
export const USERS = [
  'ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gwen', 'hugo', 'iris', 'jon',
  'kim', 'liam', 'mia', 'noah', 'olga', 'paul', 'quin', 'rosa', 'sam', 'tess',
] as const

/** The applications that one browser signs in to, in one session. */
interface Visit {
  readonly username: string
  readonly applications: readonly Application[]
}

/** Ada uses two browsers, every other user one. */
const ADAS_VISITS: readonly Visit[] = [
  { username: 'ada', applications: ['shop', 'crm', 'iot', 'chat'] },
  { username: 'ada', applications: ['shop', 'iot'] },
]
const HABITS: readonly (readonly Application[])[] = [
  ['shop'],
  ['shop', 'iot'],
  ['crm'],
  ['iot', 'chat'],
  ['shop', 'crm', 'iot', 'chat'],
]
const VISITS: readonly Visit[] = [
  ...ADAS_VISITS,
  ...USERS.slice(1).map((username, i) => ({ username, applications: HABITS[i % HABITS.length] ?? [] })),
]

/** A session that the demo has started. */
export interface StartedSession extends Visit {
  readonly sid: string
}

export interface Demo {
  readonly realm: TestRealm
  readonly receivers: Readonly<Record<Application, Receiver>>
  /** Removes the realm and closes the receivers. */
  close(): Promise<void>
}

/** Starts the applications, and creates a realm with clients as an administrator might have set them up. */
export async function setUp(keycloak: KeycloakServer, name: string): Promise<Demo> {
  const [shop, crm, iot, chat] = await Promise.all([
    startReceiver(),
    startReceiver(),
    startReceiver(),
    startReceiver(),
  ])
  const receivers = { shop, crm, iot, chat }
  const application = (clientId: Application) => ({
    clientId,
    redirectUris: [`${receivers[clientId].url}/callback`],
  })
  const realm = await createRealm(keycloak, {
    name,
    clients: [
      { ...application('shop'), backchannelLogoutUrl: `${shop.url}/logout` },
      { ...application('crm'), adminUrl: `${crm.url}/keycloak` },
      {
        ...application('iot'),
        backchannelLogoutUrl: `${iot.url}/user/logout/oidc`,
        sessionRequired: false,
        adminUrl: `${iot.url}/user/keycloak`,
        // As the admin console's form sets it for a new client.
        frontchannelLogout: true,
      },
      application('chat'),
    ],
    users: USERS,
  })
  for (const receiver of Object.values(receivers)) await receiver.trust(realm)
  return {
    realm,
    receivers,
    async close() {
      await realm.remove()
      await Promise.all(Object.values(receivers).map((receiver) => receiver.close()))
    },
  }
}

/** Signs all users in: one browser for each visit, with the password typed once. */
export function signEveryoneIn(realm: TestRealm): Promise<StartedSession[]> {
  return eachOf(VISITS, 4, async (visit) => {
    const browser = new Browser()
    let sid = ''
    for (const client of visit.applications)
      sid = (await signIn(realm, { user: visit.username, client, browser })).sid
    return { ...visit, sid }
  })
}

/** IDs of the sessions in which an application takes part. */
export function sessionsAt(sessions: readonly StartedSession[], application: Application): string[] {
  return sessions.filter(({ applications }) => applications.includes(application)).map(({ sid }) => sid)
}
