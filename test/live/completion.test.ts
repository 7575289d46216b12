import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRealm, PASSWORD, type TestRealm } from '../support/realm.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { installInto, runCli, runInTerminal } from '../support/run-cli.ts'

/** Completion in real shells: presses Tab in a terminal and checks the line. */

const keycloak = inject('keycloak')
let realm: TestRealm
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop' },
      { clientId: 'https://app.example.com/x' },
      { clientId: '$(touch hacked)shopping' },
    ],
    users: [{ username: 'boss', adminRoles: ['realm-admin'] }],
    settings: { organizationsEnabled: true },
  })
  await addChoices(realm)
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-completion-'))
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'home'))
  await mkdir(join(folder, 'work'))
  await writeFile(join(folder, 'work', 'some token.txt'), '')
  env = {
    PATH: await installInto(join(folder, 'bin')),
    KC_LOGOUT_CONFIG_DIR: join(folder, 'config'),
    HOME: join(folder, 'home'),
  }
  const where = ['--server', keycloak.url, '-r', realm.name, '--login-realm', realm.name, '--profile', 'prod']
  const login = await runCli(['login', ...where, '--username', 'boss', '--password-stdin'], {
    stdin: PASSWORD,
    env,
  })
  expect(login.code, login.stderr).toBe(0)
})
afterAll(async () => {
  await realm?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** One name of each kind that users are chosen by. */
async function addChoices(of: TestRealm) {
  const made = await of.post('/groups', { name: 'crew' })
  await of.post(`/groups/${made.headers.location?.split('/').at(-1)}/children`, { name: 'night-shift' })
  await of.post('/roles', { name: 'auditor' })
  await of.post(`/clients/${await of.idOfClient('shop')}/roles`, { name: 'buyer' })
  const url = 'https://hub.test'
  const config = { authorizationUrl: url, tokenUrl: url, clientId: 'broker', clientSecret: 'secret' }
  await of.post('/identity-provider/instances', { alias: 'hub-idp', providerId: 'oidc', config })
  const domains = [{ name: 'acme.test' }]
  await of.post('/organizations', { name: 'Acme Inc.', alias: 'acme-org', enabled: true, domains })
}

const SHELLS = [
  {
    name: 'bash',
    program: ['bash', '--norc', '--noprofile', '-i'],
    setUp: 'source <(kc-logout completion bash)',
  },
  {
    name: 'zsh',
    program: ['zsh', '-f', '-i'],
    setUp: 'autoload -Uz compinit && compinit -u -d $HOME/z && source <(kc-logout completion zsh)',
  },
  { name: 'fish', program: ['fish', '--no-config', '-i'], setUp: 'kc-logout completion fish | source' },
]

/** A line with a Tab, and the expected output. */
type Press = readonly [what: string, line: string, shows: RegExp]

/** Types the lines into one shell, each after the previous one was completed. Runs only `exit`. */
async function press(
  { program, setUp }: (typeof SHELLS)[number],
  presses: readonly Press[],
  more: Record<string, string> = {},
): Promise<string> {
  const prompt = /[$%#>]\s*$/
  const ran = await runInTerminal([], {
    program,
    env: { ...env, ...more },
    cwd: join(folder, 'work'),
    columns: 160,
    timeoutMs: 90_000,
    types: [
      { when: prompt, send: `${setUp}; echo set''up\r` },
      ...presses.map(([, line], index) => ({
        when: presses[index - 1]?.[2] ?? /setup\s[\s\S]*[$%#>]\s*$/,
        // Ctrl-U empties the line. (Ctrl-C would end it, but readline forgets one that comes while it draws.)
        send: index === 0 ? line : `\x15${line}`,
      })),
      { when: presses.at(-1)?.[2] ?? prompt, send: '\x15exit 0\r' },
    ],
  })
  expect(ran.code).toBe(0)
  return ran.screen
}

test('kubectl: the words of `kubectl kc-logout`, in the form that it reads', async () => {
  const run = promisify(execFile)
  const { stdout: script } = await runCli(['completion', 'kubectl'], { env })
  const complete = async (...words: string[]) =>
    (
      await run('/bin/sh', ['-c', script, 'kubectl_complete-kc_logout', ...words], {
        env: { ...process.env, ...env },
      })
    ).stdout
  expect(await complete('sess')).toMatch(/^sessions\t.*\n:4\n$/)
  expect(await complete('doctor', 'sho')).toBe('shop\n:4\n')
  expect(await complete('user', '--report', '')).toBe(':0\n')
})

describe.each(SHELLS)('$name', (shell) => {
  test('completes whatever stands at the cursor', async () => {
    const presses: readonly Press[] = [
      ['a command', 'kc-logout sess\t', /kc-logout sess\S*ions/],
      ['an option', 'kc-logout user ada --dry\t', /--dry-?run/],
      ['a value of an option', 'kc-logout user ada --by use\t', /--by username/],
      ['the same behind an equals sign', 'kc-logout user ada --by=em\t', /--by=email/],
      ['an argument of a few', 'kc-logout audit cumu\t', /audit cumulocity/],
      ['a client id, from Keycloak', 'kc-logout configure sho\t', /configure shop/],
      ['one that is a URL', 'kc-logout configure https://app\t', /https:\/\/app\.example\.com\/x/],
      ['one behind an equals sign', 'kc-logout user ada --client=sho\t', /--client=shop/],
      ['a group', 'kc-logout all --group /crew/n\t', /--group \/crew\/night-shift/],
      ['a role', 'kc-logout user --role aud\t', /--role auditor/],
      ['a role of a client', 'kc-logout user --role=shop/\t', /--role=shop\/buyer/],
      ['an identity provider', 'kc-logout sessions --idp hub\t', /--idp hub-idp/],
      ['an organization', 'kc-logout sessions --org ac\t', /--org acme-org/],
      ['the realm', `kc-logout -r ${realm.name.slice(0, 10)}\t`, new RegExp(realm.name)],
      ['a profile', 'kc-logout --profile pr\t', /--profile prod/],
      ['a command behind a pipe', 'echo ada | kc-logout whoa\t', /kc-logout whoami/],
      ['a file', 'kc-logout explain some\t', /some\\? token|'some token/],
    ]
    await press(shell, presses)
  })

  test('runs nothing that a client is called', async () => {
    await press(shell, [['every client', 'kc-logout configure \t\t', /shop/]])
    expect(await readdir(join(folder, 'work'))).toEqual(['some token.txt'])
  })

  test('shows nothing at all where something is wrong', async () => {
    const broken = join(folder, `broken-${shell.name}`)
    await mkdir(broken)
    await writeFile(join(broken, 'profiles.yaml'), 'profiles: [\n')
    // A bell may ring between the two.
    const screen = await press(
      shell,
      [['what it cannot', 'kc-logout configure sho\tp', /configure sho\W?p/]],
      {
        KC_LOGOUT_CONFIG_DIR: broken,
      },
    )
    expect(screen).not.toMatch(/profiles\.yaml|error|✗/i)
  })
})

describe('names from Keycloak', () => {
  const complete = async (line: string, more: Record<string, string | undefined> = {}) =>
    (await runCli(['__complete', line], { env: { ...env, ...more } })).stdout.trimEnd().split('\n').slice(1)

  test('are read once in five minutes, and cached in a private file', async () => {
    const { proxy, config } = await signedIn('cached')
    const more = { KC_LOGOUT_CONFIG_DIR: config }
    expect(await complete('kc-logout configure sho', more)).toEqual(['shop'])
    const before = proxy.requests.length
    expect(await complete('kc-logout configure sh', more)).toEqual(['shop'])
    expect(proxy.requests).toHaveLength(before)
    const [name = ''] = await readdir(join(config, 'cache', 'names'))
    const file = join(config, 'cache', 'names', name)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('eyJ')
    await proxy.close()
  })

  /** Signs in with a folder of its own, through a counting proxy. */
  async function signedIn(name: string) {
    const proxy = await startRecordingProxy(keycloak.url)
    const config = join(folder, name)
    const where = ['--server', proxy.url, '-r', realm.name, '--login-realm', realm.name, '--profile', 'prod']
    const login = await runCli(['login', ...where, '--username', 'boss', '--password-stdin'], {
      stdin: PASSWORD,
      env: { ...env, KC_LOGOUT_CONFIG_DIR: config },
    })
    expect(login.code, login.stderr).toBe(0)
    return { proxy, config, tokens: join(config, 'tokens', 'prod.json') }
  }
  /** Makes the access token expire, not the session. */
  async function age(tokens: string) {
    const kept = JSON.parse(await readFile(tokens, 'utf8'))
    kept.tokens.issuedAt -= 3_600_000
    kept.tokens.expiresAt -= 3_600_000
    await writeFile(tokens, JSON.stringify(kept), { mode: 0o600 })
  }

  test('are read with a renewed sign-in after the token expired', async () => {
    const { proxy, config, tokens } = await signedIn('aged')
    await age(tokens)
    expect(await complete('kc-logout configure sho', { KC_LOGOUT_CONFIG_DIR: config })).toEqual(['shop'])
    await proxy.close()
  })

  test('are empty if the session has ended', async () => {
    const { proxy, config, tokens } = await signedIn('ended')
    await age(tokens)
    await realm.post('/logout-all', {})
    await expectNothing({ KC_LOGOUT_CONFIG_DIR: config })
    await proxy.close()
  })

  test('are empty while another process renews the sign-in', async () => {
    const { proxy, config, tokens } = await signedIn('busy')
    await age(tokens)
    await writeFile(`${tokens}.lock`, `${process.pid} another`)
    await expectNothing({ KC_LOGOUT_CONFIG_DIR: config })
    await proxy.close()
  })

  test('never use a password: a wrong one would lock the account', async () => {
    const proxy = await startRecordingProxy(keycloak.url)
    await expectNothing({
      KC_LOGOUT_CONFIG_DIR: '/nonexistent',
      KC_LOGOUT_SERVER: proxy.url,
      KC_LOGOUT_REALM: realm.name,
      KC_LOGOUT_USERNAME: 'boss',
      KC_LOGOUT_PASSWORD: 'wrong',
    })
    expect(proxy.requests).toEqual([])
    await proxy.close()
  })

  test('are empty after a second if the server does not respond', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    await expectNothing({ KC_LOGOUT_SERVER: `http://127.0.0.1:${port}`, KC_LOGOUT_TOKEN: 'x' })
    silent.close()
  })

  test.each<[string, Record<string, string>]>([
    ['nobody is signed in', { KC_LOGOUT_CONFIG_DIR: '/nonexistent' }],
    ['the server is away', { KC_LOGOUT_SERVER: 'http://127.0.0.1:9', KC_LOGOUT_TOKEN: 'x' }],
    ['the server is no Keycloak', { KC_LOGOUT_SERVER: `${keycloak.url}/admin`, KC_LOGOUT_TOKEN: 'x' }],
    ['the profile does not exist', { KC_LOGOUT_PROFILE: 'nope' }],
    ['the sign-in is refused', { KC_LOGOUT_TOKEN: 'x' }],
  ])('are empty if %s', async (_, more) => expectNothing(more))

  /** Prints nothing, within a second plus the start-up time on a busy machine. */
  async function expectNothing(more: Record<string, string>) {
    const { ms } = await runCli(['--version'])
    const ran = await runCli(['__complete', 'kc-logout configure '], { env: { ...env, ...more } })
    expect(ran).toMatchObject({ code: 0, stdout: 'words\n', stderr: '' })
    expect(ran.ms).toBeLessThan(1500 + 3 * ms)
  }
})
