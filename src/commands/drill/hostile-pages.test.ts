import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { type DrillStage, drillStage, PASSWORD, page } from '../../../test/support/drill/stage.ts'
import type { HttpRequest } from '../../keycloak/http/messages.ts'
import { actionOf } from './form-data.ts'
import { allowedHosts } from './hosts.ts'
import { readPage } from './html.ts'
import { HttpBrowser } from './http-browser.ts'
import type { DrillOutcome } from './outcome.ts'

async function drilled({ keycloak }: DrillStage, args: readonly string[] = [], world: World = {}) {
  const line = ['drill', '--user', 'dora', '--user-password-file', 'pw', '--wait', '0', '--json', ...args]
  const ran = await commandLine(keycloak, { ...world, files: { pw: PASSWORD, ...world.files } })(...line)
  expect(ran.stdout + ran.stderr).not.toContain(PASSWORD)
  return { code: ran.code, client: ran.json<DrillOutcome>().clients[0] }
}
const withPassword = ({ requests }: DrillStage) => requests.filter(({ body }) => body.includes('password='))
const marked = (url: string, signedIn: string) => ({
  files: { f: JSON.stringify({ apps: [{ clientId: 'shop', url, signedIn }] }) },
})

describe('a login page', () => {
  test('with other forms beside its own is signed in to', async () => {
    const search = '<form action="/search"><input name="q"><input name="username"></form>'
    const stage = await drillStage({ shown: (form) => `${search}${form}<form method="post"></form>` })
    await stage.addApp('shop')
    expect(await drilled(stage)).toMatchObject({ code: 0, client: { verdict: 'out' } })
  })

  test.each([
    [
      'whose form posts to another origin',
      (form: string) => form.replace('action="', 'action="http://evil.test'),
    ],
    ['with a base at another origin', (form: string) => `<base href="http://evil.test/x/">${form}`],
  ])('%s gets no password', async (_, shown) => {
    const stage = await drillStage({ shown })
    await stage.addApp('shop')
    const { client } = await drilled(stage)
    expect(client?.seen).toEqual({ what: 'unknown-page', detail: 'its form does not post to Keycloak' })
    expect(withPassword(stage)).toEqual([])
  })

  test('that names its fields in its own way is not known', async () => {
    const stage = await drillStage({ shown: (form) => form.replaceAll('name="', 'name="my-') })
    await stage.addApp('shop')
    expect((await drilled(stage)).client?.seen).toEqual({ what: 'unknown-page', detail: 'Page' })
  })

  test.each(['foreign', 'allowed'])(
    'that repeats the POST at a %s host (307): it gets no password',
    async (kind) => {
      let target = ''
      const stage = await drillStage({
        answer: (path, response) => {
          if (path.endsWith('/authenticate')) response.writeHead(307, { location: target }).end()
        },
      })
      const foreign = await drillStage()
      const url = await stage.addApp('shop')
      target = kind === 'allowed' ? url : await foreign.addApp('other')
      const { client } = await drilled(stage)
      expect(client?.seen).toEqual({ what: 'form-redirected', detail: new URL(target).host })
      expect(withPassword(stage).map(({ host }) => host)).toEqual([new URL(stage.login).host])
      expect(foreign.requests).toEqual([])
    },
  )

  test('that shows the password again: the result does not', async () => {
    const stage = await drillStage({
      answer: (path, response) => {
        if (path.endsWith('/authenticate'))
          page(response, `<p id="kc-error-message">You typed ${PASSWORD}!</p>`)
      },
    })
    await stage.addApp('shop')
    expect((await drilled(stage)).client?.seen).toEqual({ what: 'error-page', detail: 'You typed …!' })
  })
})

describe('an application', () => {
  test('that leads to the sign-in by a meta refresh is out', async () => {
    const stage = await drillStage()
    await stage.addApp('shop', {
      answer: ({ url }, response, signedIn) => {
        if (url === '/me' && !signedIn)
          page(response, '<meta http-equiv="Refresh" content="0; URL=\'/start\'"><p>One moment</p>')
      },
    })
    expect(await drilled(stage)).toMatchObject({ code: 0, client: { seen: { what: 'login-page' } } })
  })

  test('in Latin-1 is read as such', async () => {
    const stage = await drillStage()
    const url = await stage.addApp('shop', {
      wired: false,
      answer: ({ url: path }, response, signedIn) => {
        if (path !== '/me' || !signedIn) return
        response.writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' })
        response.end(Buffer.from('<p>Willkommen zurück</p>', 'latin1'))
      },
    })
    const { client } = await drilled(stage, ['--file', 'f'], marked(url, 'zurück'))
    expect(client).toMatchObject({ verdict: 'still-in', seen: { what: 'mark' } })
  })

  test('with a gigantic page is not read to its end', async () => {
    const stage = await drillStage()
    await stage.addApp('shop', {
      answer: (_, response) => page(response, 'x'.repeat(5 * 1024 * 1024)),
    })
    expect((await drilled(stage)).client?.seen.what).toBe('unreachable')
  })

  test('that signs the user out of Keycloak itself: nothing is known of a logout', async () => {
    const stage = await drillStage()
    await stage.addApp('shop', { wired: false })
    stage.keycloak.on('endSession', () => stage.keycloak.logoutRealm())
    expect(await drilled(stage)).toMatchObject({
      code: 7,
      client: { verdict: 'unknown', seen: { what: 'not-ended', detail: 'it had already ended' } },
    })
  })
})

test('a page that is nested too deeply is read as an empty one, quickly', () => {
  const began = performance.now()
  for (const tag of ['<div>', '<i>', '<x-y z>']) {
    const read = readPage(`<form method="post"><input name="a"></form>${tag.repeat(500_000)}`)
    expect(read).toMatchObject({ forms: [], text: '' })
  }
  expect(readPage(`${'<ul>'}${'<li><p>x'.repeat(5_000)}`).text).toHaveLength(5_000)
  expect(performance.now() - began).toBeLessThan(10_000)
})

test.each([
  ['/x', undefined, 'https://kc.test/x'],
  ['x', '/a/b', 'https://kc.test/a/x'],
  ['x', 'https://evil.test/', 'https://evil.test/x'],
  ['', 'https://evil.test/', 'https://kc.test/page'],
  ['x', 'http://[', 'https://kc.test/x'],
])('a form with action %j and base %j is sent to %s', (action, base, expected) => {
  const html = `${base === undefined ? '' : `<base href="${base}">`}<form method="post" action="${action}"></form>`
  const [form] = readPage(html).forms
  const url = new URL('https://kc.test/page')
  expect(form && actionOf(form, { url, status: 200, body: html, way: [] })?.href).toBe(expected)
})

test('a cookie with an encoded path, as that of a realm with a space in its name, comes back', async () => {
  const asked: (string | undefined)[] = []
  const answer = { status: 200, headers: { 'set-cookie': ['a=1; Path=/realms/a%20b%20%C3%A9/'] }, body: '' }
  const url = 'http://127.0.0.1:8080/realms/a%20b%20%C3%A9/x'
  const send = async ({ headers = {} }: HttpRequest) => {
    asked.push(headers.cookie)
    return answer
  }
  const browser = new HttpBrowser(send, allowedHosts([], [url]))
  for (let n = 0; n < 2; n++) await browser.open(new URL(url))
  expect(asked).toEqual([undefined, 'a=1'])
})

test('redirects that take longer than 120 s in all are not followed to their end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  let count = 0
  const send = async () => {
    vi.setSystemTime(Date.now() + 50_000)
    return ++count === 10
      ? { status: 200, headers: {}, body: 'at last' }
      : { status: 302, headers: { location: `/${count}` }, body: '' }
  }
  const url = new URL('https://shop.test/')
  const browser = new HttpBrowser(send, allowedHosts([], [url.href]))
  await expect(browser.open(url)).rejects.toMatchObject({
    problem: { kind: 'unreachable', reason: 'longer than 120 s' },
  })
  expect(count).toBe(3)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'Ctrl-C at request %i leaves no session and claims nothing',
  async (number) => {
    const stop = new AbortController()
    let count = 0
    const counted = () => {
      if (++count === number) stop.abort('SIGINT')
    }
    const stage = await drillStage({ answer: counted })
    for (const clientId of ['one', 'two']) await stage.addApp(clientId, { wired: false, answer: counted })
    const line = ['drill', '--user', 'dora', '--user-password-file', 'pw', '--json']
    const ran = await commandLine(stage.keycloak, { files: { pw: PASSWORD }, signal: stop.signal })(...line)
    expect(ran.code).toBe(130)
    const seen = ran.json<DrillOutcome>().clients.map((client) => `${client.verdict} ${client.seen.what}`)
    expect(seen).toEqual(['unknown stopped', 'unknown stopped'])
    expect(stage.keycloak.sessions).toEqual([])
  },
)
