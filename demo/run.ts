import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKeycloak } from '../test/support/keycloak/server.ts'
import { eachOf } from '../test/support/realm.ts'
import type { Received } from '../test/support/receiver.ts'
import { adminEnv, runCli } from '../test/support/run-cli.ts'
import {
  APPLICATIONS,
  type Begun,
  type Cast,
  everybodySignsIn,
  gather,
  PEOPLE,
  sessionsAt,
  WIRING,
} from './cast.ts'
import { type Heard, heardBy, inWords } from './heard.ts'
import { Stage } from './stage.ts'

const REQUEST_FILE = 'request.txt'

const folder = mkdtempSync(join(tmpdir(), 'kc-logout-demo-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// Keycloak ends by itself as soon as this process has gone.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => process.exit(code))

process.stdout.write('Starting Keycloak (about 15 s; 40 s and a download the first time) …\n')
const keycloak = await startKeycloak({ log: (line) => process.stdout.write(`${line}\n`) }).catch(
  (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
// A server of somebody else's may well have a realm called demo.
const realmName = keycloak.pid === undefined ? `demo-${process.pid}` : 'demo'
const env = adminEnv(keycloak, realmName)
const stage = new Stage(env, folder)
let cast: Cast | undefined
try {
  stage.show(`Keycloak ${keycloak.version} answers at ${keycloak.url}.`)
  cast = await gather(keycloak, realmName)
  await play(cast)
} catch (error) {
  stage.check(
    'the demo runs to its end',
    false,
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  )
} finally {
  await cast?.leave()
  await keycloak.stop()
}
const { right, wrong } = stage
stage.show('', keycloak.pid === undefined ? 'The realm is removed.' : 'Keycloak is stopped.')
stage.show(
  wrong.length === 0
    ? `All ${right} checks hold.`
    : `${wrong.length} of ${right + wrong.length} checks do NOT hold.`,
)
process.exitCode = wrong.length === 0 ? 0 : 1

async function play(cast: Cast): Promise<void> {
  const { realm } = cast
  stage.heading('The realm')
  stage.tell(
    `Twenty people use four applications, each with a receiver that verifies every message it gets from Keycloak.
     They differ in the URL by which Keycloak could tell them that somebody was logged out:`,
  )
  stage.table([['CLIENT', 'CAN BE TOLD BY'], ...APPLICATIONS.map((name) => [name, WIRING[name]])])

  stage.heading('First, what Keycloak does by itself')
  const before = await signedIn(cast)
  stage.tell(
    `Now an administrator presses "Sign out all active sessions" in the Admin Console, which is
     POST /admin/realms/${realm.name}/logout-all.`,
  )
  const byKeycloak = await during(cast, () => realm.post('/logout-all'))
  show(byKeycloak)
  stage.gap()
  stage.tell(
    `Everybody is out, and the shop was told of none of its ${sessionsAt(before, 'shop').length} sessions: Keycloak's
     own logout of everybody calls Admin URLs, never a Backchannel Logout URL.`,
  )
  stage.gap()
  stage.check('no session is left in Keycloak', (await sessionsLeft(cast)) === 0)
  stage.check(
    'shop, with a Backchannel Logout URL only, was told nothing',
    byKeycloak.shop.requests.length === 0,
  )
  stage.check(
    'crm and iot each got one valid k_logout',
    byKeycloak.crm.kLogout === 1 && byKeycloak.iot.kLogout === 1,
  )

  stage.heading('The same with kc-logout')
  const begun = await signedIn(cast)
  stage.tell('Whoever types the following commands has exported before:')
  stage.gap()
  stage.show(
    `  KC_LOGOUT_SERVER=${keycloak.url}  KC_LOGOUT_REALM=${realm.name}`,
    `  KC_LOGOUT_USERNAME=${keycloak.admin.username}  KC_LOGOUT_PASSWORD=…`,
  )
  await configure(cast)
  await estimate(begun)
  const byUser = await logOutAda(cast, begun)
  await inspect(byUser, realm.name)
  const byAll = await logOutAll(cast, begun)

  stage.heading('What each application heard')
  const rounds = [byKeycloak, byUser, byAll]
  stage.table([
    ['CLIENT', "KEYCLOAK'S OWN", 'kc-logout user ada', 'kc-logout all'],
    ...APPLICATIONS.map((name) => [name, ...rounds.map((heard) => inWords(heard[name]))]),
  ])
  stage.gap()
  const wrong = APPLICATIONS.flatMap((name) => rounds.flatMap((heard) => heard[name].wrong))
  stage.check(
    'every message was genuine: signature, issuer, audience, times',
    wrong.length === 0,
    wrong.join('; '),
  )
}

async function configure({ realm, receivers: { iot } }: Cast): Promise<void> {
  stage.heading('configure: set what logout needs')
  stage.tell(
    `The client iot has both URLs, but front-channel logout is on, as the Admin Console sets it for a new client: that
     silences the Backchannel Logout URL. And its logout tokens would not say which session has ended.`,
  )
  const before = await realm.client('iot')
  await stage.type([
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
  stage.check('front-channel logout is off', after.frontchannelLogout === false)
  const { 'backchannel.logout.url': url, 'backchannel.logout.session.required': sid } = Object(
    after.attributes,
  )
  stage.check(
    "both URLs are the tenant's, and tokens will name the session",
    url === `${iot.url}/user/logout/oidc` && after.adminUrl === `${iot.url}/user/keycloak` && sid === 'true',
  )
  const changed = Object.keys({ ...before, ...after }).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  )
  stage.checkSame('nothing else of the client has changed', changed, ['frontchannelLogout', 'attributes'])
}

async function estimate(begun: readonly Begun[]): Promise<void> {
  stage.heading('sessions: what would a logout reach?')
  await stage.type(['sessions', '--users'])
  const { clients, totals } = (await runCli(['sessions', '--users', '--json'], { env })).json<{
    clients: { clientId: string; active: number }[]
    totals: { sessions: number; users: number }
  }>()
  const counted = (name: string) => clients.find(({ clientId }) => clientId === name)?.active ?? 0
  stage.check(
    `${begun.length} sessions of ${PEOPLE.length} people, as many as signed in`,
    totals.sessions === begun.length && totals.users === PEOPLE.length,
    JSON.stringify(totals),
  )
  stage.check(
    'and as many at each client',
    APPLICATIONS.every((name) => counted(name) === sessionsAt(begun, name).length),
    JSON.stringify(clients),
  )
}

async function logOutAda(cast: Cast, begun: readonly Begun[]): Promise<Record<string, Heard>> {
  stage.heading('user: log one person out, everywhere')
  stage.tell('Ada is signed in with two browsers.')
  const adas = begun.filter(({ person }) => person === 'ada')
  const heard = await during(cast, () => stage.type(['user', 'ada', '--yes']))
  stage.check('Ada has no session left', (await cast.realm.sessionsOf('ada')).length === 0)
  for (const name of ['shop', 'iot'] as const)
    stage.checkSame(
      `${name} got a logout token for each of her sessions`,
      heard[name].sids,
      sessionsAt(adas, name),
    )
  stage.check('nobody else was logged out', (await sessionsLeft(cast)) === begun.length - adas.length)
  return heard
}

async function inspect(heard: Record<string, Heard>, realmName: string): Promise<void> {
  stage.heading('inspect-token: what is in the token that the shop just got?')
  const [request] = heard.shop?.requests ?? []
  if (!request) throw new Error('the shop got no request')
  stage.tell(`The shop's request was kept in ${REQUEST_FILE}, as it came in.`)
  await writeFile(join(folder, REQUEST_FILE), captured(request))
  const args = ['inspect-token', '--client', 'shop', '--file', REQUEST_FILE]
  await stage.type(args)
  const ran = await runCli([...args, '--json'], { env, cwd: folder })
  const { tokens, verdict } = ran.json<{
    verdict: string
    tokens: { kind: string; about: Record<string, string>; signature: { status: string } }[]
  }>()
  const [token] = tokens
  stage.check(
    'it is a valid logout token',
    verdict === 'pass' && token?.kind === 'logout',
    JSON.stringify(ran.json()),
  )
  stage.check('signed by this realm', token?.signature.status === 'valid' && token.about.realm === realmName)
  stage.check('about a session of Ada', (heard.shop?.sids ?? []).includes(token?.about.sessionId ?? ''))
}

async function logOutAll(cast: Cast, begun: readonly Begun[]): Promise<Record<string, Heard>> {
  stage.heading('all: log everybody out, and tell everybody who can be told')
  const others = begun.filter(({ person }) => person !== 'ada')
  const heard = await during(cast, () => stage.type(['all', '--confirm', cast.realm.name]))
  stage.check('no session is left in Keycloak', (await sessionsLeft(cast)) === 0)
  const atShop = others.filter(({ applications }) => applications.includes('shop'))
  const sids = { shop: sessionsAt(others, 'shop'), iot: sessionsAt(atShop, 'iot') }
  stage.checkSame(
    `shop got a logout token for each of its ${sids.shop.length} sessions`,
    heard.shop.sids,
    sids.shop,
  )
  stage.checkSame(
    `iot got one for each of the ${sids.iot.length} that it shares with shop`,
    heard.iot.sids,
    sids.iot,
  )
  stage.check(
    'crm and iot each got one k_logout, for everybody else',
    heard.crm.kLogout === 1 && heard.iot.kLogout === 1,
  )
  stage.check('chat, which has no URL, got nothing', heard.chat.requests.length === 0)
  return heard
}

async function signedIn({ realm }: Cast): Promise<Begun[]> {
  const started = Date.now()
  const begun = await everybodySignsIn(realm)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  stage.tell(
    `${PEOPLE.length} people sign in, in ${begun.length} browsers, by the login page and with their passwords: done in
     ${seconds} s.`,
  )
  return begun
}

/** Lets something happen, and says what each application heard meanwhile. */
async function during(cast: Cast, act: () => Promise<unknown>) {
  for (const receiver of Object.values(cast.receivers)) receiver.clear()
  await act()
  const { shop, crm, iot, chat } = cast.receivers
  const [byShop, byCrm, byIot, byChat] = await Promise.all([shop, crm, iot, chat].map(heardBy))
  if (!byShop || !byCrm || !byIot || !byChat) throw new Error('an application is missing')
  return { shop: byShop, crm: byCrm, iot: byIot, chat: byChat }
}

function show(heard: Record<string, Heard>): void {
  stage.table([
    ['CLIENT', 'CAN BE TOLD BY', 'HEARD'],
    ...APPLICATIONS.map((name) => [name, WIRING[name], inWords(heard[name])]),
  ])
}

async function sessionsLeft({ realm }: Cast): Promise<number> {
  const lists = await eachOf(APPLICATIONS, 2, (name) => realm.sessionsAt(name))
  return new Set(lists.flat().map(({ id }) => id)).size
}

function captured({ method, path, headers, body }: Received): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
