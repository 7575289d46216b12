import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS, HIDDEN } from '../../src/registry.ts'
import { startFaultServer } from '../support/fault-server.ts'
import { folderOfTest } from '../support/folder.ts'
import { eachOf } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { aStage, ROWS, signIn } from './commands.ts'
import { CORE, FAULTS } from './faults.ts'
import { tried } from './tried.ts'

/** Commands that the sweeps (faults, secrets, hostile strings, dry runs, clocks) cannot run. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  completion: 'prints a text that is part of the program',
  schema: 'prints a text that is part of the program',
  explain: 'reads a file: its hostile lines are in terminal.test.ts',
  profile: 'needs a stored sign-in: below',
  logout: 'is `profile remove`',
  __complete: 'never fails: below',
}

test('every command is in a sweep, or has a reason not to be', (context) => {
  const commands = [...COMMANDS, ...HIDDEN].map(({ name }) => name).sort()
  const swept = new Set(Object.values(ROWS).map(({ argv }) => argv('')[0] ?? ''))
  expect([...swept, ...Object.keys(LEFT_OUT)].sort()).toEqual(commands)
  tried(context, { commands: swept.size, 'ways to run them': Object.keys(ROWS).length })
})

const faults = Object.entries(FAULTS).filter(([name]) => CORE.has(name))
const brokenServer = async () => {
  const server = await startFaultServer((await aStage({ mark: 'kept' })).http.answer)
  return server
}

describe('a broken server and commands outside of the sweeps', () => {
  test('completion offers nothing, prints nothing and does not block the shell', async (context) => {
    const folder = await folderOfTest()
    const found = await eachOf(faults, 4, async ([name, { fault }]) => {
      const server = await brokenServer()
      // Completion sends no password: it goes by a sign-in that is kept.
      const env = { KC_LOGOUT_CONFIG_DIR: join(folder, name.replaceAll(/\W/g, '-')) }
      const login = await runCli(['login', '--profile', 'p'], { env: { ...signIn(server.url), ...env } })
      expect(login.code, login.stderr).toBe(0)
      server.break(({ path }) => (path.includes('/clients') ? fault : undefined))
      const ran = await runCli(['__complete', 'kc-logout configure '], { env })
      const met = server.requests.some(({ path }) => path.includes('/clients'))
      await server.close()
      const isRight = met && ran.code === 0 && ran.stdout === 'words\n' && ran.stderr === '' && ran.ms < 9000
      return isRight
        ? []
        : [`${name}: met ${met}, exit ${ran.code}, ${ran.ms} ms, ${ran.stdout}${ran.stderr}`]
    })
    expect(found.flat()).toEqual([])
    tried(context, { faults: faults.length, 'meetings of a fault with a command': faults.length })
  })

  test('profile remove deletes what was stored, and reports that the session continues', async (context) => {
    const folder = await folderOfTest()
    const found = await eachOf(faults, 4, async ([name, { fault }]) => {
      const server = await brokenServer()
      const env = { KC_LOGOUT_CONFIG_DIR: join(folder, name.replaceAll(/\W/g, '_')) }
      const login = await runCli(['login', '--profile', 'p'], { env: { ...signIn(server.url), ...env } })
      server.break(({ path }) => (path.endsWith('/logout') ? fault : undefined))
      const ran = await runCli(['profile', 'remove', 'p', '--json', '--timeout', '0.5'], { env })
      const listed = await runCli(['profile', 'list', '--json'], { env })
      const met = server.requests.some(({ path }) => path.endsWith('/logout'))
      await server.close()
      const left = listed.json<{ profiles: unknown[] }>().profiles
      const isSaid = ran.code === 0 && ran.json<{ sessionEnded: boolean }>().sessionEnded === false
      const isRight =
        login.code === 0 && met && left.length === 0 && isSaid && !/kept/.test(ran.stderr) && ran.ms < 9000
      return isRight ? [] : [`${name}: met ${met}, exit ${ran.code}, ${ran.stdout}${ran.stderr}`]
    })
    expect(found.flat()).toEqual([])
    tried(context, { faults: faults.length, 'meetings of a fault with a command': faults.length })
  })
})
