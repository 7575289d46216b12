import { describe, expect, it } from 'vitest'
import { LONG_ID, screen, tooWide, WIDTHS } from '../../../test/support/screens.ts'
import type { ClientEstimate } from './estimate.ts'
import { sessionListView, sessionsView } from './view.ts'

const estimate = (changes: Partial<ClientEstimate> = {}): ClientEstimate => ({
  clientId: 'shop',
  id: 'x',
  active: 12_345,
  offline: 0,
  users: 1_234,
  backchannelLogoutUrl: 'https://shop.example/logout',
  adminUrl: null,
  tenant: 'shop.example',
  channels: { user: 'backchannel', all: 'backchannel', realmStep: 'none' },
  notified: { user: true, all: true, realmStep: false },
  findings: [],
  ...changes,
})

describe('the estimate', () => {
  const totals = {
    clients: 2,
    active: 12_350,
    offline: 5,
    sessions: 12_350,
    offlineSessions: 5,
    users: 1_234,
    tenants: 1,
  }
  const spot = { clientId: 'x', code: 'no-url', severity: 'warning' as const, message: 'has no logout URL.' }
  const builtIn = { clientId: 'x', code: 'built-in', severity: 'info' as const, message: 'is its own.' }
  const clients = [
    estimate({ clientId: 'mytenant-cumulocity-cockpit', findings: [spot] }),
    estimate({ clientId: 'silent', active: 5, findings: [spot] }),
  ]

  it('shows yes and no instead of channels if client ids would be cut', () => {
    expect(screen(sessionsView, { realm: 'customers', clients, totals })).toMatchInlineSnapshot(`
      "Realm customers: 1,234 users in 12,350 sessions and 5 offline sessions at 2
        clients, 1 tenant

      client                   sessions            users  by user  by all  by Keycloak
      mytenant-cumulocity-co…    12,345  ████████  1,234  yes      yes     no
      silent                          5  █         1,234  yes      yes     no

      ! mytenant-cumulocity-cockpit and silent have no logout URL: they are never
        notified; users stay signed in until their tokens are checked again.
      \`kc-logout doctor\` shows the fix for each.
      "
    `)
  })

  const reach = (all: boolean, user = all) => ({
    channels: {
      user: user ? ('backchannel' as const) : ('none' as const),
      all: all ? ('admin-url' as const) : ('none' as const),
      realmStep: 'none' as const,
    },
    notified: { user, all, realmStep: false },
  })
  const sorts = [
    estimate({ clientId: 'shop', active: 35 }),
    estimate({ clientId: 'idle', active: 0, ...reach(false) }),
    estimate({ clientId: 'security-admin-console', active: 1, ...reach(false), findings: [builtIn] }),
    estimate({ clientId: 'crm', active: 14, ...reach(true, false) }),
    estimate({ clientId: 'urn:acme:warehouse-management-frontend-production', active: 7, ...reach(false) }),
    estimate({ clientId: '顧客管理システム', active: 9, offline: 3, ...reach(false) }),
  ]
  const sorted = (columns: number) =>
    screen(sessionsView, { realm: 'customers', clients: sorts, totals }, columns)

  it('shows clients that are not notified first, at 60 columns', () => {
    expect(sorted(60)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 users in 12,350 sessions and 5
        offline sessions at 2 clients, 1 tenant
      2 clients are never notified, 1 client is notified by
        \`kc-logout all\` only

         client    sessions  offline  by user  by all  by Keycloak
      ✗  顧客管…          9        3  no       no      no
      ✗  urn:acm…         7        -  no       no      no
      !  crm             14        -  no       yes     no
         shop            35        -  yes      yes     no
         securit…         1        -  no       no      no
         idle             0        -  no       no      no
      "
    `)
  })

  it('shows clients that are not notified first, at 80 columns', () => {
    expect(sorted(80)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 users in 12,350 sessions and 5 offline sessions at 2
        clients, 1 tenant
      2 clients are never notified, 1 client is notified by \`kc-logout all\` only

         client                 sessions  offline  users  by user  by all  by Keycloak
      ✗  顧客管理システム              9        3  1,234  no       no      no
      ✗  urn:acme:warehouse-m…         7        -  1,234  no       no      no
      !  crm                          14        -  1,234  no       yes     no
         shop                         35        -  1,234  yes      yes     no
         security-admin-conso…         1        -  1,234  no       no      no
         idle                          0        -  1,234  no       no      no
      "
    `)
  })

  it('shows clients that are not notified first, at 200 columns', () => {
    expect(sorted(200)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 users in 12,350 sessions and 5 offline sessions at 2 clients, 1 tenant
      2 clients are never notified, 1 client is notified by \`kc-logout all\` only

         client                                             sessions                            offline  users  notified by user  by all       by Keycloak
      ✗  顧客管理システム                                          9  ░░░░░░                          3  1,234  no                no           no
      ✗  urn:acme:warehouse-management-frontend-production         7  ░░░░░                           -  1,234  no                no           no
      !  crm                                                      14  ▒▒▒▒▒▒▒▒▒▒                      -  1,234  no                admin-url    no
         shop                                                     35  ████████████████████████        -  1,234  backchannel       backchannel  no
         security-admin-console                                    1                                  -  1,234  no                no           no
         idle                                                      0                                  -  1,234  no                no           no
      █ notified   ▒ notified by all only   ░ not notified
      "
    `)
  })

  it('has neither marks nor a warning if all clients are notified', () => {
    const notified = { realm: 'customers', clients: [estimate(), estimate({ clientId: 'b' })], totals }
    const shown = screen(sessionsView, notified)
    expect(shown).not.toMatch(/✗|never notified|by `kc-logout all` only|░/)
    expect(shown).toMatch(/^shop/m)
  })

  it('shows channels on a wide screen', () => {
    expect(screen(sessionsView, { realm: 'customers', clients, totals }, 120)).toContain('backchannel')
  })

  it('has no column of users if they were not counted', () => {
    const uncounted = clients.map(({ users: _, ...rest }) => rest)
    const shown = screen(sessionsView, { realm: 'customers', clients: uncounted, totals })
    expect(shown).not.toMatch(/client.* users/)
  })

  it('says that no user is signed in', () => {
    const empty = { clients: 0, active: 0, offline: 0, tenants: 0 }
    expect(screen(sessionsView, { realm: 'customers', clients: [], totals: empty })).toMatchInlineSnapshot(`
      "Realm customers: no user is signed in

      No client has a session or a logout URL.
      "
    `)
  })
})

it.each([80, 120])('the list of sessions has one heading and fits into %i columns', (columns) => {
  const session = {
    ...{ id: '0c1bb0d6-7e57-4a52-9f3f-0d5d1f3c2b1a', username: 'ada', userId: 'u1', offline: false },
    ...{ ipAddress: '192.0.2.1', started: '2027-01-15T07:59:00Z', lastAccess: '2027-01-15T08:00:00Z' },
    clients: ['shop', 'desk'],
  }
  const view = sessionListView()
  const shown = [session, session].map((one) => screen(view, one, columns)).join('')
  expect(shown.match(/since \(UTC\)/g)).toHaveLength(1)
  expect(tooWide(shown, columns)).toEqual([])
})

it('fits into 60 columns and more', () => {
  const totals = { clients: 1, active: 12_345, offline: 3, sessions: 12_345, users: 1_234, tenants: 1 }
  const clients = [estimate({ clientId: LONG_ID, offline: 3 })]
  for (const columns of WIDTHS) {
    const shown = screen(sessionsView, { realm: 'customers', clients, totals }, columns)
    expect(tooWide(shown, columns)).toEqual([])
  }
})
