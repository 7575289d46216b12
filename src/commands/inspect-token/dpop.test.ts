import { beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import {
  accessClaims,
  dpopProof,
  dpopThumbprint,
  idClaims,
  NOW,
  signedToken,
  testKeys,
} from '../../../test/support/tokens.ts'
import { EXIT } from '../../errors.ts'
import { dpopHash } from '../../token/dpop.ts'
import type { TokenReport } from '../../token/inspect.ts'

let access: string
let proof: string
let keys: string
beforeAll(async () => {
  keys = JSON.stringify((await testKeys()).jwks)
  access = await signedToken({ payload: accessClaims({ typ: 'DPoP', cnf: { jkt: await dpopThumbprint() } }) })
  proof = await dpopProof({ ath: await dpopHash(access) })
})

async function inspect(stdin: string, args: string[] = [], files: Record<string, string> = {}) {
  const ran = await commandLine(new FakeKeycloak(), {
    now: NOW * 1000,
    settings: { server: undefined, realm: undefined },
    files: { 'keys.json': keys, ...files, '-': stdin },
  })('inspect-token', '--jwks', 'keys.json', '--json', ...args)
  return { ...ran, tokens: ran.code === EXIT.usage ? [] : ran.json<{ tokens: TokenReport[] }>().tokens }
}

const status = (token: TokenReport | undefined, id: string) =>
  token?.rules.find((rule) => rule.id === id)?.status

const request = () =>
  `GET /orders HTTP/1.1\nHost: api.example.com\nAuthorization: DPoP ${access}\nDPoP: ${proof}\n`

describe('a DPoP proof and its access token', () => {
  it('are compared in a captured request', async () => {
    const { tokens, code } = await inspect(request())
    expect(tokens.map(({ kind }) => kind)).toEqual(['access', 'dpop-proof'])
    expect(status(tokens[0], 'A12')).toBe('pass')
    expect(['D09', 'D10'].map((id) => status(tokens[1], id))).toEqual(['pass', 'pass'])
    expect(code).toBe(EXIT.ok)
  })

  it('are compared if the proof is in a file', async () => {
    const { tokens } = await inspect(
      access,
      ['--dpop', 'proof.txt', '--dpop-request', 'get https://api.example.com/orders?x=1'],
      {
        'proof.txt': `DPoP: ${proof}`,
      },
    )
    expect(tokens.map(({ kind, label }) => [kind, label])).toEqual([
      ['access', undefined],
      ['dpop-proof', 'DPoP'],
    ])
    expect(status(tokens[0], 'A12')).toBe('pass')
    expect(['D06', 'D07', 'D09', 'D10'].map((id) => status(tokens[1], id))).toEqual([
      'pass',
      'pass',
      'pass',
      'pass',
    ])
  })

  it('are compared if the access token is in a file, also an opaque one', async () => {
    const opaque = await dpopProof({ ath: await dpopHash('opaque-abc') })
    const { tokens } = await inspect(opaque, ['--access-token', 'at'], { at: 'opaque-abc' })
    expect(['D09', 'D10'].map((id) => status(tokens[0], id))).toEqual(['pass', 'warn'])
  })

  it('fail if they do not belong together', async () => {
    const other = await signedToken({ payload: accessClaims({ cnf: { jkt: 'other' } }) })
    const { tokens, code } = await inspect(`Authorization: DPoP ${other}\nDPoP: ${proof}`)
    expect(status(tokens[0], 'A12')).toBe('fail')
    expect(['D09', 'D10'].map((id) => status(tokens[1], id))).toEqual(['fail', 'fail'])
    expect(code).toBe(EXIT.checkFailed)
  })

  it('are paired among several', async () => {
    const id = await signedToken({ payload: idClaims() })
    const unbound = await signedToken({ payload: accessClaims() })
    const input = JSON.stringify([
      { access_token: unbound },
      { access_token: access },
      { id_token: id },
      { proof },
    ])
    const { tokens } = await inspect(input)
    expect(tokens.map((token) => [token.kind, status(token, 'A12') ?? status(token, 'D09')])).toEqual([
      ['access', 'skip'],
      ['access', 'pass'],
      ['id', undefined],
      ['dpop-proof', 'pass'],
    ])
  })

  it('fails a proof for another request', async () => {
    const { tokens } = await inspect(proof, ['--dpop-request', 'POST https://api.internal/orders'])
    expect(['D06', 'D07'].map((id) => status(tokens[0], id))).toEqual(['fail', 'fail'])
  })

  it.each([
    ['a file without a proof', ['--dpop', 'at'], 'at contains no DPoP proof; it contains an access token.'],
    [
      'a request without a URL',
      ['--dpop-request', 'GET /orders'],
      '--dpop-request "GET /orders" is not a request.',
    ],
  ])('exit 2 for %s', async (_, args, message) => {
    const ran = await inspect(proof, args, { at: access })
    expect([ran.code, ran.json<{ error: { message: string } }>().error.message]).toEqual([
      EXIT.usage,
      message,
    ])
  })
})

it('--audience is the same as --client', async () => {
  const token = await signedToken({ payload: idClaims() })
  for (const option of ['--audience', '--client']) {
    expect(status((await inspect(token, [option, 'shop'])).tokens[0], 'I03')).toBe('pass')
    expect(status((await inspect(token, [option, 'other'])).tokens[0], 'I03')).toBe('fail')
  }
})
