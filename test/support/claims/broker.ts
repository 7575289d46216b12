import { Browser, formAction } from '../browser.ts'
import type { KeycloakServer } from '../keycloak/server.ts'
import { createRealm, type TestRealm } from '../realm.ts'

/** Another realm that users of a realm sign in with. */
export interface Upstream {
  readonly realm: TestRealm
  readonly endsThere: boolean
}

const ALIAS = 'corp'
/** The user of the upstream realm. */
const USER = 'uma'

/** Makes a realm with the user uma the identity provider `corp` of a realm. */
export async function connectUpstream(
  realm: TestRealm,
  keycloak: KeycloakServer,
  { endsThere }: { readonly endsThere: boolean },
): Promise<Upstream> {
  const upstream = await createRealm(keycloak, {
    clients: [{ clientId: 'below', secret: 'of-below', redirectUris: ['*'] }],
    users: [USER],
  })
  const endpoint = `${upstream.issuer}/protocol/openid-connect`
  await realm.post('/identity-provider/instances', {
    alias: ALIAS,
    providerId: 'keycloak-oidc',
    enabled: true,
    trustEmail: true,
    config: {
      clientId: 'below',
      clientSecret: 'of-below',
      clientAuthMethod: 'client_secret_post',
      issuer: upstream.issuer,
      authorizationUrl: `${endpoint}/auth`,
      tokenUrl: `${endpoint}/token`,
      jwksUrl: `${endpoint}/certs`,
      logoutUrl: `${endpoint}/logout`,
      useJwksUrl: 'true',
      validateSignature: 'true',
      backchannelSupported: String(endsThere),
      defaultScope: 'openid profile email',
      syncMode: 'IMPORT',
    },
  })
  return { realm: upstream, endsThere }
}

/**
 * Signs uma in to a client by the identity provider, with her password.
 * @throws if no password is asked for
 */
export async function brokerSignIn(
  realm: TestRealm,
  client: string,
  browser = new Browser(),
): Promise<Browser> {
  const query = new URLSearchParams({
    client_id: client,
    redirect_uri: realm.redirectUriOf(client),
    response_type: 'code',
    scope: 'openid',
    kc_idp_hint: ALIAS,
  })
  const page = await browser.open(`${realm.issuer}/protocol/openid-connect/auth?${query}`)
  const action = formAction(page.answer.text)
  if (!action) throw new Error(`No login form of the identity provider: HTTP ${page.answer.status}`)
  const form = { username: USER, password: realm.passwordOf(USER), credentialId: '' }
  const { answer } = await browser.open(new URL(action, page.url).href, form)
  if (!answer.headers.location?.includes('code='))
    throw new Error(`${USER} was not signed in to ${client} by ${ALIAS}: HTTP ${answer.status}`)
  return browser
}
