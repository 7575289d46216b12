import { Browser } from '../test/support/browser.ts'
import type { KeycloakServer } from '../test/support/keycloak/server.ts'
import { createRealm, eachOf, type TestRealm } from '../test/support/realm.ts'
import { type Receiver, startReceiver } from '../test/support/receiver.ts'
import { signIn } from '../test/support/sign-in.ts'

/** Who plays in the demo: four applications, and twenty people who use them. */
export const APPLICATIONS = ['shop', 'crm', 'iot', 'chat'] as const
export type Application = (typeof APPLICATIONS)[number]

/** How each application could be told of a logout, in words. */
export const WIRING: Readonly<Record<Application, string>> = {
  shop: 'Backchannel Logout URL',
  crm: 'Admin URL',
  iot: 'both',
  chat: 'neither',
}

// biome-ignore format: a crowd, not a column
export const PEOPLE = [
  'ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gwen', 'hugo', 'iris', 'jon',
  'kim', 'liam', 'mia', 'noah', 'olga', 'paul', 'quin', 'rosa', 'sam', 'tess',
] as const

/** What one browser signs in to, one application after another, in one session. */
interface Visit {
  readonly person: string
  readonly applications: readonly Application[]
}

/** Ada uses two browsers; the others one each. */
const ADAS_VISITS: readonly Visit[] = [
  { person: 'ada', applications: ['shop', 'crm', 'iot', 'chat'] },
  { person: 'ada', applications: ['shop', 'iot'] },
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
  ...PEOPLE.slice(1).map((person, i) => ({ person, applications: HABITS[i % HABITS.length] ?? [] })),
]

/** A session that began in the demo, as the demo itself remembers it. */
export interface Begun {
  readonly person: string
  readonly sid: string
  readonly applications: readonly Application[]
}

export interface Cast {
  readonly realm: TestRealm
  readonly receivers: Readonly<Record<Application, Receiver>>
  leave(): Promise<void>
}

/** Sets up applications that listen, and a realm that knows them as an administrator might have wired them by hand. */
export async function gather(keycloak: KeycloakServer, name: string): Promise<Cast> {
  const [shop, crm, iot, chat] = await Promise.all([
    startReceiver(),
    startReceiver(),
    startReceiver(),
    startReceiver(),
  ])
  const receivers = { shop, crm, iot, chat }
  const application = (name: Application) => ({
    clientId: name,
    redirectUris: [`${receivers[name].url}/callback`],
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
        // What the Admin Console's form for a new client sets.
        frontchannelLogout: true,
      },
      application('chat'),
    ],
    users: PEOPLE,
  })
  for (const receiver of Object.values(receivers)) await receiver.trust(realm)
  return {
    realm,
    receivers,
    async leave() {
      await realm.remove()
      await Promise.all(Object.values(receivers).map((receiver) => receiver.close()))
    },
  }
}

/** Twenty people sign in: each visit is a browser of its own, with the password typed once. */
export function everybodySignsIn(realm: TestRealm): Promise<Begun[]> {
  return eachOf(VISITS, 4, async ({ person, applications }) => {
    const browser = new Browser()
    let sid = ''
    for (const client of applications) sid = (await signIn(realm, { user: person, client, browser })).sid
    return { person, sid, applications }
  })
}

/** The sessions that an application takes part in. */
export function sessionsAt(begun: readonly Begun[], application: Application): string[] {
  return begun.filter(({ applications }) => applications.includes(application)).map(({ sid }) => sid)
}
