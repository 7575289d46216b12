import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HELP_TOPICS } from '../../src/cli/help-topics.ts'
import { COMMANDS } from '../../src/registry.ts'
import { commandLine } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'

const run = commandLine(new FakeKeycloak())
const NAMES = COMMANDS.map(({ name }) => name)
const SOURCES = new URL('../../src', import.meta.url).pathname

describe('the help of each command', () => {
  it.each(NAMES)('%s fits a screen: 45 lines of 80 columns', async (name) => {
    const { stdout } = await run(name, '--help')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(45)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it.each(NAMES)('%s names roles, exit codes, JSON and the page of global options', async (name) => {
    const { stdout } = await run(name, '--help')
    expect(stdout).toMatch(/^Roles: \S/m)
    expect(stdout).toMatch(/^Exit: {2}0 done · .*2 wrong usage/m)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`Docs:  /kc-logout/docs/reference/${name}.md`)
    expect(stdout).toContain('kc-logout help json')
    expect(stdout).toContain('kc-logout --help')
  })

  it('the first page lists the commands on one screen, and --help the options too', async () => {
    for (const argv of [[], ['help']]) {
      const { stdout } = await run(...argv)
      const lines = stdout.trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(45)
      expect(NAMES.filter((name) => !stdout.includes(`\n  ${name} `))).toEqual([])
      expect(stdout).not.toContain('--server')
      expect(lines.at(-1)).toBe('Documentation: /kc-logout/docs/README.md')
    }
    const { stdout } = await run('--help')
    expect(stdout).toContain('--server <url>')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Documentation: /kc-logout/docs/README.md')
  })

  it.each(NAMES)('%s starts with at least three of its examples', async (name) => {
    const { stdout } = await run(name, '--help')
    const commands = stdout.slice(0, stdout.indexOf('\nUsage: ')).match(/^ {2}\$ .*(?:\n {6}.*)*/gm) ?? []
    expect(commands.length).toBeGreaterThanOrEqual(3)
    expect(commands.filter((command) => command.includes(`kc-logout ${name}`)).length).toBeGreaterThanOrEqual(
      3,
    )
  })
})

describe('help topics', () => {
  it.each(HELP_TOPICS.map(({ name, rows }) => [name, rows] as const))(
    '%s lists its rows',
    async (name, rows) => {
      const { code, stdout, stderr } = await run('help', name)
      expect([code, stderr]).toEqual([0, ''])
      const text = stdout.replaceAll(/\s+/g, ' ')
      expect(rows.filter((row) => row.some((part) => !text.includes(part)))).toEqual([])
      // A single long word cannot be wrapped.
      const wide = stdout.split('\n').filter((line) => line.length > 80 && /\S \S+$/.test(line))
      expect(wide).toEqual([])
    },
  )

  it('environment names every variable that the sources read', async () => {
    const { stdout } = await run('help', 'environment')
    const names = sources().flatMap(
      (file) =>
        readFileSync(file, 'utf8').match(/(?<=env\.|['`])(?:KC_LOGOUT|KEYCLOAK|KC_CLI|C8Y)_[A-Z_]+\b/g) ?? [],
    )
    expect(names.length).toBeGreaterThan(20)
    expect([...new Set(names)].filter((name) => !stdout.includes(name))).toEqual([])
  })
})

/** Source files without tests. */
const sources = (): string[] =>
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(SOURCES, name))

describe('a typing error is answered with a suggestion', () => {
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

/** Calls of a function with the source text of their arguments. */
function calls(source: string, name: string): string[][] {
  const found: string[][] = []
  for (const match of source.matchAll(new RegExp(`\\b${name}\\(`, 'g'))) {
    const args: string[] = []
    let depth = 1
    let from = match.index + match[0].length
    for (let at = from; depth > 0 && at < source.length; at++) {
      const char = source.charAt(at)
      if ('\'"`'.includes(char)) {
        // A template may contain others; only its end matters.
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
  // For these there is nothing to do.
  const without = ['interrupted', 'declined', 'internal']
  const files = sources()
  const silent = files.flatMap((name) =>
    calls(readFileSync(name, 'utf8'), 'new UserError')
      .filter(
        ([code = '', , rest = '']) => !/\bhint\b|\.\.\./.test(rest) && !without.includes(code.slice(1, -1)),
      )
      .map(([code, message]) => `${name}: ${code} ${message}`),
  )
  expect(files.length).toBeGreaterThan(100)
  expect(silent).toEqual([])
})

it('a usage error without a hint points to --help', async () => {
  const { code, stderr } = await run('user')
  expect(code).toBe(2)
  expect(stderr).toContain('kc-logout user --help')
})
