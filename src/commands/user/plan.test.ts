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
  onlineTwinsOnly: false,
}

const plan = (
  choice: Partial<UserChoice> = {},
  own?: string,
  people: readonly UserWithSessions[] = [ADA],
) => {
  const facts = { realm: aRealm(), clients: CLIENTS, ownSessionId: own }
  const [first] = planUsers(people, { ...EVERYTHING, ...choice }, facts).users
  if (!first) throw new Error('a plan for nobody')
  return first
}
const ids = (sessions: readonly { id: string }[]) => sessions.map(({ id }) => id).join(' ')

describe('which sessions a logout of a person ends', () => {
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
    const person = plan(choice)
    expect([ids(person.sessions), ids(person.staying), person.setsNotBefore]).toEqual([
      ends,
      stays,
      setsNotBefore,
    ])
  })

  it.each<[ends: string, Partial<UserChoice>]>([
    ['t t off', {}],
    ['t off', { onlineTwinsOnly: true }],
    // The online one is not chosen, so there is nothing to end in place of the offline one.
    ['t off', { onlineTwinsOnly: true, clientIds: ['chat'] }],
  ])('%j of an id that is online and offline, and of one that is offline: %j', (ends, choice) => {
    const sessions = [
      aSession({ id: 't', clients: ['shop'] }),
      aSession({ id: 't', clients: ['chat'], offline: true }),
      aSession({ id: 'off', clients: ['chat'], offline: true }),
    ]
    const person = plan({ sessionIds: ['t', 'off'], ...choice }, undefined, [{ user: aUser(), sessions }])
    expect(ids(person.sessions)).toBe(ends)
  })

  it("ends one's own session last", () => {
    expect(plan({}, 'a')).toMatchObject({ endsOwnSession: true, sessions: [{ id: 'b' }, { id: 'a' }] })
    expect(plan({ clientIds: ['chat'] }, 'a').endsOwnSession).toBe(false)
  })

  it('locks the account only when it was asked for', () => {
    expect([plan().disables, plan({ disable: true }).disables]).toEqual([false, true])
  })
})

describe('which clients are told', () => {
  it('lists each with the sessions that it loses, those that are not told first', () => {
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

  it('names those that lose the session along with the one that was asked for', () => {
    expect(
      plan({ clientIds: ['shop'] }).clients.map(({ clientId, alongside }) => [clientId, alongside]),
    ).toEqual([
      ['desk', true],
      ['shop', false],
    ])
  })

  it('knows no lifespan where the realm does not show it', () => {
    const { users: people } = planUsers([ADA], EVERYTHING, {
      realm: aRealm({ accessTokenLifespan: undefined }),
      clients: CLIENTS,
      ownSessionId: undefined,
    })
    expect(people[0]?.clients.map(({ accessTokenLifespan }) => accessTokenLifespan)).toEqual([60, null, null])
  })
})
