import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Application, personAt, signInAt } from '../support/applications/application.ts'
import { startDjango } from '../support/applications/django.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { Browser } from '../support/browser.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { isSignedIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

let realm: TestRealm
let django: Application
let express: Application
let address = ''

beforeAll(async () => {
  realm = await createRealm(keycloak, { users: ['ada'] })
  const clientOf = (clientId: string) => ({ issuer: realm.issuer, clientId, secret: secretOf(clientId) })
  express = await startExpressOpenidConnect(clientOf('shop'))
  await realm.addClient({
    clientId: 'shop',
    publicClient: false,
    redirectUris: [`${express.url}/callback`],
    backchannelLogoutUrl: `${express.url}${LOGOUT_PATH}`,
  })
  django = await startDjango(clientOf('django'), {
    snippet: async (url) => {
      address = url
      await realm.addClient({
        clientId: 'django',
        publicClient: false,
        redirectUris: [`${url}/oidc/callback/`],
        attributes: { 'post.logout.redirect.uris': `${url}/left` },
      })
      const ran = await runCli(
        [
          'logout-url',
          '--client',
          'django',
          '--post-logout-redirect-uri',
          `${url}/left`,
          '--snippet',
          'django',
        ],
        { env: adminEnv(keycloak, realm.name) },
      )
      expect(ran.code, ran.stderr).toBe(0)
      // Findings about the URL follow the code.
      return ran.stdout.split(/^! /m)[0] ?? ''
    },
  })
})
afterAll(async () => {
  await django?.close()
  await express?.close()
  await realm?.remove()
})

test("a logout with the snippet's view of mozilla-django-oidc ends the Keycloak session and notifies its other clients", async () => {
  const browser = new Browser()
  await signInAt(django, '/oidc/authenticate/', { realm, user: 'ada', browser })
  await signInAt(express, '/login', { realm, user: 'ada', browser })
  expect(await personAt(express, browser)).toBe('ada')

  const form = await browser.open(`${django.url}/leave`)
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(form.answer.text)?.[1] ?? ''
  let page = await browser.open(`${django.url}/oidc/logout/`, { csrfmiddlewaretoken: token })
  expect(page.answer.headers.location).toContain(`${realm.issuer}/protocol/openid-connect/logout?`)
  page = await browser.open(page.answer.headers.location ?? '')
  // The snippet sends id_token_hint, so Keycloak asks nothing and redirects back.
  expect(page.answer.headers.location).toBe(`${address}/left`)

  await sleep(500)
  expect(await personAt(django, browser)).toBeUndefined()
  expect(await personAt(express, browser)).toBeUndefined()
  expect(await isSignedIn(realm, browser, 'shop').catch(String)).not.toBe(true)
  expect(await realm.sessionsOf('ada')).toEqual([])
})
