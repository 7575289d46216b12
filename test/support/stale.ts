import { send } from './http.ts'
import type { ClientSpec, TestRealm } from './realm.ts'
import { isSignedIn, refresh, type SignedIn } from './sign-in.ts'

/** What Keycloak still accepts from a sign-in. */
export interface Accepted {
  /** Whether the browser signs in to the client without a password. */
  readonly browser: boolean
  readonly refresh: boolean
  readonly userinfo: boolean
  /** Whether introspection reports the access token as active; see `introspecting`. */
  readonly introspection: boolean
}

/** A client that may introspect its own access tokens: with a secret, and in their audience. */
export const introspecting = (clientId: string): ClientSpec => ({
  clientId,
  secret: `secret-of-${clientId}`,
  representation: {
    protocolMappers: [
      {
        name: 'audience',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.client.audience': clientId, 'access.token.claim': 'true' },
      },
    ],
  },
})

/** Tries each once, the refresh token last, because a realm may accept it only once. */
export async function accepted(realm: TestRealm, { client, browser, tokens }: SignedIn): Promise<Accepted> {
  const oidc = `${realm.issuer}/protocol/openid-connect`
  const userinfo = await send('GET', `${oidc}/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  const introspection = await send('POST', `${oidc}/token/introspect`, {
    form: {
      token: tokens.access_token,
      client_id: client,
      client_secret: realm.secretOf(client) ?? '',
    },
  })
  if (introspection.status !== 200) throw new Error(`introspection: HTTP ${introspection.status}`)
  return {
    userinfo: userinfo.status === 200,
    introspection: introspection.json<{ active: boolean }>().active,
    refresh: (await refresh(realm, client, tokens.refresh_token)).status === 200,
    browser: await isSignedIn(realm, browser, client),
  }
}

/** Waits for the next second: a not-before has whole seconds, and tokens of the same second stay valid. */
export const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1050 - (Date.now() % 1000)))
