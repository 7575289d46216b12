import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { accessClaims, logoutToken, NOW, signedToken, testKeys } from '../../../test/support/tokens.ts'
import type { User } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { TokenReport } from '../../token/inspect.ts'

const REALM = 'https://keycloak.test/realms/customers'
let jwks: unknown
let keycloak: FakeKeycloak
let user: User
let sid: string
beforeAll(async () => {
  jwks = (await testKeys()).jwks
})
beforeEach(() => {
  keycloak = new FakeKeycloak({ now: () => NOW * 1000 })
  keycloak.addClient({
    clientId: 'shop',
    backchannelLogoutUrl: 'https://shop/bc',
    backchannelLogoutSessionRequired: true,
  })
  user = keycloak.addUser('ada')
  sid = keycloak.addSession({ username: 'ada', clients: ['shop'] }).id
})

async function ask(token: string, args: string[] = [], documents: Record<string, unknown> = {}) {
  const ran = await commandLine(keycloak, {
    now: NOW * 1000,
    documents: {
      [`${REALM}/.well-known/openid-configuration`]: { issuer: REALM },
      [`${REALM}/protocol/openid-connect/certs`]: jwks,
      ...documents,
    },
    files: { '-': token, 'keys.json': JSON.stringify(jwks) },
  })('inspect-token', '--online', '--json', ...args)
  const report = ran.json<{ tokens: TokenReport[] }>().tokens[0]
  const rule = (id: string) => report?.rules.find((each) => each.id === id)
  return { ...ran, report, rule }
}

const access = (changes: Record<string, unknown> = {}) =>
  signedToken({
    payload: accessClaims({ iss: REALM, sub: user.id, sid, ...changes }),
    header: { typ: 'at+jwt' },
  })

/** The caller lacks the role for it. */
const deny = (method: keyof Keycloak) =>
  keycloak.on(method, () => {
    throw new UserError('role-missing', `The role for ${method} is missing.`, { exitCode: EXIT.denied })
  })

describe('a not-before that the caller may not see', () => {
  it.each([
    ['client', 'findClient'],
    ['client', 'rawClient'],
    ['user', 'findUserById'],
  ] as const)('of the %s (no %s) leaves the rule unknown', async (level, method) => {
    deny(method)
    const { code, rule } = await ask(await access())
    expect(rule('O02')).toMatchObject({
      status: 'skip',
      message: `not known: the not-before of the ${level} (The role for ${method} is missing).`,
    })
    expect(code).toBe(EXIT.ok)
  })

  it('of the realm leaves the rule unknown, too', async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: undefined }
    expect((await ask(await access())).rule('O02')).toMatchObject({
      status: 'skip',
      message: 'not known: the not-before of the realm (the role view-realm is required).',
    })
  })

  it('does not hide a not-before that makes the token stale', async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: NOW }
    deny('findClient')
    const { code, rule } = await ask(await access())
    expect([code, rule('O02')?.status, rule('O02')?.message]).toEqual([
      EXIT.checkFailed,
      'fail',
      'It was issued before the not-before of the realm.',
    ])
  })
})

it('shows unknown facts in the text output, too', async () => {
  deny('findClient')
  const ran = await commandLine(keycloak, {
    now: NOW * 1000,
    documents: {
      [`${REALM}/.well-known/openid-configuration`]: { issuer: REALM },
      [`${REALM}/protocol/openid-connect/certs`]: jwks,
    },
    files: { '-': await access() },
  })('inspect-token', '--online')
  expect(ran.stdout.replaceAll(/\n +/g, ' ')).toContain(
    'O02 not known: the not-before of the client (The role for findClient is missing). O03 not known: The role for findClient is missing.',
  )
})

it('does not call a client enabled if only its name is visible', async () => {
  deny('rawClient')
  expect((await ask(await access())).rule('O03')).toMatchObject({
    status: 'skip',
    message: 'not known: The role for rawClient is missing.',
  })
})

describe('a session that is not online', () => {
  const offline = () =>
    keycloak.addSession({ username: 'ada', clients: ['shop'], offline: true, id: 'offline-1' })

  it.each(['findClient', 'offlineSessionsOf'] as const)(
    'is not called ended without %s, as it may be an offline one',
    async (method) => {
      offline()
      deny(method)
      const { code, rule } = await ask(await access({ sid: 'offline-1' }))
      expect([code, rule('O01')?.status]).toEqual([EXIT.ok, 'skip'])
      expect(rule('O01')?.message).toContain(`The role for ${method} is missing.`)
    },
  )

  it('of a logout token is not reported as ended, either', async () => {
    deny('findClient')
    const token = await logoutToken({ iss: REALM, sub: user.id, sid: 'ended' })
    expect((await ask(token)).rule('O01')?.status).toBe('skip')
  })
})

describe('the token of another realm', () => {
  const OTHER = 'https://staging.example.com/realms/shop'
  const documents = () => ({
    [`${OTHER}/.well-known/openid-configuration`]: { issuer: OTHER, jwks_uri: 'https://staging/keys' },
    'https://staging/keys': jwks,
  })

  it.each([
    ['keys from a file', ['--jwks', 'keys.json']],
    ['the issuer that is given', ['--issuer', OTHER]],
    ['the keys of the realm', []],
  ])('is not asked about, with a warning (%s)', async (_, args) => {
    const { rule, report, stderr } = await ask(await access({ iss: OTHER, sid: 'theirs' }), args, documents())
    const message = `The realm was not asked because the token is not from it (${REALM}): the host is staging.example.com, the realm is shop.`
    for (const id of ['O01', 'O02', 'O03', 'O04', 'O05', 'O06']) {
      expect(rule(id)).toMatchObject({ status: 'skip', message })
    }
    expect(stderr).toContain(`warning: ${message}\n`)
    expect(keycloak.calls).toEqual(['discovery'])
    expect(report?.rules.some(({ message: said }) => said.includes('session has ended'))).toBe(false)
  })

  it('is reported once for many tokens', async () => {
    const tokens = await Promise.all(Array.from({ length: 12 }, () => access({ iss: OTHER })))
    const { stderr } = await ask(tokens.join('\n'), ['--jwks', 'keys.json'])
    expect(stderr.match(/was not asked/g)).toHaveLength(1)
    expect(keycloak.calls).toEqual(['discovery'])
  })

  it('is possible for any token if the realm does not announce its issuer', async () => {
    deny('discovery')
    const { rule } = await ask(await access())
    expect(rule('O01')).toMatchObject({
      status: 'skip',
      message: 'The realm was not asked because its issuer is unknown: The role for discovery is missing.',
    })
  })
})

it('asks about a token of the realm even if the keys are from a file', async () => {
  const { rule } = await ask(await access({ sid: 'ended' }), ['--jwks', 'keys.json'])
  expect(rule('O01')?.message).toBe('Its session has ended.')
})

it('a token that expired before its session ended was valid', async () => {
  const { report, rule } = await ask(await access({ sid: 'ended', iat: NOW - 400, exp: NOW - 100 }))
  expect(rule('O01')?.status).toBe('fail')
  expect(rule('A04')?.message).toContain('It was valid until then.')
  expect(report?.times.state).toBe('aged')
})

describe("the client's signature algorithm", () => {
  const make = async (alg: string) => {
    keycloak.addClient({ clientId: 'other', idTokenSignedResponseAlg: alg })
    return logoutToken({ iss: REALM, aud: 'other', sub: user.id, sid: 'ended' })
  }

  it('is expected', async () => {
    expect((await ask(await make('ES256'))).rule('L04')).toMatchObject({ status: 'fail', expected: 'ES256' })
  })

  it('does not override --alg, but is reported', async () => {
    const { rule } = await ask(await make('ES256'), ['--alg', 'RS256'])
    expect(rule('L04')?.status).toBe('pass')
    expect(rule('O05')?.message).toContain('its tokens are now signed with "ES256"')
  })
})

it.each([
  ['RSA-OAEP', 'warn'],
  ['', 'pass'],
])('a client whose ID tokens are encrypted with "%s" has L02 say %s', async (alg, status) => {
  const raw = await keycloak.rawClient((await keycloak.findClient('shop'))?.id ?? '')
  keycloak.rawClient = async () => ({
    ...raw,
    attributes: { 'id.token.encrypted.response.alg': alg },
  })
  const token = await logoutToken({ iss: REALM, sub: user.id, sid: 'ended' })
  expect((await ask(token)).rule('L02')?.status).toBe(status)
})
