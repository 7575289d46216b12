import { createServer, type RequestListener } from 'node:http'
import { type Browser, formAction } from '../browser.ts'
import type { TestRealm } from '../realm.ts'

/** An application made of a library that others wrote, with a page `/me` for people who are signed in. */
export interface Application {
  /** Without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** Serves on a free port of loopback. Libraries want to know their own URL before they can be set up. */
export async function serve(setUp: (url: string) => RequestListener): Promise<Application> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The application has no port')
  const url = `http://127.0.0.1:${address.port}`
  server.on('request', setUp(url))
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Who is signed in with this browser, by the application's own word; undefined when it lets nobody in. */
export async function personAt(app: Application, browser: Browser): Promise<string | undefined> {
  const { answer } = await browser.open(`${app.url}/me`)
  return answer.status === 200 ? answer.json<{ person: string }>().person : undefined
}

/** Opens a page as a person does: goes along to Keycloak, fills in the form there, and comes back to the application. */
export async function signInAt(
  app: Application,
  path: string,
  person: { readonly realm: TestRealm; readonly user: string; readonly browser: Browser },
): Promise<void> {
  const { realm, user, browser } = person
  let page = await browser.open(`${app.url}${path}`)
  for (let steps = 0; steps < 6; steps++) {
    const { location } = page.answer.headers
    const action = page.answer.status === 200 ? formAction(page.answer.text) : undefined
    if (location) page = await browser.open(new URL(location, page.url).href)
    else if (action) {
      const form = { username: user, password: realm.passwordOf(user), credentialId: '' }
      page = await browser.open(new URL(action, page.url).href, form)
    } else break
  }
  const found = await personAt(app, browser)
  if (found !== user)
    throw new Error(`${user} did not get into ${app.url}: HTTP ${page.answer.status} at ${page.url}`)
}
