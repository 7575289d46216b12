import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answers,
  type Fault,
  kindOf,
  loseAnswer,
  raw,
  reset,
  startFaultServer,
} from '../support/fault-server.ts'
import { eachOf } from '../support/realm.ts'
import { type Ran, runCli } from '../support/run-cli.ts'
import { aStage, ROWS, type Row, tokenOf } from './commands.ts'
import { byExtent } from './extent.ts'
import { tried } from './tried.ts'

/** Secrets with characters that every encoding changes. */
const canary = (name: string) => `${name}+/=&% ${randomBytes(9).toString('base64')}ü`
const SECRETS = {
  password: canary('passw'),
  clientSecret: canary('secret'),
  tenantPassword: canary('tenant'),
  token: `${randomBytes(24).toString('base64url')}.${randomBytes(24).toString('base64url')}.${randomBytes(24).toString('base64url')}`,
  /** Part of every access and refresh token of the server. */
  mark: `given${randomBytes(12).toString('hex')}`,
}
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Every encoding of a secret. */
function writings(): [name: string, text: string][] {
  const found: [string, string][] = []
  const add = (name: string, text: string) => text.length >= 12 && found.push([name, text])
  for (const [name, secret] of Object.entries(SECRETS)) {
    add(name, secret)
    add(`${name}, encoded for a URL`, encodeURIComponent(secret))
    add(`${name}, encoded for a form`, new URLSearchParams({ '': secret }).toString().slice(1))
    add(`${name}, in JSON`, JSON.stringify(secret).slice(1, -1))
    add(`${name}, in hexadecimal`, Buffer.from(secret).toString('hex'))
    // Base64 has three forms of the same text, depending on what comes before it.
    for (const before of ['', 'x', 'xx'])
      for (const code of ['base64', 'base64url'] as const) {
        const whole = Buffer.from(before + secret).toString(code)
        add(`${name}, in ${code}`, whole.slice(before.length === 0 ? 0 : 4, -4))
      }
    for (const before of ['kc-logout:', 'admin:', 'admin-cli:', 't1/ada:'])
      add(
        `${name}, in a Basic header`,
        Buffer.from(before + secret)
          .toString('base64')
          .replace(/=+$/, '')
          .slice(-24),
      )
  }
  add('key', KEY.split('\n')[1] ?? '')
  add('key', KEY.split('\n')[2] ?? '')
  const { d = '' } = privateKey.export({ format: 'jwk' })
  add('key', d)
  return found
}
const WRITINGS = writings()

const leaks = (where: string, text: string): string[] =>
  WRITINGS.filter(([, writing]) => text.includes(writing)).map(([name]) => `${where}: ${name}`)

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-secrets-'))
  await writeFile(file('password'), `${SECRETS.password}\n`)
  await writeFile(file('secret'), SECRETS.clientSecret)
  await writeFile(file('token'), `Bearer ${SECRETS.token}\n`)
  await writeFile(file('key.pem'), KEY)
})
afterAll(() => rm(folder, { recursive: true }))

/** The ways to sign in, each with its secret in an allowed place. */
const SIGN_INS: Record<
  string,
  { argv: () => string[]; env: () => Record<string, string>; stdin?: () => string }
> = {
  'a password in the environment': {
    argv: () => ['--username', 'admin'],
    env: () => ({ KC_LOGOUT_PASSWORD: SECRETS.password }),
  },
  'a password in a file': {
    argv: () => ['--username', 'admin', '--password-file', file('password')],
    env: () => ({}),
  },
  'a password from stdin': {
    argv: () => ['--username', 'admin', '--password-stdin'],
    env: () => ({}),
    stdin: () => SECRETS.password,
  },
  'a password of another tool, and a secret': {
    argv: () => ['--username', 'admin'],
    env: () => ({ KC_CLI_PASSWORD: SECRETS.password, KC_CLI_CLIENT_SECRET: SECRETS.clientSecret }),
  },
  "a client's secret": {
    argv: () => ['--client-id', 'kc-logout', '--client-secret-file', file('secret')],
    env: () => ({}),
  },
  "a client's secret in the environment": {
    argv: () => ['--client-id', 'kc-logout'],
    env: () => ({ KC_LOGOUT_CLIENT_SECRET: SECRETS.clientSecret }),
  },
  "a client's key": {
    argv: () => ['--client-id', 'kc-logout', '--client-key', file('key.pem')],
    env: () => ({}),
  },
  'a token in a file': { argv: () => ['--token-file', file('token')], env: () => ({}) },
  'a token in the environment': { argv: () => [], env: () => ({ KC_LOGOUT_TOKEN: SECRETS.token }) },
}

interface Looked extends Ran {
  readonly leaks: string[]
}

/** Runs a command and searches everything that others could see for secrets. */
async function look(
  name: string,
  row: Row,
  how: {
    argv: string[]
    env: Record<string, string>
    stdin?: string | undefined
    fault?: [at: string, fault: Fault] | undefined
  },
): Promise<Looked> {
  const { http } = await aStage({ mark: SECRETS.mark })
  const server = await startFaultServer(http.answer)
  const { fault } = how
  if (fault) server.break(({ method, path }) => (kindOf(method, path) === fault[0] ? fault[1] : undefined))
  const home = await mkdtemp(join(tmpdir(), 'kc-logout-home-'))
  const lines: string[] = []
  try {
    const ran = await runCli([...row.argv(server.url), ...how.argv, '--debug', '--timeout', '1'], {
      env: {
        KC_LOGOUT_SERVER: server.url,
        KC_LOGOUT_REALM: 'customers',
        C8Y_USER: 't1/ada',
        C8Y_PASSWORD: SECRETS.tenantPassword,
        HOME: home,
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_CACHE_HOME: join(home, 'cache'),
        XDG_STATE_HOME: join(home, 'state'),
        KC_LOGOUT_CONFIG_DIR: undefined,
        TMPDIR: home,
        ...how.env,
      },
      cwd: home,
      stdin: how.stdin ?? row.stdin ?? (name.startsWith('inspect-token') ? await tokenOf(server.url) : ''),
      onStart: ({ pid }) => {
        // The process list, from the start.
        const watch = setInterval(async () => {
          const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
          if (line === undefined) clearInterval(watch)
          else lines.push(line)
        }, 10)
      },
    })
    const files = await eachOf(await filesBelow(home), 4, async (path) => ({
      path,
      text: await readFile(path, 'utf8'),
    }))
    const kept = files.filter(({ path }) => /kc-logout\/(tokens|secrets)\//.test(path))
    for (const { path } of kept) expect((await stat(path)).mode & 0o777, path).toBe(0o600)
    return {
      ...ran,
      leaks: [
        ...leaks('stdout', ran.stdout),
        ...leaks('stderr', ran.stderr),
        ...leaks('the process list', lines.join('\n')),
        ...files.filter((one) => !kept.includes(one)).flatMap(({ path, text }) => leaks(path, text)),
      ],
    }
  } finally {
    await server.close()
    await rm(home, { recursive: true })
  }
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

test('the search finds each encoding', () => {
  expect(WRITINGS.length).toBeGreaterThan(60)
  const header = Buffer.from(`kc-logout:${SECRETS.clientSecret}`).toString('base64')
  expect(leaks('x', `authorization: Basic ${header}`)).not.toEqual([])
  expect(leaks('x', Buffer.from(`{"password":"${SECRETS.password}"}`).toString('base64'))).not.toEqual([])
  expect(leaks('x', new URLSearchParams({ password: SECRETS.password }).toString())).not.toEqual([])
  expect(leaks('x', 'nothing')).toEqual([])
})

describe('no secret in stdout, stderr, files or the process list, with --debug', () => {
  const rows = Object.entries(ROWS)
  const signIns = Object.entries(SIGN_INS)
  // Each command and each way to sign in at least once; all pairs would add nothing.
  const pairs = Array.from({ length: Math.max(rows.length, signIns.length) }, (_, i) => [
    rows[i % rows.length],
    signIns[i % signIns.length],
  ]) as [[string, Row], (typeof signIns)[number]][]
  test.for(pairs.map(([[command, row], [way, how]]) => [command, way, row, how] as const))(
    '%s, with %s',
    async ([command, way, row, how], context) => {
      const takesStdin = row.stdin !== undefined || command.startsWith('inspect-token')
      const { argv, env, stdin } = how.stdin && takesStdin ? (SIGN_INS['a password in a file'] ?? how) : how
      const forms = byExtent({ quick: [['--json']], usual: [[], ['--json']], full: [[], ['--json']] })
      tried(context, { runs: forms.length, 'ways of writing looked for': forms.length * WRITINGS.length })
      for (const form of forms) {
        const ran = await look(command, row, { argv: [...argv(), ...form], env: env(), stdin: stdin?.() })
        expect(ran.leaks, way).toEqual([])
        expect(ran.stderr).not.toContain('bug in kc-logout')
      }
    },
  )
})

test.each(['html', 'md', 'json'])('no secret in the report of --report as .%s', async (form) => {
  const all = ROWS.all as Row
  const row = { ...all, argv: (url: string) => [...all.argv(url), '--report', `record.${form}`] }
  // An invalid token gets no further than the sign-in.
  const ways = Object.entries(SIGN_INS).filter(([way]) => !way.startsWith('a token'))
  for (const [, how] of ways) {
    const ran = await look('all', row, { argv: how.argv(), env: how.env(), stdin: how.stdin?.() })
    expect(ran.stderr).toContain(`Report: record.${form}`)
    expect(ran.leaks).toEqual([])
  }
})

describe('no secret after a failure', () => {
  const TOKEN = 'POST /realms/:id/protocol/openid-connect/token'
  const CLIENTS = 'GET /admin/realms/:id/clients'
  const token = () =>
    JSON.stringify({ access_token: `${SECRETS.mark}-x`, refresh_token: `${SECRETS.mark}-y` })
  const faults: [string, string, Fault][] = [
    [
      'the sign-in is refused',
      TOKEN,
      answers(401, '{"error":"invalid_grant","error_description":"Invalid user credentials"}'),
    ],
    ['the token is cut off', TOKEN, (wire) => answers(200, token().slice(0, -5))(wire)],
    ['the token is not text', TOKEN, (wire) => answers(200, token().replace('-x', '\\n'))(wire)],
    ['the token comes with 500', TOKEN, (wire) => answers(500, token())(wire)],
    [
      'the token comes as a web page',
      TOKEN,
      (wire) => answers(200, `<p>${token()}`, { 'content-type': 'text/html' })(wire),
    ],
    ['the connection breaks at the sign-in', TOKEN, reset],
    ['the answer to the sign-in gets lost', TOKEN, loseAnswer],
    ['the server uses another protocol', TOKEN, raw('SSH-2.0\r\n')],
    ['a redirect to another host', TOKEN, answers(307, '', { location: 'https://evil.test/token' })],
    ['a GET is refused', CLIENTS, answers(401, '{"error":"HTTP 401 Unauthorized"}')],
    [
      'a GET is answered with half a document',
      CLIENTS,
      raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n[{"a"'),
    ],
    ['a GET is cut off', CLIENTS, reset],
    ['a GET is redirected', CLIENTS, answers(302, '', { location: 'https://evil.test/' })],
  ]
  const row = ROWS.sessions as Row
  test.for(faults)('%s', async ([, at, fault], context) => {
    const signIns = Object.values(SIGN_INS)
    const chosen = signIns.filter((_, i) => i % byExtent({ quick: 3, usual: 1, full: 1 }) === 0)
    tried(context, {
      runs: chosen.length * 2,
      'ways of writing looked for': chosen.length * 2 * WRITINGS.length,
    })
    await eachOf(chosen, 3, async (how) => {
      for (const form of [[], ['--json']]) {
        const ran = await look('sessions', row, {
          argv: [...how.argv(), ...form],
          env: how.env(),
          stdin: how.stdin?.(),
          fault: [at, fault],
        })
        expect(ran.leaks).toEqual([])
        expect(ran.stderr).not.toContain('bug in kc-logout')
      }
    })
  })

  test.each<[string, () => Parameters<typeof look>[2]]>([
    ['a token with a line break', () => ({ argv: [], env: { KC_LOGOUT_TOKEN: `${SECRETS.token}\nx: y` } })],
    ['a token with special characters', () => ({ argv: [], env: { KC_LOGOUT_TOKEN: `${SECRETS.token}ü€` } })],
    [
      'a password in the URL',
      () => ({
        argv: ['--server', `https://admin:${encodeURIComponent(SECRETS.password)}@kc.test`],
        env: {},
      }),
    ],
    ['a password in an invalid URL', () => ({ argv: ['--server', `kc.test:${SECRETS.mark}@x`], env: {} })],
    [
      'a proxy with a password',
      () => ({
        argv: ['--server', 'https://kc.test', '--username', 'a'],
        env: { HTTPS_PROXY: `http://u:${SECRETS.mark}@127.0.0.1:1`, KC_LOGOUT_PASSWORD: 'x' },
      }),
    ],
    [
      'an invalid proxy',
      () => ({
        argv: ['--server', 'https://kc.test', '--username', 'a'],
        env: { HTTPS_PROXY: `socks5://u:${SECRETS.mark}@x`, KC_LOGOUT_PASSWORD: 'x' },
      }),
    ],
    [
      'a secret in place of a file',
      () => ({
        argv: ['--username', 'a', '--password-stdin', '--client-secret-file', '/'],
        env: {},
        stdin: SECRETS.password,
      }),
    ],
    [
      'a key in place of a certificate',
      () => ({ argv: ['--client-cert', file('key.pem'), '--client-key', file('key.pem')], env: {} }),
    ],
    ['a truncated key', () => ({ argv: ['--client-key', file('cut.pem')], env: {} })],
    [
      'a key in place of authorities',
      () => ({
        argv: ['--username', 'a', '--ca-file', file('key.pem')],
        env: { KC_LOGOUT_PASSWORD: SECRETS.password },
      }),
    ],
  ])('%s: a usage error or a connection failure, without the secret', async (_, how) => {
    await writeFile(file('cut.pem'), KEY.slice(0, -60))
    const ran = await look('sessions', ROWS.sessions as Row, how())
    expect(ran.leaks.filter((leak) => !leak.startsWith('the process list'))).toEqual([])
    expect([2, 4, 6]).toContain(ran.code)
    expect(ran.stderr).not.toContain('bug in kc-logout')
  })
})

describe('no secret after a crash', () => {
  const late = (code: string) =>
    `--import=data:text/javascript,${encodeURIComponent(`setTimeout(() => { ${code} }, 120)`)}`
  test.each([
    ['an uncaught error', 'throw new Error("broken")'],
    ['an unhandled rejection', 'Promise.reject(new Error("broken"))'],
    ['a thrown value that is not an error', 'throw { odd: 1 }'],
  ])('%s: one line, exit 1, no source code', async (_, code) => {
    const hang: Fault = () => {}
    const ran = await look('sessions', ROWS.sessions as Row, {
      argv: ['--username', 'admin'],
      env: { KC_LOGOUT_PASSWORD: SECRETS.password, NODE_OPTIONS: late(code) },
      fault: ['GET /admin/realms/:id/clients', hang],
    })
    expect(ran.leaks).toEqual([])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^error: Unexpected: /m)
    expect(ran.stderr).toContain('This is a bug in kc-logout')
    expect(ran.stderr.length).toBeLessThan(4000)
  })
})
