import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT } from '../../errors.ts'

const realm = allRealm()

describe('the client step', () => {
  it('runs further passes while users sign in, and notifies those, too', async () => {
    realm.signIn('ada', 's0')
    let later = 0
    realm.keycloak.on('endSession', () => {
      if (later < 3) realm.signIn('bob', `later-${++later}`)
    })
    const ran = await realm.confirmed()
    expect([ran.code, realm.active(), resultOf(ran).endedUnnotified]).toEqual([EXIT.ok, [], 0])
    expect(realm.notified()).toContain('shop later-3')
    expect(resultOf(ran).phases[0]).toMatchObject({ name: 'client', sessions: 4, ended: 4, passes: 4 })
  })

  it('stops after five passes; the realm step ends later sessions without notification, and they are counted', async () => {
    realm.signIn('ada', 's0')
    let later = 0
    realm.keycloak.on('endSession', () => void realm.signIn('bob', `later-${++later}`))
    const ran = await realm.confirmed()
    expect(resultOf(ran).phases[0]).toMatchObject({ passes: 5, ended: 5 })
    expect(realm.active()).toEqual([])
    expect([ran.code, resultOf(ran).endedUnnotified, resultOf(ran).verdict]).toEqual([
      EXIT.partial,
      1,
      'partial',
    ])
  })

  it('does not attempt a session again that failed in the previous pass', async () => {
    realm.signIn('ada', 's0')
    realm.signIn('bob', 's1')
    realm.failsFor('s0')
    await realm.confirmed()
    expect(realm.operations().filter((operation) => operation === 'endSession s0').length).toBe(1)
  })

  it('ends no session whose clients the realm step notifies', async () => {
    realm.signIn('bob', 'b1', ['desk'])
    realm.signIn('cleo', 'c1', ['both'])
    await realm.confirmed()
    expect(realm.operations()).toEqual(['logoutRealm', 'pushRevocation'])
  })

  it.each([1, 8])('ends %i sessions at a time', async (concurrency) => {
    realm.signInEach(30)
    let inFlight = 0
    let most = 0
    realm.keycloak.on('endSession', async () => {
      most = Math.max(most, ++inFlight)
      await realm.clock.sleep(10)
      inFlight--
    })
    await realm.confirmed(`--concurrency ${concurrency}`)
    expect(most).toBe(concurrency)
  })

  it('reads more sessions than one page holds', async () => {
    realm.signInEach(2_300)
    const ran = await realm.confirmed()
    expect(resultOf(ran).phases[0]).toMatchObject({ sessions: 2_300, ended: 2_300 })
    expect(ran.code).toBe(EXIT.ok)
  })
})

describe('a session that could not be ended', () => {
  beforeEach(() => {
    realm.signIn('ada', 's0')
    realm.signIn('bob', 's1')
    realm.failsFor('s0')
  })

  it('prevents the realm step, which would end it without notification: exit 3', async () => {
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect([realm.operations().includes('logoutRealm'), realm.active()]).toEqual([false, ['s0']])
    expect(resultOf(ran)).toMatchObject({
      verdict: 'partial',
      realmStepSkipped: 'sessions-left',
      endedUnnotified: 0,
      adminUrls: [],
      after: { left: 1 },
      phases: [
        {
          name: 'client',
          failed: [{ session: 's0', user: 'ada', code: 'server-error', error: 'It failed.' }],
        },
      ],
    })
  })

  it('is ended without notification with --force-realm-step, and counted: exit 3', async () => {
    const ran = await realm.confirmed('--force-realm-step')
    expect([ran.code, realm.active()]).toEqual([EXIT.partial, []])
    expect(resultOf(ran)).toMatchObject({ endedUnnotified: 1, verdict: 'partial' })
    expect(resultOf(ran).realmStepSkipped).toBeUndefined()
  })

  it('is shown with its cause and the next step', async () => {
    const ran = await realm.all('--confirm customers')
    expect(ran.stdout).toContain('ada, session s0: It failed.')
    expect(ran.stdout).toContain('--force-realm-step')
  })

  it('that is still running after --act-timeout: exit 6', async () => {
    realm.keycloak.on('endSession', (id) => (id === 's0' ? 'stall' : undefined))
    const ran = await realm.confirmed('--act-timeout 20')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran).phases[0]?.failed).toMatchObject([{ session: 's0', code: 'still-running' }])
  })
})
