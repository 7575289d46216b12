import { describe, expect, it } from 'vitest'
import { aClient, aRealm, aSession } from '../../../test/support/builders.ts'
import { type AllChoice, clientsOfClientStep, isChosen, notifiedByAll, planAll } from './plan.ts'

const CLIENTS = [
  aClient({ clientId: 'backchannel', backchannelLogoutUrl: 'https://a.example/x' }),
  aClient({ clientId: 'admin', adminUrl: 'https://b.example/x' }),
  aClient({ clientId: 'both', backchannelLogoutUrl: 'https://c.example/x', adminUrl: 'https://c.example/y' }),
  aClient({ clientId: 'neither' }),
]
const EVERYBODY: AllChoice = {
  realmStepOnly: false,
  noRealmStep: false,
  clientIds: [],
  excludedUserIds: [],
  offlineSessions: false,
  keepOfflineSessions: false,
  cutOffFirst: false,
}
const plan = (choice: Partial<AllChoice> = {}, clients = CLIENTS) =>
  planAll({ ...EVERYBODY, ...choice }, clients)

describe('the steps of a logout of the realm', () => {
  it.each<[string, Partial<AllChoice>]>([
    ['client realm', {}],
    ['realm', { realmStepOnly: true }],
    ['client', { noRealmStep: true }],
    ['client', { keepOfflineSessions: true }],
    ['client', { clientIds: ['admin'] }],
    ['client', { excludedUserIds: ['u'] }],
    ['client offline realm', { offlineSessions: true }],
    ['client offline', { offlineSessions: true, noRealmStep: true }],
  ])('%s: %j', (steps, choice) => {
    const { clientStep, offlineStep, realmStep } = plan(choice)
    expect(
      [clientStep && 'client', offlineStep && 'offline', realmStep && 'realm'].filter(Boolean).join(' '),
    ).toBe(steps)
  })

  it.each<[string, Partial<AllChoice>]>([
    ['backchannel', {}],
    ['backchannel', { offlineSessions: true }],
    ['backchannel admin both neither', { noRealmStep: true }],
    ['', { realmStepOnly: true }],
  ])('the client step ends sessions of %j: %j', (clientIds, choice) => {
    expect(
      clientsOfClientStep(plan(choice), CLIENTS)
        .map(({ clientId }) => clientId)
        .join(' '),
    ).toBe(clientIds)
  })

  it('an Admin URL that makes Keycloak fail is fatal to the realm step, at an enabled client alone', () => {
    const fatal = (choice: Partial<AllChoice>, enabled = true) =>
      plan(choice, [
        ...CLIENTS,
        aClient({ clientId: 'trap', enabled, adminUrl: 'https://${application.session.host}/x' }),
      ]).fatalAdminUrls.map(({ clientId }) => clientId)
    expect(fatal({})).toEqual(['trap'])
    expect(fatal({ realmStepOnly: true })).toEqual(['trap'])
    expect(fatal({ noRealmStep: true })).toEqual([])
    expect(fatal({ clientIds: ['admin'] })).toEqual([])
    expect(fatal({}, false)).toEqual([])
  })
})

describe('which sessions are chosen', () => {
  it.each<[boolean, string, Partial<AllChoice>]>([
    [true, 'everybody', {}],
    [true, 'a client that takes part', { clientIds: ['admin', 'both'] }],
    [false, 'another client', { clientIds: ['neither'] }],
    [false, 'a person who is left out', { excludedUserIds: ['id-of-ada'] }],
    [
      false,
      'the client of a person who is left out',
      { clientIds: ['both'], excludedUserIds: ['id-of-ada'] },
    ],
    [true, 'somebody else is left out', { excludedUserIds: ['id-of-bob'] }],
  ])('%s: %s', (chosen, _, choice) => {
    expect(isChosen(aSession({ clients: ['both', 'backchannel'] }), { ...EVERYBODY, ...choice })).toBe(chosen)
  })
})

describe('which clients are told', () => {
  const counts = new Map(CLIENTS.map(({ id }, i) => [id, i + 1]))
  const notified = (choice: Partial<AllChoice>) =>
    notifiedByAll(plan(choice), CLIENTS, counts, aRealm()).map(
      ({ clientId, expectation, channel, sessions }) => `${clientId} ${expectation} ${channel} ${sessions}`,
    )

  it('by both steps: those that are not told first, then by number of sessions', () => {
    expect(notified({})).toEqual([
      'neither not-notified none 4',
      'both told admin-url 3',
      'admin told admin-url 2',
      'backchannel told backchannel 1',
    ])
  })

  it('without the realm step', () => {
    expect(notified({ noRealmStep: true })).toEqual([
      'neither not-notified none 4',
      'admin not-notified admin-url 2',
      'both told backchannel 3',
      'backchannel told backchannel 1',
    ])
  })

  it('by the realm step alone', () => {
    expect(notified({ realmStepOnly: true })).toEqual([
      'neither not-notified none 4',
      'backchannel not-notified none 1',
      'both told admin-url 3',
      'admin told admin-url 2',
    ])
  })

  it.each<[string, readonly string[]]>([
    ['', []],
    ['neither backchannel', ['admin', 'both']],
  ])('marks as alongside %j where %j were asked for', (alongside, clientIds) => {
    const clients = notifiedByAll(plan({ clientIds }), CLIENTS, counts, aRealm())
    expect(
      clients
        .filter((client) => client.alongside)
        .map(({ clientId }) => clientId)
        .join(' '),
    ).toBe(alongside)
  })

  it('leaves out clients without a session', () => {
    expect(notifiedByAll(plan(), CLIENTS, new Map(), aRealm())).toEqual([])
  })
})
