import { describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT } from '../../errors.ts'

const realm = allRealm()
const STREAM = { url: 'https://watcher.example/events', issuer: 'https://login.example/realms/customers' }

/** Ada has seven sessions, bob two. One after the other, so that bob's show that the application answers. */
const signIn = () => {
  for (let index = 0; index < 7; index++) realm.signIn('ada', `a${index}`)
  for (const id of ['b1', 'b2']) realm.signIn('bob', id)
}
const sessionsEnded = () => realm.operations().filter((operation) => operation.startsWith('endSession'))

describe('users with many sessions', () => {
  it('are logged out by one request each; every session counts and is notified once', async () => {
    signIn()
    const ran = await realm.confirmed('--concurrency 1')
    expect(realm.operations()).toContain('logoutUser id-ada')
    expect(sessionsEnded().sort()).toEqual(['endSession b1', 'endSession b2'])
    expect(resultOf(ran)).toMatchObject({
      steps: { client: 9, userRequests: { users: 1, sessions: 7, reason: 'used' } },
      phases: [{ name: 'client', sessions: 9, ended: 9, gone: 0, failed: [], untried: 0 }, {}],
      endedUnnotified: 0,
      verdict: 'done',
    })
    const shop = resultOf(ran).clients.find(({ clientId }) => clientId === 'shop')
    expect(shop?.notifications.expected).toEqual({ min: 9, max: 9 })
    expect(realm.notified().filter((call) => call.startsWith('shop ')).length).toBe(9)
    expect([ran.code, realm.active()]).toEqual([EXIT.ok, []])
  })

  it('are in the plan', async () => {
    signIn()
    const ran = await realm.all('--dry-run')
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Client step: ends 9 sessions, which notifies their clients: one by one, and those of 1 user with 5 or more by one request (7 sessions) where their applications answer.',
    )
  })

  it('that sign in during the run are ended in the next pass, one by one', async () => {
    signIn()
    realm.keycloak.on('logoutUser', () => void realm.signIn('bob', 'later'))
    const ran = await realm.confirmed('--concurrency 1')
    expect(sessionsEnded()).toContain('endSession later')
    expect(resultOf(ran).phases[0]).toMatchObject({ sessions: 10, ended: 10, passes: 2 })
  })

  it('end one by one if one of their sessions is left to the realm step, which calls its Admin URL', async () => {
    signIn()
    realm.signIn('ada', 'at-desk', ['desk'])
    const ran = await realm.confirmed()
    expect(sessionsEnded().length).toBe(9)
    expect(resultOf(ran).phases).toMatchObject([{ ended: 9 }, { name: 'realm', ended: 1 }])
  })

  it.each<[reason: string, sessions: number, args: string, version?: string]>([
    ['few-sessions', 4, ''],
    ['few-sessions', 51, ''],
    ['no-realm-step', 7, '--no-realm-step'],
    ['no-realm-step', 7, '--keep-offline-sessions'],
    ['no-realm-step', 7, '--client shop'],
    ['version', 7, '', '26.6.4'],
  ])('end one by one (%s): %i sessions, "%s"', async (reason, sessions, args, version = '26.7.4') => {
    realm.useVersion(version)
    for (let index = 0; index < sessions; index++) realm.signIn('ada', `a${index}`)
    const ran = await realm.confirmed(args)
    expect(resultOf(ran).steps.userRequests).toEqual({ users: 0, sessions: 0, reason })
    expect(realm.operations()).not.toContain('logoutUser id-ada')
    expect(sessionsEnded().length).toBe(sessions)
  })

  it('end one by one if the user has an offline session, which such a request would make unusable', async () => {
    signIn()
    realm.signIn('ada', 'offline', ['shop'], true)
    const ran = await realm.confirmed('--offline-sessions')
    expect(resultOf(ran).steps.userRequests.reason).toBe('few-sessions')
    expect(realm.operations()).not.toContain('logoutUser id-ada')
    expect(realm.active()).toEqual([])
  })

  it('end one by one if there are sessions that cannot be read: they may be offline ones', async () => {
    signIn()
    realm.signIn('ada', 'hidden', ['both'], true)
    realm.keycloak.hidden.add('both')
    const ran = await realm.confirmed()
    expect(resultOf(ran)).toMatchObject({
      steps: { userRequests: { users: 0, reason: 'not-visible' } },
      realmStepSkipped: 'not-visible',
    })
    expect(realm.operations()).not.toContain('logoutUser id-ada')
  })

  it('end one by one if a client receives security events, which are sent for each session', async () => {
    signIn()
    realm.keycloak.addClient({ clientId: 'watcher', ssf: STREAM })
    const ran = await realm.confirmed()
    expect(resultOf(ran).steps.userRequests.reason).toBe('security-events')
  })
})
