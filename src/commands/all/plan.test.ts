import { describe, expect, it } from 'vitest'
import { aClient, aRealm, aSession } from '../../../test/support/builders.ts'
import { aChoice } from '../../../test/support/choices.ts'
import { clientsOfClientStep, fatalAdminUrls, planClients, planSteps } from './plan.ts'
import type { AllChoice } from './snapshot.ts'

const CLIENTS = [
  aClient({ clientId: 'backchannel', backchannelLogoutUrl: 'https://a.example/x' }),
  aClient({ clientId: 'admin', adminUrl: 'https://b.example/x' }),
  aClient({ clientId: 'both', backchannelLogoutUrl: 'https://c.example/x', adminUrl: 'https://c.example/y' }),
  aClient({ clientId: 'neither' }),
]
const EVERYTHING: AllChoice = {
  realmStepOnly: false,
  noRealmStep: false,
  clientIds: [],
  chosen: aChoice(),
  offlineSessions: false,
  keepOfflineSessions: false,
  cutOffFirst: false,
  forceRealmStep: false,
}
const plan = (choice: Partial<AllChoice> = {}) => planSteps({ ...EVERYTHING, ...choice })

describe('the steps of all', () => {
  it.each<[string, Partial<AllChoice>]>([
    ['client realm', {}],
    ['realm', { realmStepOnly: true }],
    ['client', { noRealmStep: true }],
    ['client', { keepOfflineSessions: true }],
    ['client', { clientIds: ['admin'], chosen: aChoice({ clientIds: ['admin'] }) }],
    ['client', { chosen: aChoice({ excludedUserIds: ['u'] }) }],
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

  it('finds an Admin URL that makes Keycloak fail, only at an enabled client', () => {
    const fatal = (enabled: boolean) =>
      fatalAdminUrls([
        ...CLIENTS,
        aClient({ clientId: 'trap', enabled, adminUrl: 'https://${application.session.host}/x' }),
      ]).map(({ clientId }) => clientId)
    expect(fatal(true)).toEqual(['trap'])
    expect(fatal(false)).toEqual([])
  })
})

describe('the choice of sessions', () => {
  it.each<[boolean, string, Parameters<typeof aChoice>[0]]>([
    [true, 'no restriction', {}],
    [true, 'a client that takes part', { clientIds: ['admin', 'both'] }],
    [false, 'another client', { clientIds: ['neither'] }],
    [false, 'an excluded user', { excludedUserIds: ['id-of-ada'] }],
    [false, 'a chosen client of an excluded user', { clientIds: ['both'], excludedUserIds: ['id-of-ada'] }],
    [true, 'another user is excluded', { excludedUserIds: ['id-of-bob'] }],
  ])('%s: %s', (chosen, _, choice) => {
    expect(aChoice(choice).matches(aSession({ clients: ['both', 'backchannel'] }))).toBe(chosen)
  })
})

describe('the notification of clients', () => {
  const counts = new Map(CLIENTS.map(({ id }, i) => [id, i + 1]))
  const clientsFor = (choice: Partial<AllChoice> = {}, sessions: ReadonlyMap<string, number> = counts) => {
    const snapshot = {
      clients: CLIENTS,
      realm: aRealm(),
      choice: { ...EVERYTHING, ...choice },
      notVisible: [],
    }
    return planClients(plan(choice).operation, snapshot, sessions)
  }
  const notified = (choice: Partial<AllChoice>) =>
    clientsFor(choice).map(
      ({ clientId, expectation, channel, sessions }) => `${clientId} ${expectation} ${channel} ${sessions}`,
    )

  it('by both steps: clients that are not notified first, then by number of sessions', () => {
    expect(notified({})).toEqual([
      'neither not-notified none 4',
      'both notified admin-url 3',
      'admin notified admin-url 2',
      'backchannel notified backchannel 1',
    ])
  })

  it('without the realm step', () => {
    expect(notified({ noRealmStep: true })).toEqual([
      'neither not-notified none 4',
      'admin not-notified admin-url 2',
      'both notified backchannel 3',
      'backchannel notified backchannel 1',
    ])
  })

  it('by the realm step alone', () => {
    expect(notified({ realmStepOnly: true })).toEqual([
      'neither not-notified none 4',
      'backchannel not-notified none 1',
      'both notified admin-url 3',
      'admin notified admin-url 2',
    ])
  })

  it.each<[string, readonly string[]]>([
    ['', []],
    ['neither backchannel', ['admin', 'both']],
  ])('marks as alongside %j if %j are chosen', (alongside, clientIds) => {
    expect(
      clientsFor({ clientIds })
        .filter((client) => client.alongside)
        .map(({ clientId }) => clientId)
        .join(' '),
    ).toBe(alongside)
  })

  it('omits clients without a session', () => {
    expect(clientsFor({}, new Map())).toEqual([])
  })
})
