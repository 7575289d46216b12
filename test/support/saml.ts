import { Browser, formAction } from './browser.ts'
import type { ClientSpec, TestRealm } from './realm.ts'

export interface SamlClientSpec {
  readonly clientId: string
  readonly soap?: string
  readonly post?: string
  readonly redirect?: string
  readonly processingUrl?: string
  readonly frontchannelLogout?: boolean
}

/** A SAML client that users sign in to from Keycloak's side (`saml/clients/NAME`), without a signed request. */
export function samlClient({ clientId, soap, post, redirect, ...more }: SamlClientSpec): ClientSpec {
  const put = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value })
  return {
    clientId,
    protocol: 'saml',
    frontchannelLogout: more.frontchannelLogout ?? false,
    ...(more.processingUrl === undefined ? {} : { adminUrl: more.processingUrl }),
    attributes: {
      saml_idp_initiated_sso_url_name: clientId,
      saml_assertion_consumer_url_post: `http://app.test/${clientId}/acs`,
      'saml.client.signature': 'false',
      ...put('saml_single_logout_service_url_soap', soap),
      ...put('saml_single_logout_service_url_post', post),
      ...put('saml_single_logout_service_url_redirect', redirect),
    },
  }
}

/** Signs a user in to a SAML client; a signed-in browser continues its session. */
export async function samlSignIn(
  realm: TestRealm,
  { user, client, browser = new Browser() }: { user: string; client: string; browser?: Browser },
): Promise<Browser> {
  const page = await browser.open(`${realm.issuer}/protocol/saml/clients/${client}`)
  let { answer } = page
  const action = formAction(answer.text)
  if (answer.status === 200 && action && !answer.text.includes('SAMLResponse')) {
    const form = { username: user, password: realm.passwordOf(user), credentialId: '' }
    answer = (await browser.open(new URL(action, page.url).href, form)).answer
  }
  if (!answer.text.includes('SAMLResponse'))
    throw new Error(
      `${user} was not signed in to ${client}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
    )
  return browser
}
