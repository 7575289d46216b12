import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/registry.ts'
import { commandLine } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'

const run = commandLine(new FakeKeycloak())
const NAMES = COMMANDS.map(({ name }) => name)

describe('the help of each command', () => {
  it.each(NAMES)('%s fits a screen: 45 lines of 80 columns', async (name) => {
    const { stdout } = await run(name, '--help')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(45)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it.each(NAMES)('%s names roles, exit codes, JSON and the page with global options', async (name) => {
    const { stdout } = await run(name, '--help')
    expect(stdout).toMatch(/^Roles: \S/m)
    expect(stdout).toMatch(/^Exit: {2}0 done · .*2 wrong usage/m)
    expect(stdout).toContain(`docs/reference/${name}.md`)
    expect(stdout).toContain('kc-logout --help')
  })

  it.each(NAMES)('%s starts with examples of the command', async (name) => {
    const { stdout } = await run(name, '--help')
    const commands = stdout.slice(0, stdout.indexOf('\nUsage: ')).match(/^ {2}\$ .*(?:\n {6}.*)*/gm) ?? []
    expect(commands.length).toBeGreaterThanOrEqual(3)
    expect(commands.filter((command) => command.includes(`kc-logout ${name}`)).length).toBeGreaterThanOrEqual(
      3,
    )
  })
})

describe('a typing error gets a suggestion', () => {
  it.each([
    [['sesions'], 'sessions'],
    [['uesr', 'ada'], 'user'],
    [['inspect'], 'inspect-token'],
    [['user', 'ada', '--dryrun'], '--dry-run'],
    [['sessions', '--relm', 'x'], '--realm'],
    [['configure', 'shop', '--backchanel-url', 'x'], '--backchannel-url'],
  ])('%j: %s', async (argv, meant) => {
    const { code, stderr } = await run(...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(meant)
  })
})

/** Calls of a function with their arguments as they are written, quotes and nesting respected. */
function calls(source: string, name: string): string[][] {
  const found: string[][] = []
  for (const match of source.matchAll(new RegExp(`\\b${name}\\(`, 'g'))) {
    const args: string[] = []
    let depth = 1
    let from = match.index + match[0].length
    for (let at = from; depth > 0 && at < source.length; at++) {
      const char = source.charAt(at)
      if ('\'"`'.includes(char)) {
        // A template may contain others; only its end matters here.
        let nested = 0
        for (at++; at < source.length; at++) {
          if (source[at] === '\\') at++
          else if (char === '`' && source.startsWith('${', at)) nested++
          else if (source[at] === '}' && nested > 0) nested--
          else if (source[at] === char && nested === 0) break
        }
      } else if ('([{'.includes(char)) depth++
      else if (')]}'.includes(char)) depth--
      if ((char === ',' && depth === 1) || depth === 0) {
        const arg = source.slice(from, at).trim()
        if (arg) args.push(arg)
        from = at + 1
      }
    }
    found.push(args)
  }
  return found
}

it('every error has a hint', () => {
  // The user cannot do anything about these.
  const without = ['interrupted', 'declined', 'internal']
  const folder = new URL('../../src', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const silent = files.flatMap((name) =>
    calls(readFileSync(join(folder, name), 'utf8'), 'new UserError')
      .filter(
        ([code = '', , rest = '']) => !/\bhint\b|\.\.\./.test(rest) && !without.includes(code.slice(1, -1)),
      )
      .map(([code, message]) => `${name}: ${code} ${message}`),
  )
  expect(files.length).toBeGreaterThan(100)
  expect(silent).toEqual([])
})

it('a usage error without a hint names the help page', async () => {
  const { code, stderr } = await run('user')
  expect(code).toBe(2)
  expect(stderr).toContain('kc-logout user --help')
})
