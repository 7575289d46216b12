import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { allowedRedirects, isAllowed } from '../../src/commands/logout-url/redirects.ts'
import { logoutParametersOf } from '../../src/commands/logout-url/version.ts'
import { send } from '../support/http.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'

const keycloak = inject('keycloak')

/** What clients are given: `post` undefined leaves the attribute away. */
const CLIENTS: Record<string, { redirectUris: string[]; post?: string; rootUrl?: string }> = {
  exact: { redirectUris: ['https://app.example/cb', 'https://app.example/cb?a=b'] },
  wildcard: { redirectUris: ['https://app.example/sub/*'] },
  star: { redirectUris: ['*'] },
  'host-star': { redirectUris: ['https://app.example*'] },
  'all-https': { redirectUris: ['https://*'] },
  'query-star': { redirectUris: ['https://app.example/q?x=*'] },
  plus: { redirectUris: ['https://app.example/*'], post: '+' },
  'plus-more': { redirectUris: ['https://app.example/*'], post: '+##https://more.example/' },
  minus: { redirectUris: ['https://app.example/*'], post: '-' },
  own: { redirectUris: ['https://app.example/*'], post: 'https://bye.example/a##https://bye.example/b/*' },
  'own-star': { redirectUris: ['https://app.example/*'], post: '*' },
  relative: { redirectUris: ['/cb/*'] },
  'relative-root': { redirectUris: ['/cb/*'], rootUrl: 'https://root.example' },
  'relative-root-slash': { redirectUris: ['/cb/*'], rootUrl: 'https://root.example/' },
  'root-of-keycloak': { redirectUris: ['/cb/*'], rootUrl: '${authBaseUrl}' },
  loopback: { redirectUris: ['http://localhost/cb', 'http://127.0.0.1/x/*'] },
  custom: { redirectUris: ['myapp://cb', 'myapp://deep/*'] },
  none: { redirectUris: [] },
}
const ADDRESSES = [
  'https://app.example',
  'https://app.example/',
  'https://app.example/cb',
  'https://app.example/cb/',
  'https://app.example/cb?a=b',
  'https://app.example/cb?a=c',
  'https://app.example/cb#x',
  'https://app.example/CB',
  'https://APP.example/cb',
  'https://app.example/sub',
  'https://app.example/sub/',
  'https://app.example/sub/x?y=z',
  'https://app.example/sub/x?state=1',
  'https://app.example/sub/x#y',
  'https://app.example/sub/../cb',
  'https://app.example/sub/%2e%2e/cb',
  'https://app.example/sub/%252e%252e/cb',
  'https://app.example/sub/..;/cb',
  'https://app.example/sub/x..y',
  'https://app.example/subway',
  'https://app.example.evil.test/',
  'https://user@app.example/sub/x',
  'https://app.example:8443/sub/x',
  'http://app.example/sub/x',
  'https://app.example/q?x=1',
  'https://app.example/q?x=*',
  'https://app.example/a b',
  'https://app.example/{x}',
  'https://app.example/%zz',
  'https://more.example/',
  'https://bye.example/a',
  'https://bye.example/a?x=y',
  'https://bye.example/b/c',
  'https://root.example/cb/x',
  'https://root.example//cb/x',
  'https://app.example/sub/x#Error=1',
  'http://localhost/cb',
  'http://localhost:5173/cb',
  'http://localhost:5173/other',
  'http://127.0.0.1:5173/x/y',
  'https://localhost:5173/cb',
  'myapp://cb',
  'myapp://deep/link',
  'myapp://deeper/link',
  'javascript:alert(1)',
  'data:text/html,x',
]

describe('which addresses a client allows after a logout', () => {
  let realm: TestRealm

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: Object.entries(CLIENTS).map(([clientId, { redirectUris, post, rootUrl }]) => ({
        clientId,
        redirectUris,
        ...(rootUrl === undefined ? {} : { rootUrl }),
        ...(post === undefined ? {} : { attributes: { 'post.logout.redirect.uris': post } }),
      })),
    })
  })
  afterAll(() => realm.remove())

  const origin = new URL(keycloak.url).origin
  const addresses = [...ADDRESSES, `${origin}/cb/x`, `${keycloak.url}/cb/x`]
  const { matching, redirectNeedsClient, redirectNeedsHint } = logoutParametersOf(keycloak.version)
  const allowedBy = (clientId: string) => {
    const { redirectUris = [], post, rootUrl } = CLIENTS[clientId] ?? {}
    // Before 18 there are no post-logout redirect URIs.
    const postLogoutRedirectUris = redirectNeedsClient ? post?.split('##') : undefined
    return allowedRedirects({ rootUrl, redirectUris, postLogoutRedirectUris }, keycloak.url)
  }
  /** Keycloak sends the browser on, or shows an error page. */
  async function isTaken(query: Record<string, string>): Promise<boolean> {
    const { status } = await send(
      'GET',
      `${realm.issuer}/protocol/openid-connect/logout?${new URLSearchParams(query)}`,
    )
    expect([302, 400], `HTTP ${status} for ${JSON.stringify(query)}`).toContain(status)
    return status === 302
  }
  async function both(allowed: readonly string[], query: Record<string, string>) {
    const judged = { keycloak: [] as string[], here: [] as string[] }
    for (const address of addresses) {
      if (await isTaken({ ...query, post_logout_redirect_uri: address })) judged.keycloak.push(address)
      if (isAllowed(address, allowed, matching)) judged.here.push(address)
    }
    return judged
  }

  if (!redirectNeedsClient)
    test(`Keycloak ${keycloak.version} asks for no client: the addresses of all clients count`, async () => {
      const open = ['star', 'all-https']
      for (const clientId of open) await realm.delete(`/clients/${await realm.idOfClient(clientId)}`)
      const others = Object.keys(CLIENTS).filter((clientId) => !open.includes(clientId))
      const judged = await both(others.flatMap(allowedBy), {})
      expect(judged.here).toEqual(judged.keycloak)
    })
  else if (redirectNeedsHint)
    test.skip(`Keycloak ${keycloak.version} looks at an address only with an ID token, which this does not send`, () => {})
  else
    test.each(Object.keys(CLIENTS))('client "%s": Keycloak and kc-logout agree', async (clientId) => {
      const judged = await both(allowedBy(clientId), { client_id: clientId })
      expect(judged.here).toEqual(judged.keycloak)
    })
})
