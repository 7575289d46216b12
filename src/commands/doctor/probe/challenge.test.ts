import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Fault,
  type FaultyReceivers,
  startFaultyReceivers,
} from '../../../../test/support/faulty-receivers.ts'
import { challenge } from './challenge.ts'
import { forgedLogoutToken } from './forged-token.ts'

const forged = { issuer: 'https://kc.example.com/realms/customers', clientId: 'shop', now: Date.now() }
let receivers: FaultyReceivers
beforeAll(async () => {
  receivers = await startFaultyReceivers({ slowMs: 300 })
})
afterAll(() => receivers.close())
const ask = (url: string, timeout = 1000) =>
  challenge(url, forged, {
    signal: new AbortController().signal,
    timeout,
    ca: [receivers.ca],
    userAgent: 'kc-logout/test',
  })

describe('the forged token', () => {
  test('is correct except for its unknown key', async () => {
    const token = forgedLogoutToken(forged)
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'RS256',
      typ: 'logout+jwt',
      kid: 'kc-logout-doctor-forged',
    })
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({
      iss: forged.issuer,
      aud: 'shop',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(120)
    expect(claims.sub).toMatch(/^kc-logout-doctor-probe-/)
    expect(claims.sid).toMatch(/^kc-logout-doctor-probe-/)
    const { publicKey } = await generateKeyPair('RS256')
    const keys = createLocalJWKSet({
      keys: [{ ...(await exportJWK(publicKey)), kid: 'kc-logout-doctor-forged' }],
    })
    await expect(jwtVerify(token, keys)).rejects.toThrow('signature verification failed')
  })

  test('is new each time', () => {
    expect(forgedLogoutToken(forged)).not.toBe(forgedLogoutToken(forged))
  })
})

describe('the response', () => {
  test.each<[Fault, number]>([
    ['answers-200', 200],
    ['answers-400', 400],
    ['answers-403', 403],
    ['answers-500', 500],
    ['tls-good', 400],
  ])('%s', async (fault, status) => {
    expect(await ask(receivers.url(fault))).toMatchObject({ kind: 'answered', status })
  })

  test('a redirect is reported and not followed', async () => {
    expect(await ask(receivers.url('answers-302'))).toMatchObject({
      status: 302,
      location: 'http://127.0.0.1:1/login',
    })
  })

  test('a slow response, with its duration', async () => {
    const answer = await ask(receivers.url('slow'))
    expect(answer).toMatchObject({ kind: 'answered', status: 400 })
    expect(answer.kind === 'answered' && answer.ms).toBeGreaterThanOrEqual(290)
  })

  test('no response', async () => {
    expect(await ask(receivers.url('hangs'), 200)).toMatchObject({ kind: 'silent' })
  })

  test('a connection that is reset', async () => {
    expect(await ask(receivers.url('resets'))).toEqual({ kind: 'failed', detail: 'ECONNRESET' })
  })

  test('it is posted as Keycloak posts, and its user agent tells what it is', async () => {
    let seen: { method?: string; type?: string; agent?: string; body: string } = { body: '' }
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => {
        seen.body += text
      })
      request.on('end', () => {
        const { 'content-type': type = '', 'user-agent': agent = '' } = request.headers
        seen = { ...seen, method: request.method ?? '', type, agent }
        response.writeHead(400).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`)
    server.close()
    expect(seen).toMatchObject({ method: 'POST', agent: expect.stringContaining('forged') })
    expect(seen.type).toContain('application/x-www-form-urlencoded')
    expect([...new URLSearchParams(seen.body).keys()]).toEqual(['logout_token'])
  })
})
