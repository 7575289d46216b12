import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { send } from '../../../test/support/http.ts'
import { failedRules, lines, listening } from '../../../test/support/listening.ts'
import {
  adminActionClaims,
  encrypted,
  hmacToken,
  ISSUER,
  keycloakLogoutToken,
  logoutClaims,
  logoutToken,
  NOW,
  securityEventClaims,
  signedToken,
  testKeys,
  unsignedToken,
} from '../../../test/support/tokens.ts'
import { EXIT } from '../../errors.ts'

const world = listening()
const { listen } = world

describe('listen', () => {
  it('answers a valid token with 200 and no-store, and prints it', async () => {
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

  it('answers an invalid token with 400 and the reason', async () => {
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

  it('prints one JSON document per line', async () => {
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
    expect([failedRules(second), second?.answered.status]).toEqual([['L23'], 400])
  })

  it('verifies the actions that Keycloak posts below an Admin URL', async () => {
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

  describe('given a security event token (RFC 8935)', () => {
    const push = (url: string, body: string, headers = {}) =>
      send('POST', `${url}/events`, {
        body,
        headers: { 'content-type': 'application/secevent+jwt', ...headers },
      })
    const event = (changes = {}) =>
      signedToken({ payload: securityEventClaims(changes), header: { typ: 'secevent+jwt' } })

    it('answers a valid one with 202, twice as well, and prints it', async () => {
      const { url, ran } = await listen(['--audience', 'shop', '--count', '2'])
      const token = await event()
      const answers = [await push(url, token), await push(url, token)]
      expect(answers.map(({ status, text }) => [status, text])).toEqual([
        [202, ''],
        [202, ''],
      ])
      expect((await ran).stdout).toContain(
        '  PASS security event session-revoked  shop\n  user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7\n  session Js2gCFob81SRJ1mx7Zo5CcSU\n',
      )
    })

    it.each([
      ['another audience', () => event({ aud: ['other'] }), 'invalid_audience', 'S03'],
      ['another issuer', () => event({ iss: 'https://evil.example' }), 'invalid_issuer', 'S02'],
      ['a forged signature', async () => `${(await event()).slice(0, -9)}AAAAAAAAA`, 'invalid_key', 'S14'],
      ['no events', () => event({ events: undefined }), 'invalid_request', 'S06'],
      ['something other than a token', async () => 'x', 'invalid_request', ''],
      ['an empty body', async () => '', 'invalid_request', 'R02'],
    ])('answers one with %s with 400 and an error code', async (_, token, err, rule) => {
      const { url, ran } = await listen(['--audience', 'shop', '--count', '1', '--json'])
      const answer = await push(url, await token())
      expect([answer.status, answer.json()]).toEqual([400, { err, description: expect.any(String) }])
      const [received] = lines(await ran)
      if (rule) expect(failedRules(received)).toContain(rule)
      if (received?.token) expect(received.kind).toBe('security-event')
    })
  })

  it('recognises a token that comes twice', async () => {
    const { post, ran } = await listen(['--count', '3', '--json'])
    const token = await logoutToken()
    expect((await post(token)).status).toBe(200)
    expect((await post(token)).status).toBe(400)
    expect((await post(await logoutToken({ jti: 'another' }))).status).toBe(200)
    expect(lines(await ran).map(failedRules)).toEqual([[], ['L25'], []])
  })

  it.each([
    ['a GET', 'GET', {}, 405],
    ['an empty form', 'POST', { form: {} }, 400],
    ['JSON', 'POST', { json: { logout_token: 'x' } }, 400],
    ['something other than a token', 'POST', { form: { logout_token: 'x' } }, 400],
  ])('refuses %s', async (_, method, options, status) => {
    const { url, ran } = await listen(['--count', '1', '--json'])
    expect((await send(method, url, options)).status).toBe(status)
    expect(lines(await ran)[0]?.answered.status).toBe(status)
  })

  it('decrypts tokens with --decrypt-key', async () => {
    const files = { 'key.json': JSON.stringify((await testKeys()).encryption.privateJwk) }
    const { post, ran } = await listen(['--count', '1', '--decrypt-key', 'key.json'], { files })
    expect((await post(await encrypted(await logoutToken()))).status).toBe(200)
    await ran
  })

  it('without keys warns that signatures are not verified', async () => {
    const { post, ran } = await listen(['--count', '1', '--no-network'])
    expect((await post(await logoutToken())).status).toBe(200)
    const { stdout, stderr } = await ran
    expect(stdout).toContain('UNVERIFIED')
    expect(stderr).toContain('Signatures are NOT verified')
  })

  it('refuses tokens that it could not verify if the keys could not be fetched', async () => {
    const { post, ran } = await listen(['--count', '1', '--json'], { documents: {} })
    expect((await post(await logoutToken())).json()).toMatchObject({
      error_description: expect.stringContaining('The keys could not be fetched'),
    })
    await ran
  })

  it('reports and counts a request that was lost by an error', async () => {
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
    ['is missing', {}],
    ['contains none', { 'nope.pem': 'x' }],
  ])('exits with 2 before listening if the file of authorities %s', async (_, files) => {
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

  it('exits with 2 before fetching keys or listening if --decrypt-key is not a private key', async () => {
    const { ran, url } = await listen(['--decrypt-key', 'key.json'], { files: { 'key.json': '{"keys":[]}' } })
    expect(await ran).toMatchObject({
      code: EXIT.usage,
      fetched: [],
      stderr: expect.stringContaining('key.json'),
    })
    await expect(send('POST', url, { form: { logout_token: 'x' } })).rejects.toThrow()
  })

  it('takes no more requests than --count, even if they arrive together', async () => {
    const { post, ran } = await listen(['--count', '1', '--json'])
    const tokens = await Promise.all(['a', 'b', 'c'].map((jti) => logoutToken({ jti })))
    const statuses = (await Promise.all(tokens.map((token) => post(token)))).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 503, 503])
    const done = await ran
    expect(lines(done)).toHaveLength(1)
    expect(done.stderr).toContain('2 more requests arrived after --count was reached: answered with 503.')
  })

  it('on Ctrl-C gives possible reasons if nothing arrived', async () => {
    const { stop } = await listen()
    const { code, stderr } = await stop()
    expect(code).toBe(EXIT.interrupted)
    expect(stderr).toContain('Nothing arrived. Possible reasons:')
  })
})

describe("listen answers the OpenID Foundation's invalid logout tokens with 400:", () => {
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
    expect(failedRules(lines(await ran)[0])).toContain(rule)
  })

  it('answers the valid one with 200', async () => {
    const { post, ran } = await listen(['--audience', 'shop', '--alg', 'RS256', '--count', '1'])
    expect((await post(await make({})(), { ignored_parameter: 'x' })).status).toBe(200)
    await ran
  })
})

describe('listen --audience', () => {
  it.each(['--audience', '--client'])('is what tokens are checked for, given as %s', async (option) => {
    const { post, ran } = await listen([option, 'shop', '--count', '1', '--json'])
    await post(await logoutToken({ aud: 'other' }))
    expect(failedRules(lines(await ran)[0])).toEqual(['L08'])
  })
})

describe('listen --respond', () => {
  it.each([204, 302, 400, 500, 503])('answers %i', async (status) => {
    const { post, ran } = await listen(['--respond', String(status), '--count', '1', '--json'])
    expect((await post(await logoutToken())).status).toBe(status)
    expect(lines(await ran)[0]).toMatchObject({ answered: { status }, token: { verdict: 'pass' } })
  })
})

describe('listen exits with 2 before anything is done for', () => {
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
    [['--restore', '--take-over', 'shop']],
    [['--audience', 'shop', '--client', 'desk']],
  ])('%j', async (args) => {
    const ran = await commandLine(world.keycloak, {
      stateFolder: world.folder,
      files: { 'keys.json': '{}' },
    })('listen', ...args)
    expect([ran.code, ran.stdout]).toEqual([EXIT.usage, ''])
    expect(world.keycloak.calls).toEqual([])
  })
})
