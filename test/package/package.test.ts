import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { version } from '../../package.json'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { cleanEnvironment, runInTerminal } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'

/** The packed package, installed outside of this checkout, on every supported Node version. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NODES = [20, 22, 24, 26]
const run = promisify(execFile)
const homeFor = (major: number) => `home-${major}`

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly entryCount: number
}

const keycloak = inject('keycloak')
let folder: string
let packed: Packed
let realm: TestRealm

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kc-logout-package-')))
  for (const name of ['work', 'prefix', ...NODES.map(homeFor)]) await mkdir(join(folder, name))
  // It is already built; the script would rebuild it while other tests run.
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
  })
  packed = JSON.parse(stdout)[0]
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`
  process.stdout.write(
    `${packed.filename}: ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} in ${packed.entryCount} files\n`,
  )
  const tarball = join(folder, packed.filename)
  await run('npm', ['install', '--global', '--prefix', join(folder, 'prefix'), tarball], { cwd: folder })
  realm = await createRealm(keycloak, { clients: [{ clientId: 'shop' }], users: ['ada'] })
})
afterAll(async () => {
  await realm?.remove()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** An environment with this Node version and the installed command only. */
function freshEnvironment(node: string, major: number): NodeJS.ProcessEnv {
  const home = join(folder, homeFor(major))
  const path = [join(folder, 'prefix', 'bin'), dirname(node), '/usr/bin', '/bin'].join(':')
  const nowhere = { KC_LOGOUT_CONFIG_DIR: undefined, XDG_CONFIG_HOME: undefined, XDG_CACHE_HOME: undefined }
  return cleanEnvironment({ ...nowhere, HOME: home, PATH: path })
}

/** A Node of this major version, from npm. */
async function nodeOf(major: number): Promise<string> {
  const { stdout } = await run('npx', ['-y', '-p', `node@${major}`, '-c', 'command -v node'], { cwd: folder })
  return stdout.trim().split('\n').at(-1) ?? ''
}

describe.each(NODES)('on Node %i', (major) => {
  let node: string
  beforeAll(async () => {
    node = await nodeOf(major)
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`))
  })
  const installed = async (line: string) => {
    const running = run('sh', ['-c', line], { cwd: join(folder, 'work'), env: freshEnvironment(node, major) })
    const { code, stdout, stderr } = await running.then(
      (ran) => ({ code: 0, ...ran }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
    return { code, stdout, stderr }
  }

  test('it prints version and help', async () => {
    expect(await installed('kc-logout --version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(await installed('kc-logout user --help')).toMatchObject({ code: 0, stderr: '' })
  })

  test('it explains a token, reads a log and reports an unreachable server', async () => {
    const { tokens } = await signIn(realm, { user: 'ada', client: 'shop' })
    await writeFile(join(folder, 'work', 't.txt'), tokens.access_token)
    const log = new URL('../fixtures/keycloak-26.7.4.log', import.meta.url)
    await writeFile(join(folder, 'work', 'server.log'), await readFile(log))
    const token = await installed(`kc-logout inspect-token --issuer ${realm.issuer} < t.txt --json`)
    expect(token).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(token.stdout).tokens[0].signature.status).toBe('valid')
    expect(await installed('kc-logout explain server.log')).toMatchObject({ code: 7, stderr: '' })
    const away = await installed('kc-logout sessions --server http://127.0.0.1:9 -r x --token-file t.txt')
    expect(away).toMatchObject({ code: 6, stdout: '' })
  })

  test('login, sessions and user work without settings, as in the README', async () => {
    await signIn(realm, { user: 'ada', client: 'shop' })
    expect(await realm.sessionsOf('ada')).not.toEqual([])
    const at = { program: ['kc-logout'], cwd: join(folder, 'work'), env: freshEnvironment(node, major) }
    const { username, password } = keycloak.admin
    const login = await runInTerminal(['login'], {
      ...at,
      types: [
        { when: 'Address of Keycloak', send: `${keycloak.url}\r` },
        { when: 'Target realm', send: `${realm.name}\r` },
        { when: 'Username', send: `${username}\r` },
        { when: 'Password of', send: `${password}\r` },
      ],
    })
    expect(login.code, login.screen).toBe(0)
    const sessions = await runInTerminal(['sessions'], at)
    expect(sessions.code, sessions.screen).toBe(0)
    expect(sessions.screen).toContain('shop')
    const user = await runInTerminal(['user', 'ada'], { ...at, types: [{ when: '(y/N)', send: 'y\r' }] })
    expect(user.code, user.screen).toBe(0)
    expect(await realm.sessionsOf('ada')).toEqual([])
  })
})
