import { Command } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { COMMANDS } from '../../registry.ts'

const names = {
  realm: ['customers', 'staff', '$(reboot)'],
  client: ['shop', 'shop-admin', 'iot'],
  profile: ['prod', 'test'],
  group: ['/staff', '/staff/night shift', '/staff/abroad'],
  role: ['auditor', 'shop/buyer'],
  'identity-provider': ['hub'],
  organization: ['acme'],
}
const run = commandLine(new FakeKeycloak(), { names })
const complete = async (line: string) => {
  const { code, stdout, stderr } = await run('__complete', line)
  expect([code, stderr]).toEqual([0, ''])
  const [kind, ...lines] = stdout.trimEnd().split('\n')
  return { kind, values: lines.map((each) => each.split('\t')[0] ?? '') }
}

/** The words that a parser accepts, from its error message; undefined for other parsers. */
function wordsOf(parse: ((value: string, previous: unknown) => unknown) | undefined): string[] | undefined {
  try {
    parse?.('\0', undefined)
    return undefined
  } catch (error) {
    const [, words] = /^Use one of ([\w, -]+)\.$/.exec(error instanceof Error ? error.message : '') ?? []
    return words === undefined || /number|port|status/.test(words) ? undefined : words.split(', ')
  }
}

describe('completion', () => {
  test('offers every command with its summary', async () => {
    expect((await complete('kc-logout ')).values).toEqual(COMMANDS.map(({ name }) => name))
    expect((await run('__complete', 'kc-logout us')).stdout).toBe('words\nuser\tLog users out everywhere\n')
  })

  test.each(COMMANDS.map(({ name }) => name))('offers the options in the help of %s', async (name) => {
    const { stdout } = await run(name, '--help')
    const shown = stdout.split('\n').flatMap((line) => line.match(/^ {2}(?:-\w, )?(--[a-z-]+)/)?.[1] ?? [])
    const { values } = await complete(`kc-logout ${name} --`)
    expect(shown.filter((option) => !values.includes(option))).toEqual([])
    expect(values).toContain('--realm')
  })

  test.each<[string, string[]]>([
    ['kc-logout -r cu', ['customers']],
    ['kc-logout -r ', ['customers', 'staff']],
    ['kc-logout --realm=s', ['--realm=staff']],
    ['kc-logout configure shop', ['shop', 'shop-admin']],
    ['kc-logout user ada --client=i', ['--client=iot']],
    ['kc-logout user --group /staff', ['/staff', '/staff/abroad']],
    ['kc-logout all --role=shop/', ['--role=shop/buyer']],
    ['kc-logout sessions --idp ', ['hub']],
    ['kc-logout sessions --org a', ['acme']],
    ['kc-logout --profile ', ['prod', 'test']],
    ['kc-logout profile use t', ['test']],
    ['kc-logout user ada --by u', ['username']],
    ['kc-logout user a', []],
    ['kc-logout nope --cl', ['--client-id', '--client-secret-file', '--client-key', '--client-cert']],
  ])('%j: %j', async (line, values) => {
    expect(await complete(line)).toEqual({ kind: 'words', values })
  })

  test.each(['kc-logout explain ', 'kc-logout --password-file s', 'kc-logout inspect-token --jwks '])(
    '%j: files',
    async (line) => {
      expect(await complete(line)).toEqual({ kind: 'files', values: [] })
    },
  )

  test.each(COMMANDS)(
    'offers the words that options and arguments of $name accept',
    async ({ name, load }) => {
      const { register } = await load()
      const root = new Command()
      register(root, () => Promise.resolve())
      const [command] = root.commands
      const options = (command?.options ?? []).map((option) => [`${option.long} `, option.parseArg] as const)
      const [argument] = command?.registeredArguments ?? []
      for (const [before, parse] of [...options, ['', argument?.parseArg] as const]) {
        const words = wordsOf(parse)
        if (words)
          expect(await complete(`kc-logout ${name} ${before}`)).toEqual({ kind: 'words', values: words })
      }
    },
  )

  test('is not listed in the help', async () => {
    expect((await run('--help')).stdout).not.toContain('__complete')
  })
})

test.each(['bash', 'zsh', 'fish', 'powershell', 'kubectl'])(
  'the script of %s calls the program',
  async (shell) => {
    const { code, stdout } = await run('completion', shell)
    expect(code).toBe(0)
    expect(stdout).toContain('kc-logout __complete')
  },
)

test('an unknown shell: exit 2, and the known ones', async () => {
  const { code, stderr } = await run('completion', 'csh')
  expect(code).toBe(2)
  expect(stderr).toContain('bash, zsh, fish, powershell, kubectl')
})
