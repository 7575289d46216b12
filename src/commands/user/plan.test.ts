import { describe, expect, it } from 'vitest'
import { aClient, aRealm, aSession, aUser } from '../../../test/support/builders.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { planUsers, type UserChoice } from './plan.ts'

const CLIENTS = [
  aClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/x' }),
  aClient({ clientId: 'desk', adminUrl: 'https://desk.example/x', accessTokenLifespan: 60 }),
  aClient({ clientId: 'chat', backchannelLogoutUrl: 'https://chat.example/x' }),
]
const ADA: UserWithSessions = {
  user: aUser(),
  sessions: [
    aSession({ id: 'a', clients: ['shop', 'desk'] }),
    aSession({ id: 'b', clients: ['chat'] }),
    aSession({ id: 'c', clients: ['shop'], offline: true }),
  ],
}
const EVERYTHING: UserChoice = {
  offlineSessions: false,
  keepOfflineSessions: false,
  disable: false,
  onlineOnlyIfBoth: false,
  sessionIds: [],
  clientIds: [],
}

const plan = (choice: Partial<UserChoice> = {}, own?: string, users: readonly UserWithSessions[] = [ADA]) => {
  const facts = { realm: aRealm(), clients: CLIENTS, ownSessionId: own, expiredUnread: false }
  const [first] = planUsers(users, { ...EVERYTHING, ...choice }, facts).users
  if (!first) throw new Error('an empty plan')
  return first
}
const ids = (sessions: readonly { id: string }[]) => sessions.map(({ id }) => id).join(' ')

describe('which sessions end', () => {
  it.each<[ends: string, stays: string, setsNotBefore: boolean, Partial<UserChoice>]>([
    ['a b', 'c', true, {}],
    ['a b c', '', true, { offlineSessions: true }],
    ['a b', 'c', false, { keepOfflineSessions: true }],
    ['a', 'b c', false, { sessionIds: ['a'] }],
    ['c', 'a b', false, { sessionIds: ['c'] }],
    ['a b', 'c', false, { sessionIds: ['a', 'b'] }],
    ['a', 'b c', false, { clientIds: ['shop'] }],
    ['a c', 'b', false, { clientIds: ['shop'], offlineSessions: true }],
    ['a b', 'c', false, { clientIds: ['desk', 'chat'] }],
    ['a', 'b c', false, { sessionIds: ['a', 'b'], clientIds: ['shop'] }],
    ['', 'a b c', false, { sessionIds: ['b'], clientIds: ['shop'] }],
  ])('%j ends, %j stays, not-before %s: %j', (ends, stays, setsNotBefore, choice) => {
    const planned = plan(choice)
    expect([ids(planned.sessions), ids(planned.staying), planned.setsNotBefore]).toEqual([
      ends,
      stays,
      setsNotBefore,
    ])
  })

  it.each<[ends: string, Partial<UserChoice>]>([
    ['t t off', {}],
    ['t off', { onlineOnlyIfBoth: true }],
    // The online session is not chosen, so the offline one stays in the plan.
    ['t off', { onlineOnlyIfBoth: true, clientIds: ['chat'] }],
  ])('%j of two sessions with one id and an offline session: %j', (ends, choice) => {
    const sessions = [
      aSession({ id: 't', clients: ['shop'] }),
      aSession({ id: 't', clients: ['chat'], offline: true }),
      aSession({ id: 'off', clients: ['chat'], offline: true }),
    ]
    const planned = plan({ sessionIds: ['t', 'off'], ...choice }, undefined, [{ user: aUser(), sessions }])
    expect(ids(planned.sessions)).toBe(ends)
  })

  it('ends the own session last', () => {
    expect(plan({}, 'a')).toMatchObject({ endsOwnSession: true, sessions: [{ id: 'b' }, { id: 'a' }] })
    expect(plan({ clientIds: ['chat'] }, 'a').endsOwnSession).toBe(false)
  })

  it('locks the account only on request', () => {
    expect([plan().disables, plan({ disable: true }).disables]).toEqual([false, true])
  })
})

describe('which clients are notified', () => {
  it('lists each client with its number of sessions, those not notified first', () => {
    expect(plan({ offlineSessions: true }).clients).toEqual([
      {
        clientId: 'desk',
        channel: 'admin-url',
        url: 'https://desk.example/x',
        expectation: 'not-notified',
        reason: 'no-adapter-session',
        sessions: 1,
        accessTokenLifespan: 60,
        alongside: false,
      },
      {
        clientId: 'chat',
        channel: 'backchannel',
        url: 'https://chat.example/x',
        expectation: 'notified',
        sessions: 1,
        accessTokenLifespan: 300,
        alongside: false,
      },
      {
        clientId: 'shop',
        channel: 'backchannel',
        url: 'https://shop.example/x',
        expectation: 'notified',
        sessions: 2,
        accessTokenLifespan: 300,
        alongside: false,
      },
    ])
  })

  it('marks clients that were not selected', () => {
    expect(
      plan({ clientIds: ['shop'] }).clients.map(({ clientId, alongside }) => [clientId, alongside]),
    ).toEqual([
      ['desk', true],
      ['shop', false],
    ])
  })

  it('has no token lifespan if the realm does not show it', () => {
    const { users } = planUsers([ADA], EVERYTHING, {
      realm: aRealm({ accessTokenLifespan: undefined }),
      clients: CLIENTS,
      ownSessionId: undefined,
      expiredUnread: false,
    })
    expect(users[0]?.clients.map(({ accessTokenLifespan }) => accessTokenLifespan)).toEqual([60, null, null])
  })
})
