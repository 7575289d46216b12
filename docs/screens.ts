import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../package.json'
import { EXIT } from '../src/errors.ts'
import { Browser } from '../test/support/browser.ts'
import { type KeycloakServer, startKeycloak } from '../test/support/keycloak/server.ts'
import { createRealm, eachOf, type TestRealm } from '../test/support/realm.ts'
import { type Receiver, startReceiver } from '../test/support/receiver.ts'
import { type RecordingProxy, startRecordingProxy } from '../test/support/recording-proxy.ts'
import {
  adminEnv,
  type RunOptions,
  runCli,
  runInTerminal,
  type TerminalOptions,
} from '../test/support/run-cli.ts'
import { signIn } from '../test/support/sign-in.ts'
import { terminalSvg } from './support/terminal-svg.ts'

/**
 * docs/screens/*.svg: screens of real runs in a terminal, and the record of a run. `npm run screens` writes them. Realm
 * and ports are always the same, so pictures show nothing about the machine; session IDs, times and durations are those
 * of the run.
 */
const REALM = 'customers'
/** Keycloak is reached through a proxy on this port; the applications listen on the next one. */
const PORT = 8080
const USERS = ['ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gwen', 'hugo', 'iris', 'jon', 'kim', 'liam']
const HABITS = [
  ['shop', 'iot', 'crm', 'chat'],
  ['shop', 'iot'],
  ['shop'],
  ['crm', 'chat'],
  ['iot'],
  ['shop', 'wiki'],
  ['shop', 'iot', 'wiki'],
] as const
const VISITS = 60

async function setUp(keycloak: KeycloakServer, receiver: Receiver): Promise<TestRealm> {
  const url = receiver.url.replace('127.0.0.1', 'localhost')
  const at = (name: string) => ({ clientId: name, redirectUris: [`${url}/${name}/callback`] })
  const realm = await createRealm(keycloak, {
    name: REALM,
    clients: [
      { ...at('shop'), backchannelLogoutUrl: `${url}/shop/logout` },
      { ...at('crm'), adminUrl: `${url}/crm/keycloak` },
      { ...at('iot'), backchannelLogoutUrl: `${url}/user/logout/oidc`, adminUrl: `${url}/user/keycloak` },
      { ...at('wiki'), backchannelLogoutUrl: `${url}/wiki/logout`, frontchannelLogout: true },
      at('chat'),
    ],
    users: USERS,
  })
  await receiver.trust(realm)
  return realm
}

const visit = (realm: TestRealm) =>
  eachOf(Array.from({ length: VISITS }), 4, async (_, i) => {
    const browser = new Browser()
    for (const client of HABITS[i % HABITS.length] ?? [])
      await signIn(realm, { user: USERS[i % USERS.length] ?? '', client, browser })
  })

/** Runs a command line in a terminal and writes its picture; throws if the exit code is not the expected one. */
async function picture(
  name: string,
  command: readonly string[],
  shown: { readonly columns: number; readonly code: number; readonly by: string },
  options: TerminalOptions,
): Promise<void> {
  const ran = await runInTerminal(command, { ...options, columns: shown.columns, rows: 60 })
  const line = `kc-logout ${command.join(' ')}`
  if (ran.code !== shown.code) throw new Error(`${line} exited with ${ran.code}:\n${ran.screen}`)
  const prompt = `\u001b[2m$\u001b[22m \u001b[1m${line}\u001b[22m\r\n`
  const svg = await terminalSvg(prompt + ran.raw, shown.columns, {
    title: line,
    description: `${shown.by}. What it shows:\n${ran.screen.replaceAll(/[\u2588-\u2593]+ */g, '').trim()}`,
  })
  const file = new URL(`screens/${name}.svg`, import.meta.url)
  await writeFile(file, svg)
  process.stdout.write(`${fileURLToPath(file)}\n`)
}

/**
 * examples/incident-report.json: the record of a run with failures. The iot platform hangs, and the server fails to end
 * two sessions.
 */
async function record(proxy: RecordingProxy, receiver: Receiver, options: RunOptions): Promise<void> {
  receiver.behave({ hang: true }, '/user/logout/oidc')
  const failing = new Set<string>()
  proxy.disturb(({ method, path }) => {
    if (method !== 'DELETE') return undefined
    if (failing.size < 2) failing.add(path)
    return failing.has(path) ? { status: 500, body: '{"error":"Lock wait timeout"}' } : undefined
  })
  const report = 'incident-report.json'
  const cwd = fileURLToPath(new URL('examples', import.meta.url))
  await rm(join(cwd, report), { force: true })
  const ran = await runCli(['all', '--confirm', REALM, '--report', report, '--ticket', 'INC-2041'], {
    ...options,
    cwd,
  })
  if (ran.code !== EXIT.partial)
    throw new Error(`The run with failures exited with ${ran.code}:\n${ran.stderr}`)
  process.stdout.write(`${report}: npm run docs turns it into a page\n`)
}

const folder = await mkdtemp(join(tmpdir(), 'kc-logout-screens-'))
const keycloak = await startKeycloak({ log: (line) => process.stdout.write(`${line}\n`) })
const proxy = await startRecordingProxy(keycloak.url, { port: PORT })
const receiver = await startReceiver({ port: PORT + 1 })
let realm: TestRealm | undefined
try {
  const server = { ...keycloak, url: proxy.url.replace('127.0.0.1', 'localhost') }
  realm = await setUp(server, receiver)
  await visit(realm)
  const by = `From a run of kc-logout ${version} against Keycloak ${keycloak.version}, made by npm run screens`
  const options = { env: { ...adminEnv(server, REALM), LANG: 'C.UTF-8' }, cwd: folder }
  const yes = { ...options, types: [{ when: '(y/N)', send: 'y\r' }] }
  const realmName = { ...options, types: [{ when: 'to continue:', send: `${REALM}\r` }] }

  await picture('sessions', ['sessions'], { columns: 84, code: 0, by }, options)
  await picture('user', ['user', 'ada'], { columns: 84, code: 0, by }, yes)
  const [request] = receiver.requests
  if (!request) throw new Error('No application was notified of a logout')
  await writeFile(join(folder, 'request.txt'), `POST ${request.path}\n\n${request.body}`)
  await picture(
    'inspect-token',
    ['inspect-token', '--file', 'request.txt', '--audience', 'crm'],
    { columns: 100, code: 7, by },
    options,
  )
  await picture('all', ['all'], { columns: 84, code: 0, by }, realmName)
  await visit(realm)
  await record(proxy, receiver, options)
} finally {
  await realm?.remove()
  await Promise.all([proxy.close(), receiver.close(), keycloak.stop()])
  await rm(folder, { recursive: true, force: true })
}
