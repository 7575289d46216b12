import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { DrillOutcome } from '../../src/commands/drill/outcome.ts'
import type { Application } from '../support/applications/application.ts'
import { startKeycloakJs, startOidcClient } from '../support/applications/single-page.ts'
import { ChromiumPage, findChromium, NO_CHROMIUM } from '../support/chromium.ts'
import { startTlsApp } from '../support/drill/tls-app.ts'
import { skipWithout } from '../support/programs.ts'
import { createRealm, PASSWORD, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'

const keycloak = inject('keycloak')
const chromium = findChromium()
const TOKEN_LIFE = 10

describe('kc-logout drill --browser, single-page applications', () => {
  beforeEach(({ skip }) => skip(chromium === undefined, NO_CHROMIUM))
  let realm: TestRealm
  let folder: string
  const apps: Record<string, Application> = {}

  beforeAll(async () => {
    realm = await createRealm(keycloak, { users: ['dora'], settings: { accessTokenLifespan: TOKEN_LIFE } })
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-drill-'))
    await writeFile(join(folder, 'pw'), PASSWORD)
    for (const [clientId, start] of [
      ['asks', startKeycloakJs],
      ['keeps', startOidcClient],
    ] as const) {
      const app = await start({ server: keycloak.url, realm: realm.name, clientId })
      apps[clientId] = app
      const representation = { baseUrl: `${app.url}/`, webOrigins: [app.url] }
      await realm.addClient({ clientId, redirectUris: [`${app.url}/*`], representation })
    }
  })
  afterAll(async () => {
    for (const app of Object.values(apps)) await app.close()
    await realm.remove()
    await rm(folder, { recursive: true })
  })

  const kcDrill = (...args: string[]) =>
    runCli(['drill', '--user', 'dora', '--user-password-file', join(folder, 'pw'), ...args], {
      env: { ...adminEnv(keycloak, realm.name), PATH: process.env.PATH },
    })

  test('without a browser, the script is what keeps it from signing in', async () => {
    const ran = await kcDrill('--json')
    expect(ran.code).toBe(7)
    expect(ran.json<DrillOutcome>().clients.map(({ seen }) => seen.what)).toEqual([
      'needs-javascript',
      'needs-javascript',
    ])
  })

  test('what it says is what another browser sees', async () => {
    const ran = await kcDrill('--browser', '--json', '--wait', '30')
    expect(ran.code, ran.stderr).toBe(7)
    const { clients, sessionsLeft } = ran.json<DrillOutcome>()
    expect(clients).toMatchObject([
      { clientId: 'asks', verdict: 'out', seen: { what: 'login-page' } },
      { clientId: 'keeps', verdict: 'out-later', seen: { what: 'login-page' } },
    ])
    expect(clients[1]?.seconds).toBeLessThanOrEqual(TOKEN_LIFE + 5)
    expect(sessionsLeft).toEqual([])
    expect(await realm.sessionsOf('dora')).toEqual([])

    for (const [clientId, isAtOnce] of [
      ['asks', true],
      ['keeps', false],
    ] as const) {
      const url = `${apps[clientId]?.url}/`
      const tab = await ChromiumPage.open(chromium ?? '')
      try {
        await tab.goto(url)
        const type = (name: string, value: string) =>
          `document.querySelector('[name=${name}]').value = ${JSON.stringify(value)}`
        await tab.run(`${type('username', 'dora')}; ${type('password', PASSWORD)}`)
        await tab.run('document.forms[0].requestSubmit()')
        expect(await tab.text).toContain('Signed in as dora')
        await runCli(['user', 'dora', '--yes'], { env: adminEnv(keycloak, realm.name) })
        const isOut = async () => {
          await tab.goto(url)
          return (await tab.url).startsWith(realm.issuer)
        }
        expect(await isOut(), clientId).toBe(isAtOnce)
        if (!isAtOnce) {
          await sleep(TOKEN_LIFE * 1000)
          expect(await isOut()).toBe(true)
        }
      } finally {
        await tab.close()
      }
    }
  })

  test('a private CA (--ca-file) and a proxy with credentials reach Chromium, which verifies certificates', async () => {
    await skipWithout('certutil')
    const app = await startTlsApp((uri) => {
      const query = new URLSearchParams({ client_id: 'tls', response_type: 'code', redirect_uri: uri })
      return `${realm.issuer}/protocol/openid-connect/auth?${query}`
    })
    try {
      await realm.addClient({ clientId: 'tls', rootUrl: app.url, redirectUris: [`${app.url}*`] })
      const ca = join(folder, 'ca.pem')
      await writeFile(ca, app.ca)
      const through = (...args: string[]) =>
        runCli(
          [
            'drill',
            'tls',
            '--user',
            'dora',
            '--user-password-file',
            join(folder, 'pw'),
            '--json',
            '--wait',
            '0',
            ...args,
          ],
          { env: { ...adminEnv(keycloak, realm.name), PATH: process.env.PATH, HTTPS_PROXY: app.proxy } },
        )
      const trusting = await through('--browser', '--ca-file', ca)
      expect(trusting.json<DrillOutcome>().clients, trusting.stderr).toMatchObject([{ verdict: 'still-in' }])
      const [client] = (await through('--browser')).json<DrillOutcome>().clients
      expect(client?.seen).toEqual({ what: 'unreachable', detail: 'ERR_CERT_AUTHORITY_INVALID' })
      // Nothing else was asked for: Chromium tells no other host of the forms that it sees.
      expect(new Set(app.asked)).toEqual(new Set(['CONNECT app.test:443']))
    } finally {
      app.close()
    }
  })

  test('Ctrl-C ends the session of the drill, and Chromium', async () => {
    const ran = await runCli(
      ['drill', 'keeps', '--user', 'dora', '--user-password-file', join(folder, 'pw'), '--browser'],
      {
        env: { ...adminEnv(keycloak, realm.name), PATH: process.env.PATH },
        onStart: ({ signal }) => void sleep(6_000).then(() => signal('SIGINT')),
      },
    )
    expect(ran.code, ran.stdout + ran.stderr).toBe(130)
    expect(ran.ms).toBeLessThan(30_000)
    expect(await realm.sessionsOf('dora')).toEqual([])
  })

  test('--browser without playwright-core: exit 2 with what to install', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    for (const part of ['bin', 'dist', 'package.json'])
      await cp(join(root, part), join(folder, 'installed', part), { recursive: true })
    const program = join(folder, 'installed/bin/kc-logout.js')
    const args = ['drill', '--user', 'dora', '--user-password-file', join(folder, 'pw'), '--browser']
    const env = { ...adminEnv(keycloak, realm.name), PATH: process.env.PATH }
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' })
    expect([status, stderr]).toEqual([2, expect.stringContaining('playwright-core')])
    expect(stderr).toContain('npm install --global playwright-core')
    expect(await realm.sessionsOf('dora')).toEqual([])
  })

  test.each([
    ['--browser', { PATH: '/nowhere' }, 'No Chromium was found.', 'apt install chromium'],
    ['--browser', { DEBUG: 'pw:*' }, 'DEBUG=pw:* makes playwright-core print the password', 'Unset DEBUG'],
    ['--browser-path=/nowhere/x', {}, '/nowhere/x is not an executable file.', '--browser-path FILE'],
  ])('%s with %j: exit 2 with what to do', async (option, env, message, hint) => {
    const ran = await runCli(
      ['drill', '--user', 'dora', '--user-password-file', join(folder, 'pw'), option],
      {
        env: { ...adminEnv(keycloak, realm.name), ...env },
      },
    )
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(message)])
    expect(ran.stderr).toContain(hint)
  })
})
