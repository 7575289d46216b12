import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { certificate } from '../support/certificates.ts'
import { answers, type Fault, kindOf, raw, startFaultServer } from '../support/fault-server.ts'
import { folderOfTest } from '../support/folder.ts'
import { eachOf } from '../support/realm.ts'
import { type Ran, runCli } from '../support/run-cli.ts'
import { accessClaims, idClaims, logoutClaims, signedToken } from '../support/tokens.ts'
import { aStage, ROWS, signIn } from './commands.ts'
import { byExtent } from './extent.ts'
import { forbiddenIn, HOSTILE } from './hostile-strings.ts'
import { tried } from './tried.ts'

/** A word in each output, so that a run that shows nothing is no success. */
const count = (text: string, word: string) => text.split(word).length - 1

const hostileUrls = (text: string, i: number) => ({
  rootUrl: `https://root${i}.test/${text}`,
  baseUrl: text,
  redirectUris: [`https://red${i}.test/${text}`],
  ...(i % 3 === 0 ? { backchannelLogoutUrl: `https://back${i}.test/${text}` } : {}),
  ...(i % 3 === 1 ? { adminUrl: `https://admin${i}.test/${text}` } : {}),
  ...(i % 3 === 2
    ? { frontchannelLogout: true, frontchannelLogoutUrl: `https://front${i}.test/${text}` }
    : {}),
})

/** A realm in which everything that anybody may choose is hostile. */
async function hostileStage({ urls = true, texts = HOSTILE } = {}) {
  const stage = await aStage()
  const { fake } = stage
  texts.forEach((text, i) => {
    const clientId = `${text} h${i}`
    fake.addClient({
      clientId,
      ...(urls ? hostileUrls(text, i) : {}),
    })
    fake.addUser(`${text} u${i}`, { email: `${text}@x.test` })
    fake.addSession({
      username: `${text} u${i}`,
      clients: [clientId, 'shop'],
      ipAddress: text,
      offline: i % 5 === 0,
    })
    fake.addSession({ username: 'ada', clients: [clientId], ipAddress: text })
    fake.userEvents.push({
      id: text,
      time: Date.now() - i,
      type: i % 2 ? 'LOGOUT' : 'LOGOUT_ERROR',
      clientId: text,
      userId: text,
      sessionId: text,
      ipAddress: text,
      error: i % 2 ? undefined : text,
      details: { reason: text, redirect_uri: text, username: text, [text]: text },
    })
    fake.storedAdminEvents.push({
      id: text,
      time: Date.now() - i,
      operation: 'ACTION',
      resourceType: 'USER',
      resourcePath: `users/${text}/logout`,
      representation: text,
      error: text,
      by: { realmId: text, clientId: text, userId: text, ipAddress: text },
    })
  })
  return stage
}

function clean(what: string, { stdout, stderr, code }: Ran, isJson: boolean): string[] {
  const found = [
    ...[forbiddenIn(stdout)].filter(Boolean).map((where) => `${what}: stdout holds ${where}`),
    ...[forbiddenIn(stderr)].filter(Boolean).map((where) => `${what}: stderr holds ${where}`),
  ]
  if (/bug in kc-logout/.test(stderr + stdout)) found.push(`${what}: a fault of our own\n${stderr}`)
  if (isJson && !/--list|--follow/.test(what)) {
    try {
      JSON.parse(stdout)
    } catch {
      found.push(`${what}: stdout is not one JSON document (exit ${code}): ${stdout.slice(0, 200)}`)
    }
  }
  return found
}

test('there are more than 200 distinct strings', () => {
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length)
  expect(HOSTILE.length).toBeGreaterThan(200)
  expect(
    HOSTILE.filter((text) => forbiddenIn(text.replace(/[\n\t]/g, '')) !== undefined).length,
  ).toBeGreaterThan(200)
})

describe('hostile strings in a realm reach no output', () => {
  test.for(Object.entries(ROWS))('%s', async ([name, row], context) => {
    const forms = [[], ['--json'], ['--debug', '--no-color']]
    const [one = []] = forms.slice(Object.keys(ROWS).indexOf(name) % forms.length)
    const chosen = byExtent({ quick: [one], usual: forms, full: forms })
    tried(context, {
      'runs in a hostile realm': chosen.length,
      'hostile strings': chosen.length * HOSTILE.length,
    })
    const config = await folderOfTest()
    await eachOf(chosen, 3, async (form) => {
      const { http } = await hostileStage()
      const server = await startFaultServer(http.answer)
      const argv = [...row.argv(server.url), ...form]
      const stdin = row.stdin ?? (name.startsWith('inspect-token') ? await hostileToken(server.url) : '')
      const env = { ...signIn(server.url), KC_LOGOUT_CONFIG_DIR: join(config, form.join() || 'plain') }
      const ran = await runCli(argv, { env, stdin })
      await server.close()
      expect(clean(argv.join(' '), ran, form.includes('--json'))).toEqual([])
      expect(ran.code, ran.stderr.slice(-500)).toBeLessThan(9)
      // They were there to be shown: as \uXXXX.
      if (/^(sessions|events|all|user|configure, export)/.test(name) && name !== 'events, enable')
        expect(count(ran.stdout, '\\u001b') + count(ran.stdout, '\\u001B')).toBeGreaterThan(5)
    })
  })
})

describe('hostile strings reach no report', () => {
  const MARKUP = [
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    '| a | b |',
    '![x](https://evil.test/x.png)',
  ]
  test.each(['html', 'md', 'json'])('as .%s', async (form) => {
    const { http } = await hostileStage({ texts: [...HOSTILE, ...MARKUP] })
    const server = await startFaultServer(http.answer)
    const file = join(await folderOfTest(), `record.${form}`)
    const argv = ['all', '--confirm', 'customers', '--report', file]
    const ran = await runCli(argv, { env: signIn(server.url) })
    await server.close()
    expect(clean(argv.join(' '), ran, false)).toEqual([])
    const record = await readFile(file, 'utf8')
    expect(forbiddenIn(record)).toBeUndefined()
    expect(count(record.toLowerCase(), '\\u001b')).toBeGreaterThan(5)
    expect(record).toContain('onerror=alert(1)')
    if (form === 'html') expect(record).not.toMatch(/<img|<script>alert|src="?https?:/)
    // What stands between backticks is text to every reader of Markdown.
    if (form === 'md')
      expect(record.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')).not.toMatch(/<img|<script|(?<!\\)!\[x\]\(/)
  })
})

/** A token each of whose claims is hostile. */
async function hostileToken(url: string) {
  const claims = Object.fromEntries(HOSTILE.map((text, i) => [`${text} c${i}`, text]))
  const odd = HOSTILE.slice(0, 40).join('')
  return signedToken({
    header: { kid: odd, typ: odd },
    payload: accessClaims({
      ...claims,
      iss: `${url}/${odd}`,
      sub: odd,
      azp: odd,
      aud: [odd],
      sid: odd,
      preferred_username: odd,
    }),
  })
}

describe('hostile strings in tokens', () => {
  test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['logout', logoutClaims],
    ['id', idClaims],
    ['access', accessClaims],
  ])('%s: every string in every claim', async (_, claims) => {
    const groups = Array.from({ length: 12 }, (_, g) => HOSTILE.filter((_, i) => i % 12 === g))
    await eachOf([...groups.entries()], 3, async ([g, texts]) => {
      const odd = texts.join(' ')
      const name =
        ['iss', 'sub', 'aud', 'sid', 'azp', 'typ', 'jti', 'nonce', 'events', 'exp', 'acr', 'scope'][g] ?? 'x'
      const payload = claims({
        [name]: odd,
        ...Object.fromEntries(texts.map((text) => [text, { [text]: [text] }])),
      })
      const token = await signedToken({ header: { kid: odd }, payload })
      for (const [form, stdin] of [
        [[], token],
        [['--json'], token],
        [[], JSON.stringify(payload)],
      ] as const) {
        const ran = await runCli(['inspect-token', '-', ...form], { stdin })
        expect(clean(`inspect-token ${form} ${name}`, ran, form.length > 0)).toEqual([])
      }
    })
  })
})

describe('hostile strings in server responses', () => {
  const groups = Array.from({ length: 10 }, (_, g) => HOSTILE.filter((_, i) => i % 10 === g))
  const body = (texts: readonly string[]) => {
    const said = texts.join(' ').slice(0, 480)
    return JSON.stringify({ error: said, error_description: said, errorMessage: said })
  }
  // Header fields may hold what Latin-1 has beyond ASCII: the C1 controls.
  const HEADER = Buffer.from(Array.from({ length: 96 }, (_, i) => 0x80 + i)).toString('latin1')
  const faults: [string, Fault][] = [
    ...groups.flatMap((texts, g): [string, Fault][] => [
      [`error bodies ${g + 1}, 400`, answers(400, body(texts))],
      [
        `error bodies ${g + 1}, ${[401, 403, 404, 409, 422, 429, 500, 503][g % 8]}`,
        answers([401, 403, 404, 409, 422, 429, 500, 503][g % 8] ?? 400, body(texts), { 'retry-after': '1' }),
      ],
    ]),
    ['Retry-After', raw(`HTTP/1.1 503 X\r\nretry-after: ${HEADER}\r\ncontent-length: 0\r\n\r\n`)],
    ['Location', raw(`HTTP/1.1 302 X\r\nlocation: https://evil.test/${HEADER}\r\ncontent-length: 0\r\n\r\n`)],
    [
      'Location that is a host',
      raw(`HTTP/1.1 302 X\r\nlocation: https://${HEADER}.test/\r\ncontent-length: 0\r\n\r\n`),
    ],
    [
      'Content-Type',
      raw(`HTTP/1.1 200 X\r\ncontent-type: text/html;${HEADER}\r\ncontent-length: 1\r\n\r\n<`),
    ],
    ['reason phrase', raw(`HTTP/1.1 418 ${HEADER}\r\ncontent-length: 0\r\n\r\n`)],
    [
      'control characters in a header field',
      raw('HTTP/1.1 503 X\r\nretry-after: \u001b[2J\u0007\r\ncontent-length: 0\r\n\r\n'),
    ],
    ['a body that is no JSON', answers(200, HOSTILE.join(' '))],
  ]
  const PLACES: [string, string[]][] = [
    ['GET /realms/:id/.well-known/openid-configuration', []],
    ['POST /realms/:id/protocol/openid-connect/token', ['--json']],
    ['GET /admin/realms/:id/clients', ['--debug']],
    ['DELETE /admin/realms/:id/sessions/:id', ['--json', '--debug']],
  ]
  test.each(faults)('%s', async (name, fault) => {
    await eachOf(PLACES, PLACES.length, async ([at, form]) => {
      const { http } = await aStage()
      const server = await startFaultServer(http.answer)
      server.break(({ method, path }) => (kindOf(method, path) === at ? fault : undefined))
      const argv = ['user', 'ada', '--yes', '--timeout', '0.5', '--act-timeout', '1', ...form]
      const ran = await runCli(argv, { env: signIn(server.url) })
      await server.close()
      expect(clean(`${name} at ${at}`, ran, form.includes('--json'))).toEqual([])
      expect(ran.code).toBeGreaterThan(0)
    })
  })
})

describe('hostile strings in a server certificate', () => {
  test.each(Array.from({ length: 6 }, (_, g) => [g]))('subjects and names, group %i', async (g) => {
    const odd = HOSTILE.filter((_, i) => i % 6 === g).join('')
    for (const made of [
      certificate({ subject: odd }),
      certificate({
        subject: odd,
        names: ['elsewhere.test'],
        issuer: certificate({ subject: odd, ca: true }),
      }),
    ]) {
      const { http } = await aStage()
      const server = await startFaultServer(http.answer, { tls: made })
      for (const form of [['--debug'], ['--json'], ['--insecure', '--debug']]) {
        const ran = await runCli(['sessions', ...form], { env: signIn(server.url) })
        expect(clean(`sessions ${form}`, ran, form.includes('--json'))).toEqual([])
      }
      await server.close()
    }
  })
})

describe('hostile strings on the command line and in files', () => {
  test('every string as an argument is printed escaped', async () => {
    const texts = HOSTILE.filter(
      (text) => !text.includes('\0') && !/\p{Cs}/u.test(text) && text.trim() !== '',
    )
    const { http } = await aStage()
    const server = await startFaultServer(http.answer)
    const env = signIn(server.url)
    const parts = byExtent({ quick: 2, usual: 3, full: 12 })
    const groups = Array.from({ length: parts }, (_, g) => texts.filter((_, i) => i % parts === g).join(''))
    for (const odd of groups) {
      const runs = [
        ['user', '--dry-run', '--', odd],
        ['sessions', '--client', odd],
        ['configure', odd, '--check'],
        ['all', '--dry-run', '--client', odd],
        ['sessions', '-r', odd],
        ['sessions', '--server', odd],
        ['sessions', '--timeout', odd],
        ['sessions', `--${odd}`],
        [odd],
        ['inspect-token', '--jwks', odd, 'x'],
        ['user', 'ada', '--password-file', odd, '--yes'],
      ]
      await eachOf(runs, 3, async (argv) => {
        const ran = await runCli(argv, { env: argv.includes('--server') ? {} : env })
        expect(clean(argv.join(' '), ran, false)).toEqual([])
        expect(ran.code).not.toBe(0)
      })
    }
    await server.close()
  }, 240_000)

  test('in a settings file and a log', async () => {
    const folder = await folderOfTest()
    const { http } = await aStage()
    const server = await startFaultServer(http.answer)
    const env = signIn(server.url)
    const yaml = join(folder, 'settings.yaml')
    const log = join(folder, 'keycloak.log')
    const line = (text: string) =>
      `2026-01-02 03:04:05,678 WARN  [org.keycloak.events] (executor-thread-1) type="LOGOUT_ERROR", realmName="${text}", clientId="${text}", error="${text}", reason="${text}"`
    await writeFile(log, `${HOSTILE.map((text) => line(text.replaceAll('\n', ''))).join('\n')}\n`)
    for (const form of [[], ['--json']]) {
      const ran = await runCli(['explain', log, ...form])
      expect(clean(`explain ${form}`, ran, form.length > 0)).toEqual([])
      expect(ran.stdout).toContain('\\u001b')
    }
    for (const [i, text] of HOSTILE.entries()) {
      if (i % byExtent({ quick: 32, usual: 16, full: 1 }) > 0) continue
      await writeFile(yaml, `clients:\n  - clientId: ${text}\n    ${text}: ${text}\n`)
      const ran = await runCli(['configure', '--file', yaml, '--check'], { env })
      expect(clean(`configure --file ${i}`, ran, false)).toEqual([])
      expect(ran.code).not.toBe(0)
    }
    await server.close()
  }, 240_000)

  test('an export of a hostile realm is read back unchanged', async () => {
    const { http, fake } = await hostileStage({
      urls: false,
      // A name with NUL is refused before any request (mistakes.test.ts), and a database cannot hold it.
      texts: HOSTILE.filter((text) => !/[\p{Cs}\0]/u.test(text)),
    })
    const server = await startFaultServer(http.answer)
    const env = signIn(server.url)
    const folder = await folderOfTest()
    const file = join(folder, 'export.yaml')
    const exported = await runCli(['configure', '--export'], { env })
    await writeFile(file, exported.stdout)
    expect(forbiddenIn(await readFile(file))).toBeUndefined()
    const checked = await runCli(['configure', '--file', file, '--dry-run', '--json'], { env })
    await server.close()
    expect(checked.code, checked.stdout).toBe(0)
    const { clients } = checked.json<{ clients: { clientId: string; changes: unknown[] }[] }>()
    expect(clients.flatMap(({ changes }) => changes)).toEqual([])
    const names = (await fake.clients()).map(({ clientId }) => clientId)
    expect(clients.map(({ clientId }) => clientId).sort()).toEqual(names.sort())
  })
})
