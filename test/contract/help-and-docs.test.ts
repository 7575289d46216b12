import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/registry.ts'
import { commandLine } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'

const CONTRACT = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')

/** What docs/commands.md says of a command: its section, or what follows its name in a section of several. */
function promiseOf(command: string): string {
  const own = CONTRACT.split(/^## /m).find((section) => section.startsWith(`${command}\n`))
  if (own) return own
  const [, said = ''] = CONTRACT.split(new RegExp(`(?=\`kc-logout ${command}[ \`])`))
  const [promise = ''] = said.split(/\n|(?<=.)(?=`kc-logout )/)
  return promise
}

const everywhere = CONTRACT.split(/^## /m).find((section) => section.startsWith('Everywhere\n')) ?? ''
/** Flags in code quotes: prose has dashes of its own. */
const flagsIn = (markdown: string) =>
  new Set(
    [...markdown.matchAll(/`[^`]*`/g)].flatMap(([code]) => code.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []),
  )

/** Flags that a help page lists, at the beginnings of its lines. */
async function listed(...argv: string[]) {
  const { stdout } = await commandLine(new FakeKeycloak())(...argv, '--help')
  const options = stdout.split('\n').filter((line) => /^ {2}-/.test(line))
  return new Set(options.flatMap((line) => line.match(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/)?.[1] ?? []))
}
const missing = (wanted: ReadonlySet<string>, ...known: readonly Iterable<string>[]) => {
  const all = new Set(known.flatMap((flags) => [...flags]))
  return [...wanted].filter((flag) => !all.has(flag))
}

describe('--help and docs/commands.md', () => {
  it('name the same options for every command', async () => {
    const help = await listed()
    expect(missing(help, flagsIn(everywhere), ['--help', '--version'])).toEqual([])
  })

  describe.each(COMMANDS.map(({ name }) => name))('of %s', (name) => {
    it('there is a promise', () => {
      expect(promiseOf(name)).not.toBe('')
    })

    it('every option that is promised is there', async () => {
      expect(missing(flagsIn(promiseOf(name)), await listed(name), await listed())).toEqual([])
    })

    it('every option that is there is promised', async () => {
      expect(missing(await listed(name), flagsIn(promiseOf(name)), flagsIn(everywhere), ['--help'])).toEqual(
        [],
      )
    })
  })
})
