import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Fault,
  type FaultyReceivers,
  startFaultyReceivers,
} from '../../../../test/support/faulty-receivers.ts'
import { look } from './look.ts'

let receivers: FaultyReceivers
beforeAll(async () => {
  receivers = await startFaultyReceivers()
})
afterAll(() => receivers.close())

const lookAt = (url: string, { ca = receivers.ca, signal = new AbortController().signal } = {}) =>
  look(url, { ca: [ca], signal, timeout: 2000 })

describe('faults before any response', () => {
  test.each<[Fault, string, string?]>([
    ['refused', 'refused', 'ECONNREFUSED'],
    ['unknown-host', 'unknown-host'],
    ['tls-not-spoken', 'tls-not-spoken'],
    ['tls-old-protocol', 'tls-old-protocol', 'speaks TLSv1.1'],
    ['tls-client-certificate', 'tls-client-certificate'],
  ])('%s', async (fault, expected, detail) => {
    const seen = await lookAt(receivers.url(fault))
    expect(seen).toMatchObject({ kind: 'failed', fault: expected, ...(detail ? { detail } : {}) })
  })

  test('a server that accepts the connection and sends no handshake', async () => {
    const url = receivers.url('hangs').replace('http:', 'https:')
    expect(await lookAt(url)).toMatchObject({ kind: 'failed', fault: 'tls-failed' })
  })

  test('a server that closes the connection in the handshake', async () => {
    const url = receivers.url('resets').replace('http:', 'https:')
    expect(await lookAt(url)).toMatchObject({ kind: 'failed', fault: 'connection-closed' })
  })

  test('an interruption ends the check', async () => {
    const controller = new AbortController()
    const seen = lookAt(receivers.url('hangs').replace('http:', 'https:'), { signal: controller.signal })
    controller.abort('SIGINT')
    expect(await seen).toMatchObject({ kind: 'failed' })
  })

  test.each(['ftp://x/y', '//host/x', 'no url', ''])('"%s" is not an http or https URL', async (url) => {
    expect(await lookAt(url)).toEqual({ kind: 'not-http' })
  })

  test('http that accepts connections', async () => {
    expect(await lookAt(receivers.url('ok'))).toEqual({ kind: 'ok' })
  })
})

describe('certificates by the rules of Java', () => {
  const now = Date.now()
  const certificateAt = async (fault: Fault, ca?: string) => {
    const seen = await lookAt(receivers.url(fault), ca === undefined ? {} : { ca })
    if (seen.kind !== 'ok' || !seen.tls) throw new Error(`no TLS: ${JSON.stringify(seen)}`)
    return seen.tls
  }

  test('a valid one', async () => {
    expect(await certificateAt('tls-good')).toMatchObject({ trusted: true, nameProblem: undefined })
  })

  test('the whole chain is sent: trusted by its root alone', async () => {
    const { trusted, chain } = await certificateAt('tls-with-intermediate')
    expect(trusted).toBe(true)
    expect(chain.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['CN=localhost', 'CN=Test Issuing CA']),
    )
  })

  test('an intermediate is not sent, though the certificate says where to fetch it', async () => {
    const { trusted, chain } = await certificateAt('tls-no-intermediate')
    expect(trusted).toBe(false)
    expect(chain).toMatchObject([{ issuer: 'CN=Test Issuing CA', namesIssuerUrl: true, selfSigned: false }])
  })

  test('an unknown authority', async () => {
    const { trusted, chain } = await certificateAt('tls-unknown-ca')
    expect(trusted).toBe(false)
    expect(chain).toMatchObject([{ issuer: 'CN=Stranger Root', namesIssuerUrl: false, selfSigned: false }])
  })

  test('self-signed', async () => {
    const { trusted, chain } = await certificateAt('tls-self-signed')
    expect(trusted).toBe(false)
    expect(chain).toMatchObject([{ selfSigned: true }])
  })

  test('for another name', async () => {
    expect((await certificateAt('tls-wrong-name')).nameProblem).toContain('other.example')
  })

  test('expired, and not yet valid: apart from the authority', async () => {
    const expired = await certificateAt('tls-expired')
    expect(expired.trusted).toBe(true)
    expect(expired.chain[0]?.until).toBeLessThan(now)
    const early = await certificateAt('tls-not-yet-valid')
    expect(early.chain[0]?.from).toBeGreaterThan(now)
  })
})
