import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/registry.ts'
import { commandLine } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'

const page = (name: string) =>
  readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), 'utf8')

/** Code that names another command, or a part of this one, before its options. */
const OTHER = new RegExp(`^\`(?:kc-logout |set |clear |(?:${COMMANDS.map(({ name }) => name).join('|')}) )`)

/** Options in code quotes: prose has dashes of its own. */
const optionsIn = (markdown: string) =>
  new Set(
    [...markdown.matchAll(/`[^`\n]*`/g)]
      .flatMap(([code]) => (OTHER.test(code) ? [] : code))
      .flatMap((code) => code.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []),
  )

/** Options that a help page lists, at the beginnings of its lines, and those of the topic that it names. */
async function listed(...argv: string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await commandLine(new FakeKeycloak())(...argv, '--help')
  const choosing = stdout.includes('kc-logout help choosing')
  const topic = choosing ? await commandLine(new FakeKeycloak())('help', 'choosing') : undefined
  const options = `${stdout}\n${topic?.stdout ?? ''}`.split('\n').filter((line) => /^ {2}-/.test(line))
  return new Set(options.flatMap((line) => line.match(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/)?.[1] ?? []))
}
const missing = (wanted: ReadonlySet<string>, ...known: readonly Iterable<string>[]) => {
  const all = new Set(known.flatMap((options) => [...options]))
  return [...wanted].filter((option) => !all.has(option))
}

describe('--help and docs/reference', () => {
  it('name the same options for every command', async () => {
    const pages = `${page('connection')}${page('output')}`
    expect(missing(await listed(), optionsIn(pages), ['--help', '--version'])).toEqual([])
  })

  describe.each(COMMANDS.map(({ name }) => name))('of %s', (name) => {
    it('every option of the page exists', async () => {
      // --log-level is Keycloak's.
      expect(missing(optionsIn(page(name)), await listed(name), await listed(), ['--log-level'])).toEqual([])
    })

    it('every option that exists is on the page', async () => {
      const everywhere = optionsIn(`${page('connection')}${page('output')}`)
      expect(missing(await listed(name), optionsIn(page(name)), everywhere)).toEqual([])
    })
  })
})
