import { describe, expect, it } from 'vitest'
import { aClient } from '../../test/support/builders.ts'
import { changedClients } from './changed-clients.ts'
import type { Client } from './model.ts'

const SHOP = aClient({ backchannelLogoutUrl: 'https://shop.example/logout' })
const changed = (changes: Partial<Client>) => [
  ...changedClients(
    [SHOP, aClient({ clientId: 'other' })],
    [{ ...SHOP, ...changes }, aClient({ clientId: 'other' })],
  ),
]

describe('clients that changed during a run', () => {
  it.each<[string, Partial<Client>]>([
    ['disabled', { enabled: false }],
    ['front channel switched on', { frontchannelLogout: true }],
    ['another URL', { backchannelLogoutUrl: 'https://shop.example/other' }],
    ['an Admin URL added', { adminUrl: 'https://shop.example/admin' }],
    ['the protocol', { protocol: 'saml' }],
    ['a node registered', { registeredNodes: ['10.0.0.1'] }],
    ['shorter client sessions', { sessionLimits: { idle: 60, max: undefined } }],
  ])('%s', (_, changes) => {
    expect(changed(changes)).toEqual([SHOP.id])
  })

  it('are not those that changed in something else', () => {
    expect(changed({ redirectUris: ['https://x.example'], accessTokenLifespan: 60, notBefore: 5 })).toEqual(
      [],
    )
  })

  it('are those that were deleted, not those that were created', () => {
    expect([...changedClients([SHOP], [])]).toEqual([SHOP.id])
    expect([...changedClients([], [SHOP])]).toEqual([])
  })
})
