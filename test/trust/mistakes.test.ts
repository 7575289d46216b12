import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { answers, type Fault, type FaultServer, kindOf, startFaultServer } from '../support/fault-server.ts'
import { type HttpKeycloakOptions, httpKeycloak } from '../support/http-keycloak.ts'
import { eachOf } from '../support/realm.ts'
import { cleanEnvironment, runCli, runInTerminal } from '../support/run-cli.ts'
import { aStage, ROWS, signIn } from './commands.ts'
import { byExtent } from './extent.ts'
import { tried } from './tried.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/kc-logout.js', import.meta.url))

let folder: string
const file = async (name: string, text: string | Uint8Array) => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-mistakes-'))
})
afterAll(() => rm(folder, { recursive: true }))

const servers: FaultServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** A server with this realm, its address, and what a command needs to sign in to it. */
async function serving(fake: FakeKeycloak, options: HttpKeycloakOptions = {}) {
  const server = await startFaultServer(httpKeycloak(fake, options).answer)
  servers.push(server)
  return { server, fake, env: { ...signIn(server.url), KC_LOGOUT_REALM: fake.realm } }
}
const aServer = async () => serving((await aStage()).fake)

/** What was sent that is more than looking: everything but GETs, sign-ins and sign-outs. */
const changes = ({ requests }: FaultServer) =>
  requests
    .filter(({ method, path }) => method !== 'GET' && !/\/openid-connect\/(token|logout)$/.test(path))
    .map(({ method, path }) => kindOf(method, path))

describe('a dry run sends only GETs, the sign-in and its sign-out', () => {
  const rows = Object.entries({
    ...Object.fromEntries(Object.entries(ROWS).filter(([, row]) => row.isDone === undefined)),
    ...Object.fromEntries(
      Object.entries(ROWS)
        .filter(([, row]) => row.isDone && !row.hasNoDryRun)
        .map(([name, row]) => [
          `${name} --dry-run`,
          { ...row, argv: (url: string) => [...row.argv(url).filter((arg) => arg !== '--yes'), '--dry-run'] },
        ]),
    ),
  })
  test.each(rows.filter(([name]) => !/login|audit/.test(name)))('%s', async (_, row) => {
    const { server, env } = await aServer()
    const ran = await runCli([...row.argv(server.url)], {
      env,
      stdin: row.stdin ?? 'eyJhbGciOiJub25lIn0.e30.',
    })
    expect([0, 3, 7], ran.stderr).toContain(ran.code)
    expect(changes(server)).toEqual([])
    expect(server.requests.filter(({ path }) => path.includes('test-nodes'))).toEqual([])
  })
})

describe('the wrong realm or the wrong server', () => {
  test('all: --confirm with another realm: exit 8, nothing is sent', async () => {
    const { server, env } = await aServer()
    const ran = await runCli(['all', '--confirm', 'customer'], { env })
    expect(ran.code).toBe(8)
    expect(server.requests).toEqual([])
  })

  test.each(['custom', 'y', 'yes', 'CUSTOMERS', ''])(
    'all: %j typed instead of the realm name: exit 8, nothing ends',
    async (typed) => {
      const { server, env } = await aServer()
      const ran = await runInTerminal(['all'], {
        env,
        types: [{ when: /name to continue/, send: `${typed}\r` }],
      })
      expect(ran.code, ran.screen).toBe(8)
      expect(changes(server)).toEqual([])
    },
  )

  test('all: the realm name confirms', async () => {
    const { fake, env } = await aServer()
    const ran = await runInTerminal(['all'], {
      env,
      types: [{ when: /name to continue/, send: 'customers\r' }],
    })
    expect([0, 3], ran.screen).toContain(ran.code)
    expect(fake.sessions).toEqual([])
  })

  test('variables of another tool next to a profile: the profile wins, and no credentials reach the other server', async () => {
    const mine = await aServer()
    const theirs = await aServer()
    const config = { KC_LOGOUT_CONFIG_DIR: join(await mkdtemp(join(folder, 'profile-')), 'config') }
    const login = await runCli(['login', '--profile', 'mine'], { env: { ...mine.env, ...config } })
    expect(login.code, login.stderr).toBe(0)
    const terraform = {
      KEYCLOAK_URL: theirs.server.url,
      KEYCLOAK_USER: 'terraform',
      KEYCLOAK_PASSWORD: 'terraform-password',
      KEYCLOAK_CLIENT_ID: 'terraform',
      KEYCLOAK_CLIENT_SECRET: 'terraform-secret',
      KEYCLOAK_REALM: 'production',
    }
    for (const argv of [
      ['sessions', '--json'],
      ['user', 'ada', '--dry-run'],
      ['all', '--dry-run'],
      ['whoami'],
      ['configure', '--export'],
    ]) {
      const ran = await runCli(argv, { env: { ...config, ...terraform } })
      expect(ran.code, ran.stderr).toBe(0)
    }
    expect(theirs.server.requests).toEqual([])
    const sent = mine.server.requests
      .map(({ body, headers }) => `${body} ${headers.authorization ?? ''}`)
      .join('\n')
    expect(sent).not.toMatch(/terraform/)
    expect(sent).not.toContain(Buffer.from('terraform:').toString('base64').slice(0, 10))
  })

  test('a stored sign-in is never sent to another server', async () => {
    const mine = await serving((await aStage()).fake, { mark: 'stored' })
    const other = await aServer()
    const config = { KC_LOGOUT_CONFIG_DIR: join(await mkdtemp(join(folder, 'profile-')), 'config') }
    const secret = await file('secret', 'stored-secret')
    const login = await runCli(
      ['login', '--client-id', 'job', '--client-secret-file', secret, '--profile', 'job'],
      {
        env: { ...config, KC_LOGOUT_SERVER: mine.server.url, KC_LOGOUT_REALM: 'customers' },
      },
    )
    expect(login.code, login.stderr).toBe(0)
    const person = await runCli(['login', '--profile', 'person'], { env: { ...mine.env, ...config } })
    expect(person.code, person.stderr).toBe(0)
    const { port } = new URL(mine.server.url)
    for (const profile of ['job', 'person']) {
      for (const [argv, env] of [
        [['--server', other.server.url], {}],
        [[], { KC_LOGOUT_SERVER: other.server.url }],
        [['--server', `http://localhost:${port}`], {}],
      ] as const) {
        const ran = await runCli(['sessions', '--profile', profile, ...argv], { env: { ...config, ...env } })
        expect(ran.code, `${profile} ${argv} ${ran.stderr}`).not.toBe(0)
      }
    }
    const seen = JSON.stringify(other.server.requests)
    expect(seen).not.toMatch(/stored/)
    expect(seen).not.toContain(Buffer.from('job:stored-secret').toString('base64'))
  })

  test('a plan for master has a warning', async () => {
    const { env, server } = await serving(new FakeKeycloak({ realm: 'master' }))
    const ran = await runCli(['all', '--dry-run'], { env })
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain(
      "master is the realm of Keycloak's own administrators",
    )
    expect(changes(server)).toEqual([])
  })

  test('a plan starts with realm, server and their sources', async () => {
    const { env, server } = await aServer()
    for (const argv of [
      ['user', 'ada', '--dry-run'],
      ['all', '--dry-run'],
      ['configure', 'shop', '--admin-url', 'none', '--dry-run'],
    ]) {
      const ran = await runCli(argv, { env })
      expect(ran.stderr.split('\n')[0]).toBe(
        `customers at ${server.url} (from KC_LOGOUT_REALM and KC_LOGOUT_SERVER)`,
      )
    }
  })
})

describe('an id that looks like an option', () => {
  test.each([
    ['of the realm', ['user', 'ada', '--yes', '--session', '-rcustomers', 'S'], '--session=-rcustomers'],
    ['that is silent', ['user', 'ada', '--yes', '--session', '-qyn'], '--session=-qyn'],
    ['of the command', ['user', 'ada', '--client', '-n', 'shop', '--yes'], '--client=-n'],
    ['that was not finished', ['all', '--client', '--confirm', 'customers'], '--client=--confirm'],
    ['of a value', ['user', 'ada', '--yes', '--session', '--realm=other'], '--session=--realm=other'],
    ['in the place of a realm', ['-r', '--json', 'user', 'ada', '--yes'], '--realm=--json'],
  ])('%s: exit 2 with the right form, nothing is sent', async (_, argv, written) => {
    const { server, env } = await aServer()
    const ran = await runCli(argv, { env })
    expect(ran.code, ran.stderr + ran.stdout).toBe(2)
    expect(ran.stderr + ran.stdout).toContain(written)
    expect(server.requests).toEqual([])
  })

  test('is accepted with =', async () => {
    const { server, env, fake } = await aServer()
    const before = fake.sessions.length
    for (const id of ['-rother', '-hX', '--yes']) {
      const ran = await runCli(['user', 'ada', '--yes', `--session=${id}`], { env })
      expect(ran.code, ran.stderr).toBe(5)
      expect(ran.stderr).toContain(id)
    }
    expect(changes(server)).toEqual([])
    expect(fake.sessions).toHaveLength(before)
  })

  test('another value that starts with - is accepted', async () => {
    const { server, env } = await aServer()
    for (const id of ['-x9_-aB', '-hX']) {
      const ran = await runCli(['user', 'ada', '--yes', '--session', id], { env })
      expect(ran.code, ran.stderr).toBe(5)
      expect(ran.stderr).toContain(id)
    }
    expect(changes(server)).toEqual([])
  })
})

describe('the wrong user', () => {
  test("a username that is another user's e-mail address: exit 2 with both, no user is logged out", async () => {
    const { fake } = await aStage()
    const impostor = fake.addUser('ada@example.test')
    const { env, server } = await serving(fake)
    const ran = await runCli(['user', 'ada@example.test', '--yes'], { env })
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(impostor.id)
    expect(ran.stderr).toContain('username ada,')
    expect(changes(server)).toEqual([])
    const meant = await runCli(['user', 'ada@example.test', '--by', 'email', '--yes', '--json'], { env })
    expect(meant.code, meant.stderr).toBe(0)
    expect(meant.json<{ users: { username: string }[] }>().users.map(({ username }) => username)).toEqual([
      'ada',
    ])
  })

  test.each([
    ['nothing', ''],
    ['empty lines', '\n\n  \n\t\n'],
    ['a byte order mark', '\ufeff\n'],
  ])('user - with %s on stdin: exit 2, nothing is sent', async (_, stdin) => {
    const { env, server } = await aServer()
    const ran = await runCli(['user', '-', '--yes'], { env, stdin })
    expect(ran.code, ran.stderr).toBe(2)
    expect(server.requests).toEqual([])
  })

  test('user - reads files of editors on other systems', async () => {
    const { env, fake } = await aServer()
    const ran = await runCli(['user', '-', '--yes'], { env, stdin: '\ufeffada\r\n  bob\t\r\n\r\n' })
    expect(ran.code, ran.stderr).toBe(0)
    expect(fake.sessions.filter(({ offline }) => !offline)).toEqual([])
  })

  test('one unknown name among many: exit 5, no user is logged out', async () => {
    const { env, server } = await aServer()
    const ran = await runCli(['user', 'ada', 'bbo', '--yes'], { env })
    expect(ran.code).toBe(5)
    expect(changes(server)).toEqual([])
  })
})

describe('without a confirmation', () => {
  const rows = Object.entries(ROWS)
    .filter(([, row]) => row.isDone)
    .map(
      ([name, row]) =>
        [
          name,
          row
            .argv('')
            .filter((arg, i, all) => arg !== '--yes' && arg !== '--confirm' && all[i - 1] !== '--confirm'),
        ] as const,
    )
  test.each(rows)('yes | %s: exit 8, nothing is changed', async (_, argv) => {
    const { env, server } = await aServer()
    const yes = 'y\n'.repeat(2000) + 'customers\n'.repeat(2000)
    const piped = argv.filter((arg) => arg !== '-')
    const ran = await runCli(argv.includes('-') ? [...piped, 'ada', 'bob'] : piped, { env, stdin: yes })
    expect(ran.code, ran.stderr).toBe(8)
    expect(changes(server)).toEqual([])
  })
})

describe('an unusual or invalid file', () => {
  const good = 'clients:\n  - clientId: shop\n    adminUrl: https://shop.test/admin\n'
  test.each<[string, string | Uint8Array]>([
    ['with a byte order mark', `\ufeff${good}`],
    ['with the line breaks of Windows', good.replaceAll('\n', '\r\n')],
    ['with both', `\ufeff${good.replaceAll('\n', '\r\n')}`],
    [
      'as JSON with a byte order mark',
      `\ufeff${JSON.stringify({ clients: [{ clientId: 'shop', adminUrl: 'https://shop.test/admin' }] })}`,
    ],
    [
      'with an alias or two',
      'x: &u https://shop.test/admin\n'.replace('x: &u https://shop.test/admin\n', '') + good,
    ],
  ])('%s is read', async (_, text) => {
    const { env } = await aServer()
    const ran = await runCli(
      ['configure', '--file', await file('settings.yaml', text), '--dry-run', '--json'],
      { env },
    )
    expect(ran.code, ran.stderr + ran.stdout).toBe(0)
    expect(ran.json()).toMatchObject({ clients: [{ clientId: 'shop', changes: [{ field: 'adminUrl' }] }] })
  })

  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 12 }, (_, i) => {
      const [one, before] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)]
      return `${one}: &${one} [${Array(10).fill(`*${before}`).join(', ')}]`
    }),
  ].join('\n')
  test.each<[string, string | Uint8Array, RegExp | undefined]>([
    ['a tab', 'clients:\n\t- clientId: shop\n', /line 2, column 1\b/],
    ['a typo in a key', 'clients:\n  - clientId: shop\n    adminURL: https://x.test\n', /adminURL.*/],
    [
      'a key twice',
      'clients:\n  - clientId: shop\n    adminUrl: https://a.test\n    adminUrl: https://b.test\n',
      /line 4, column 5/,
    ],
    ['a quote that does not end', 'clients:\n  - clientId: "shop\n', /line \d+, column \d+/],
    ['half a JSON document', '{"clients":[{"clientId":"shop"', /line 1, column \d+/],
    ['many aliases', bomb, /.+/],
    ['a tag', 'clients: !!js/function "x"\n', /line 1, column 10/],
    ['two documents', `${good}---\n${good}`, /line \d+, column \d+/],
    ['nothing', '', undefined],
    ['a list', '- clientId: shop\n', undefined],
    ['a binary', Buffer.from('fffe00d8c328a0a10000', 'hex'), undefined],
    ['the wrong realm', `realm: production\n${good}`, /production/],
    ['20,000 levels', '['.repeat(20_000), undefined],
    [
      'another prototype',
      'clients:\n  - clientId: shop\n    __proto__: { adminUrl: https://x.test }\n',
      /__proto__/,
    ],
    ['a client twice', `${good}  - clientId: shop\n`, /shop/],
  ])('%s: exit 2 with the position, nothing is changed', async (_, text, where) => {
    const { env, server } = await aServer()
    const ran = await runCli(['configure', '--file', await file('settings.yaml', text), '--yes'], { env })
    expect(ran.code, ran.stderr).toBe(2)
    if (where) expect(ran.stderr).toMatch(where)
    expect(ran.stderr).not.toContain('bug in kc-logout')
    expect(ran.ms).toBeLessThan(10_000)
    expect(changes(server)).toEqual([])
  })

  test('of 11 MB: exit 2, without parsing', async () => {
    const { env, server } = await aServer()
    const ran = await runCli(
      ['configure', '--file', await file('big.yaml', `clients: # ${'x'.repeat(11_000_000)}\n`), '--yes'],
      { env },
    )
    expect(ran.code).toBe(2)
    expect(server.requests).toEqual([])
  })
})

/** A realm with many sessions, each of which counts what its clients were told. */
function manySessions(sessions: number): FakeKeycloak {
  const fake = new FakeKeycloak({ now: () => Date.now() })
  fake.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.test/logout' })
  for (let i = 0; i < sessions; i++) fake.addSession({ username: `u${i % 50}`, clients: ['shop'] })
  return fake
}
/** A realm of so many clients, of each of which a report has something to say. */
function manyClients(clients: number): FakeKeycloak {
  const fake = new FakeKeycloak({ now: () => Date.now() })
  for (let i = 0; i < clients; i++) {
    fake.addClient({ clientId: `c${i}`, backchannelLogoutUrl: `https://c${i}.test/logout` })
    fake.addSession({ username: 'ada', clients: [`c${i}`] })
  }
  return fake
}
const notified = (fake: FakeKeycloak) => fake.deliveries.map(({ sid }) => sid)
const slowly =
  (ms: number): Fault =>
  async ({ send, right }) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    send(await right())
  }

describe('two runs at the same time', () => {
  test('of all: every session ends, and its client is notified once', async () => {
    const fake = manySessions(300)
    const all = fake.sessions.map(({ id }) => id)
    const { env, server } = await serving(fake)
    server.break(({ method }) => (method === 'DELETE' ? slowly(3) : undefined))
    const runs = await Promise.all(
      [1, 2].map(() => runCli(['all', '--confirm', 'customers', '--json'], { env })),
    )
    expect(
      runs.map(({ code }) => code),
      runs.map(({ stderr }) => stderr).join(),
    ).toEqual([0, 0])
    expect(fake.sessions).toEqual([])
    expect(notified(fake).sort()).toEqual(all.sort())
  })

  test('of user', async () => {
    const fake = manySessions(100)
    const { env } = await serving(fake)
    const runs = await Promise.all([1, 2].map(() => runCli(['user', 'u1', 'u2', '--yes'], { env })))
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0)
    expect(fake.sessions.filter(({ username }) => username === 'u1' || username === 'u2')).toEqual([])
    expect(new Set(notified(fake)).size).toBe(notified(fake).length)
  })

  test('configure while someone edits the client: detected, not overwritten', async () => {
    const { fake, env, server } = await aServer()
    const shop = (await fake.findClient('shop'))?.id ?? ''
    let reads = 0
    server.break(({ method, path }) => {
      // Between the plan and the write, whoever else is at it.
      if (method === 'GET' && path.includes(`/clients/${shop}`) && reads++ === 0)
        return async ({ send, right }) => {
          await fake.updateClient(shop, {
            backchannelLogoutUrl: 'https://somebody.test/else',
            frontchannelLogout: false,
          })
          send(await right())
        }
      return undefined
    })
    const ran = await runCli(
      ['configure', 'shop', '--backchannel-url', 'https://mine.test/logout', '--yes'],
      { env },
    )
    expect([1, 3], ran.stderr + ran.stdout).toContain(ran.code)
    expect((await fake.findClient('shop'))?.backchannelLogoutUrl).toBe('https://somebody.test/else')
  })

  test('listen that cannot restore the client reports it, and does not exit with 0', async () => {
    const { http } = await aStage()
    const server = await startFaultServer(http.answer)
    servers.push(server)
    let writes = 0
    server.break(({ method }) => (method === 'PUT' && writes++ > 0 ? answers(500, '{}') : undefined))
    const config = await mkdtemp(join(folder, 'listen-'))
    const argv = ['listen', '--take-over', 'shop', '--port', '0', '--count', '1', '--yes']
    const ran = await runCli(argv, { env: { ...signIn(server.url), KC_LOGOUT_CONFIG_DIR: config } })
    expect(ran.stderr).toContain('Client shop was NOT restored')
    expect(ran.stderr).toContain('--restore')
    expect(ran.code).toBe(3)
  })

  test.each([
    ['configure', ['configure', 'shop', '--backchannel-url', 'https://mine.test/logout', '--yes'], [1, 3, 5]],
    ['all', ['all', '--confirm', 'customers'], [0, 3]],
    ['user', ['user', 'ada', '--yes'], [0, 3]],
  ] as const)(
    'a client that is removed between plan and act: %s ends in an orderly way',
    async (name, argv, codes) => {
      const { fake, env, server } = await aServer()
      const shop = (await fake.findClient('shop'))?.id ?? ''
      let planned = false
      let gone = false
      server.break(({ method, path }) => {
        if (path.includes('client-session-stats') || /users\/[^/]+\/consents/.test(path)) planned = true
        if (name === 'configure' && path.includes('clientId=')) planned = true
        if (planned && (method !== 'GET' || path.includes(`/clients/${shop}`))) gone = true
        if (!gone || !path.includes(shop)) return undefined
        return ({ send }) =>
          send({
            status: 404,
            headers: { 'content-type': 'application/json' },
            body: '{"error":"Could not find client"}',
          })
      })
      const ran = await runCli([...argv], { env })
      expect([...codes], ran.stderr).toContain(ran.code)
      expect(ran.stderr).not.toContain('bug in kc-logout')
      if (name !== 'configure')
        expect(fake.sessions.filter(({ username, offline }) => username === 'ada' && !offline)).toEqual([])
    },
  )
})

describe('killed in the middle', () => {
  const kills = byExtent({ quick: 8, usual: 50, full: 50 })
  test(`kill -9 at ${kills} random times of all, then run again: no session is lost, none is notified twice`, async (context) => {
    const fake = manySessions(kills * 50)
    const all = fake.sessions.map(({ id }) => id)
    const { env, server } = await serving(fake)
    // By what has been sent and not by the clock: a busy machine ends another number of sessions in a while.
    let deletesLeft = 0
    let kill = () => {}
    server.break(({ method }) => {
      const isDelete = method === 'DELETE'
      if (isDelete ? deletesLeft-- === 0 : deletesLeft < 0) kill()
      return isDelete ? slowly(5) : undefined
    })
    let killed = 0
    for (let n = 0; n < kills; n++) {
      // With eight in flight at most 48 of the 50 sessions of a life end. Below zero it dies while it still reads.
      deletesLeft = Math.floor(Math.random() * 41) - 1
      const ran = await runCli(['all', '--confirm', 'customers', '--no-realm-step'], {
        env,
        onStart: ({ signal }) => {
          kill = () => signal('SIGKILL')
        },
      })
      kill = () => {}
      if (ran.signal === 'SIGKILL') killed++
    }
    const last = await runCli(['all', '--confirm', 'customers', '--json'], { env })
    expect(last.code, last.stderr).toBe(0)
    expect(killed).toBe(kills)
    expect(fake.sessions).toEqual([])
    expect(notified(fake).sort()).toEqual(all.sort())
    tried(context, { 'kills in the middle of all': killed, sessions: all.length })
  }, 120_000)

  const hang: Fault = () => {}
  test.each<[string, string[], string]>([
    ['while the server is found', ['sessions'], 'GET /realms/:id/.well-known/openid-configuration'],
    ['while signing in', ['sessions'], 'POST /realms/:id/protocol/openid-connect/token'],
    ['while reading', ['all', '--confirm', 'customers'], 'GET /admin/realms/:id/clients'],
    ['while ending sessions', ['all', '--confirm', 'customers'], 'DELETE /admin/realms/:id/sessions/:id'],
    ['while ending sessions of a person', ['user', 'ada', '--yes'], 'DELETE /admin/realms/:id/sessions/:id'],
    [
      'in the realm step',
      ['all', '--confirm', 'customers', '--realm-step-only'],
      'POST /admin/realms/:id/logout-all',
    ],
    [
      'while writing a client',
      ['configure', 'shop', '--admin-url', 'none', '--backchannel-url', 'none', '--yes'],
      'PUT /admin/realms/:id/clients/:id',
    ],
  ])('Ctrl-C %s: exit 130 at once with a message, also twice', async (_, argv, at) => {
    for (const [signals, code] of [
      [['SIGINT'], 130],
      [['SIGINT', 'SIGINT'], 130],
      [['SIGTERM'], 143],
    ] as const) {
      const { env, server } = await aServer()
      let since = 0
      let isSent = false
      let program: { signal(name: NodeJS.Signals): void } | undefined
      server.break(({ method, path }) => {
        if (kindOf(method, path) !== at) return undefined
        if (!isSent) {
          isSent = true
          setTimeout(() => {
            since = performance.now()
            for (const name of signals) program?.signal(name)
          }, 100)
        }
        return hang
      })
      const ran = await runCli(argv, {
        env,
        timeoutMs: 20_000,
        onStart: (started) => {
          program = started
        },
      })
      // The second may come when Node has let go of signals on its way out, and ends the process as signals do; a shell
      // says 130 of that as well. One alone never does.
      const bySecond = signals.length > 1 && ran.signal === 'SIGINT' ? 130 : undefined
      expect(ran.code ?? bySecond ?? ran.signal, ran.stderr).toBe(code)
      expect(performance.now() - since).toBeLessThan(2000)
      // A word where nothing had begun, else the summary.
      if (signals.length === 1)
        expect(ran.stderr + ran.stdout).toMatch(/[Ii]nterrupted| left|not ended|stopped/)
    }
  })
})

describe('output that cannot be written', () => {
  /** Runs the program with its stdout going to this file. */
  const into = async (path: string, argv: readonly string[], env: Record<string, string>) => {
    const out = openSync(path, 'w')
    const child = spawn(process.execPath, [PROGRAM, ...argv], {
      env: cleanEnvironment(env),
      stdio: ['ignore', out, 'pipe'],
    })
    closeSync(out)
    let stderr = ''
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    return { code, stderr }
  }

  test.each([
    ['sessions'],
    ['sessions', '--json'],
    ['sessions', '--list'],
    ['sessions', '--list', '--json'],
    ['configure', '--export'],
    ['user', 'ada', '--yes'],
    ['all', '--confirm', 'customers', '--json'],
    ['--version'],
    ['--help'],
    ['user', '--help'],
  ])('a full disk: %s %s reports it and does not exit with 0', async (...argv) => {
    const { env } = await aServer()
    const ran = await into('/dev/full', argv, env)
    expect(ran.code, ran.stderr).toBe(1)
    expect(ran.stderr).toMatch(/no space|ENOSPC|written/i)
    expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/)
  })

  test.each([
    ['sessions', '--list'],
    ['sessions', '--list', '--json'],
    ['sessions', '--json'],
    ['user', '--help'],
    ['--help'],
  ])('%s %s | head -1: ends quietly', async (...argv) => {
    const { env } = await serving(manySessions(3000))
    const child = spawn('sh', ['-c', 'node "$0" "$@" | head -n 1; exit 0', PROGRAM, ...argv], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const began = performance.now()
    await new Promise((resolve) => child.once('close', resolve))
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toMatch(/EPIPE|error|\bat .*\.js:\d+/)
    expect(performance.now() - began).toBeLessThan(15_000)
  })

  /** Runs all with a report, where no file may hold more than so many blocks: what a full disk does to one. */
  async function reporting(blocks: number) {
    const { env, fake, server } = await serving(manyClients(300))
    const report = join(await mkdtemp(join(folder, 'report-')), 'report.json')
    const argv = ['all', '--confirm', 'customers', '--json', '--report', report]
    const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec node "$0" "$@"`, PROGRAM, ...argv], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once('close', resolve)),
    ])
    const kept = await readFile(report, 'utf8').catch(() => '')
    return { code, result: JSON.parse(stdout), stderr: stderr.replaceAll(/\s+/g, ' '), kept, fake, server }
  }

  test('a disk that is full before the run: exit 2, nothing is sent', async () => {
    const { code, result, kept, server } = await reporting(0)
    expect([code, result.error.code, kept]).toEqual([2, 'not-writable', ''])
    expect(server.requests).toEqual([])
  })

  test('a disk that fills up during the run: exit 1, the result on stdout, no partial report', async () => {
    // More than what is tried first (64 KB), and less than the report.
    const { code, result, stderr, kept, fake } = await reporting(140)
    expect([code, result.act, result.verdict, kept], stderr).toEqual([1, 'all', 'done', ''])
    expect(stderr).toContain('The report is lost; the result is on stdout.')
    expect(fake.sessions).toEqual([])
  })

  test('a reader that has gone does not stop an operation', async () => {
    const fake = manySessions(50)
    const { env } = await serving(fake)
    const child = spawn(
      'sh',
      ['-c', 'node "$0" all --confirm customers --json 2>/dev/null | true', PROGRAM],
      { env: cleanEnvironment(env), stdio: 'ignore' },
    )
    await new Promise((resolve) => child.once('close', resolve))
    for (let n = 0; n < 50 && fake.sessions.length > 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fake.sessions).toEqual([])
  })
})

test('twenty processes with one single-use sign-in: all succeed', async () => {
  const { fake } = await aStage()
  const http = httpKeycloak(fake, { rotation: true, life: 3 })
  const server = await startFaultServer(http.answer)
  servers.push(server)
  const config = { KC_LOGOUT_CONFIG_DIR: join(await mkdtemp(join(folder, 'profile-')), 'config') }
  const login = await runCli(['login'], { env: { ...signIn(server.url), ...config } })
  expect(login.code, login.stderr).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const runs = await eachOf(Array.from({ length: 20 }), 20, () =>
    runCli(['sessions', '--json'], { env: config }),
  )
  expect(runs.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual([])
  expect(http.grants.filter(({ given }) => !given)).toEqual([])
})
