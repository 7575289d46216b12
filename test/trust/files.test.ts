import { spawn } from 'node:child_process'
import { chmod, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FaultServer, startFaultServer } from '../support/fault-server.ts'
import { type HttpKeycloakOptions, httpKeycloak } from '../support/http-keycloak.ts'
import { cleanEnvironment, runCli } from '../support/run-cli.ts'
import { aStage, signIn } from './commands.ts'
import { byExtent } from './extent.ts'
import { tried } from './tried.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/kc-logout.js', import.meta.url))

let folder: string
const servers: FaultServer[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-files-'))
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await rm(folder, { recursive: true })
})

/** A stored sign-in; all its files are below `config`. */
async function signedIn(options: HttpKeycloakOptions = {}, umask = '022') {
  const { fake } = await aStage()
  const http = httpKeycloak(fake, options)
  const server = await startFaultServer(http.answer)
  servers.push(server)
  const config = join(await mkdtemp(join(folder, 'home-')), 'config', 'kc-logout')
  const env = { KC_LOGOUT_CONFIG_DIR: config }
  const code = await withUmask(umask, ['login'], { ...signIn(server.url), ...env })
  expect(code).toBe(0)
  const [tokens = ''] = (await filesBelow(config)).filter((path) => path.includes('/tokens/'))
  return { http, server, config, env, tokens }
}

function withUmask(
  umask: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<number | null> {
  const child = spawn('sh', ['-c', `umask ${umask}; exec node "$0" "$@"`, PROGRAM, ...argv], {
    env: cleanEnvironment(env),
    stdio: 'ignore',
  })
  return new Promise((resolve) => child.once('close', resolve))
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
const modeOf = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8)

test.each(['000', '022', '077'])(
  'with the umask %s every file is 0600 and every folder 0700',
  async (umask) => {
    const { config } = await signedIn({}, umask)
    const entries = await readdir(config, { recursive: true, withFileTypes: true })
    expect(entries.length).toBeGreaterThan(2)
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      expect([entry.name, await modeOf(path)]).toEqual([entry.name, entry.isDirectory() ? '700' : '600'])
    }
    expect(await modeOf(config)).toBe('700')
  },
)

describe('a stored sign-in that another user may know or may have written is not used: exit 4, nothing is sent with it', () => {
  type Kept = Awaited<ReturnType<typeof signedIn>>
  test.each<[string, (kept: Kept) => Promise<void>]>([
    ['readable by the group', ({ tokens }) => chmod(tokens, 0o640)],
    ['readable by everybody', ({ tokens }) => chmod(tokens, 0o604)],
    [
      'a symbolic link',
      async ({ tokens }) => {
        await rename(tokens, `${tokens}.real`)
        await symlink(`${tokens}.real`, tokens)
      },
    ],
    ['in a folder writable by others', ({ tokens }) => chmod(join(tokens, '..'), 0o777)],
    [
      'in a folder that is a link',
      async ({ tokens }) => {
        const here = join(tokens, '..')
        await rename(here, `${here}.real`)
        await symlink(`${here}.real`, here)
      },
    ],
  ])('%s', async (_, spoil) => {
    const kept = await signedIn()
    await spoil(kept)
    const before = kept.server.requests.length
    const ran = await runCli(['sessions'], { env: kept.env })
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.stderr).toMatch(/^error: .+\nhint: {2}.+\n$/)
    const sent = kept.server.requests.slice(before)
    expect(sent.filter(({ headers, body }) => headers.authorization || /refresh_token=/.test(body))).toEqual(
      [],
    )
  })
})

test('kill -9 during a token refresh: the old or the new tokens are stored, complete, and work', async (context) => {
  const { config, env, tokens } = await signedIn({ life: 1 })
  const kills = byExtent({ quick: 6, usual: 12, full: 60 })
  for (let n = 0; n < kills; n++) {
    await new Promise((resolve) => setTimeout(resolve, 700))
    const ran = await runCli(['sessions'], {
      env,
      onStart: ({ signal }) => void setTimeout(() => signal('SIGKILL'), 60 + Math.random() * 120),
    })
    if (ran.code !== undefined) expect(ran.code, ran.stderr).toBe(0)
    const text = await readFile(tokens, 'utf8')
    expect(JSON.parse(text)).toMatchObject({ version: 1, tokens: { accessToken: expect.any(String) } })
    for (const path of await filesBelow(config)) expect(await modeOf(path), path).toBe('600')
  }
  const last = await runCli(['sessions'], { env })
  expect(last.code, last.stderr).toBe(0)
  tried(context, { 'kills while a sign-in was kept': kills })
}, 120_000)
