import { beforeEach, describe, expect, it } from 'vitest'
import { aClient } from '../../../test/support/builders.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { checkAdminUrls } from './admin-urls.ts'

const URL_A = 'https://a.example/admin'

let succeeded: string[]
let failed: string[]
let reachable: string[]
let requests: string[]
let refusals: { push?: UserError; test?: UserError }
beforeEach(() => {
  succeeded = []
  failed = []
  reachable = []
  requests = []
  refusals = {}
})

const keycloak = {
  async pushRevocation() {
    requests.push('push')
    if (refusals.push) throw refusals.push
    return { succeeded, failed }
  },
  async testNodes(id: string) {
    requests.push(`test ${id}`)
    if (refusals.test) throw refusals.test
    return { succeeded, failed }
  },
}
const statusOf = (...clients: Partial<Client>[]) =>
  checkAdminUrls(clients.map(aClient), keycloak, async (url) => reachable.includes(url))
const denied = () => new UserError('role-missing', 'manage-realm', { exitCode: EXIT.denied })

describe('whether Keycloak reaches Admin URLs after the realm logout', () => {
  it.each<[string, { s?: string[]; f?: string[]; r?: string[] }, string, string | undefined]>([
    ['Keycloak got 200 or 204', { s: [URL_A] }, 'yes', undefined],
    ['neither Keycloak nor this machine reaches it', { f: [URL_A] }, 'no', 'not-reached'],
    [
      'it gave Keycloak no valid answer, but its host answers this machine',
      { f: [URL_A], r: [URL_A] },
      'unknown',
      'host-answers-here',
    ],
    ['Keycloak does not mention it', { s: ['https://b.example'] }, 'unknown', 'not-mentioned'],
    ['one node of it failed', { s: [URL_A], f: [URL_A] }, 'no', 'not-reached'],
  ])('%s', async (_, { s = [], f = [], r = [] }, reached, why) => {
    succeeded = s
    failed = f
    reachable = r
    expect(await statusOf({ adminUrl: URL_A })).toEqual([
      { clientId: 'shop', url: URL_A, reached, ...(why ? { why } : {}) },
    ])
  })

  it.each<[string, Partial<Client>, string]>([
    ['a trailing slash', { adminUrl: `${URL_A}/` }, URL_A],
    [
      'root URL and path joined with two slashes, as Keycloak does',
      { adminUrl: '/admin', rootUrl: 'https://a.example/' },
      'https://a.example//admin',
    ],
  ])('recognises a URL: %s', async (_, client, listed) => {
    succeeded = [listed]
    expect(await statusOf(client)).toMatchObject([{ reached: 'yes' }])
  })

  it('tests each client by itself if the push is not allowed', async () => {
    refusals = { push: denied() }
    succeeded = [URL_A]
    expect(
      await statusOf({ clientId: 'a', adminUrl: URL_A }, { clientId: 'b', adminUrl: 'https://b.example' }),
    ).toEqual([
      { clientId: 'a', url: URL_A, reached: 'yes' },
      { clientId: 'b', url: 'https://b.example', reached: 'unknown', why: 'not-mentioned' },
    ])
    expect(requests).toEqual(['push', 'test id-of-a', 'test id-of-b'])
  })

  it('is unconfirmed without either role', async () => {
    refusals = { push: denied(), test: denied() }
    expect(await statusOf({ adminUrl: URL_A })).toMatchObject([{ reached: 'unknown', why: 'role-missing' }])
  })

  it('tests each client by itself if the push fails, for example because of a disabled client', async () => {
    refusals = { push: new UserError('server-error', 'HTTP 500') }
    succeeded = [URL_A]
    expect(await statusOf({ adminUrl: URL_A })).toMatchObject([{ reached: 'yes' }])
  })

  it('is unconfirmed if Keycloak does not answer', async () => {
    const gone = new UserError('timeout', 'no answer', { exitCode: EXIT.unreachable })
    refusals = { push: gone, test: gone }
    expect(await statusOf({ adminUrl: URL_A })).toMatchObject([{ reached: 'unknown', why: 'no-answer' }])
  })

  it('sends no request if no Admin URL was called', async () => {
    expect(
      await statusOf(
        { clientId: 'none' },
        { clientId: 'off', adminUrl: URL_A, enabled: false },
        { clientId: 'saml', adminUrl: URL_A, protocol: 'saml' },
        { clientId: 'back', backchannelLogoutUrl: 'https://b.example' },
      ),
    ).toEqual([])
    expect(requests).toEqual([])
  })
})
