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

describe('a not-before that may not be seen', () => {
  it.each([
    ['client', 'findClient'],
    ['client', 'rawClient'],
    ['user', 'findUserById'],
  ] as const)('that of the %s, without %s, leaves open whether the token is stale', async (level, method) => {
    deny(method)
    const { code, rule } = await ask(await access())
    expect(rule('O02')).toMatchObject({
      status: 'skip',
      message: `not known: the not-before of the ${level} (The role for ${method} is missing).`,
    })
    expect(code).toBe(EXIT.ok)
  })

  it('that of the realm, too', async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: undefined }
    expect((await ask(await access())).rule('O02')).toMatchObject({
      status: 'skip',
      message: 'not known: the not-before of the realm (it takes the role view-realm).',
    })
  })

  it('does not hide that another one makes it stale', async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: NOW }
    deny('findClient')
    const { code, rule } = await ask(await access())
    expect([code, rule('O02')?.status, rule('O02')?.message]).toEqual([
      EXIT.checkFailed,
      'fail',
      'The not-before of the realm makes it stale.',
    ])
  })
})

it('what is not known is said to people, too', async () => {
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

it('a client of which only the name is shown is not called enabled', async () => {
  deny('rawClient')
  expect((await ask(await access())).rule('O03')).toMatchObject({
    status: 'skip',
    message: 'not known: The role for rawClient is missing.',
  })
})

describe('a session that is not among the online ones', () => {
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

  it('of a logout token is not called ended, either', async () => {
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
  ])('is not asked about, with %s, and that is said', async (_, args) => {
    const { rule, report, stderr } = await ask(await access({ iss: OTHER, sid: 'theirs' }), args, documents())
    const message = `The realm was not asked, as the token is not of it (${REALM}): the host is staging.example.com, the realm is shop.`
    for (const id of ['O01', 'O02', 'O03', 'O04', 'O05', 'O06']) {
      expect(rule(id)).toMatchObject({ status: 'skip', message })
    }
    expect(stderr).toContain(`warning: ${message}\n`)
    expect(keycloak.calls).toEqual(['discovery'])
    expect(report?.rules.some(({ message: said }) => said.includes('session has ended'))).toBe(false)
  })

  it('is said once, whatever the number of tokens', async () => {
    const tokens = await Promise.all(Array.from({ length: 12 }, () => access({ iss: OTHER })))
    const { stderr } = await ask(tokens.join('\n'), ['--jwks', 'keys.json'])
    expect(stderr.match(/was not asked/g)).toHaveLength(1)
    expect(keycloak.calls).toEqual(['discovery'])
  })

  it('may be any where the realm does not say its issuer', async () => {
    deny('discovery')
    const { rule } = await ask(await access())
    expect(rule('O01')).toMatchObject({
      status: 'skip',
      message: 'The realm was not asked, as its issuer is not known: The role for discovery is missing.',
    })
  })
})

it('a token of the realm is asked about, though the keys are from a file', async () => {
  const { rule } = await ask(await access({ sid: 'ended' }), ['--jwks', 'keys.json'])
  expect(rule('O01')?.message).toBe('Its session has ended.')
})

it('a token that expired before its session ended has merely aged', async () => {
  const { report, rule } = await ask(await access({ sid: 'ended', iat: NOW - 400, exp: NOW - 100 }))
  expect(rule('O01')?.status).toBe('fail')
  expect(rule('A04')?.message).toContain('it has merely aged')
  expect(report?.times.state).toBe('aged')
})

describe('the algorithm that the client is set to', () => {
  const make = async (alg: string) => {
    keycloak.addClient({ clientId: 'other', idTokenSignedResponseAlg: alg })
    return logoutToken({ iss: REALM, aud: 'other', sub: user.id, sid: 'ended' })
  }

  it('is expected', async () => {
    expect((await ask(await make('ES256'))).rule('L04')).toMatchObject({ status: 'fail', expected: 'ES256' })
  })

  it('does not count beside --alg, but is told', async () => {
    const { rule } = await ask(await make('ES256'), ['--alg', 'RS256'])
    expect(rule('L04')?.status).toBe('pass')
    expect(rule('O05')?.message).toContain('it is signed with "ES256" now')
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
