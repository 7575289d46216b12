import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { type Answer, send } from '../../../test/support/http.ts'
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts'
import {
  adminActionClaims,
  encrypted,
  hmacToken,
  ISSUER,
  keycloakLogoutToken,
  logoutClaims,
  logoutToken,
  NOW,
  signedToken,
  testKeys,
  unsignedToken,
} from '../../../test/support/tokens.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { ReceivedRequest } from './view.ts'

let jwks: unknown
beforeAll(async () => {
  jwks = (await testKeys()).jwks
})

let folder: string
let keycloak: FakeKeycloak
const receivers: Receiver[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-test-'))
  keycloak = new FakeKeycloak()
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
  await Promise.all(receivers.splice(0).map((each) => each.close()))
})

async function aReceiver() {
  const receiver = await startReceiver()
  receivers.push(receiver)
  return receiver
}

interface Listening {
  readonly url: string
  readonly ran: Promise<Ran>
  /** As Ctrl-C. */
  stop(): Promise<Ran>
  post(token: string, more?: Record<string, string>, path?: string): Promise<Answer>
}

/** Starts `listen` on a free port with the test keys, and waits until it is there. */
async function listen(args: string[] = [], world: World = {}): Promise<Listening> {
  const port = await freePort()
  const controller = new AbortController()
  const ran = commandLine(keycloak, {
    ...(world.clock ? {} : { now: NOW * 1000 }),
    settings: args.includes('--client') ? {} : { server: undefined, realm: undefined },
    signal: controller.signal,
    stateFolder: folder,
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: 'https://keys' },
      'https://keys': jwks,
    },
    ...world,
    files: { 'keys.json': JSON.stringify(jwks), ...world.files },
  })('listen', '--port', String(port), '--issuer', ISSUER, ...args)
  const url = `http://127.0.0.1:${port}`
  await Promise.race([connected(port), ran])
  return {
    url,
    ran,
    stop: () => {
      controller.abort('SIGINT')
      return ran
    },
    post: (token, more = {}, path = '/bc') =>
      send('POST', url + path, { form: { logout_token: token, ...more } }),
  }
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

async function connected(port: number): Promise<void> {
  for (;;) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    // It listens before it is ready; a moment later it is.
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (there) return
  }
}

const lines = ({ stdout }: Ran) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ReceivedRequest & { schemaVersion: number })
const failed = (delivery: ReceivedRequest | undefined) =>
  delivery?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)

describe('listen', () => {
  it('answers a good token with 200 and no-store, and shows it', async () => {
    const { post, ran } = await listen(['--audience', 'shop', '--count', '1'])
    const answer = await post(await keycloakLogoutToken())
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, '', 'no-store'])
    const { code, stdout } = await ran
    expect(code).toBe(EXIT.ok)
    expect(stdout).toMatchInlineSnapshot(`
      "05:20:00  POST /bc
        PASS logout token  shop
        user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
        session Js2gCFob81SRJ1mx7Zo5CcSU
        answered 200 

      "
    `)
  })

  it('answers a bad token with 400 and says why', async () => {
    const { post, ran } = await listen(['--audience', 'shop', '--count', '1'])
    const answer = await post(await logoutToken({ aud: 'other' }))
    expect(answer.status).toBe(400)
    expect(answer.json()).toEqual({
      error: 'invalid_request',
      error_description: "L08: aud does not contain the client 'shop'.",
    })
    expect((await ran).stdout).toMatchInlineSnapshot(`
      "05:20:00  POST /bc
        FAIL logout token  other
        user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
        session Js2gCFob81SRJ1mx7Zo5CcSU
        FAIL L08 aud  aud does not contain the client "shop".
             expected  shop
             actual    other
             why       A logout token for another client must not end this one's
                       sessions.
             fix       Configure the receiver with the client id of the client that
                       has its Backchannel Logout URL.
             rule      BCL 2.4, 2.6 step 4
        answered 400 {"error":"invalid_request","error_description":"L08: aud does not
          contain the client 'shop'."}

      "
    `)
  })

  it('prints one JSON document a line', async () => {
    const { post, ran } = await listen(['--audience', 'shop', '--count', '2', '--json'])
    await post(await logoutToken())
    await post(await logoutToken({ nonce: 'x', jti: 'another' }), { ignored_parameter: '1' })
    const [first, second, ...rest] = lines(await ran)
    expect(rest).toEqual([])
    expect(first).toMatchObject({
      schemaVersion: 1,
      time: '2026-11-21T05:20:00.000Z',
      method: 'POST',
      path: '/bc',
      kind: 'logout',
      token: { kind: 'logout', verdict: 'pass', payload: logoutClaims(), signature: { status: 'valid' } },
      answered: { status: 200, body: '' },
    })
    expect(first?.rules.map(({ id }) => id)).toEqual(expect.arrayContaining(['L01', 'L31', 'R01', 'R12']))
    expect([failed(second), second?.answered.status]).toEqual([['L23'], 400])
  })

  it('takes the actions that Keycloak posts below an Admin URL', async () => {
    const { url, ran } = await listen(['--audience', 'shop', '--count', '2', '--json'])
    const token = await signedToken({ payload: adminActionClaims() })
    const headers = { 'content-type': 'text/plain; charset=ISO-8859-1' }
    const good = await send('POST', `${url}/admin/k_logout`, { body: token, headers })
    const bad = await send('POST', `${url}/admin/k_logout`, {
      body: `${token.slice(0, -9)}AAAAAAAAA`,
      headers,
    })
    expect([good.status, bad.status]).toEqual([200, 400])
    expect(lines(await ran).map(({ kind, token: seen }) => [kind, seen?.verdict])).toEqual([
      ['admin-action', 'pass'],
      ['admin-action', 'fail'],
    ])
  })

  it('notices a token that comes twice', async () => {
    const { post, ran } = await listen(['--count', '3', '--json'])
    const token = await logoutToken()
    expect((await post(token)).status).toBe(200)
    expect((await post(token)).status).toBe(400)
    expect((await post(await logoutToken({ jti: 'another' }))).status).toBe(200)
    expect(lines(await ran).map(failed)).toEqual([[], ['L25'], []])
  })

  it.each([
    ['a GET', 'GET', {}, 405],
    ['nothing in it', 'POST', { form: {} }, 400],
    ['JSON', 'POST', { json: { logout_token: 'x' } }, 400],
    ['what is no token', 'POST', { form: { logout_token: 'x' } }, 400],
  ])('refuses %s', async (_, method, options, status) => {
    const { url, ran } = await listen(['--count', '1', '--json'])
    expect((await send(method, url, options)).status).toBe(status)
    expect(lines(await ran)[0]?.answered.status).toBe(status)
  })

  it('opens encrypted tokens with the key that it is given', async () => {
    const files = { 'key.json': JSON.stringify((await testKeys()).encryption.privateJwk) }
    const { post, ran } = await listen(['--count', '1', '--decrypt-key', 'key.json'], { files })
    expect((await post(await encrypted(await logoutToken()))).status).toBe(200)
    await ran
  })

  it('verifies nothing without keys, and says so loudly', async () => {
    const { post, ran } = await listen(['--count', '1', '--no-network'])
    expect((await post(await logoutToken())).status).toBe(200)
    const { stdout, stderr } = await ran
    expect(stdout).toContain('UNVERIFIED')
    expect(stderr).toContain('Signatures are NOT verified')
  })

  it('refuses what it could not verify where there should have been keys', async () => {
    const { post, ran } = await listen(['--count', '1', '--json'], { documents: {} })
    expect((await post(await logoutToken())).json()).toMatchObject({
      error_description: expect.stringContaining('The keys could not be fetched'),
    })
    await ran
  })

  it('says what it lost, and counts it', async () => {
    let isBroken = false
    const now = () => {
      if (isBroken) throw new Error('the clock stands still')
      return NOW * 1000
    }
    const clock = { now, sleep: async () => {} }
    const { post, ran } = await listen(['--count', '1'], { clock })
    isBroken = true
    expect((await post(await logoutToken())).status).toBe(500)
    const { code, stderr, stdout } = await ran
    expect([code, stdout]).toEqual([EXIT.ok, ''])
    expect(stderr).toContain('A request was lost here: the clock stands still')
  })

  it.each([
    ['is not there', {}],
    ['holds none', { 'nope.pem': 'x' }],
  ])('ends with 2 before it listens where the file of authorities %s', async (_, files) => {
    const settings = {
      server: undefined,
      realm: undefined,
      caFile: { value: 'nope.pem', source: '--ca-file' },
    }
    const { ran, url } = await listen(['--jwks', 'keys.json', '--forward-to', 'https://app.test/'], {
      settings,
      files,
    })
    expect(await ran).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('nope.pem') })
    await expect(send('POST', url, { form: { logout_token: 'x' } })).rejects.toThrow()
  })

  it('ends with 2 before it fetches keys or listens where the private key is none', async () => {
    const { ran, url } = await listen(['--decrypt-key', 'key.json'], { files: { 'key.json': '{"keys":[]}' } })
    expect(await ran).toMatchObject({
      code: EXIT.usage,
      fetched: [],
      stderr: expect.stringContaining('key.json'),
    })
    await expect(send('POST', url, { form: { logout_token: 'x' } })).rejects.toThrow()
  })

  it('says on Ctrl-C why nothing may have come', async () => {
    const { stop } = await listen()
    const { code, stderr } = await stop()
    expect(code).toBe(EXIT.interrupted)
    expect(stderr).toContain('Nothing came. What that may be:')
  })
})

describe("the OpenID Foundation's bad logout tokens are answered with 400:", () => {
  const claims = (changes: Record<string, unknown>) =>
    logoutClaims({ typ: undefined, ignored_claim: 'x', ...changes })
  const make = (changes: Record<string, unknown>) => () =>
    signedToken({ payload: claims(changes), header: { typ: undefined } })
  it.each([
    ['alg-none', () => unsignedToken(claims({}), { typ: undefined }), 'L05'],
    ['no-event', make({ events: undefined }), 'L14'],
    ['wrong-event', make({ events: { 'http://schemas.openid.net/event/foobar': {} } }), 'L15'],
    ['with-nonce', make({ nonce: 'abc' }), 'L23'],
    [
      'wrong-alg',
      () => signedToken({ payload: claims({}), header: { typ: undefined }, alg: 'ES256' }),
      'L04',
    ],
    ['wrong-aud', make({ aud: 'shop-invalid' }), 'L08'],
    ['wrong-iss', make({ iss: `${ISSUER}1` }), 'L07'],
    ['HS256', () => hmacToken('HS256', claims({})), 'L04'],
  ])('%s', async (_, token, rule) => {
    const { post, ran } = await listen(['--audience', 'shop', '--alg', 'RS256', '--count', '1', '--json'])
    expect((await post(await token())).status).toBe(400)
    expect(failed(lines(await ran)[0])).toContain(rule)
  })

  it('and the good one with 200', async () => {
    const { post, ran } = await listen(['--audience', 'shop', '--alg', 'RS256', '--count', '1'])
    expect((await post(await make({})(), { ignored_parameter: 'x' })).status).toBe(200)
    await ran
  })
})

describe('forced answers', () => {
  it.each([204, 302, 400, 500, 503])('%i', async (status) => {
    const { post, ran } = await listen(['--respond', String(status), '--count', '1', '--json'])
    expect((await post(await logoutToken())).status).toBe(status)
    expect(lines(await ran)[0]).toMatchObject({ answered: { status }, token: { verdict: 'pass' } })
  })
})

describe('handing on', () => {
  it("gives Keycloak the receiver's own answer, and shows its body", async () => {
    const receiver = await aReceiver()
    receiver.behave({
      status: 400,
      body: '{"error":"unknown session"}',
      headers: { 'cache-control': 'no-store' },
    })
    const { post, ran } = await listen(['--forward-to', `${receiver.url}/logout`, '--count', '1'])
    const answer = await post(await logoutToken())
    expect([answer.status, answer.text]).toEqual([400, '{"error":"unknown session"}'])
    expect(receiver.requests).toMatchObject([
      { method: 'POST', path: '/logout', body: expect.stringMatching(/^logout_token=ey/) },
    ])
    const { stdout } = await ran
    expect(stdout).toContain('receiver answered 400')
    expect(stdout).toContain('{"error":"unknown session"}')
    expect(stdout).toContain('FAIL R05')
  })

  it('keeps the action in the path', async () => {
    const receiver = await aReceiver()
    const { url, ran } = await listen(['--forward-to', `${receiver.url}/app/`, '--count', '1'])
    await send('POST', `${url}/x/k_logout`, { body: await signedToken({ payload: adminActionClaims() }) })
    expect(receiver.requests[0]?.path).toBe('/app/k_logout')
    await ran
  })

  it('says when the receiver does not answer', async () => {
    const receiver = await aReceiver()
    receiver.behave({ reset: true })
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '1', '--json'])
    expect((await post(await logoutToken())).status).toBe(502)
    expect(lines(await ran)[0]).toMatchObject({
      answered: { status: 502 },
      forwarded: { status: null, body: null, ms: expect.any(Number), error: expect.any(String) },
    })
  })

  it('shows a receiver that accepts anything', async () => {
    const receiver = await aReceiver()
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '1', '--json'])
    expect((await post(await logoutToken({ nonce: 'x' }))).status).toBe(200)
    expect(failed(lines(await ran)[0])).toEqual(['L23', 'R06'])
  })
})

describe('no receiver is blamed', () => {
  const ofAnswer = (delivery: ReceivedRequest) =>
    delivery.rules
      .filter(({ id, status }) => /^R(0[5-8]|12)$/.test(id) && status !== 'pass' && status !== 'skip')
      .map(({ id }) => id)
  const noStore = { headers: { 'cache-control': 'no-store' } }

  it('that accepts what could only not be verified here', async () => {
    const receiver = await aReceiver()
    receiver.behave(noStore)
    const args = ['--forward-to', receiver.url, '--count', '1', '--json']
    const { post, ran } = await listen(args, { documents: {} })
    await post(await logoutToken())
    expect(lines(await ran).map(ofAnswer)).toEqual([[]])
  })

  it('that has no replay check, which is optional', async () => {
    const receiver = await aReceiver()
    receiver.behave(noStore)
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '2', '--json'])
    const token = await logoutToken()
    await post(token)
    await post(token)
    const seen = lines(await ran)
    expect([seen.map(failed), seen.map(ofAnswer)]).toEqual([
      [[], ['L25']],
      [[], []],
    ])
  })

  it.each([200, 204, 400, 403])('that answers %i to an action below an Admin URL', async (status) => {
    const receiver = await aReceiver()
    receiver.behave({ status })
    const { url, ran } = await listen(['--forward-to', receiver.url, '--count', '2', '--json'])
    const action = await signedToken({ payload: adminActionClaims() })
    for (const body of [action, `${action.slice(0, -9)}AAAAAAAAA`])
      await send('POST', `${url}/k_logout`, { body, headers: { 'content-type': 'text/plain' } })
    expect(lines(await ran).map(ofAnswer)).toEqual([[], []])
  })

  it.each([
    [['--respond', '500'], 'kc-logout itself answered, with what --respond says.'],
    [['--forward-to', 'http://127.0.0.1:9/'], 'The receiver did not answer.'],
    [[], 'kc-logout itself answered, as the specification says.'],
  ])('that did not answer: %j', async (args, message) => {
    const { post, ran } = await listen([...args, '--count', '1', '--json'])
    await post(await logoutToken())
    expect(lines(await ran)[0]?.rules.find(({ id }) => id === 'R05')).toMatchObject({
      status: 'skip',
      message,
    })
  })
})

describe('taking a client over', () => {
  const APP = 'https://shop.example.com'
  const seed = (changes = {}) =>
    keycloak.addClient({
      clientId: 'shop',
      backchannelLogoutUrl: `${APP}/bc`,
      backchannelLogoutSessionRequired: true,
      ...changes,
    })
  const shop = async () => {
    const client = await keycloak.findClient('shop')
    return (
      client && { bc: client.backchannelLogoutUrl, admin: client.adminUrl, front: client.frontchannelLogout }
    )
  }
  const files = async () => (await readdir(folder)).filter((name) => name.startsWith('takeover-'))

  it('asks, leads both URLs here, hands on, and puts back on Ctrl-C', async () => {
    const app = await aReceiver()
    seed({ backchannelLogoutUrl: `${app.url}/bc`, adminUrl: `${app.url}/adm`, frontchannelLogout: true })
    const { url, post, stop } = await listen(['--client', 'shop'], { agrees: true })
    await until(async () => (await shop())?.front === false)
    expect(await shop()).toEqual({
      bc: `${url}/kc-logout-listen/backchannel`,
      admin: `${url}/kc-logout-listen/admin`,
      front: false,
    })
    expect((await stat(join(folder, (await files())[0] ?? ''))).mode & 0o777).toBe(0o600)

    expect((await post(await logoutToken(), {}, '/kc-logout-listen/backchannel')).status).toBe(200)
    await send('POST', `${url}/kc-logout-listen/admin/k_logout`, {
      body: await signedToken({ payload: adminActionClaims() }),
    })
    expect(app.requests.map(({ path }) => path)).toEqual(['/bc', '/adm/k_logout'])

    const { code, asked, stderr } = await stop()
    expect([code, asked]).toEqual([EXIT.interrupted, ['Take client shop over for as long as this runs?']])
    expect(await shop()).toEqual({ bc: `${app.url}/bc`, admin: `${app.url}/adm`, front: true })
    expect(await files()).toEqual([])
    expect(stderr.indexOf('kc-logout listen --restore')).toBeLessThan(stderr.indexOf('backchannelLogoutUrl:'))
    expect(stderr).toContain(
      `kc-logout configure shop -r customers --server https://keycloak.test --backchannel-url ${app.url}/bc --admin-url ${app.url}/adm`,
    )
    expect(stderr).toMatch(/put back shop: backchannelLogoutUrl, adminUrl, frontchannelLogout\n/)
  })

  it('judges by what the client is set to', async () => {
    seed()
    const { post, ran } = await listen([
      '--client',
      'shop',
      '--yes',
      '--count',
      '1',
      '--respond',
      '200',
      '--json',
    ])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    await post(await logoutToken({ aud: 'other', sid: undefined }))
    expect(failed(lines(await ran)[0])).toEqual(['L08', 'L21'])
    expect((await shop())?.bc).toBe(`${APP}/bc`)
  })

  it('changes nothing when it is declined, or nobody can be asked', async () => {
    seed()
    for (const world of [{ agrees: false }, {}]) {
      const { ran } = await listen(['--client', 'shop'], world)
      expect((await ran).code).toBe(EXIT.declined)
    }
    expect(keycloak.acts).toEqual([])
    expect(await files()).toEqual([])
  })

  it('refuses a second take-over, wherever the first was made', async () => {
    seed({ backchannelLogoutUrl: 'http://elsewhere:4711/kc-logout-listen/backchannel' })
    const { ran } = await listen(['--client', 'shop', '--yes'])
    const { code, stderr } = await ran
    expect([code, stderr]).toEqual([
      EXIT.usage,
      expect.stringContaining('taken over already, perhaps from another machine'),
    ])
    expect(keycloak.acts).toEqual([])
  })

  it.each([
    ['an unknown client', ['--client', 'nobody', '--yes'], EXIT.notFound],
    ['an address that Keycloak cannot know', ['--client', 'shop', '--yes', '--host', '0.0.0.0'], EXIT.usage],
  ])('refuses %s', async (_, args, code) => {
    seed()
    expect((await (await listen(args)).ran).code).toBe(code)
    expect(keycloak.acts).toEqual([])
  })

  it('leaves what somebody else has changed meanwhile', async () => {
    const client = seed({ adminUrl: `${APP}/adm` })
    const { stop } = await listen(['--client', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    await keycloak.updateClient(client.id, { adminUrl: 'https://new.example.com', frontchannelLogout: false })
    const { stderr } = await stop()
    expect(await shop()).toEqual({ bc: `${APP}/bc`, admin: 'https://new.example.com', front: false })
    expect(stderr).toContain('left alone shop: adminUrl, changed by somebody else meanwhile')
  })

  it("silences no new URL of somebody's by switching the front channel on, and says so", async () => {
    const { id } = seed({ frontchannelLogout: true })
    const { stop } = await listen(['--client', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    const mine = { backchannelLogoutUrl: 'https://new.example.com/bc', frontchannelLogout: false }
    await keycloak.updateClient(id, mine)
    const { stderr } = await stop()
    expect(await shop()).toMatchObject({ bc: 'https://new.example.com/bc', front: false })
    expect(stderr).toContain('The front channel logout of shop stays off, as the listener set it')
    expect(stderr).toContain(`  kcadm.sh update clients/${id} -r customers -s frontchannelLogout=true`)
    expect(await files()).toEqual([])
  })

  it('says how to put back by hand when it cannot', async () => {
    seed()
    const { stop } = await listen(['--client', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    keycloak.on('updateClient', () => {
      throw new UserError('refused', 'Keycloak is gone.')
    })
    const { stderr, code } = await stop()
    // Though Ctrl-C ended it: whoever reads 130 would think that all is as it was.
    expect(code).toBe(EXIT.partial)
    expect(stderr).toContain('Client shop is NOT back to what it was: Keycloak is gone.')
    expect(stderr).toContain(`--backchannel-url ${APP}/bc`)
    expect(await files()).toHaveLength(1)
  })

  it('ends with 3, and says what else went wrong, where it could neither take over nor put back', async () => {
    seed()
    let writes = 0
    keycloak.on('updateClient', () => {
      if (++writes > 1) throw new UserError('refused', 'Keycloak is gone.')
    })
    // The first write is made, and then nobody can look at it.
    keycloak.on('findClient', () => {
      if (writes === 1) throw new UserError('unreachable', 'Keycloak does not answer.')
    })
    const { ran } = await listen(['--client', 'shop', '--yes'])
    const { code, stderr } = await ran
    expect(code).toBe(EXIT.partial)
    expect(stderr).toContain('Client shop is NOT back to what it was: Keycloak does not answer.')
    expect(stderr).toContain('Client shop could not be taken over')
  })

  it('has nothing to put back, nor to remember, where it failed before it wrote', async () => {
    seed()
    keycloak.on('rawClient', () => {
      throw new UserError('unreachable', 'Keycloak does not answer.', { exitCode: EXIT.unreachable })
    })
    const { code, stderr } = await (await listen(['--client', 'shop', '--yes'])).ran
    expect(code).toBe(EXIT.unreachable)
    expect(stderr).not.toContain('NOT back')
    expect([keycloak.acts, await files()]).toEqual([[], []])
  })

  describe('after a crash', () => {
    /** A listener that died: its file and its settings are left. */
    async function crash(pid = 999, clientId = 'shop') {
      const client = seed({ clientId })
      const before = await files()
      const url = async () => (await keycloak.findClient(clientId))?.backchannelLogoutUrl ?? ''
      // Those that were left before are not put back by this one.
      const { stop } = await listen(['--client', clientId, '--yes'], { running: [1, 999] })
      await until(
        async () =>
          (await files()).length === before.length + 1 && (await url()).includes('kc-logout-listen'),
      )
      const name = (await files()).find((each) => !before.includes(each)) ?? ''
      const state = JSON.parse(await readFile(join(folder, name), 'utf8'))
      const left = await url()
      await stop()
      await keycloak.updateClient(client.id, { backchannelLogoutUrl: left, frontchannelLogout: false })
      await writeFile(join(folder, name), JSON.stringify({ ...state, pid }))
    }

    it('listen --restore puts back', async () => {
      await crash()
      const ran = await commandLine(keycloak, { stateFolder: folder })('listen', '--restore', '--json')
      expect([ran.code, ran.json()]).toEqual([
        EXIT.ok,
        {
          schemaVersion: 1,
          restored: [{ clientId: 'shop', restored: ['backchannelLogoutUrl'], left: [], gone: false }],
          failed: [],
          elsewhere: [],
        },
      ])
      expect((await shop())?.bc).toBe(`${APP}/bc`)
      expect(await files()).toEqual([])
      expect((await commandLine(keycloak, { stateFolder: folder })('listen', '--restore')).stdout).toBe(
        'Nothing is taken over.\n',
      )
    })

    /** Two clients are left; the first that is put back fails. Which that is, is up to the names of their files. */
    async function crashTwice() {
      await crash(999, 'shop')
      await crash(998, 'wiki')
      let isFirst = true
      keycloak.on('updateClient', () => {
        if (!isFirst) return
        isFirst = false
        throw new UserError('refused', 'Keycloak says no.')
      })
    }
    const urls = async () =>
      (await keycloak.clients()).flatMap(({ backchannelLogoutUrl: url }) => (url === undefined ? [] : [url]))

    it('listen --restore goes on after one that fails, reports all, and ends with 3', async () => {
      await crashTwice()
      const ran = await commandLine(keycloak, { stateFolder: folder })('listen', '--restore', '--json')
      const { restored, failed: left } = ran.json<Record<string, { clientId: string }[]>>()
      expect([ran.code, restored?.length, left]).toEqual([
        EXIT.partial,
        1,
        [{ clientId: expect.any(String), error: expect.objectContaining({ message: 'Keycloak says no.' }) }],
      ])
      expect((await urls()).filter((url) => url === `${APP}/bc`)).toHaveLength(1)
      expect(ran.stderr).toContain(
        `Client ${left?.[0]?.clientId} is NOT back to what it was: Keycloak says no.`,
      )
      expect(ran.stderr).toContain(`kc-logout configure ${left?.[0]?.clientId} `)
      expect(await files()).toHaveLength(1)
    })

    it('listen --restore ends with 3 where a client of another realm is left', async () => {
      await crash()
      const other = new FakeKeycloak({ realm: 'other' })
      const ran = await commandLine(other, { stateFolder: folder })('listen', '--restore', '--json')
      expect([ran.code, ran.json()]).toEqual([
        EXIT.partial,
        {
          schemaVersion: 1,
          restored: [],
          failed: [],
          elsewhere: [{ clientId: 'shop', realm: 'customers', server: 'https://keycloak.test' }],
        },
      ])
      expect(ran.stderr).toContain('is not put back: that is another realm.')
      expect(await files()).toHaveLength(1)
    })

    it('listen --restore says that the one who took it seems to run still', async () => {
      await crash(77)
      const restore = (running: number[]) =>
        commandLine(keycloak, { stateFolder: folder, running })('listen', '--restore')
      expect((await restore([1, 77])).stderr).toContain(
        'Process 77, which took shop over, seems to run still.',
      )
      await crash(77)
      expect((await restore([1])).stderr).not.toContain('seems to run')
    })

    it('the next start goes on after one that fails, too, and ends with 3', async () => {
      await crashTwice()
      seed({ clientId: 'desk' })
      const { post, ran } = await listen(['--client', 'desk', '--yes', '--count', '1', '--respond', '200'])
      const taken = async () => (await keycloak.findClient('desk'))?.backchannelLogoutUrl
      await until(async () => (await taken())?.includes('kc-logout-listen') ?? false)
      await post(await logoutToken())
      const { code, stderr } = await ran
      expect(code).toBe(EXIT.partial)
      expect(stderr).toContain('is NOT back to what it was: Keycloak says no.')
      expect((await urls()).filter((url) => url === `${APP}/bc`)).toHaveLength(2)
    })

    it('the next start puts back first, and then takes over again', async () => {
      await crash()
      const { stop } = await listen(['--client', 'shop', '--yes'])
      await until(async () => keycloak.acts.length >= 5)
      const { stderr } = await stop()
      expect(stderr).toContain('put back shop (left by an earlier listener): backchannelLogoutUrl')
      expect((await shop())?.bc).toBe(`${APP}/bc`)
    })

    it('a listener that still runs is left in peace', async () => {
      await crash(77)
      const { ran } = await listen(['--client', 'shop', '--yes'], { running: [1, 77] })
      expect(await ran).toMatchObject({
        code: EXIT.usage,
        stderr: expect.stringContaining('taken over already by process 77'),
      })
    })

    it('a start without a client says that something was left', async () => {
      await crash()
      const { stop } = await listen()
      expect((await stop()).stderr).toContain('kc-logout listen --restore')
    })
  })
})

describe('exit 2, before anything is done, for', () => {
  it.each([
    [['--tls-cert', 'keys.json']],
    [['--respond', 'maybe']],
    [['--respond', '99']],
    [['--port', '70000']],
    [['--host', '']],
    [['--host', ' ']],
    [['--count', '0']],
    [['--forward-to', 'ftp://x']],
    [['--forward-to', 'http://x', '--respond', '200']],
    [['--public-url', 'nowhere']],
    [['--restore', '--client', 'shop']],
  ])('%j', async (args) => {
    const ran = await commandLine(keycloak, { stateFolder: folder, files: { 'keys.json': '{}' } })(
      'listen',
      ...args,
    )
    expect([ran.code, ran.stdout]).toEqual([EXIT.usage, ''])
    expect(keycloak.calls).toEqual([])
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it never came to that')
}
