import { setTimeout as sleep } from 'node:timers/promises'
import { ChromiumPage } from '../../../test/support/chromium.ts'
import type { Effort, Scene } from './side.ts'

const WAIT_MS = 30_000

/**
 * The admin console in a real browser, starting signed in on the list of users. Clicks are counted one by one; a human is
 * slower than this script.
 */
export async function byConsole(
  program: string,
  { keycloak, proxy, realm, username }: Scene,
): Promise<Effort> {
  const page = await ChromiumPage.open(program)
  const done: string[] = []
  const until = async (script: string) => {
    for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(50))
      if (await page.run<boolean>(`!!(${script})`)) return
    throw new Error(`the console does not show ${script}\n${await page.text}`)
  }
  const click = async (what: string, element: string) => {
    await until(element)
    await page.run(`(${element}).click()`)
    done.push(what)
  }
  const type = async (what: string, text: string) => {
    const field = `document.querySelector('[data-testid=table-search-input] input')`
    await until(field)
    // React needs the native setter.
    await page.run(`((field) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, ${JSON.stringify(text)})
      field.dispatchEvent(new Event('input', { bubbles: true }))
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    })(${field})`)
    done.push(what)
  }
  const link = (text: string) =>
    `[...document.querySelectorAll('table a')].find((a) => a.innerText === ${JSON.stringify(text)})`

  try {
    await page.goto(`${proxy.url}/admin/master/console/#/${encodeURIComponent(realm)}/users`)
    await until(`document.querySelector('#kc-login')`)
    await page.run(
      `document.querySelector('#username').value = ${JSON.stringify(keycloak.admin.username)}; document.querySelector('#password').value = ${JSON.stringify(keycloak.admin.password)}; document.querySelector('#kc-login').click()`,
    )
    await until(`document.querySelector('[data-testid=table-search-input] input')`)
    proxy.clear()
    const begun = performance.now()

    await type(`type ${username}, Enter`, username)
    await click('the user', link(username))
    await click('Sessions', `document.querySelector('[data-testid=user-sessions-tab]')`)
    await until(`document.querySelector('main table a')`)
    const clients = await page.run<string[]>(
      `[...new Set([...document.querySelectorAll('main table a')].map((a) => a.innerText))]`,
    )
    await click(
      'Logout all sessions',
      `[...document.querySelectorAll('main button')].find((b) => b.innerText === 'Logout all sessions')`,
    )
    await click('Confirm', `document.querySelector('#modal-confirm')`)
    await until(`!document.querySelector('main table a') && !document.querySelector('#modal-confirm')`)

    // It shows nothing about applications; the logout URLs are in the settings of each client.
    const says: Record<string, string | null> = {}
    for (const client of clients) {
      await click('Clients', `document.querySelector('#nav-item-clients')`)
      await type(`type ${client}, Enter`, client)
      await click(`the client ${client}`, link(client))
      await until(`document.querySelector('[name="adminUrl"]')`)
      says[client] = null
      done.push('read its logout settings')
    }
    return {
      done,
      requests: proxy.requests.length,
      seconds: (performance.now() - begun) / 1000,
      cpu: null,
      says,
    }
  } finally {
    await page.close()
  }
}
