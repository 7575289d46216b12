import { readFileSync } from 'node:fs'
import express from 'express'
import { type Application, serve } from './application.ts'

interface SinglePageClient {
  readonly server: string
  readonly realm: string
  readonly clientId: string
}

const WHO = "document.getElementById('who').textContent = 'Signed in as ' + name"

/** A single-page application with keycloak-js as its documentation has it: the tokens are in the page. */
export const startKeycloakJs = ({ server, realm, clientId }: SinglePageClient): Promise<Application> =>
  singlePage(
    'keycloak-js/lib/keycloak.js',
    `import Keycloak from '/library.js'
     const keycloak = new Keycloak(${JSON.stringify({ url: server, realm, clientId })})
     await keycloak.init({ onLoad: 'login-required', checkLoginIframe: false })
     const name = keycloak.tokenParsed.preferred_username
     ${WHO}`,
  )

/** One with oidc-client-ts whose tokens are in the local storage: it asks Keycloak again only when they have expired. */
export const startOidcClient = ({ server, realm, clientId }: SinglePageClient): Promise<Application> =>
  singlePage(
    'oidc-client-ts/dist/browser/oidc-client-ts.min.js',
    `const { UserManager, WebStorageStateStore } = oidc
     const manager = new UserManager({
       authority: ${JSON.stringify(`${server}/realms/${realm}`)},
       client_id: ${JSON.stringify(clientId)},
       redirect_uri: location.origin + '/',
       userStore: new WebStorageStateStore({ store: localStorage }),
       automaticSilentRenew: false,
     })
     if (location.search.includes('code=')) {
       await manager.signinCallback()
       history.replaceState({}, '', '/')
     }
     const user = await manager.getUser()
     if (!user || user.expired) await manager.signinRedirect()
     else {
       const name = user.profile.preferred_username
       ${WHO}
     }`,
  )

function singlePage(library: string, script: string): Promise<Application> {
  return serve(() => {
    const app = express()
    const source = readFileSync(new URL(`../../../node_modules/${library}`, import.meta.url))
    app.get('/library.js', (_, response) => {
      response.setHeader('content-type', 'text/javascript')
      response.end(source)
    })
    app.get('/', (_, response) => {
      response.setHeader('content-type', 'text/html')
      // A module of its own, or a script that sets a global name.
      const global = script.startsWith('import') ? '' : '<script src="/library.js"></script>'
      response.end(`<!doctype html><p id="who"></p>${global}<script type="module">${script}</script>`)
    })
    return app
  })
}
