import { beforeEach, describe, expect, it } from 'vitest'
import { aClient } from '../../../test/support/builders.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { adminUrlsAfter } from './admin-urls.ts'

const URL_A = 'https://a.example/admin'

let succeeded: string[]
let failed: string[]
let reachable: string[]
let asked: string[]
let refusals: { push?: UserError; test?: UserError }
beforeEach(() => {
  succeeded = []
  failed = []
  reachable = []
  asked = []
  refusals = {}
})

const keycloak = {
  async pushRevocation() {
    asked.push('push')
    if (refusals.push) throw refusals.push
    return { succeeded, failed }
  },
  async testNodes(id: string) {
    asked.push(`test ${id}`)
    if (refusals.test) throw refusals.test
    return { succeeded, failed }
  },
}
const look = (...clients: Partial<Client>[]) =>
  adminUrlsAfter(clients.map(aClient), keycloak, async (url) => reachable.includes(url))
const denied = () => new UserError('role-missing', 'manage-realm', { exitCode: EXIT.denied })

describe('what is known of the calls to Admin URLs', () => {
  it.each<[string, { s?: string[]; f?: string[]; r?: string[] }, string, string | undefined]>([
    ['Keycloak got 200 or 204', { s: [URL_A] }, 'confirmed', undefined],
    ['neither Keycloak nor this machine reaches it', { f: [URL_A] }, 'failed', 'not-reached'],
    [
      'it answered Keycloak otherwise, but its host answers here',
      { f: [URL_A], r: [URL_A] },
      'unconfirmed',
      'host-answers-here',
    ],
    ['Keycloak does not mention it', { s: ['https://b.example'] }, 'unconfirmed', 'not-mentioned'],
    ['one node of it failed', { s: [URL_A], f: [URL_A] }, 'failed', 'not-reached'],
  ])('%s', async (_, { s = [], f = [], r = [] }, delivery, why) => {
    succeeded = s
    failed = f
    reachable = r
    expect(await look({ adminUrl: URL_A })).toEqual([
      { clientId: 'shop', url: URL_A, delivery, ...(why ? { why } : {}) },
    ])
  })

  it.each<[string, Partial<Client>, string]>([
    ['a slash at the end', { adminUrl: `${URL_A}/` }, URL_A],
    [
      'root URL and path joined with two slashes, as Keycloak does',
      { adminUrl: '/admin', rootUrl: 'https://a.example/' },
      'https://a.example//admin',
    ],
  ])('knows a URL again: %s', async (_, client, listed) => {
    succeeded = [listed]
    expect(await look(client)).toMatchObject([{ delivery: 'confirmed' }])
  })

  it('asks each client by itself when the push is not allowed', async () => {
    refusals = { push: denied() }
    succeeded = [URL_A]
    expect(
      await look({ clientId: 'a', adminUrl: URL_A }, { clientId: 'b', adminUrl: 'https://b.example' }),
    ).toEqual([
      { clientId: 'a', url: URL_A, delivery: 'confirmed' },
      { clientId: 'b', url: 'https://b.example', delivery: 'unconfirmed', why: 'not-mentioned' },
    ])
    expect(asked).toEqual(['push', 'test id-of-a', 'test id-of-b'])
  })

  it('knows nothing without either role', async () => {
    refusals = { push: denied(), test: denied() }
    expect(await look({ adminUrl: URL_A })).toMatchObject([{ delivery: 'unconfirmed', why: 'role-missing' }])
  })

  it('asks each client by itself when the push fails, as with a disabled client that spoils it', async () => {
    refusals = { push: new UserError('server-error', 'HTTP 500') }
    succeeded = [URL_A]
    expect(await look({ adminUrl: URL_A })).toMatchObject([{ delivery: 'confirmed' }])
  })

  it('does not throw away what was done when Keycloak does not answer', async () => {
    const gone = new UserError('timeout', 'no answer', { exitCode: EXIT.unreachable })
    refusals = { push: gone, test: gone }
    expect(await look({ adminUrl: URL_A })).toMatchObject([{ delivery: 'unconfirmed', why: 'no-answer' }])
  })

  it('asks nothing when no Admin URL was called', async () => {
    expect(
      await look(
        { clientId: 'none' },
        { clientId: 'off', adminUrl: URL_A, enabled: false },
        { clientId: 'saml', adminUrl: URL_A, protocol: 'saml' },
        { clientId: 'back', backchannelLogoutUrl: 'https://b.example' },
      ),
    ).toEqual([])
    expect(asked).toEqual([])
  })
})
