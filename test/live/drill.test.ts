import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { DrillOutcome } from '../../src/commands/drill/outcome.ts'
import { type Application, personAt, signInAt } from '../support/applications/application.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { startKeycloakConnect } from '../support/applications/keycloak-connect.ts'
import { Browser } from '../support/browser.ts'
import { createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'

const keycloak = inject('keycloak')

describe('kc-logout drill, on a real Keycloak', () => {
  let realm: TestRealm
  let folder: string
  let files: { password: string; drill: string }
  const apps: Record<string, Application> = {}

  beforeAll(async () => {
    realm = await createRealm(keycloak, { users: ['dora'] })
    for (const clientId of ['wired', 'unwired']) {
      const app = await startExpressOpenidConnect({
        issuer: realm.issuer,
        clientId,
        secret: secretOf(clientId),
      })
      apps[clientId] = app
      await realm.addClient({
        clientId,
        publicClient: false,
        rootUrl: app.url,
        redirectUris: [`${app.url}/callback`],
        ...(clientId === 'wired' ? { backchannelLogoutUrl: `${app.url}${LOGOUT_PATH}` } : {}),
      })
    }
    for (const clientId of ['adapter', 'adapter-unwired']) {
      const app = await startKeycloakConnect({ server: keycloak.url, realm: realm.name, clientId })
      apps[clientId] = app
      await realm.addClient({
        clientId,
        redirectUris: [`${app.url}/*`],
        representation: { baseUrl: `${app.url}/me` },
        ...(clientId === 'adapter' ? { adminUrl: app.url } : {}),
      })
    }
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-drill-'))
    files = { password: join(folder, 'pw'), drill: join(folder, 'drill.yaml') }
    await writeFile(files.password, `${PASSWORD}\n`)
    const express = ['wired', 'unwired'].map((clientId) => ({
      clientId,
      url: `${apps[clientId]?.url}/login`,
      logoutProbe: `${apps[clientId]?.url}/me`,
    }))
    const adapters = ['adapter', 'adapter-unwired'].map((clientId) => ({ clientId }))
    await writeFile(files.drill, JSON.stringify({ apps: [...express, ...adapters] }))
  })
  afterAll(async () => {
    for (const app of Object.values(apps)) await app.close()
    await realm.remove()
    await rm(folder, { recursive: true })
  })

  const kcDrill = async (...args: string[]) =>
    runCli(['drill', '--user', 'dora', '--user-password-file', files.password, '--wait', '2', ...args], {
      env: adminEnv(keycloak, realm.name),
    })

  test('says of each application what a browser sees, and leaves other sessions alone', async () => {
    const browsers = new Map<string, Browser>()
    for (const [clientId, app] of Object.entries(apps)) {
      const browser = new Browser()
      const start = clientId.startsWith('adapter') ? '/me' : '/login'
      await signInAt(app, start, { realm, user: 'dora', browser })
      browsers.set(clientId, browser)
    }
    const before = await realm.sessionsOf('dora')
    const ran = await kcDrill('--file', files.drill, '--json')
    expect(ran.code, ran.stderr).toBe(7)
    const drilled = ran.json<DrillOutcome>()
    expect(drilled.sessionsLeft).toEqual([])
    expect(Object.fromEntries(drilled.clients.map(({ clientId, verdict }) => [clientId, verdict]))).toEqual({
      wired: 'out',
      unwired: 'still-in',
      adapter: 'out',
      'adapter-unwired': 'still-in',
    })
    // The sessions of these browsers live on, at Keycloak and at each application.
    const ids = (sessions: readonly { id: string }[]) => sessions.map(({ id }) => id).sort()
    expect(ids(await realm.sessionsOf('dora'))).toEqual(ids(before))
    for (const [clientId, app] of Object.entries(apps)) {
      const browser = browsers.get(clientId) ?? new Browser()
      expect(await personAt(app, browser), clientId).toBe('dora')
    }
    // And after `user`, a browser of this test sees what the drill said.
    await sleep(1_100)
    await runCli(['user', 'dora', '--yes'], { env: adminEnv(keycloak, realm.name) })
    for (const { clientId, verdict } of drilled.clients) {
      const [app, browser] = [apps[clientId], browsers.get(clientId)]
      if (!app || !browser) throw new Error(clientId)
      const person = await personAt(app, browser)
      expect([clientId, person === undefined ? 'out' : 'still-in']).toEqual([clientId, verdict])
    }
  })
})
