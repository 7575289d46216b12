import { beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import {
  accessClaims,
  encrypted,
  hmacToken,
  ISSUER,
  idClaims,
  keycloakLogoutToken,
  logoutClaims,
  logoutToken,
  NOW,
  refreshClaims,
  signedText,
  signedToken,
  testKeys,
  unsignedToken,
  wrapped,
} from '../../../test/support/tokens.ts'
import { EXIT, UserError } from '../../errors.ts'
import { accessTokenHash } from '../../token/hash.ts'
import type { TokenReport } from '../../token/inspect.ts'

interface Document {
  readonly tokens: TokenReport[]
  readonly verdict: string
}

const NO_REALM = { server: undefined, realm: undefined }
const CERTS = `${ISSUER}/protocol/openid-connect/certs`
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
let jwks: unknown
let documents: Record<string, unknown>
let files: Record<string, string>
beforeAll(async () => {
  jwks = (await testKeys()).jwks
  documents = { [CERTS]: jwks, [DISCOVERY]: { issuer: ISSUER, jwks_uri: CERTS } }
  files = { 'keys.json': JSON.stringify(jwks) }
})

/** Runs inspect-token with the token on stdin and no configured realm. */
const inspect = (stdin: string | undefined, args: string[] = [], world: World = {}) =>
  commandLine(new FakeKeycloak(), {
    now: NOW * 1000,
    settings: NO_REALM,
    documents,
    ...world,
    files: { ...files, ...(stdin === undefined ? {} : { '-': stdin }), ...world.files },
  })('inspect-token', ...args)

const statuses = (report: TokenReport | undefined, status: string) =>
  report?.rules.filter((rule) => rule.status === status).map(({ id }) => id)

describe('inspect-token', () => {
  it('explains a valid token', async () => {
    const ran = await inspect(await keycloakLogoutToken(), ['--issuer', ISSUER, '--client', 'shop'])
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toMatchInlineSnapshot(`
      "Logout token: PASS

      server     https://kc.example.com
      realm      customers
      client     shop
      user       7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
      session    Js2gCFob81SRJ1mx7Zo5CcSU
      signature  valid  Signed with the key that it names, from
                 https://kc.example.com/realms/customers/protocol/openid-connect/certs
      time       current  from 2026-11-21 05:19:40 until 2026-11-21 05:21:40 checked
                 for 2026-11-21 05:20:00 UTC

      Header
        alg   RS256         signed with RSA and SHA-256
        typ   logout+jwt    which kind of token it is
        kid   rs256         which key signed it

      Claims
        exp     1795238500                expires in 100 s, 2026-11-21 05:21:40 UTC
        iat     1795238380                issued 20 s ago, 2026-11-21 05:19:40 UTC
        jti     322e6367-f455-57e5-fb46-a02d8a12af31
                unique id of this token
        iss     https://kc.example.com/realms/customers
                issued by realm customers
        aud     shop                      for this client
        sub     7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
                the user (user id)
        typ     Logout                    Keycloak's token type; receivers ignore it
        sid     Js2gCFob81SRJ1mx7Zo5CcSU  the session
        events  {"http://schemas.openid.net/event/backchannel-logout":{}}
                makes it a logout token

      passed  L01 L03 L04 L05 L06 L07 L08 L09 L10 L11 L12 L13 L14 L15 L16 L17 L18 L19
              L20 L21 L22 L23 L24 L29 L30 L31 T02 T06 T07 T12
      skipped L02 L25 L26 L27 L28 (--id-token, --online check more)

      Suggested commands
        # notify this client of logouts
        kc-logout configure shop -r customers --server https://kc.example.com --backchannel-url https://APPLICATION/LOGOUT-PATH
        # log this user out everywhere
        kc-logout user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7 -r customers --server https://kc.example.com
        # end this session only
        kc-logout user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7 -r customers --server https://kc.example.com --session=Js2gCFob81SRJ1mx7Zo5CcSU
      "
    `)
  })

  it('explains a broken token with every rule that it breaks', async () => {
    const token = await logoutToken({ aud: 'other', nonce: 'n', sid: undefined, typ: undefined })
    const ran = await inspect(token, ['--issuer', ISSUER, '--client', 'shop'])
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(ran.stdout).toMatchInlineSnapshot(`
      "Logout token: FAIL, 2 rules fail

      server     https://kc.example.com
      realm      customers
      client     other
      user       7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
      signature  valid  Signed with the key that it names, from
                 https://kc.example.com/realms/customers/protocol/openid-connect/certs
      time       current  from 2026-11-21 05:19:40 until 2026-11-21 05:21:40 checked
                 for 2026-11-21 05:20:00 UTC

      Header
        alg   RS256         signed with RSA and SHA-256
        typ   logout+jwt    which kind of token it is
        kid   rs256         which key signed it

      Claims
        exp     1795238500    expires in 100 s, 2026-11-21 05:21:40 UTC
        iat     1795238380    issued 20 s ago, 2026-11-21 05:19:40 UTC
        jti     322e6367-f455-57e5-fb46-a02d8a12af31
                unique id of this token
        iss     https://kc.example.com/realms/customers
                issued by realm customers
        aud     other         for this client
        sub     7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7
                the user (user id)
        events  {"http://schemas.openid.net/event/backchannel-logout":{}}
                makes it a logout token
        nonce   n             links it to its sign-in request

      FAIL L08 aud  aud does not contain the client "shop".
           expected  shop
           actual    other
           why       A logout token for another client must not end this one's
                     sessions.
           fix       Configure the receiver with the client id of the client that has
                     its Backchannel Logout URL.
           rule      BCL 2.4, 2.6 step 4

      FAIL L23 nonce  It contains a nonce.
           expected  no nonce
           actual    n
           why       It is forbidden so that a logout token cannot be used as the ID
                     token of a sign-in.
           fix       Remove the mapper that adds a nonce.
           rule      BCL 2.4, 2.6 step 7

      note L22 sid  Without a sid it ends all sessions of this user in this client.
           fix       kc-logout configure CLIENT --session-required

      passed  L01 L03 L04 L05 L06 L07 L09 L10 L11 L12 L13 L14 L15 L16 L17 L18 L19 L20
              L24 L29 L30 L31 T02 T06 T07 T12
      skipped L02 L21 L25 L26 L27 L28 (--id-token, --online check more)

      How well-known receivers would react (tried with each; * from its source only)
        rejects Spring Security 6.5.5  L08: aud is wrong; L23: it has a nonce
        rejects mod_auth_openidc 2.4.12.3  L08: aud is wrong; L23: it has a nonce
        rejects express-openid-connect 3.4.0  L08: aud is wrong; L23: it has a nonce
        rejects auth0-auth-js 1.16.0, nextjs-auth0 4.30.0*  L08: aud is wrong; L23: it
                  has a nonce
        rejects Open Liberty 25.0.0.10*  L08: aud is wrong; L23: it has a nonce
        rejects Quarkus 3.28.2*  L23: it has a nonce
        rejects Synapse 1.163.2*  L08: aud is wrong; L22: sid is missing; L23: it has
                  a nonce
        rejects Keycloak as a broker 26.7.4*  L08: aud is wrong; L23: it has a nonce
        rejects OpenID Foundation's conformance suite commit a288bed*  L08: aud is
                  wrong; L23: it has a nonce

      Suggested commands
        # change the client so that the rules above hold
        kc-logout configure other -r customers --server https://kc.example.com --session-required
        # log this user out everywhere
        kc-logout user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7 -r customers --server https://kc.example.com
      "
    `)
  })

  it('prints the JSON of the contract', async () => {
    const ran = await inspect(await keycloakLogoutToken(), ['--issuer', ISSUER, '--client', 'shop', '--json'])
    const { tokens, ...rest } = ran.json<Document>()
    expect(rest).toEqual({ schemaVersion: 1, verdict: 'pass' })
    expect(tokens).toHaveLength(1)
    expect(tokens[0]).toMatchObject({
      kind: 'logout',
      header: { alg: 'RS256', typ: 'logout+jwt', kid: 'rs256' },
      payload: logoutClaims(),
      about: { server: 'https://kc.example.com', realm: 'customers', clientId: 'shop', username: null },
      signature: { status: 'valid', kid: 'rs256', alg: 'RS256', reason: expect.any(String) },
      times: { issuedAt: '2026-11-21T05:19:40Z', expiresAt: '2026-11-21T05:21:40Z', state: 'current' },
      verdict: 'pass',
    })
    for (const rule of tokens[0]?.rules ?? []) {
      expect(Object.keys(rule)).toEqual([
        'id',
        'level',
        'status',
        'claim',
        'expected',
        'actual',
        'message',
        'why',
        'fix',
        'reference',
      ])
    }
  })

  it('works without connection and keys, and warns about the unverified signature', async () => {
    const ran = await inspect(await logoutToken())
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.fetched).toEqual([])
    expect(ran.stdout).toContain('Logout token: UNVERIFIED')
    expect(ran.stderr).toContain('warning: The signature was NOT verified; anyone could have written this.')
  })

  it.each([
    ['an access token signed with a secret', () => hmacToken('HS256', accessClaims())],
    ['claims alone', () => JSON.stringify(accessClaims())],
  ])('warns also about %s, which no key verifies', async (_, token) => {
    for (const args of [[], ['--jwks', 'keys.json']]) {
      const { stdout, stderr } = await inspect(token(), args)
      expect(stdout).toContain('UNVERIFIED')
      expect(stderr).toContain('warning: The signature was NOT verified; anyone could have written this.')
    }
  })

  it('does not warn about a refresh token, which only Keycloak can verify', async () => {
    expect((await inspect(hmacToken('HS512', refreshClaims()))).stderr).toBe('')
  })

  it('warns also with -q', async () => {
    expect((await inspect(await logoutToken(), ['-q'])).stderr).toContain('NOT verified')
  })
})

describe('where the token comes from', () => {
  it.each([
    ['an argument', undefined, (t: string) => [t]],
    ['stdin', (t: string) => t, () => []],
    ['stdin, given as -', (t: string) => t, () => ['-']],
    ['wrapped text on stdin', (t: string) => wrapped(t, 76), () => []],
    ['a form body as an argument', undefined, (t: string) => [`logout_token=${t}`]],
  ])('%s', async (_, stdin, args) => {
    const token = await logoutToken()
    const ran = await inspect(stdin?.(token), [...args(token), '--json'])
    expect(ran.json<Document>().tokens[0]?.payload).toEqual(logoutClaims())
  })

  it('a file', async () => {
    const ran = await inspect(undefined, ['--file', 'request.txt', '--json'], {
      files: { 'request.txt': `POST /bc HTTP/1.1\n\nlogout_token=${await logoutToken()}` },
    })
    expect(ran.json<Document>().tokens[0]).toMatchObject({ label: 'logout_token', kind: 'logout' })
  })

  it.each([
    ['no input', undefined, []],
    ['an empty stdin', '', []],
    ['text without a token', 'Hello', []],
    ['a path where a token should be', undefined, ['./token.txt']],
    ['a token and a file', undefined, ['eyJ', '--file', 'keys.json']],
    ['more than a megabyte', 'x'.repeat(1_100_000), []],
    ['an unknown kind', 'eyJ', ['--kind', 'banana']],
    ['an algorithm in small letters', 'eyJ', ['--alg', 'rs256']],
    ['an empty algorithm', 'eyJ', ['--alg', '']],
    ['an invalid time', 'eyJ', ['--at', 'yesterday']],
    ['an invalid day', 'eyJ', ['--at', '2026-02-31']],
    ['a tolerance below 0', 'eyJ', ['--clock-tolerance', '-1']],
    ['a missing file', undefined, ['--file', 'missing.txt']],
    ['a file without keys', 'eyJ', ['--jwks', 'other.json']],
    ['an issuer that is not a URL', 'eyJ', ['--issuer', 'customers']],
  ])('exit 2 for %s', async (_, stdin, args) => {
    const ran = await inspect(stdin, args, { files: { 'other.json': '[]' } })
    expect([ran.code, ran.stdout]).toEqual([EXIT.usage, ''])
    expect(ran.stderr).toMatch(/^error: .+\n/)
    expect(ran.fetched).toEqual([])
  })
})

describe('where the keys come from', () => {
  const valid = { status: 'valid' }
  const first = async (args: string[], world: World = {}) => {
    const ran = await inspect(await logoutToken(), [...args, '--json'], world)
    return { ran, token: ran.json<Document>().tokens[0] }
  }

  it('a file of keys, without a request', async () => {
    const { ran, token } = await first(['--jwks', 'keys.json'])
    expect(token).toMatchObject({ signature: valid })
    expect(ran.fetched).toEqual([])
  })

  it('a URL of keys', async () => {
    const { ran, token } = await first(['--jwks', CERTS])
    expect(token).toMatchObject({ signature: valid })
    expect(ran.fetched).toEqual([CERTS])
  })

  it('the issuer of --issuer, which is expected, too', async () => {
    const { ran, token } = await first(['--issuer', ISSUER])
    expect(ran.fetched).toEqual([DISCOVERY, CERTS])
    expect(statuses(token, 'pass')).toContain('L07')
  })

  it.each(['https://kc.example.com', 'https://kc.example.com/auth'])(
    'the configured realm at %s',
    async (server) => {
      const { token } = await first([], {
        settings: {
          server: { value: server, source: '--server' },
          realm: { value: 'customers', source: '-r' },
        },
      })
      expect(token).toMatchObject({ signature: valid, verdict: 'pass' })
      expect(statuses(token, 'pass')).toContain('L07')
    },
  )

  it('never a URL in the token', async () => {
    const token = await logoutToken(
      { iss: 'https://evil.example.com/realms/x' },
      { header: { jku: 'https://evil.example.com/keys', x5u: 'https://evil.example.com/x5u' } },
    )
    const ran = await inspect(token, ['--issuer', ISSUER])
    expect(ran.fetched.filter((url) => url.includes('evil'))).toEqual([])
    expect((await inspect(token)).fetched).toEqual([])
  })

  it('nowhere with --no-network, even if a realm is configured', async () => {
    const { ran, token } = await first(['--no-network'], {
      settings: {
        server: { value: 'https://kc.example.com', source: '--server' },
        realm: { value: 'customers', source: '-r' },
      },
    })
    expect([ran.fetched, ran.code, token?.verdict]).toEqual([[], EXIT.ok, 'unverified'])
  })

  it('a missing realm: the token is explained, and the run fails', async () => {
    const { ran, token } = await first(['--issuer', 'https://kc.example.com/realms/other'])
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(token?.signature.reason).toContain('The keys could not be fetched: There is nothing at')
  })

  it('a server that does not answer: likewise', async () => {
    const refused = new UserError('refused', 'Connection refused by kc.example.com.', {
      exitCode: EXIT.unreachable,
    })
    const { ran, token } = await first(['--jwks', CERTS], { documents: { [CERTS]: refused } })
    expect([ran.code, token?.signature.status]).toEqual([EXIT.checkFailed, 'not-checked'])
    expect(token?.signature.reason).toContain('Connection refused')
  })

  it("reports the difference of the server's clock", async () => {
    const { token } = await first(['--jwks', CERTS], { serverDate: (NOW + 95) * 1000 })
    expect(token?.times.clockOffsetSeconds).toBe(95)
  })
})

describe('the exit code', () => {
  const cases: [what: string, token: () => Promise<string> | string, args: string[], code: number][] = [
    ['a good token, verified', () => logoutToken(), ['--jwks', 'keys.json'], 0],
    ['a good token, nothing to verify it with', () => logoutToken(), [], 0],
    ['the same with --verify', () => logoutToken(), ['--verify'], 7],
    ['a broken rule', () => logoutToken({ nonce: 'x' }), ['--jwks', 'keys.json'], 7],
    [
      'a signature by another key',
      async () => `${(await logoutToken()).slice(0, -9)}AAAAAAAAA`,
      ['--jwks', 'keys.json'],
      7,
    ],
    ['an unknown key', () => logoutToken({}, { header: { kid: 'other' } }), ['--jwks', 'keys.json'], 7],
    [
      'a refresh token, which only Keycloak can verify',
      () => hmacToken('HS512', refreshClaims()),
      ['--jwks', 'keys.json'],
      0,
    ],
    [
      'the same with --verify',
      () => hmacToken('HS512', refreshClaims()),
      ['--jwks', 'keys.json', '--verify'],
      7,
    ],
    [
      'an ID token signed with a secret, though keys were given',
      () => hmacToken('HS256', idClaims()),
      ['--jwks', 'keys.json'],
      7,
    ],
    [
      'a logout token signed with HS256',
      () => hmacToken('HS256', logoutClaims(), { typ: 'logout+jwt' }),
      [],
      7,
    ],
    ['claims alone', () => JSON.stringify(accessClaims()), [], 0],
    [
      'claims alone, though keys were given: they prove nothing',
      () => JSON.stringify(accessClaims()),
      ['--jwks', 'keys.json'],
      7,
    ],
    [
      'an encrypted token, and no key',
      async () => encrypted(await logoutToken()),
      ['--jwks', 'keys.json'],
      7,
    ],
    ['a broken SHOULD', () => logoutToken({}, { header: { typ: 'JWT' } }), ['--jwks', 'keys.json'], 0],
    [
      'a broken SHOULD, strictly',
      () => logoutToken({}, { header: { typ: 'JWT' } }),
      ['--jwks', 'keys.json', '--strict'],
      7,
    ],
    [
      'one bad token among good ones',
      async () => `${await logoutToken()}\n${await logoutToken({ jti: 7 })}`,
      ['--jwks', 'keys.json'],
      7,
    ],
  ]
  it.each(cases)('for %s', async (_, token, args, code) => {
    expect((await inspect(await token(), args)).code).toBe(code)
  })
})

describe("the OpenID Foundation's bad logout tokens", () => {
  // As its certification suite sends them to a receiver; the good one first.
  const base = (changes: Record<string, unknown> = {}) =>
    logoutClaims({ typ: undefined, ignored_claim: 'x', exp: NOW + 120, iat: NOW, ...changes })
  const bare = { header: { typ: undefined } }
  const send = (changes: Record<string, unknown>) => signedToken({ ...bare, payload: base(changes) })
  const cases: [name: string, make: () => Promise<string> | string, code: number, rule?: string][] = [
    ['the good one', () => send({}), 0],
    ['alg-none', () => unsignedToken(base(), { typ: undefined }), 7, 'L05'],
    ['no-event', () => send({ events: undefined }), 7, 'L14'],
    ['wrong-event', () => send({ events: { 'http://schemas.openid.net/event/foobar': {} } }), 7, 'L15'],
    ['with-nonce', () => send({ nonce: 'abc' }), 7, 'L23'],
    ['wrong-alg', () => signedToken({ ...bare, payload: base(), alg: 'ES256' }), 7, 'L04'],
    ['wrong-aud', () => send({ aud: 'shop-invalid' }), 7, 'L08'],
    ['wrong-iss', () => send({ iss: `${ISSUER}1` }), 7, 'L07'],
  ]
  it.each(cases)('%s', async (_, make, code, rule) => {
    const args = ['--issuer', ISSUER, '--client', 'shop', '--alg', 'RS256', '--json']
    const ran = await inspect(await make(), args)
    expect(ran.code).toBe(code)
    if (rule) expect(statuses(ran.json<Document>().tokens[0], 'fail')).toContain(rule)
  })
})

describe('options', () => {
  const only = async (stdin: string, args: string[], world: World = {}) =>
    (await inspect(stdin, [...args, '--json'], world)).json<Document>().tokens[0]

  it('--at checks a captured token for that time', async () => {
    const aged = await logoutToken({ iat: NOW - 7200, exp: NOW - 7080 })
    expect((await only(aged, []))?.times.state).toBe('aged')
    expect((await only(aged, ['--at', '2026-11-21T03:20:10Z']))?.times.state).toBe('current')
    expect((await only(aged, ['--at', String(NOW - 7190)]))?.times.state).toBe('current')
  })

  it('--clock-tolerance', async () => {
    const late = await logoutToken({ exp: NOW - 45, iat: NOW - 165 })
    expect(statuses(await only(late, []), 'fail')).toEqual(['L11'])
    expect(statuses(await only(late, ['--clock-tolerance', '60']), 'fail')).toEqual([])
    const exact = await logoutToken({ exp: NOW - 1, iat: NOW - 121 })
    expect(statuses(await only(exact, ['--clock-tolerance', '0']), 'fail')).toEqual(['L11'])
  })

  it('--kind checks the rules of that kind', async () => {
    const id = await signedToken({ payload: idClaims() })
    const report = await only(id, ['--kind', 'logout'])
    expect(report?.kind).toBe('logout')
    expect(statuses(report, 'fail')).toEqual(['L14', 'L15', 'L23', 'L31'])
  })

  it("--kind access fails another server's logout token", async () => {
    const foreign = await logoutToken({ typ: undefined, aud: 'shop' })
    const ran = await inspect(foreign, [
      '--kind',
      'access',
      '--client',
      'shop',
      '--jwks',
      'keys.json',
      '--json',
    ])
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(statuses(ran.json<Document>().tokens[0], 'fail')).toEqual(['A01', 'T05'])
  })

  it('--alg lists the supported algorithms', async () => {
    const { stderr } = await inspect('eyJ', ['--alg', 'rs256'])
    expect(stderr).toContain(
      'Use one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384, HS512. Did you mean RS256?',
    )
  })

  it('--nonce', async () => {
    const id = await signedToken({ payload: idClaims() })
    expect(statuses(await only(id, ['--nonce', 'n-0S6_WzA2Mj']), 'pass')).toContain('I09')
    expect(statuses(await only(id, ['--nonce', 'other']), 'fail')).toEqual(['I09'])
  })

  it('--access-token, also an opaque one', async () => {
    const at_hash = await accessTokenHash('opaque-access-token', 'RS256')
    const id = await signedToken({ payload: idClaims({ at_hash }) })
    const world = { files: { 'at.txt': 'opaque-access-token\n' } }
    expect(statuses(await only(id, ['--access-token', 'at.txt'], world), 'pass')).toContain('I13')
  })

  it('compares the ID token of a token response with its access token', async () => {
    const access = await signedToken({ payload: accessClaims() })
    const id = await signedToken({ payload: idClaims({ at_hash: await accessTokenHash(access, 'RS256') }) })
    const ran = await inspect(JSON.stringify({ access_token: access, id_token: id }), ['--json'])
    expect(statuses(ran.json<Document>().tokens[1], 'pass')).toContain('I13')
  })

  it('--id-token compares the session', async () => {
    const idToken = await signedToken({ payload: idClaims({ sub: 'pairwise' }) })
    const report = await only(await logoutToken(), ['--id-token', 'id.txt'], { files: { 'id.txt': idToken } })
    expect(statuses(report, 'fail')).toEqual(['L27'])
  })

  it('--decrypt-key', async () => {
    const world = { files: { 'key.json': JSON.stringify((await testKeys()).encryption.privateJwk) } }
    const jwe = await encrypted(await logoutToken())
    const report = await only(jwe, ['--decrypt-key', 'key.json', '--jwks', 'keys.json'], world)
    expect(report).toMatchObject({ kind: 'logout', form: 'jwe', verdict: 'pass' })
  })
})

describe('many tokens', () => {
  it('get one line each, and totals at the end', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 12 }, (_, i) => logoutToken(i === 4 ? { jti: 7 } : {})),
    )
    const ran = await inspect(tokens.join('\n'), ['--jwks', 'keys.json'])
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(ran.stdout.split('\n').slice(3, 6)).toMatchInlineSnapshot(`
      [
        "pass      4  Logout token    shop 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7",
        "FAIL      5  Logout token    shop 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7  L13 jti",
        "pass      6  Logout token    shop 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7",
      ]
    `)
    expect(ran.stdout).toMatch(/12 tokens: 11 pass, 1 fail\n$/)
  })

  it('are one JSON document', async () => {
    const tokens = await Promise.all(Array.from({ length: 30 }, () => logoutToken()))
    const ran = await inspect(tokens.join('\n'), ['--jwks', 'keys.json', '--json'])
    const { tokens: reports, verdict } = ran.json<Document>()
    expect([reports.length, verdict, ran.code]).toEqual([30, 'pass', EXIT.ok])
    expect(reports[29]).toMatchObject({ line: 30, verdict: 'pass' })
  })
})

describe('numbers that JavaScript would change', () => {
  const claims = `${JSON.stringify(accessClaims()).slice(0, -1)},"employee":9007199254740993,"ids":[9007199254740995,1.50]}`
  const header = '{"alg":"RS256","kid":"rs256","typ":"at+jwt"}'

  it.each([
    ['a token', () => signedText(header, claims)],
    ['claims alone', async () => claims],
    ['claims inside JSON', async () => `{"claims":${claims}}`],
    ['claims in a log line', async () => `DEBUG claims=${claims} end`],
  ])('keep their digits: %s', async (_, input) => {
    const shown = (await inspect(await input(), ['--jwks', 'keys.json'])).stdout
    expect(shown).toMatch(/employee +9007199254740993\b/)
    expect(shown).toMatch(/ids +\[9007199254740995,1\.50\]/)
    const { stdout } = await inspect(await input(), ['--jwks', 'keys.json', '--json'])
    expect(stdout).toContain('"employee": 9007199254740993,')
    expect(stdout).toMatch(/"ids": \[\s+9007199254740995,\s+1\.50\s+\]/)
  })

  it('keep their digits in the explanation of a rule', async () => {
    const token = await signedText(header, claims.replace(/"sub":"[^"]+"/, '"sub":9007199254740993'))
    expect((await inspect(token)).stdout).toMatch(/actual +9007199254740993\b/)
  })
})

describe('hostile text in a token', () => {
  it('does not reach the terminal', async () => {
    const evil = '\u001b]0;pwned\u0007\u202e\u009b2J'
    const token = await logoutToken(
      { sub: evil, aud: evil, [evil]: evil, iss: `https://x/${evil}` },
      { header: { kid: evil } },
    )
    for (const args of [[], ['--json'], ['--jwks', 'keys.json']]) {
      const { stdout, stderr } = await inspect(token, args)
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })
})
