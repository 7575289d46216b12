import { send } from './http.ts'
import type { ClientSpec, TestRealm } from './realm.ts'
import { isSignedIn, refresh, type SignedIn } from './sign-in.ts'

/** What Keycloak still takes of a sign-in; tried from outside, as an intruder would. */
export interface Accepted {
  /** Does the browser get into the client without a password? */
  readonly browser: boolean
  readonly refresh: boolean
  readonly userinfo: boolean
  /** Does Keycloak say that the access token is active? Its client asks; see `introspecting`. */
  readonly introspection: boolean
}

/** A client that may ask about its own access tokens: with a secret, and in their audience. */
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

/** Tries each once, the refresh token last, as a realm may take each once. */
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

/** Until the second after this one has begun: a not-before is of whole seconds, and tokens of that very one are good. */
export const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1050 - (Date.now() % 1000)))
