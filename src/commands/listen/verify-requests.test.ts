import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestContext, testContext } from '../../../test/support/context.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { logoutToken, NOW, testKeys } from '../../../test/support/tokens.ts'
import { type KeyOptions, tokenSource } from '../../jwks/key-source.ts'
import type { IncomingRequest } from './logout-request.ts'
import { type VerifyRequest, verifyRequests } from './verify-requests.ts'

const KEYS = 'https://keys'
const SECOND = 1000

let jwks: unknown
beforeAll(async () => {
  jwks = (await testKeys()).jwks
})

/** The documents, files and time of a test. */
let documents: Record<string, unknown>
let files: Record<string, string>
let now: number
beforeEach(() => {
  documents = { [KEYS]: jwks }
  files = { 'keys.json': JSON.stringify(jwks) }
  now = NOW * 1000
})

async function verifying(
  options: KeyOptions = { jwks: KEYS },
): Promise<TestContext & { verify: VerifyRequest }> {
  const context = testContext(new FakeKeycloak(), {
    documents,
    files,
    get now() {
      return now
    },
  })
  const source = await tokenSource(options, context.ctx)
  const inquiry = { strict: false, verify: true, expect: { tolerance: 30 } }
  return { ...context, verify: verifyRequests(options, source, inquiry, context.ctx) }
}

const delivery = (token: string): IncomingRequest => ({
  method: 'POST',
  path: '/bc',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `logout_token=${token}`,
  tooLarge: false,
})
let serial = 0
const good = async (kid?: string) =>
  delivery(
    await logoutToken(
      { jti: `t-${++serial}`, exp: NOW + 3600 },
      kid === undefined ? {} : { header: { kid } },
    ),
  )
const verdict = async (verify: VerifyRequest, request: IncomingRequest) =>
  (await verify(request)).report?.verdict

describe('if a token names an unknown key, the keys are fetched again', () => {
  it('at most every 30 seconds', async () => {
    const { verify, fetched } = await verifying()
    for (const [after, times] of [
      [0, 1],
      [29, 1],
      [30, 2],
      [31, 2],
      [59, 2],
      [60, 3],
    ] as const) {
      now = (NOW + after) * SECOND
      expect(await verdict(verify, await good('unknown'))).toBe('fail')
      expect([after, fetched.length]).toEqual([after, times])
    }
  })

  it('and used at once', async () => {
    documents[KEYS] = { keys: [] }
    const { verify, written } = await verifying()
    now += 30 * SECOND
    documents[KEYS] = jwks
    expect(await verdict(verify, await good())).toBe('pass')
    expect(written.err).toBe('')
  })

  it('once for requests that arrive at the same time', async () => {
    documents[KEYS] = { keys: [] }
    const { verify, fetched } = await verifying()
    now += 30 * SECOND
    documents[KEYS] = jwks
    const requests = [await good(), await good()]
    expect(await Promise.all(requests.map((each) => verdict(verify, each)))).toEqual(['pass', 'pass'])
    expect(fetched).toHaveLength(2)
  })

  it('but not for a known one', async () => {
    const { verify, fetched } = await verifying()
    now += 60 * SECOND
    await verify(await good())
    expect(fetched).toHaveLength(1)
  })

  it.each([
    ['the server does not answer', KEYS, () => delete documents[KEYS]],
    ['the server answers with something else', KEYS, () => (documents[KEYS] = { error: 'x' })],
    ['the file was deleted', 'keys.json', () => delete files['keys.json']],
    ['the file no longer contains keys', 'keys.json', () => (files['keys.json'] = 'x')],
  ])('and if %s, the known ones stay in use, with a warning', async (_, source, breaks) => {
    const { verify, written } = await verifying({ jwks: source })
    breaks()
    now += 30 * SECOND
    expect(await verdict(verify, await good('unknown'))).toBe('fail')
    expect(written.err).toContain('the keys cannot be fetched again; the known ones stay in use.')
    expect(await verdict(verify, await good())).toBe('pass')
  })

  it('even if there were none at the start', async () => {
    delete documents[KEYS]
    const { verify, written } = await verifying()
    now += 30 * SECOND
    expect(await verdict(verify, await good())).toBe('fail')
    expect(written.err).toContain('There are still no keys. The keys could not be fetched')
    now += 30 * SECOND
    documents[KEYS] = jwks
    expect(await verdict(verify, await good())).toBe('pass')
  })
})

describe('a token that comes twice', () => {
  const verdicts = (verify: VerifyRequest, requests: readonly IncomingRequest[]) =>
    Promise.all(requests.map((request) => verdict(verify, request)))

  it('fails the second time, even if both arrive at the same time', async () => {
    const { verify } = await verifying()
    const request = await good()
    expect(await verdicts(verify, [request, request])).toEqual(['pass', 'fail'])
  })

  it('passes if the first one was refused, so that nobody can use up the jti of another token', async () => {
    const { verify } = await verifying()
    const { body } = await good()
    const forged = { ...delivery(''), body: `${body.slice(0, -9)}AAAAAAAAA` }
    expect(await verdicts(verify, [forged, { ...forged, body }])).toEqual(['fail', 'pass'])
  })
})

it('verification continues after an exception', async () => {
  const { verify } = await verifying()
  const broken = {
    ...(await good()),
    get body(): string {
      throw new Error('oops')
    },
  }
  await expect(verify(broken)).rejects.toThrow('oops')
  expect(await verdict(verify, await good())).toBe('pass')
})
