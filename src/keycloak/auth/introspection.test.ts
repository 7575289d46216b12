import { describe, expect, it } from 'vitest'
import { outcomeOf, type Reply, scriptedServer } from '../../../test/support/scripted-server.ts'
import { serverAt } from '../http/find-server.ts'
import { createTransport } from '../http/transport.ts'
import type { RevealedCredentials } from './credentials.ts'
import { introspect } from './introspection.ts'

const client = { kind: 'client', clientId: 'kc-logout', clientSecret: 's3cret' } as const

async function ask(answer: () => Reply, credentials: RevealedCredentials = client, realm = 'shop') {
  const { url, requests } = await scriptedServer(answer)
  const deps = {
    transport: createTransport({
      timeout: 2000,
      ca: undefined,
      insecure: false,
      userAgent: 'test',
      signal: new AbortController().signal,
    }),
    server: serverAt(url),
    loginRealm: 'shop',
    issuer: undefined,
    sleep: async () => {},
  }
  const outcome = await outcomeOf(introspect('the-token', 'refresh_token', { credentials, deps, realm }))
  return { outcome, requests }
}

const json = (body: unknown, status = 200): Reply => ({ status, json: body })

describe('introspection', () => {
  it.each([true, false])('returns active: %s and the client that asked', async (active) => {
    const { outcome, requests } = await ask(() => json({ active, sub: 'u1' }))
    expect(outcome).toEqual({ clientId: 'kc-logout', active })
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        'POST',
        '/realms/shop/protocol/openid-connect/token/introspect',
        'token=the-token&token_type_hint=refresh_token',
      ],
    ])
  })

  it('says that Keycloak refused it', async () => {
    const { outcome } = await ask(() =>
      json({ error: 'invalid_request', error_description: 'Client not allowed.' }, 403),
    )
    expect(outcome).toEqual({ notAsked: 'Keycloak refused the introspection: Client not allowed.' })
  })

  it.each([
    [
      'a given token',
      { kind: 'token', token: 'x' },
      'shop',
      'A given access token names no client that can ask.',
    ],
    [
      'a public client',
      { kind: 'client', clientId: 'admin-cli' },
      'shop',
      'Introspection needs a confidential client; admin-cli has neither secret nor key here.',
    ],
    [
      'another realm',
      client,
      'other',
      'Introspection needs a client of realm other; kc-logout signed in to shop.',
    ],
  ] as const)('sends nothing with %s', async (_, credentials, realm, notAsked) => {
    const { outcome, requests } = await ask(() => json({ active: true }), credentials, realm)
    expect(outcome).toEqual({ notAsked })
    expect(requests).toEqual([])
  })

  it('does not take another answer for one', async () => {
    expect((await ask(() => json({ ok: true }))).outcome).toMatchObject({ code: 'bad-answer' })
  })
})
