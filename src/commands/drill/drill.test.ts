import { describe, expect, test } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { type DrillStage, drillStage, PASSWORD, page } from '../../../test/support/drill/stage.ts'
import { UserError } from '../../errors.ts'
import type { DrillOutcome } from './outcome.ts'

const run = ({ keycloak }: DrillStage, args: readonly string[], world: World = {}) =>
  commandLine(keycloak, { ...world, files: { pw: `${PASSWORD}\n`, ...world.files } })(
    'drill',
    '--user',
    'dora',
    '--user-password-file',
    'pw',
    ...args,
  )

const drilled = async (stage: DrillStage, args: readonly string[] = [], world: World = {}) => {
  const ran = await run(stage, [...args, '--json'], world)
  expect(ran.stderr).not.toContain(PASSWORD)
  expect(ran.stdout).not.toContain(PASSWORD)
  return { code: ran.code, stderr: ran.stderr, ...ran.json<DrillOutcome>() }
}

describe('kc-logout drill', () => {
  test('an application that is notified is out, one that is not is still in', async () => {
    const stage = await drillStage()
    const url = await stage.addApp('wired')
    await stage.addApp('unwired', { wired: false })
    const other = stage.keycloak.addSession({ username: 'dora', clients: ['wired'] })
    const { code, clients, verdict, sessionsLeft } = await drilled(stage)
    expect(code).toBe(7)
    expect(clients).toMatchObject(
      [
        { clientId: 'wired', url, verdict: 'out', expectation: 'notified', seen: { what: 'login-page' } },
        { clientId: 'unwired', verdict: 'still-in', reason: 'admin-url', seen: { what: 'page' } },
      ].map((client) => (client.reason ? { ...client, reason: expect.anything() } : client)),
    )
    expect(verdict).toBe('fail')
    expect(sessionsLeft).toEqual([])
    // Nothing but the drill's own sessions ended.
    expect(stage.keycloak.sessions).toEqual([other])
    expect(stage.keycloak.operations.map(({ name }) => name)).toEqual(['endSession', 'endSession'])
  })

  test('all out: exit 0', async () => {
    const stage = await drillStage()
    await stage.addApp('wired')
    expect(await drilled(stage)).toMatchObject({ code: 0, verdict: 'pass' })
  })

  test('an application that notices later: out-later with seconds', async () => {
    const stage = await drillStage()
    await stage.addApp('slow', { wired: false, outAtLook: 4 })
    const { code, clients } = await drilled(stage)
    expect(code).toBe(7)
    expect(clients).toMatchObject([{ verdict: 'out-later', seconds: 3 }])
  })

  test('username and password on two pages, and an answer that is posted', async () => {
    for (const login of [{ twoPages: true }, { formPost: true }]) {
      const stage = await drillStage(login)
      await stage.addApp('wired')
      expect(await drilled(stage)).toMatchObject({ code: 0, verdict: 'pass' })
    }
  })

  test('a signed-in mark and a probe decide', async () => {
    const stage = await drillStage()
    // Its page answers 200 to everybody; /start leads to Keycloak.
    const url = await stage.addApp('shop', {
      wired: false,
      answer: ({ url: path }, response, signedIn) => {
        if (path === '/me') page(response, signedIn ? '<a id="sign-out">x</a>' : 'Hello')
        if (path === '/api') response.writeHead(signedIn ? 200 : 401).end('{}')
      },
    })
    const start = url.replace('/me', '/start')
    const withApp = (app: object) =>
      drilled(stage, ['--file', 'f', '--wait', '0'], {
        files: { f: JSON.stringify({ apps: [{ clientId: 'shop', url: start, ...app }] }) },
      })
    expect((await withApp({ logoutProbe: url })).clients).toMatchObject([{ seen: { what: 'always-in' } }])
    expect((await withApp({ logoutProbe: url, signedIn: '#sign-out' })).clients).toMatchObject([
      { verdict: 'still-in', seen: { what: 'mark' } },
    ])
    expect((await withApp({ logoutProbe: url.replace('/me', '/api') })).clients).toMatchObject([
      { verdict: 'still-in', seen: { what: 'page', detail: '200' } },
    ])
  })
})

test('with --evidence: what the application answered, and that it kept the session all the same', async () => {
  const stage = await drillStage()
  const answersBadly = await stage.addApp('shop', { outAtLook: 99, wired: false }, {})
  const url = answersBadly.replace('/me', '/backchannel')
  const client = await stage.keycloak.findClient('shop')
  await stage.keycloak.updateClient(client?.id ?? '', {
    frontchannelLogout: false,
    backchannelLogoutUrl: url,
  })
  // The fake numbers its sessions.
  const { id: last } = stage.keycloak.addSession({ username: 'dora', clients: ['shop'] })
  const session = `S${String(Number(last.slice(1)) + 1).padStart(23, '0')}`
  const about = `clientId='shop' clientSessionId='${session}::${client?.id}' backchannelLogoutUrl='${url}'`
  const line = (text: string) =>
    `2026-11-21 05:31:34,680 DEBUG [org.keycloak.services.managers.ResourceAdminManager] (executor-thread-1) ${text}\n`
  const log =
    line(`Sending backchannel-logout request to client. ${about}`) +
    line(`Received response for backchannel-logout from client. ${about} status=200 success=true`)
  const world = { files: { log } }
  const args = ['--wait', '0', '--evidence', 'log:log', '--evidence-wait', '1']
  const { clients, traceIds } = await drilled(stage, args, world)
  expect(clients).toMatchObject([
    {
      verdict: 'still-in',
      notifications: { accepted: 1, unknown: 0 },
      answers: [{ status: 200, count: 1 }],
      evidence: ['log'],
      delivery: 'confirmed',
    },
  ])
  expect(traceIds).toHaveLength(1)
})

describe('cannot-sign-in names what was seen', () => {
  const problem = async (stage: DrillStage, args: readonly string[] = []) => {
    const { code, clients, sessionsLeft } = await drilled(stage, args)
    expect(code).toBe(7)
    expect(clients).toMatchObject([{ verdict: 'cannot-sign-in' }])
    expect(sessionsLeft).toEqual([])
    expect(stage.keycloak.sessions).toEqual([])
    return clients[0]?.seen
  }

  test('a wrong password, which is typed once', async () => {
    const stage = await drillStage({ password: 'another' })
    await stage.addApp('one')
    await stage.addApp('two')
    const { clients } = await drilled(stage)
    expect(clients.map(({ seen }) => seen)).toEqual([
      { what: 'wrong-password', detail: 'Invalid username or password.' },
      { what: 'not-tried', detail: 'one' },
    ])
    expect(stage.requests.filter(({ body }) => body.includes('password'))).toHaveLength(1)
  })

  test('a foreign host, which receives nothing', async () => {
    const stage = await drillStage()
    const foreign = await drillStage()
    const other = await foreign.addApp('other')
    await stage.addApp('shop', {
      answer: (_, response) => void response.writeHead(302, { location: other }).end(),
    })
    expect(await problem(stage)).toEqual({ what: 'foreign-host', detail: new URL(other).host })
    expect(foreign.requests).toEqual([])
  })

  test('a foreign host after the sign-in: the session ends', async () => {
    const stage = await drillStage()
    await stage.addApp('shop', {
      answer: ({ url }, response) => {
        if (url?.startsWith('/callback')) response.writeHead(302, { location: 'http://evil.test/' }).end()
      },
    })
    expect(await problem(stage)).toEqual({ what: 'foreign-host', detail: 'evil.test' })
    expect(stage.keycloak.operations.map(({ name }) => name)).toEqual(['endSession'])
  })

  test('redirects without end', async () => {
    const stage = await drillStage()
    await stage.addApp('shop', {
      answer: (_, response) => void response.writeHead(302, { location: '/me' }).end(),
    })
    expect(await problem(stage)).toMatchObject({ what: 'too-many-redirects' })
  })

  test('an identity provider', async () => {
    const stage = await drillStage({
      answer: (path, response) => {
        const location = path.endsWith('/auth')
          ? '/realms/customers/broker/google/login'
          : 'https://accounts.test/'
        response.writeHead(303, { location }).end()
      },
    })
    await stage.addApp('shop')
    expect(await problem(stage)).toEqual({ what: 'identity-provider', detail: 'google' })
  })

  test('an application that is down, and one that fails', async () => {
    const stage = await drillStage()
    stage.keycloak.addClient({ clientId: 'down', rootUrl: 'http://127.0.0.1:9/' })
    expect(await problem(stage)).toEqual({ what: 'unreachable', detail: 'refused at 127.0.0.1:9' })
    const failing = await drillStage()
    await failing.addApp('shop', { answer: (_, response) => void response.writeHead(503).end() })
    expect(await problem(failing)).toEqual({ what: 'http-status', detail: '503' })
  })

  test('a page that needs JavaScript, one without a sign-in, and no page', async () => {
    for (const [html, what] of [
      ['<div id="root"></div><script src="/app.js"></script>', 'needs-javascript'],
      ['<p>Welcome to our shop</p>', 'no-login-page'],
    ] as const) {
      const stage = await drillStage()
      await stage.addApp('shop', { answer: (_, response) => page(response, html) })
      expect(await problem(stage)).toMatchObject({ what })
    }
    const stage = await drillStage()
    stage.keycloak.addClient({ clientId: 'shop' })
    expect(await problem(stage)).toMatchObject({ what: 'no-url' })
  })

  test('an address that always leads through Keycloak', async () => {
    const stage = await drillStage()
    const url = await stage.addApp('shop', {
      answer: ({ url: path, headers }, response) => {
        if (path !== '/start') return
        const callback = encodeURIComponent(`http://${headers.host}/callback`)
        const location = `${stage.login}/realms/customers/protocol/openid-connect/auth?client_id=shop&redirect_uri=${callback}`
        response.writeHead(302, { location }).end()
      },
    })
    const seen = await problem(stage, ['shop', '--url', url.replace('/me', '/start')])
    expect(seen).toMatchObject({ what: 'always-through-keycloak' })
  })
})

describe('sessions of a drill', () => {
  test('end when the run fails, and the others stay', async () => {
    const stage = await drillStage()
    await stage.addApp('shop')
    const other = stage.keycloak.addSession({ username: 'dora', clients: ['shop'] })
    let fails = true
    stage.keycloak.on('endSession', () => {
      if (fails) {
        fails = false
        throw new UserError('server-error', 'Keycloak failed (HTTP 500).')
      }
    })
    const { clients, sessionsLeft } = await drilled(stage)
    expect(clients).toMatchObject([
      { verdict: 'unknown', seen: { what: 'not-ended', detail: 'Keycloak failed (HTTP 500).' } },
    ])
    expect(sessionsLeft).toEqual([])
    expect(stage.keycloak.sessions).toEqual([other])
  })

  test('that cannot be ended are named', async () => {
    const stage = await drillStage()
    await stage.addApp('shop')
    stage.keycloak.on('endSession', () => {
      throw new UserError('server-error', 'Keycloak failed (HTTP 500).')
    })
    const { sessionsLeft, stderr } = await drilled(stage)
    expect(sessionsLeft).toEqual(stage.keycloak.sessions.map(({ id }) => id))
    expect(stderr).toContain(`may still be active. End them: kc-logout user --session ${sessionsLeft?.[0]}`)
  })

  test('that cannot be looked for at the end are unknown, and the drill fails', async () => {
    const stage = await drillStage()
    await stage.addApp('shop')
    let hasEnded = false
    stage.keycloak.on('endSession', () => {
      hasEnded = true
    })
    stage.keycloak.on('sessionsOf', () => {
      if (hasEnded) throw new UserError('server-error', 'Keycloak failed (HTTP 500).')
    })
    const { clients, sessionsLeft, verdict, stderr } = await drilled(stage)
    expect(clients).toMatchObject([{ verdict: 'out' }])
    expect([sessionsLeft, verdict]).toEqual([null, 'fail'])
    expect(stderr).toContain('may still be active. End all sessions of ')
  })

  test('end after an interruption', async () => {
    const stage = await drillStage()
    const stop = new AbortController()
    await stage.addApp('shop', { wired: false })
    stage.keycloak.on('endSession', () => stop.abort('SIGINT'))
    const ran = await run(stage, ['--json'], { signal: stop.signal })
    expect(ran.code).toBe(130)
    expect(stage.keycloak.sessions).toEqual([])
  })
})

describe('refused before any sign-in', () => {
  test.each([
    ['realm-management', 'customers', 'view-users'],
    ['', 'master', 'admin'],
  ])('a user with an administrator role of %j in %s: exit 2', async (clientId, realm, role) => {
    const stage = await drillStage()
    const keycloak = stage.keycloak
    Object.assign(keycloak, { realm })
    await stage.addApp('shop')
    const [user] = await keycloak.findUsers('dora')
    const client = clientId ? await keycloak.findClient(clientId) : undefined
    keycloak.userRoles.set(`${user?.id}/${client?.id ?? ''}`, [role])
    const ran = await run(stage, [])
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(`dora has the role ${role} of an administrator`)
    expect(stage.requests).toEqual([])
  })

  test.each([
    [['--url', 'https://x.test'], '--url is the page of one client'],
    [['shop', '--url', 'ftp://x.test'], 'The URL of --url is not valid'],
    [['other', '--file', 'f'], 'does not contain client "other"'],
    [['--evidence', 'nope'], '--evidence "nope" is not a known source'],
    [['--file', 'empty'], 'empty: apps is missing'],
    [['--file', '-', '--evidence', 'log:-'], 'stdin is read twice'],
  ])('%j: exit 2 without a request', async (args, message) => {
    const stage = await drillStage()
    const files = { f: 'apps: [{ clientId: shop, url: "https://shop.test/" }]', empty: '{}' }
    const ran = await run(stage, args, { files })
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(message)])
    expect(stage.keycloak.calls).toEqual([])
  })

  test.each(['customers', 'master'])(
    'a user of whom it is unknown whether it is an administrator in %s: exit 4',
    async (realm) => {
      const stage = await drillStage()
      const { keycloak } = stage
      Object.assign(keycloak, { realm })
      await stage.addApp('shop')
      if (realm === 'master') keycloak.roles = { ...keycloak.roles, 'view-clients': false }
      else keycloak.hidden.add('realm-management')
      const ran = await run(stage, [])
      expect([ran.code, ran.stderr]).toEqual([
        4,
        expect.stringContaining('dora is an administrator is unknown'),
      ])
      expect(stage.requests).toEqual([])
    },
  )

  test('a list of users on stdin: exit 2', async () => {
    const stage = await drillStage()
    const ran = await commandLine(stage.keycloak)('drill', '--user', '-', '--url', 'https://x.test/')
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('--user names one user')])
  })

  test('an unknown client (5), and a caller without manage-users (4)', async () => {
    const stage = await drillStage()
    await stage.addApp('shop')
    expect((await run(stage, ['shpo'])).code).toBe(5)
    stage.keycloak.roles = { ...stage.keycloak.roles, 'manage-users': false }
    expect((await run(stage, ['shop'])).code).toBe(4)
    expect(stage.requests).toEqual([])
  })
})

test('the table has the verdict, what was sent, why, and what to do', async () => {
  const stage = await drillStage()
  await stage.addApp('wired')
  const url = await stage.addApp(
    'unwired',
    { wired: false },
    { adminUrl: '', rootUrl: undefined, baseUrl: undefined },
  )
  const ran = await run(stage, ['--file', 'f', '--wait', '0'], {
    files: { f: JSON.stringify({ apps: [{ clientId: 'wired' }, { clientId: 'unwired', url }] }) },
  })
  expect(ran.stdout.replaceAll(/:\d{4,5}/g, ':PORT')).toMatchInlineSnapshot(`
    "application  verdict   notified       seen
    wired        out       1 expected     it leads to Keycloak's login page
    unwired      still in  no logout URL  it shows the same page as before the logo…

    still in unwired http://127.0.0.1:PORT/me
      It shows the same page as before the logout. Keycloak does not notify it: no
      logout URL.
      → kc-logout doctor unwired says how to change that; kc-logout configure
        unwired --backchannel-url <url> sets the logout URL.

    1 of 2 applications out after a logout. The sessions that the drill made for
      dora have ended.
    "
  `)
})
