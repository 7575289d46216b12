import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestContext, testContext } from '../../../test/support/context.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { logoutToken, NOW, testKeys } from '../../../test/support/tokens.ts'
import { type KeyOptions, tokenSource } from '../../jwks/key-source.ts'
import type { IncomingRequest } from './logout-request.ts'
import { type Judge, verifyRequests } from './verify-requests.ts'

const KEYS = 'https://keys'
const SECOND = 1000

let jwks: unknown
beforeAll(async () => {
  jwks = (await testKeys()).jwks
})

/** What can be read, and the time: a test changes both. */
let documents: Record<string, unknown>
let files: Record<string, string>
let now: number
beforeEach(() => {
  documents = { [KEYS]: jwks }
  files = { 'keys.json': JSON.stringify(jwks) }
  now = NOW * 1000
})

async function judging(options: KeyOptions = { jwks: KEYS }): Promise<TestContext & { judge: Judge }> {
  const context = testContext(new FakeKeycloak(), {
    documents,
    files,
    get now() {
      return now
    },
  })
  const source = await tokenSource(options, context.ctx)
  const inquiry = { strict: false, verify: true, expect: { tolerance: 30 } }
  return { ...context, judge: verifyRequests(options, source, inquiry, context.ctx) }
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
const verdict = async (judge: Judge, request: IncomingRequest) => (await judge(request)).report?.verdict

describe('keys are read again when a token names an unknown one,', () => {
  it('not more often than every 30 seconds', async () => {
    const { judge, fetched } = await judging()
    for (const [after, times] of [
      [0, 1],
      [29, 1],
      [30, 2],
      [31, 2],
      [59, 2],
      [60, 3],
    ] as const) {
      now = (NOW + after) * SECOND
      expect(await verdict(judge, await good('unknown'))).toBe('fail')
      expect([after, fetched.length]).toEqual([after, times])
    }
  })

  it('and the new ones are used at once', async () => {
    documents[KEYS] = { keys: [] }
    const { judge, written } = await judging()
    now += 30 * SECOND
    documents[KEYS] = jwks
    expect(await verdict(judge, await good())).toBe('pass')
    expect(written.err).toBe('')
  })

  it('and whoever comes meanwhile waits for them', async () => {
    documents[KEYS] = { keys: [] }
    const { judge, fetched } = await judging()
    now += 30 * SECOND
    documents[KEYS] = jwks
    const requests = [await good(), await good()]
    expect(await Promise.all(requests.map((each) => verdict(judge, each)))).toEqual(['pass', 'pass'])
    expect(fetched).toHaveLength(2)
  })

  it('not for one that is known', async () => {
    const { judge, fetched } = await judging()
    now += 60 * SECOND
    await judge(await good())
    expect(fetched).toHaveLength(1)
  })

  it.each([
    ['the server does not answer', KEYS, () => delete documents[KEYS]],
    ['the server answers something else', KEYS, () => (documents[KEYS] = { error: 'x' })],
    ['the file has gone', 'keys.json', () => delete files['keys.json']],
    ['the file is no set of keys any more', 'keys.json', () => (files['keys.json'] = 'x')],
  ])('and where %s, the old ones stay, and it is said', async (_, source, breaks) => {
    const { judge, written } = await judging({ jwks: source })
    breaks()
    now += 30 * SECOND
    expect(await verdict(judge, await good('unknown'))).toBe('fail')
    expect(written.err).toContain('the keys cannot be read again; those known stay.')
    expect(await verdict(judge, await good())).toBe('pass')
  })

  it('also where there were none at the start', async () => {
    delete documents[KEYS]
    const { judge, written } = await judging()
    now += 30 * SECOND
    expect(await verdict(judge, await good())).toBe('fail')
    expect(written.err).toContain('There are still no keys. The keys could not be fetched')
    now += 30 * SECOND
    documents[KEYS] = jwks
    expect(await verdict(judge, await good())).toBe('pass')
  })
})

describe('a token that comes twice', () => {
  const verdicts = (judge: Judge, requests: readonly IncomingRequest[]) =>
    Promise.all(requests.map((request) => verdict(judge, request)))

  it('is seen to, also where both come at the same time', async () => {
    const { judge } = await judging()
    const request = await good()
    expect(await verdicts(judge, [request, request])).toEqual(['pass', 'fail'])
  })

  it('is none where the first was refused: nobody can use up the jti of another', async () => {
    const { judge } = await judging()
    const { body } = await good()
    const forged = { ...delivery(''), body: `${body.slice(0, -9)}AAAAAAAAA` }
    expect(await verdicts(judge, [forged, { ...forged, body }])).toEqual(['fail', 'pass'])
  })
})

it('goes on after a fault', async () => {
  const { judge } = await judging()
  const broken = {
    ...(await good()),
    get body(): string {
      throw new Error('oops')
    },
  }
  await expect(judge(broken)).rejects.toThrow('oops')
  expect(await verdict(judge, await good())).toBe('pass')
})
