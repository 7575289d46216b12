import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANSWERS_LOG } from '../test/support/answers-log.ts'
import { startKeycloak } from '../test/support/keycloak/server.ts'
import { eachOf } from '../test/support/realm.ts'
import type { Received } from '../test/support/receiver.ts'
import { adminEnv, runCli } from '../test/support/run-cli.ts'
import { Output } from './output.ts'
import { inWords, type ReceivedMessages, receivedBy } from './received.ts'
import {
  APPLICATIONS,
  type Application,
  type Demo,
  LOGOUT_URLS,
  type StartedSession,
  sessionsAt,
  setUp,
  signEveryoneIn,
  USERS,
} from './setup.ts'

type ByApplication = Readonly<Record<Application, ReceivedMessages>>

const REQUEST_FILE = 'request.txt'

const folder = mkdtempSync(join(tmpdir(), 'kc-logout-demo-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// Keycloak stops when this process has ended.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => process.exit(code))

process.stdout.write('Starting Keycloak (about 15 s; 40 s and a download the first time) …\n')
// Its log then has what each application answered.
const keycloak = await startKeycloak({
  args: [ANSWERS_LOG],
  log: (line) => process.stdout.write(`${line}\n`),
}).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
// A server that was running already may have a realm called demo.
const realmName = keycloak.pid === undefined ? `demo-${process.pid}` : 'demo'
const env = adminEnv(keycloak, realmName)
const output = new Output(env, folder)
/** A server that was running already keeps its log elsewhere. */
const evidence = keycloak.logFile === undefined ? [] : ['--evidence', `log:${keycloak.logFile}`]
let demo: Demo | undefined
try {
  output.lines(`Keycloak ${keycloak.version} runs at ${keycloak.url}.`)
  demo = await setUp(keycloak, realmName)
  await play(demo)
} catch (error) {
  output.check(
    'the demo runs to its end',
    false,
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  )
} finally {
  await demo?.close()
  await keycloak.stop()
}
const { passed, failed } = output
output.lines('', keycloak.pid === undefined ? 'The realm is removed.' : 'Keycloak is stopped.')
output.lines(
  failed.length === 0
    ? `All ${passed} checks passed.`
    : `${failed.length} of ${passed + failed.length} checks FAILED.`,
)
process.exitCode = failed.length === 0 ? 0 : 1

async function play(demo: Demo): Promise<void> {
  output.heading('The realm')
  output.text(
    `Twenty users, and four applications that verify every message they get from Keycloak. The applications differ in
     their logout URLs:`,
  )
  output.table([['CLIENT', 'LOGOUT URL'], ...APPLICATIONS.map((name) => [name, LOGOUT_URLS[name]])])
  const byKeycloak = await logOutWithKeycloak(demo)

  output.heading('The same with kc-logout')
  const started = await signIn(demo)
  output.text('These variables are set for the following commands:')
  output.gap()
  output.lines(
    `  KC_LOGOUT_SERVER=${keycloak.url}  KC_LOGOUT_REALM=${demo.realm.name}`,
    `  KC_LOGOUT_USERNAME=${keycloak.admin.username}  KC_LOGOUT_PASSWORD=…`,
  )
  await configure(demo)
  await estimate(started)
  const byUser = await logOutAda(demo, started)
  await inspect(byUser.shop, demo.realm.name)
  const byAll = await logOutAll(demo, started)
  compare([byKeycloak, byUser, byAll])
}

async function logOutWithKeycloak(demo: Demo): Promise<ByApplication> {
  output.heading("Keycloak's own logout of the realm")
  const started = await signIn(demo)
  output.text(
    `Now an administrator clicks "Sign out all active sessions" in the admin console, which is
     POST /admin/realms/${demo.realm.name}/logout-all.`,
  )
  const received = await during(demo, () => demo.realm.post('/logout-all'))
  output.table([
    ['CLIENT', 'LOGOUT URL', 'RECEIVED'],
    ...APPLICATIONS.map((name) => [name, LOGOUT_URLS[name], inWords(received[name])]),
  ])
  output.gap()
  output.text(
    `All sessions have ended, and shop was notified of none of its ${sessionsAt(started, 'shop').length}: Keycloak's
     logout of the realm calls Admin URLs, never a Backchannel Logout URL.`,
  )
  output.gap()
  output.check('no session is left in Keycloak', (await sessionsLeft(demo)) === 0)
  output.check(
    'shop, with only a Backchannel Logout URL, received nothing',
    received.shop.requests.length === 0,
  )
  output.check(
    'crm and iot received one valid k_logout each',
    received.crm.kLogout === 1 && received.iot.kLogout === 1,
  )
  return received
}

async function configure({ realm, receivers: { iot } }: Demo): Promise<void> {
  output.heading('configure: set what logout needs')
  output.text(
    `The client iot has both URLs, but front-channel logout is on, as the admin console sets it for a new client. While
     it is on, Keycloak never calls the Backchannel Logout URL. And its logout tokens would not name the session.`,
  )
  const before = await realm.client('iot')
  await output.run([
    'configure',
    'iot',
    '--preset',
    'cumulocity',
    '--tenant-url',
    iot.url,
    '--session-required',
    '--yes',
  ])
  const after = await realm.client('iot')
  output.check('front-channel logout is off', after.frontchannelLogout === false)
  const { 'backchannel.logout.url': url, 'backchannel.logout.session.required': sid } = Object(
    after.attributes,
  )
  output.check(
    'both URLs are those of the tenant, and logout tokens will name the session',
    url === `${iot.url}/user/logout/oidc` && after.adminUrl === `${iot.url}/user/keycloak` && sid === 'true',
  )
  const changed = Object.keys({ ...before, ...after }).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  )
  output.checkSame('nothing else of the client has changed', changed, ['frontchannelLogout', 'attributes'])
}

async function estimate(started: readonly StartedSession[]): Promise<void> {
  output.heading('sessions: what would a logout reach?')
  await output.run(['sessions', '--users'])
  const { clients, totals } = (await runCli(['sessions', '--users', '--json'], { env })).json<{
    clients: { clientId: string; active: number }[]
    totals: { sessions: number; users: number }
  }>()
  const counted = (name: string) => clients.find(({ clientId }) => clientId === name)?.active ?? 0
  output.check(
    `${started.length} sessions of ${USERS.length} users, as many as signed in`,
    totals.sessions === started.length && totals.users === USERS.length,
    JSON.stringify(totals),
  )
  output.check(
    'and as many for each client',
    APPLICATIONS.every((name) => counted(name) === sessionsAt(started, name).length),
    JSON.stringify(clients),
  )
}

async function logOutAda(demo: Demo, started: readonly StartedSession[]): Promise<ByApplication> {
  output.heading('user: log one user out everywhere')
  output.text(
    `Ada is signed in with two browsers. Keycloak's log has what each application answered; --evidence reads it.`,
  )
  const adas = started.filter(({ username }) => username === 'ada')
  const received = await during(demo, () => output.run(['user', 'ada', '--yes', ...evidence]))
  output.check('Ada has no session left', (await demo.realm.sessionsOf('ada')).length === 0)
  for (const name of ['shop', 'iot'] as const)
    output.checkSame(
      `${name} received a logout token for each of her sessions`,
      received[name].sids,
      sessionsAt(adas, name),
    )
  output.check('no other user was logged out', (await sessionsLeft(demo)) === started.length - adas.length)
  return received
}

async function inspect(byShop: ReceivedMessages, realm: string): Promise<void> {
  output.heading('inspect-token: what is in the token that shop received?')
  const [request] = byShop.requests
  if (!request) throw new Error('shop received no request')
  output.text(`The request is in ${REQUEST_FILE}, as shop received it.`)
  await writeFile(join(folder, REQUEST_FILE), captured(request))
  const args = ['inspect-token', '--audience', 'shop', '--file', REQUEST_FILE]
  await output.run(args)
  const ran = await runCli([...args, '--json'], { env, cwd: folder })
  const { tokens, verdict } = ran.json<{
    verdict: string
    tokens: { kind: string; about: Record<string, string>; signature: { status: string } }[]
  }>()
  const [token] = tokens
  output.check(
    'it is a valid logout token',
    verdict === 'pass' && token?.kind === 'logout',
    JSON.stringify(ran.json()),
  )
  output.check('signed by this realm', token?.signature.status === 'valid' && token.about.realm === realm)
  output.check('for a session of Ada', byShop.sids.includes(token?.about.sessionId ?? ''))
}

async function logOutAll(demo: Demo, started: readonly StartedSession[]): Promise<ByApplication> {
  output.heading('all: log everyone out, and notify every client that can be notified')
  const others = started.filter(({ username }) => username !== 'ada')
  const received = await during(demo, () => output.run(['all', '--confirm', demo.realm.name, ...evidence]))
  output.check('no session is left in Keycloak', (await sessionsLeft(demo)) === 0)
  const atShop = others.filter(({ applications }) => applications.includes('shop'))
  const sids = { shop: sessionsAt(others, 'shop'), iot: sessionsAt(atShop, 'iot') }
  output.checkSame(
    `shop received a logout token for each of its ${sids.shop.length} sessions`,
    received.shop.sids,
    sids.shop,
  )
  output.checkSame(
    `iot received one for each of the ${sids.iot.length} that it shares with shop`,
    received.iot.sids,
    sids.iot,
  )
  output.check(
    'crm and iot received one k_logout each, for the other sessions',
    received.crm.kLogout === 1 && received.iot.kLogout === 1,
  )
  output.check('chat, which has no URL, received nothing', received.chat.requests.length === 0)
  return received
}

/** What each application received in each logout, and that all of it was valid. */
function compare(rounds: readonly ByApplication[]): void {
  output.heading('What each application received')
  output.table([
    ['CLIENT', "KEYCLOAK'S LOGOUT", 'kc-logout user ada', 'kc-logout all'],
    ...APPLICATIONS.map((name) => [name, ...rounds.map((received) => inWords(received[name]))]),
  ])
  output.gap()
  const wrong = APPLICATIONS.flatMap((name) => rounds.flatMap((received) => received[name].wrong))
  output.check(
    'every message was valid: signature, issuer, audience, times',
    wrong.length === 0,
    wrong.join('; '),
  )
}

async function signIn({ realm }: Demo): Promise<StartedSession[]> {
  const began = Date.now()
  const started = await signEveryoneIn(realm)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  output.text(
    `${USERS.length} users sign in with ${started.length} browsers, on the login page, with their passwords: done in
     ${seconds} s.`,
  )
  return started
}

/** Runs an operation, and returns what each application received during it. */
async function during(demo: Demo, operation: () => Promise<unknown>): Promise<ByApplication> {
  for (const receiver of Object.values(demo.receivers)) receiver.clear()
  await operation()
  const { shop, crm, iot, chat } = demo.receivers
  return {
    shop: await receivedBy(shop),
    crm: await receivedBy(crm),
    iot: await receivedBy(iot),
    chat: await receivedBy(chat),
  }
}

async function sessionsLeft({ realm }: Demo): Promise<number> {
  const lists = await eachOf(APPLICATIONS, 2, (name) => realm.sessionsAt(name))
  return new Set(lists.flat().map(({ id }) => id)).size
}

/** An HTTP request as text. */
function captured({ method, path, headers, body }: Received): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
