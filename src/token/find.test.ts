import { beforeAll, describe, expect, it } from 'vitest'
import {
  accessClaims,
  adminActionClaims,
  base64url,
  encrypted,
  hmacToken,
  idClaims,
  logoutClaims,
  logoutToken,
  refreshClaims,
  signedToken,
  unsignedToken,
  wrapped,
} from '../../test/support/tokens.ts'
import { decodeToken } from './decode.ts'
import { findTokens } from './find.ts'

let token: string
let access: string
let id: string
const refresh = hmacToken('HS512', refreshClaims())

beforeAll(async () => {
  token = await logoutToken()
  access = await signedToken({ payload: accessClaims(), alg: 'ES256' })
  id = await signedToken({ payload: idClaims(), alg: 'PS256' })
})

const texts = (input: string) => findTokens(input).found.map(({ text }) => text)

describe('finds one token in', () => {
  const forms: [name: string, make: (token: string) => string, label?: string][] = [
    ['nothing but the token', (t) => t],
    ['spaces and line breaks around it', (t) => `\n\n   ${t}  \r\n`],
    ['double quotes', (t) => `"${t}"`],
    ['single quotes and a semicolon', (t) => `'${t}';`],
    ['a sentence that ends in a full stop', (t) => `The token is ${t}.`],
    ['Bearer', (t) => `Bearer ${t}`, 'Bearer'],
    ['an Authorization line', (t) => `Authorization: Bearer ${t}`, 'Authorization'],
    ['an Authorization line for DPoP', (t) => `authorization: DPoP ${t}`, 'authorization'],
    ['a Cookie line', (t) => `Cookie: a=b; KEYCLOAK_IDENTITY=${t}; c=d`, 'KEYCLOAK_IDENTITY'],
    ['a Set-Cookie line', (t) => `Set-Cookie: session=${t}; Path=/; HttpOnly`, 'session'],
    ['a form body', (t) => `logout_token=${t}`, 'logout_token'],
    ['a form body with other parameters', (t) => `a=1&logout_token=${t}&b=2`, 'logout_token'],
    ['a URL', (t) => `https://kc.example.com/realms/x/logout?id_token_hint=${t}&state=1`, 'id_token_hint'],
    ['a URL fragment', (t) => `https://app.example.com/#id_token=${t}&state=1`, 'id_token'],
    [
      'a URL inside a URL',
      (t) => `https://a.example.com/?next=${encodeURIComponent(`/x?id_token_hint=${t}`)}`,
    ],
    [
      'a curl command',
      (t) => `curl -H 'Authorization: Bearer ${t}' \\\n  https://api.example.com/`,
      'Authorization',
    ],
    ['a curl command with data', (t) => `curl -d "logout_token=${t}" https://app/`, 'logout_token'],
    ['JSON', (t) => JSON.stringify({ access_token: t, expires_in: 60 }), 'access_token'],
    ['nested JSON', (t) => JSON.stringify({ a: [{ b: { token: t } }] }, null, 2), 'token'],
    ['JSON in a JSON string', (t) => JSON.stringify({ body: JSON.stringify({ id_token: t }) }), 'id_token'],
    ['a JSON string', (t) => JSON.stringify(t)],
    ['escaped JSON in a log line', (t) => `12:00 DEBUG body="{\\"id_token\\":\\"${t}\\"}"`, 'id_token'],
    [
      'a captured request',
      (t) =>
        `POST /bc HTTP/1.1\r\nHost: app\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nlogout_token=${t}`,
      'logout_token',
    ],
    [
      'a captured response',
      (t) => `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"access_token":"${t}"}`,
      'access_token',
    ],
    ['lines of 64 characters', (t) => wrapped(t, 64)],
    ['lines of 79 characters, indented, with Windows line breaks', (t) => wrapped(t, 79, '\r\n    ')],
    ['a quoted mail', (t) => `> ${wrapped(t, 70, '\n> ')}`],
    ['a wrapped form body', (t) => wrapped(`logout_token=${t}`, 72), 'logout_token'],
    ['shell continuation lines', (t) => wrapped(t, 80, '\\\n')],
    ['line breaks that became spaces', (t) => wrapped(t, 80, ' ')],
    ['a wrapped token with text after it', (t) => `${wrapped(t, 76)}\nThat is the token I got`],
  ]
  it.each(forms)('%s', (_, make, label) => {
    const { found } = findTokens(make(token))
    expect(found.map(({ text }) => text)).toEqual([token])
    if (label) expect(found[0]?.label).toBe(label)
  })

  it.each([3, 4, 5, 7, 16, 33, 100, 340, 500])('lines of %i characters', (width) => {
    expect(texts(wrapped(token, width))).toEqual([token])
    expect(texts(wrapped(access, width))).toEqual([access])
    expect(texts(wrapped(refresh, width))).toEqual([refresh])
  })

  it('an encrypted token, wrapped too', async () => {
    const jwe = await encrypted(token)
    expect(texts(jwe)).toEqual([jwe])
    expect(texts(wrapped(jwe, 72))).toEqual([jwe])
  })

  it('an unsigned token, with its full stop', () => {
    const unsigned = unsignedToken(logoutClaims())
    expect(texts(unsigned)).toEqual([unsigned])
  })
})

describe('finds several tokens', () => {
  it('in a token response, each by its name', () => {
    const body = JSON.stringify({
      access_token: access,
      refresh_token: refresh,
      id_token: id,
      scope: 'openid',
    })
    expect(findTokens(body).found).toEqual([
      { form: 'token', text: access, label: 'access_token' },
      { form: 'token', text: refresh, label: 'refresh_token', accessTokens: [access] },
      { form: 'token', text: id, label: 'id_token', accessTokens: [access] },
    ])
  })

  it('one per line, with lines between them', () => {
    expect(texts([token, '', access, '# a comment', id].join('\n'))).toEqual([token, access, id])
  })

  it('a repeated token once', () => {
    expect(texts(`${token}\n${token}`)).toEqual([token])
  })
})

describe('finds broken tokens', () => {
  it('cut off after the payload', () => {
    const cut = token.split('.').slice(0, 2).join('.')
    expect(texts(cut)).toEqual([cut])
    expect(texts(`${cut}\nand more text`)).toEqual([cut])
  })

  it.each(['.abc', '.a.b', '.a.b.c'])('further parts directly after it (%s)', (more) => {
    for (const each of [token, access, refresh, unsignedToken(logoutClaims())]) {
      expect(texts(each + more)).toEqual([each + more])
      expect(texts(`logout_token=${each}${more}&state=x`)).toEqual([each + more])
      expect(texts(`${each}${more}\nand more text`)).toEqual([each + more])
    }
    expect(texts(`${token}${more}\n${access}`)).toEqual([token + more, access])
    expect(texts(`It is ${token}. More`)).toEqual([token])
    expect(texts(`It is ${token}.\nMore`)).toEqual([token])
    expect(texts(`It is ${token}...`)).toEqual([token])
  })

  it('cut off in its signature, wrapped or not, with or without text or a token after it', () => {
    const cut = token.slice(0, -20)
    expect(texts(wrapped(cut, 64))).toEqual([cut])
    expect(texts(`${cut}\n${access}`)).toEqual([cut, access])
    const [header = '', payload = '', signature = ''] = token.split('.')
    const start = signature.slice(0, 50)
    expect(texts(`${wrapped(`${header}.${payload}`, 64)}.${start}\nand more: text`)).toEqual([
      `${header}.${payload}.${start}`,
    ])
  })

  it('a signature of a 1024-bit key', () => {
    const small = `${token.split('.', 2).join('.')}.${'A'.repeat(171)}`
    expect(texts(`logout_token=${wrapped(small, 64)}&state=x`)).toEqual([small])
  })

  it('a line break after the header, and claims that begin like a header', async () => {
    const odd = await signedToken({ payload: { typ: 'ID', ...idClaims() } })
    expect(texts(odd.replace('.', '.\n'))).toEqual([odd])
  })

  it('a damaged header', () => {
    const damaged = `x${token.slice(1)}`
    expect(texts(damaged)).toEqual([damaged])
  })

  it('padding and standard base64', () => {
    const [header, payload, signature] = token.split('.')
    const padded = `${header}==.${payload}=.${signature}`
    expect(texts(padded)).toEqual([padded])
  })
})

describe('keeps padding and standard base64 in the signature', () => {
  const signed = `${base64url('{"alg":"HS256"}')}.${base64url('{"iss":"x"}')}.`
  const right = 'A'.repeat(42)

  it.each([
    ['padding', `${right}A=`, ''],
    ['padding before a quote', `${right}A=`, '"'],
    ['a plus sign', `AAAA+${right.slice(5)}A`, ''],
    ['a slash', `AAAA/${right.slice(5)}A`, ' and text'],
    ['both, percent-encoded', `AAAA%2B${right.slice(5)}A%3D`, '&state=1'],
    ['a lower case code', `AAAA%2f${right.slice(5)}A`, ''],
  ])('%s', (_, signature, after) => {
    const expected = signature.replace(/%2B/i, '+').replace(/%2F/i, '/').replace(/%3D/i, '=')
    const { found } = findTokens(`token=${signed}${signature}${after}`)
    expect(found.map(({ text }) => text)).toEqual([`${signed}${expected}`])
    expect(decodeToken(found[0]?.text ?? '').problems).toMatchObject([{ code: 'base64', part: 'signature' }])
  })

  it.each(['/next', '+and+more', '/'])('but not what follows a complete token: %s', (after) => {
    const { found } = findTokens(`https://app.example.com/${signed}${right}A${after}`)
    expect(found.map(({ text }) => text)).toEqual([`${signed}${right}A`])
  })
})

describe('percent-encoded tokens', () => {
  it.each(['%2E', '%2e'])('with %s for its dots', async (dot) => {
    const token = await signedToken({ payload: accessClaims() })
    for (const wrap of [(text: string) => text, (text: string) => `access_token=${text}&state=1`])
      expect(findTokens(wrap(token.replaceAll('.', dot))).found.map(({ text }) => text)).toEqual([token])
  })

  it('of five parts', async () => {
    const token = await encrypted('x')
    expect(findTokens(token.replaceAll('.', '%2E')).found.map(({ text }) => text)).toEqual([token])
  })
})

describe('finds claims if there is no token', () => {
  const claims = accessClaims()
  const forms: [string, string, string | undefined][] = [
    ['bare', JSON.stringify(claims), undefined],
    ['bare, over several lines', JSON.stringify(claims, null, 2), undefined],
    [
      "behind the audit log's words",
      `Json web token claims: ${JSON.stringify(claims)}`,
      'Json web token claims',
    ],
    [
      'in a record of the audit log',
      JSON.stringify({
        id: 1,
        activity: 'Single sign-on',
        text: `Json web token claims: ${JSON.stringify(claims)}`,
      }),
      'Json web token claims',
    ],
    ['in a line of a log', `2026-11-21 DEBUG user ${JSON.stringify(claims)} signed in`, undefined],
    ['escaped in a line of a log', `DEBUG body=${JSON.stringify(JSON.stringify(claims))}`, undefined],
    ['as a member of other JSON', JSON.stringify({ user: 'ada', claims }), 'claims'],
  ]
  it.each(forms)('%s', (_, input, label) => {
    const { found } = findTokens(input)
    expect(found).toHaveLength(1)
    expect(found[0]?.form).toBe('claims')
    expect(JSON.parse(found[0]?.text ?? '')).toEqual(claims)
    expect(found[0]?.label).toBe(label)
  })

  const inner = { iss: 'https://a.example.com', sub: 'b' }
  it.each([
    ['a member', { ...claims, act: inner }],
    ['a text', { ...claims, info: JSON.stringify(inner) }],
  ])('does not find claims again inside claims (%s)', (_, all) => {
    expect(findTokens(JSON.stringify(all)).found.map(({ text }) => JSON.parse(text))).toEqual([all])
  })

  it.each([
    ['those of an admin action', adminActionClaims(), 1],
    ['an issuer and one more', { iss: 'https://a.example.com', exp: 1 }, 1],
    ['two times', { exp: 1, iat: 1 }, 0],
  ])('tells claims from other JSON: %s', (_, all, count) => {
    expect(findTokens(JSON.stringify(all)).found).toHaveLength(count)
  })

  it('with the name from the text', () => {
    const text = JSON.stringify({ message: `signed in ${JSON.stringify(claims)} now` })
    expect(findTokens(text).found).toMatchObject([{ form: 'claims', label: 'message' }])
  })

  it('prefers a token to claims next to it', () => {
    expect(findTokens(JSON.stringify({ token, payload: claims })).found).toEqual([
      { form: 'token', text: token, label: 'token' },
    ])
  })
})

it.each([
  ['nothing', ''],
  ['text', 'Hello, this is not a token. www.example.com'],
  ['JSON without claims', '{"a":{"b":[1,2,3]}}'],
  ['an opaque token', 'a3f8b1c29d4e5f60718293a4b5c6d7e8'],
  ['JSON that is not a header', `${base64url('{"hello":"world"}')}.abc.def`],
  ['a long name with dots', `${'a'.repeat(30)}.${'b'.repeat(30)}.example.com`],
  ['base64 that is not a token', Buffer.from('{"a":1}').toString('base64')],
  ['a word that begins like a token', 'monkeyJumps.over.fences'],
])('finds nothing in %s', (_, input) => {
  expect(findTokens(input)).toEqual({ found: [] })
})

it('refuses more than a megabyte', () => {
  expect(findTokens('x'.repeat(1024 * 1024 + 1))).toEqual({ found: [], problem: 'too-large' })
})
