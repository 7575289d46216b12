import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { COMMANDS } from '../../src/registry.ts'
import { confirmDevice } from '../support/device.ts'
import { type DocumentedTenant, startDocumentedTenant } from '../support/documented-tenant.ts'
import { send } from '../support/http.ts'
import { skipWithout } from '../support/programs.ts'
import { createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { installInto, runCli, runInTerminal, type Typed } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'

/** Every example of every help page, run as it is written by a shell in a terminal. */

const keycloak = inject('keycloak')
let realm: TestRealm
let folder: string
let path: string
let tenant: DocumentedTenant

beforeAll(async () => {
  realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop', redirectUris: ['http://app.test/shop/callback', 'https://shop.example.com/*'] },
      { clientId: 'iot' },
      { clientId: 'kc-logout', attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } },
      { clientId: 'night-job', serviceAccountRoles: ['view-clients'] },
    ],
    users: [
      { username: 'boss', adminRoles: ['realm-admin'] },
      { username: 'ada', email: 'ada@example.com' },
      'bob',
      'dora',
    ],
  })
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-examples-'))
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'work'))
  path = await installInto(join(folder, 'bin'))
  // Somebody else's program: prints the log of a pod.
  await writeFile(join(folder, 'bin', 'kubectl'), '#!/bin/sh\ncat server.log\n', { mode: 0o755 })
  const { tokens } = await signIn(realm, { user: 'ada', client: 'shop' })
  const keys = await send('GET', `${realm.issuer}/protocol/openid-connect/certs`)
  // The audit log of a tenant, as Cumulocity's documentation describes it.
  const record = {
    time: new Date().toISOString(),
    type: 'User',
    activity: 'Json web token claims',
    text: JSON.stringify(decodeJwt(tokens.access_token)),
  }
  tenant = await startDocumentedTenant({ records: [record] })
  const log = await readFile(new URL('../fixtures/keycloak-26.7.4.log', import.meta.url), 'utf8')
  const files = {
    'tenants.yaml': `tenants:\n  - tenantUrl: ${tenant.url}\n    user: ada\n    password: pw\n`,
    'token.txt': tokens.access_token,
    'request.txt': `POST /callback HTTP/1.1\nAuthorization: Bearer ${tokens.access_token}\n\n`,
    'id.jwt': tokens.id_token,
    'keys.json': keys.text,
    'leavers.txt': 'ada\nbob\n',
    'drill.pw': PASSWORD,
    'drill.yaml': 'apps:\n  - clientId: shop\n    url: http://127.0.0.1:9/\n',
    'secret.txt': secretOf('night-job'),
    'server.log': log,
    'server.log.gz': gzipSync(log),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'work', name), text)
})
afterAll(async () => {
  await tenant?.close()
  await realm?.remove()
  await rm(folder, { recursive: true, force: true })
})

let signedInOnce: string | undefined
/** A folder of profiles of its own, whose session is the one of the examples before, unless one of those ended it. */
async function signedIn(): Promise<string> {
  signedInOnce ??= await signInAs(['prod', 'home'])
  const config = await mkdtemp(join(folder, 'config-'))
  await cp(signedInOnce, config, { recursive: true })
  return config
}

async function signInAs(profiles: readonly string[]): Promise<string> {
  const config = await mkdtemp(join(folder, 'signed-in-'))
  const where = ['--server', keycloak.url, '-r', realm.name, '--login-realm', realm.name]
  for (const profile of profiles) {
    const login = await runCli(
      ['login', ...where, '--profile', profile, '--username', 'boss', '--password-stdin'],
      { stdin: PASSWORD, env: { KC_LOGOUT_CONFIG_DIR: config } },
    )
    expect(login.code, login.stderr).toBe(0)
  }
  return config
}

interface Expected {
  /** Default: 0. */
  readonly codes?: readonly number[]
  readonly types?: readonly Typed[]
  /** The session that it was run in has ended afterwards. */
  readonly endsSession?: true
}

const password: Typed = { when: 'Password of', send: `${PASSWORD}\r` }
const yes: Typed = { when: '(y/N)', send: 'y\r' }
const ctrlC = (when: RegExp | string): Typed => ({ when, send: '\x03' })

/** How an example ends, by how it begins. The first that fits counts; one that nothing fits fails. */
const EXPECTED: readonly (readonly [begins: string, Expected])[] = [
  // The sessions that it ends are those of this machine.
  ['kc-logout sessions --list', { endsSession: true }],
  ['kc-logout sessions', {}],
  // Without a password file it asks.
  ['kc-logout drill shop', { codes: [7], types: [password] }],
  ['kc-logout drill', { codes: [7] }],
  ['kc-logout whoami', {}],
  ['kc-logout schema', {}],
  ['kc-logout profile remove', { endsSession: true }],
  ['kc-logout profile', {}],
  ['kc-logout not-before show', {}],
  ['kc-logout not-before set --client', { types: [yes], endsSession: true }],
  // Their own sign-in is of the realm and becomes stale.
  ['kc-logout not-before set', { types: [yes, password], endsSession: true }],
  ['kc-logout not-before clear', { types: [yes], endsSession: true }],
  ['kc-logout logout-url', {}],
  ['kc-logout events --enable', {}],
  ['kc-logout events --user', {}],
  ['kc-logout events -r', {}],
  ['kc-logout configure --export', {}],
  ['kc-logout configure -r customers --export', {}],
  ['kc-logout configure --file logout.yaml --dry-run', {}],
  ['kc-logout completion', {}],
  ['source <(kc-logout completion', {}],
  ['kc-logout login --device', { endsSession: true }],
  ['kc-logout login --server', { types: [password], endsSession: true }],
  ['kc-logout login --client-id', { endsSession: true }],
  // Whoever runs this may be signed in with kcadm, or not.
  ['kc-logout login --from-kcadm', { codes: [0, 4] }],
  ['kc-logout login', { types: [{ when: '1 sign in again', send: '1\r' }, password], endsSession: true }],
  ['kc-logout logout', { endsSession: true }],
  ['kc-logout user -', {}],
  ['kc-logout user ada@example.com --dry-run', {}],
  ['kc-logout user', { types: [yes] }],
  ['kc-logout all -r customers --dry-run', {}],
  // Who runs these lives in the realm: their own session ends, too, and whatever is left is looked at afterwards.
  ['kc-logout all -r customers --confirm', { types: [password], endsSession: true }],
  ['kc-logout all --client', { endsSession: true }],
  [
    'kc-logout all',
    { types: [{ when: 'Type the realm name', send: 'customers\r' }, password], endsSession: true },
  ],
  ['kc-logout not-before show', {}],
  ['kc-logout not-before set --client', { types: [yes] }],
  // It makes the own sign-in stale, too, which is of this realm.
  ['kc-logout not-before set', { types: [yes, password], endsSession: true }],
  ['kc-logout not-before clear', { types: [yes] }],
  ['kc-logout configure shop', { types: [yes] }],
  ['kc-logout configure iot', { types: [yes] }],
  ['kc-logout configure --file logout.yaml --check', { codes: [0, 7] }],
  ['kc-logout audit', { codes: [0, 7] }],
  ['kc-logout events --follow', { codes: [0, 130], types: [ctrlC(/LOGOUT|since|no event/i)] }],
  ['kc-logout explain --follow', { codes: [130, 7], types: [ctrlC(/./)] }],
  ['kc-logout explain', { codes: [7] }],
  ['kubectl', { codes: [7] }],
  ['kc-logout listen --take-over', { codes: [0, 130], types: [yes, ctrlC(/listen/i)] }],
  ['kc-logout listen', { codes: [0, 130], types: [ctrlC(/listen/i)] }],
  ['kc-logout doctor', { codes: [0, 7] }],
  // An access token is no logout token of now.
  ['kc-logout inspect-token', { codes: [0, 7] }],
]

/** Commands whose examples need somebody who is signed in, and may leave nobody. */
const WITH_SESSIONS = new Set(['sessions', 'user', 'all'])

/** The shell that an example is for. */
function shellFor(example: string): string[] {
  if (example.includes('completion zsh'))
    return ['zsh', '-f', '-c', 'autoload -Uz compinit && compinit -u -D && eval "$0"']
  if (example.includes('completion fish')) return ['fish', '--no-config', '-c']
  return ['bash', '-o', 'pipefail', '-c']
}

/** The programs that it needs besides kc-logout and the basic ones. */
const programsOf = (example: string): string[] => [
  ...shellFor(example).slice(0, 1),
  ...(/\bjq\b/.exec(example) ?? []),
]

const pages = await Promise.all(
  COMMANDS.map(async ({ name }) => {
    const { stdout } = await runCli([name, '--help'])
    const top = stdout.slice(0, stdout.indexOf('\nUsage: '))
    const found = [...top.matchAll(/^ {2}\$ (.*(?:\n {6}.*)*)$/gm)].map(([, line = '']) => line)
    return { name, examples: found.map((line) => line.replace(/(?<=\S) {2,}(?=\S).*$/gm, '')) }
  }),
)

describe.each(pages)('the examples of $name', ({ name, examples }) => {
  test('exist', () => expect(examples).not.toEqual([]))

  test.each(examples)('%s', async (example) => {
    const [, expected] = EXPECTED.find(([begins]) => example.startsWith(begins)) ?? []
    if (!expected) throw new Error('Nothing in EXPECTED says how this example ends.')
    await skipWithout('python3', ...programsOf(example))
    const config = await signedIn()
    if (WITH_SESSIONS.has(name)) await signIn(realm, { user: 'ada', client: 'shop' })
    if (expected.endsSession) signedInOnce = undefined
    // A not-before has seconds: a sign-in of the same second would not become stale.
    if (example.startsWith('kc-logout not-before set')) await sleep(1_100)
    const here = (text: string) =>
      text
        .replaceAll('customers', realm.name)
        .replaceAll('https://kc.example.com', keycloak.url)
        .replaceAll('203.0.113.9', '127.0.0.1')
        .replaceAll('https://mytenant.example.com', tenant.url)
    const confirmed: Promise<void>[] = []
    const ran = await runInTerminal([here(example)], {
      program: shellFor(example),
      env: { PATH: path, KC_LOGOUT_CONFIG_DIR: config, HOME: folder, C8Y_USER: 'ada', C8Y_PASSWORD: 'pw' },
      cwd: join(folder, 'work'),
      columns: 160,
      timeoutMs: 45_000,
      types: (expected.types ?? []).map(({ when, send }) => ({ when, send: here(send) })),
      onShown: (screen) => {
        const [, url] = /or open (\S+user_code=\S+)/.exec(screen) ?? []
        if (url && confirmed.length === 0) confirmed.push(confirmDevice(url, 'boss', PASSWORD))
      },
    })
    await Promise.all(confirmed)
    expect(expected.codes ?? [0], ran.screen).toContain(ran.code)
    expect(ran.screen).not.toMatch(/unknown option|Unexpected:/)
  })
})
