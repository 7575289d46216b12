import { describe, expect, it } from 'vitest'
import { version } from '../package.json'
import { testContext } from '../test/support/context.ts'
import { FakeKeycloak } from '../test/support/fake-keycloak.ts'
import type { Context } from './cli/context.ts'
import type { Globals } from './config/global-options.ts'
import { EXIT, UserError } from './errors.ts'
import { COMMANDS } from './registry.ts'
import { main } from './run.ts'
import { plain } from './ui/palette.ts'
import { reportError } from './ui/printer.ts'

interface Setting {
  readonly signal?: AbortSignal
  readonly columns?: number
  /** What a command gets for its context; default: a realm with nobody in it. */
  readonly context?: (globals: Globals) => Promise<Context>
}

async function run(argv: readonly string[], { signal, columns = 80, context }: Setting = {}) {
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => ({
    palette: plain,
    screen: { columns },
    write: (text: string) => {
      written[name] += text
    },
    drained: () => Promise.resolve(),
  })
  const globals: Globals[] = []
  const code = await main(argv, {
    signal: signal ?? new AbortController().signal,
    columns,
    writeOut: sink('out').write,
    report: (error, { json }) => reportError(error, { out: sink('out'), err: sink('err'), json }),
    context: async (given) => {
      globals.push(given)
      if (context) return context(given)
      return testContext(new FakeKeycloak()).ctx
    },
  })
  return { code, globals, ...written }
}
const line = (text: string, setting?: Setting) => run(text.split(' ').filter(Boolean), setting)
const failing = (error: unknown): Setting => ({ context: () => Promise.reject(error) })

describe('help', () => {
  it('is printed without arguments and starts with examples', async () => {
    const { code, out, err } = await run([])
    expect([code, err]).toEqual([EXIT.ok, ''])
    expect(out.startsWith('Examples:\n')).toBe(true)
    expect(out).toContain('Usage: kc-logout [options] [command]')
    for (const { name, summary } of COMMANDS)
      expect(out.replace(/\s+/g, ' ')).toContain(` ${name} ${summary} `)
  })

  it('help prints the same page', async () => {
    expect(await line('help')).toMatchObject({ code: EXIT.ok, out: (await run([])).out, err: '' })
  })

  it.each(['--help', '-h'])('%s prints the options too', async (argument) => {
    const { code, out, err } = await line(argument)
    expect([code, err]).toEqual([EXIT.ok, ''])
    expect(out).toContain('--server <url>')
    expect(out).toContain('-V, --version')
  })

  it.each(COMMANDS.map(({ name }) => name))('of %s is the same with --help, -h and help', async (name) => {
    const { code, out } = await line(`${name} --help`)
    expect(code).toBe(EXIT.ok)
    expect(out).toContain(`Usage: kc-logout ${name}`)
    expect(out).toMatch(/^Examples:\n( {2}# .*\n)? {2}\$ .*kc-logout /)
    expect(await line(`${name} -h`)).toMatchObject({ code: EXIT.ok, out })
    expect(await line(`help ${name}`)).toMatchObject({ code: EXIT.ok, out })
  })

  it.each(['nope', 'usr'])('of an unknown command is a usage error: help %s', async (name) => {
    const { code, err } = await line(`help ${name}`)
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining(name)])
  })

  it('fits a narrow terminal', async () => {
    for (const page of ['', 'user', 'sessions', 'all']) {
      const { out } = await line(`${page} --help`, { columns: 60 })
      const tooLong = out.split('\n').filter((text) => text.length > 60 && !/^ +[$|] kc-logout/.test(text))
      expect(tooLong).toEqual([])
    }
  })

  it('of a command names the page with the connection options', async () => {
    expect((await line('user --help')).out).toContain('kc-logout --help')
  })

  it('names only commands that exist', async () => {
    const names = COMMANDS.map(({ name }) => name)
    const promised = [...(await run([])).out.matchAll(/\$ kc-logout ([a-z-]+)/g)].map((match) => match[1])
    expect(promised.filter((name) => !names.includes(name ?? ''))).toEqual([])
  })
})

describe('--version', () => {
  it.each(['--version', '-V'])('%s', async (flag) => {
    expect(await line(flag)).toMatchObject({ code: EXIT.ok, out: `${version}\n`, err: '' })
  })

  it('is not recognised as the value of another option', async () => {
    const { out, code } = await line('user ada --session -Vabc --yes')
    expect([out, code]).toEqual(['', EXIT.notFound])
  })
})

describe('a usage error', () => {
  it.each([
    ['an unknown command', 'nope', "unknown command 'nope'"],
    ['an unknown option', '--nope', "unknown option '--nope'"],
    ['an unknown option of a command', 'user ada --nope', "unknown option '--nope'"],
    ['an excess argument', 'sessions ada', 'too many arguments'],
    ['a missing argument', 'completion', "missing required argument 'shell'"],
    ['an option without its value', 'user ada --client', 'argument missing'],
    ['an invalid value', 'all --concurrency many', 'Use a whole number'],
    ['an invalid word', 'user ada --by phone', 'Use one of id, username, email.'],
    ['no command', '--json', 'The command is missing.'],
    ['no command, but options', '-r customers', 'The command is missing.'],
  ])('%s: exit 2, and the error names it', async (_, argv, said) => {
    const { code, out, err, globals } = await line(argv)
    expect([code, globals]).toEqual([EXIT.usage, []])
    expect(out + err).toContain(said)
  })

  it.each([
    ['usr', 'Did you mean user?'],
    ['user ada --clint shop', 'Did you mean --client?'],
    ['all --strictt', 'Did you mean --strict?'],
    ['--sever x', 'Did you mean --server?'],
    ['user ada --by usernme', 'Use one of id, username, email. Did you mean username?'],
    ['profile lst', 'Use one of list, show, use, remove. Did you mean list?'],
  ])('%s: %s', async (argv, hint) => {
    expect((await line(argv)).err).toContain(`hint:  ${hint}`)
  })

  it('has a message and a hint', async () => {
    expect((await line('user ada --xyzzy')).err).toBe(
      "error: unknown option '--xyzzy'\nhint:  See kc-logout user --help.\n",
    )
  })

  it.each(['--json nope', 'user ada --nope --json', 'completion --json'])(
    'with --json is a JSON document on stdout: %s',
    async (argv) => {
      const { code, out, err } = await line(argv)
      expect([code, err]).toEqual([EXIT.usage, ''])
      expect(JSON.parse(out)).toEqual({
        schemaVersion: 1,
        error: { code: 'usage', message: expect.any(String), hint: expect.any(String), exitCode: 2 },
      })
    },
  )

  it('a word after -- is not an option', async () => {
    const { code, out, err } = await line('sessions -- --json')
    expect([code, out]).toEqual([EXIT.usage, ''])
    expect(err).toContain('too many arguments')
  })

  it('escapes the words of the command line', async () => {
    const { err } = await run(['user', 'ada', '--\u001b[2J\u202e'])
    expect(err).toContain('--\\u001b[2J\\u202e')
  })
})

describe('global options', () => {
  it.each([
    ['before the command', '--json -r customers --server https://kc.example sessions'],
    ['after it', 'sessions --json -r customers --server https://kc.example'],
    ['on both sides', '--json sessions -r customers --server=https://kc.example'],
  ])('are accepted %s', async (_, argv) => {
    const { globals, code } = await line(argv)
    expect(code).toBe(EXIT.ok)
    expect(globals).toMatchObject([{ json: true, realm: 'customers', server: 'https://kc.example' }])
  })

  it('are absent if they are not given', async () => {
    expect((await line('sessions')).globals).toEqual([{ color: true }])
  })

  it('are all passed to the context', async () => {
    const { globals } = await line(
      'sessions --server s --realm r --login-realm l --client-id c --username u --password-stdin --password-file p ' +
        '--client-secret-file s --token-file t --ca-file ca --insecure --allow-http --timeout 5 --json --no-color -q --debug',
    )
    expect(globals[0]).toMatchObject({
      server: 's',
      realm: 'r',
      loginRealm: 'l',
      clientId: 'c',
      username: 'u',
      passwordStdin: true,
      passwordFile: 'p',
      clientSecretFile: 's',
      tokenFile: 't',
      caFile: 'ca',
      insecure: true,
      allowHttp: true,
      timeout: '5',
      json: true,
      color: false,
      quiet: true,
      debug: true,
    })
  })

  it('take no secret as a value', async () => {
    const { out } = await run([])
    expect(out.match(/--(password|client-secret|token|secret)\b(?!-)/g)).toBeNull()
  })
})

describe('an error in a command', () => {
  it('is reported with its exit code', async () => {
    const error = new UserError('realm-not-found', 'There is no such realm.', {
      exitCode: EXIT.notFound,
      hint: 'Check -r.',
    })
    expect(await line('sessions', failing(error))).toMatchObject({
      code: EXIT.notFound,
      out: '',
      err: 'error: There is no such realm.\nhint:  Check -r.\n',
    })
    const { out } = await line('sessions --json', failing(error))
    expect(JSON.parse(out).error).toEqual({
      code: 'realm-not-found',
      message: 'There is no such realm.',
      hint: 'Check -r.',
      exitCode: 5,
    })
  })

  it('that is unexpected is reported as a bug, without a stack trace', async () => {
    const { code, err } = await line('sessions', failing(new TypeError('x is undefined')))
    expect(code).toBe(EXIT.failed)
    expect(err).toMatch(/^error: Unexpected: x is undefined\nhint: {2}This is a bug in kc-logout\./)
    expect(err).not.toMatch(/^\s+at /m)
  })

  it('may be a value that is not an Error', async () => {
    expect((await line('sessions', failing('a string'))).err).toContain('Unexpected: a string')
  })

  it('is ignored if the reader closed its end (| head)', async () => {
    const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    expect(await line('sessions', failing(closed))).toMatchObject({ code: EXIT.ok, out: '', err: '' })
  })
})

describe('an interruption', () => {
  const aborted = (reason: string) => {
    const controller = new AbortController()
    controller.abort(reason)
    return controller.signal
  }

  it.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
    ['SIGHUP', EXIT.hungUp],
  ])('%s is exit %i, even if the command finished', async (reason, code) => {
    expect((await line('sessions', { signal: aborted(reason) })).code).toBe(code)
  })

  it.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
    ['SIGHUP', EXIT.hungUp],
  ])('%s is reported once if it makes the command fail', async (reason, code) => {
    const ran = await line('sessions', { signal: aborted(reason), ...failing(new Error('socket hang up')) })
    expect([ran.code, ran.err]).toEqual([code, 'error: Interrupted.\n'])
  })

  it('with --json is a JSON document', async () => {
    const ran = await line('sessions --json', { signal: aborted('SIGINT'), ...failing(new Error('x')) })
    expect(JSON.parse(ran.out).error).toMatchObject({ code: 'interrupted', exitCode: 130 })
  })
})
