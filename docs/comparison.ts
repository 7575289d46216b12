import { readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { measureOk } from '../bench/support/measure.ts'
import { version } from '../package.json'
import { Browser } from '../test/support/browser.ts'
import { findChromium } from '../test/support/chromium.ts'
import { distribution } from '../test/support/keycloak/distribution.ts'
import { type KeycloakServer, startKeycloak } from '../test/support/keycloak/server.ts'
import { createRealm, type TestRealm } from '../test/support/realm.ts'
import { type Receiver, startReceiver } from '../test/support/receiver.ts'
import { startRecordingProxy } from '../test/support/recording-proxy.ts'
import { adminEnv, PROGRAM, runCli } from '../test/support/run-cli.ts'
import { signIn } from '../test/support/sign-in.ts'
import { byConsole } from './support/comparison/by-console.ts'
import { askKcadm, byKcadm } from './support/comparison/by-kcadm.ts'
import type { Effort, Scene } from './support/comparison/side.ts'
import { answersSection, efforts } from './support/comparison/table.ts'

/**
 * docs/comparison.md: from "a laptop is stolen" to "every session of the user has ended and I know which applications were
 * notified", with the console, kcadm and kc-logout, each run against the same realm. `npm run comparison` writes the part
 * of the page between its marks; with `-- --answers` only what kcadm and kc-logout print.
 */
const USER = 'ada'
const ROUNDS = 3

async function setUp(keycloak: KeycloakServer, receiver: Receiver): Promise<TestRealm> {
  const url = receiver.url
  const realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop', backchannelLogoutUrl: `${url}/shop`, redirectUris: [`${url}/shop`] },
      { clientId: 'crm', adminUrl: `${url}/crm`, redirectUris: [`${url}/crm`] },
      {
        clientId: 'iot',
        backchannelLogoutUrl: `${url}/iot`,
        adminUrl: `${url}/iot-admin`,
        redirectUris: [`${url}/iot`],
      },
      {
        clientId: 'wiki',
        backchannelLogoutUrl: `${url}/wiki`,
        frontchannelLogout: true,
        redirectUris: [`${url}/wiki`],
      },
      { clientId: 'chat', redirectUris: [`${url}/chat`] },
    ],
    users: [USER, 'bob', 'cleo'],
  })
  await receiver.trust(realm)
  return realm
}

/** Three browsers, five applications. */
async function signInEverywhere(realm: TestRealm): Promise<void> {
  for (const clients of [['shop', 'crm', 'iot', 'wiki', 'chat'], ['shop', 'iot'], ['shop']]) {
    const browser = new Browser()
    for (const client of clients) await signIn(realm, { user: USER, client, browser })
  }
}

async function byKcLogout({ keycloak, proxy, realm }: Scene): Promise<Effort> {
  proxy.clear()
  const { wall, cpu, stdout } = await measureOk(
    [process.execPath, PROGRAM, 'user', USER, '--yes', '--json'],
    {
      env: adminEnv({ ...keycloak, url: proxy.url }, realm),
    },
  )
  const { users } = JSON.parse(stdout) as {
    users: { clients: { clientId: string; expectation: string; ended: number; reason?: string }[] }[]
  }
  const says = Object.fromEntries(
    (users[0]?.clients ?? []).map(({ clientId, expectation, ended, reason }) => [
      clientId,
      expectation === 'notified' ? `called ${ended} times, answers unknown` : `not notified: ${reason}`,
    ]),
  )
  return { done: [`kc-logout user ${USER}`], requests: proxy.requests.length, seconds: wall, cpu, says }
}

/** Only what kcadm and kc-logout print is refreshed; nothing is measured. */
const ANSWERS_ONLY = process.argv.includes('--answers')

const keycloak = await startKeycloak({ log: (line) => process.stdout.write(`${line}\n`) })
const kcadm = join(await distribution(keycloak.version), 'bin', 'kcadm.sh')
const proxy = await startRecordingProxy(keycloak.url)
const receiver = await startReceiver()
let realm: TestRealm | undefined
try {
  realm = await setUp(keycloak, receiver)
  const scene: Scene = { keycloak, proxy, realm: realm.name, username: USER }
  await signInEverywhere(realm)
  const answers = {
    kcadm: await askKcadm(kcadm, scene),
    'kc-logout': (await runCli(['sessions'], { env: adminEnv(keycloak, realm.name) })).stdout,
  }
  await realm.post('/logout-all')
  if (ANSWERS_ONLY) {
    await replaceInPage(
      /(<!-- comparison: [\s\S]*?)## Before [\s\S]*(<!-- \/comparison -->)/,
      answersSection(answers),
    )
  } else {
    const made = efforts(await measure(scene, realm), answers, {
      version,
      keycloak: keycloak.version,
      date: new Date().toISOString().slice(0, 10),
      rounds: ROUNDS,
      load: loadavg()[0] ?? 0,
    })
    await replaceInPage(/(<!-- comparison: .*? -->\n)[\s\S]*(<!-- \/comparison -->)/, `\n${made}`)
  }
} finally {
  await realm?.remove()
  await Promise.all([proxy.close(), receiver.close(), keycloak.stop()])
}

/** Logs the user out with each way in turns; checks that no session is left and that all clients were notified. */
async function measure(scene: Scene, where: TestRealm): Promise<Record<string, Effort[]>> {
  const chromium = findChromium()
  if (!chromium) throw new Error('The console needs Chromium (KC_LOGOUT_TEST_CHROMIUM).')
  const ways: Record<string, () => Promise<Effort>> = {
    console: () => byConsole(chromium, scene),
    kcadm: () => byKcadm(kcadm, scene),
    'kc-logout': () => byKcLogout(scene),
  }
  const found: Record<string, Effort[]> = {}
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, way] of Object.entries(ways)) {
      await signInEverywhere(where)
      receiver.clear()
      const effort = await way()
      const left = await where.sessionsOf(USER)
      if (left.length > 0) throw new Error(`${name}: ${left.length} sessions left`)
      const notified = (await receiver.logoutTokens()).length
      if (notified !== 5) throw new Error(`${name}: ${notified} notifications instead of 5`)
      found[name] = [...(found[name] ?? []), effort]
      process.stdout.write(
        `${name}: ${effort.done.length} steps, ${effort.requests} requests, ${effort.seconds.toFixed(1)} s\n`,
      )
    }
  return found
}

/** Replaces what is between the two groups of `marks` in docs/comparison.md. */
async function replaceInPage(marks: RegExp, text: string): Promise<void> {
  const file = new URL('comparison.md', import.meta.url)
  const page = await readFile(file, 'utf8')
  if (!marks.test(page)) throw new Error('comparison.md has no marks')
  await writeFile(
    file,
    page.replace(marks, (_, begin, end) => `${begin}${text}\n${end}`),
  )
}
