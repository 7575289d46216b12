import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildExecutable, fetchNode } from '../../build/executables/executable.js'
import { TARGETS } from '../../build/executables/targets.js'
import { version } from '../../package.json'
import { cleanEnvironment } from '../support/run-cli.ts'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kc-logout', 'nodes')
const target = TARGETS.find(({ name }) => name === `${process.platform}-${process.arch}`)

/** The single executable for this machine, without Node in the PATH. */
describe.runIf(target)('the executable', () => {
  let folder: string
  let executable: string
  beforeAll(async () => {
    if (!target) return
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-executable-'))
    const nodes = { [target.name]: await fetchNode(target, CACHE) }
    executable = await buildExecutable(target, { dist: DIST, nodes, folder })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const start = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const env = cleanEnvironment({ PATH: '/nowhere', KC_LOGOUT_CONFIG_DIR: join(folder, 'config') })
      execFile(executable, args, { cwd: folder, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      )
    })

  test('it prints its version, and where its man page is', async () => {
    expect(await start('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect((await start('user', '--help')).stdout).toContain('man kc-logout-user')
  })

  test('it reads a compressed log', async () => {
    await writeFile(
      join(folder, 'server.log.gz'),
      gzipSync('2026-11-29 06:40:13,000 INFO  [org.keycloak] (main) up\n'),
    )
    expect(await start('explain', 'server.log.gz')).toMatchObject({ code: 0, stderr: '' })
  })

  test('drill --browser loads no package of the folder it runs in, and says what to install', async () => {
    const trap = join(folder, 'node_modules/playwright-core')
    await mkdir(trap, { recursive: true })
    await writeFile(join(trap, 'package.json'), '{"name":"playwright-core","main":"index.js"}')
    await writeFile(join(trap, 'index.js'), 'process.stdout.write("loaded")')
    await writeFile(join(folder, 'pw'), 'secret', { mode: 0o600 })
    const password = join(folder, 'pw')
    const drill = ['drill', '--user=dora', `--user-password-file=${password}`, '--browser-path=/bin/true']
    const realm = ['--server=http://127.0.0.1:9', '-r=x', '--username=admin', `--password-file=${password}`]
    const { code, stdout, stderr } = await start(...drill, '--browser', ...realm)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      'error: The package playwright-core, which --browser needs, is not installed.\n' +
        'hint:  This executable cannot load it: npm install --global kc-logout playwright-core\n',
    )
  })
})
