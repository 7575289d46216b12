import { describe, expect, it } from 'vitest'
import { aClient, aSession } from '../../../test/support/builders.ts'
import { byTenant, DistinctCounter, estimate } from './estimate.ts'

const CLIENTS = [
  aClient({ clientId: 'shop', backchannelLogoutUrl: 'https://a.example/x' }),
  aClient({ clientId: 'desk', adminUrl: 'https://a.example/y' }),
  aClient({ clientId: 'iot', adminUrl: 'https://b.example/y' }),
  aClient({ clientId: 'idle', adminUrl: 'https://c.example/y' }),
  aClient({ clientId: 'silent' }),
]
const count = (clientId: string, active: number, offline = 0) => ({
  id: `id-of-${clientId}`,
  clientId,
  active,
  offline,
})
const COUNTS = [count('shop', 2), count('desk', 1, 3), count('iot', 0, 1), count('silent', 5)]

const counterOf = (...sessions: ReturnType<typeof aSession>[]) => {
  const counter = new DistinctCounter()
  for (const session of sessions) counter.add(session)
  return counter
}

describe('what a logout would reach', () => {
  it('counts client sessions as Keycloak does, with totals of the clients that have sessions', () => {
    const { clients, totals } = estimate(CLIENTS, COUNTS)
    expect(clients.map(({ clientId, active, offline }) => [clientId, active, offline])).toEqual([
      ['shop', 2, 0],
      ['desk', 1, 3],
      ['iot', 0, 1],
      ['idle', 0, 0],
      ['silent', 5, 0],
    ])
    expect(totals).toEqual({ clients: 4, active: 8, offline: 4, tenants: 2 })
  })

  it('counts distinct users and sessions only if the sessions were read', () => {
    const counter = counterOf(
      aSession({ id: '1', clients: ['shop', 'desk'] }),
      aSession({ id: '2', clients: ['shop'] }),
      aSession({ id: '3', username: 'bob', clients: ['silent', 'gone'] }),
    )
    const { clients, totals } = estimate(CLIENTS, COUNTS, counter)
    expect(totals).toMatchObject({ sessions: 3, users: 2 })
    expect(clients.map(({ clientId, users }) => [clientId, users])).toEqual([
      ['shop', 1],
      ['desk', 1],
      ['iot', 0],
      ['idle', 0],
      ['silent', 1],
    ])
  })

  it('names the channel for each operation, and whether it notifies', () => {
    const [shop, desk] = estimate(CLIENTS, COUNTS).clients
    expect(shop).toMatchObject({
      tenant: 'a.example',
      backchannelLogoutUrl: 'https://a.example/x',
      adminUrl: null,
      channels: { user: 'backchannel', all: 'backchannel', realmStep: 'none' },
      notified: { user: true, all: true, realmStep: false },
      findings: [{ code: 'backchannel-only', severity: 'info' }],
    })
    expect(desk).toMatchObject({
      channels: { user: 'admin-url', all: 'admin-url', realmStep: 'admin-url' },
      notified: { user: false, all: true, realmStep: true },
    })
  })

  it('ignores counts of other clients', () => {
    expect(estimate(CLIENTS.slice(0, 1), COUNTS).totals).toEqual({
      clients: 1,
      active: 2,
      offline: 0,
      tenants: 1,
    })
  })

  it('groups by tenant: most sessions first, no tenant last', () => {
    expect(byTenant(estimate(CLIENTS, COUNTS).clients)).toEqual([
      { tenant: 'a.example', clients: ['shop', 'desk'], active: 3, offline: 3 },
      { tenant: 'b.example', clients: ['iot'], active: 0, offline: 1 },
      { tenant: 'c.example', clients: ['idle'], active: 0, offline: 0 },
      { tenant: null, clients: ['silent'], active: 5, offline: 0 },
    ])
  })
})
