import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, errorOf, missingRole, resultOf, serverError } from '../../../test/support/all-realm.ts'
import { EXIT } from '../../errors.ts'

const realm = allRealm()
const ADMIN_URLS = ['https://desk.example/admin', 'https://both.example/admin']

describe('the realm step', () => {
  it('--realm-step-only is Keycloak\'s own "Logout all": sessions of backchannel clients count as not notified', async () => {
    realm.signIn('ada', 's0')
    realm.signIn('bob', 'b1', ['desk'])
    const ran = await realm.confirmed('--realm-step-only')
    expect(realm.operations()).toEqual(['logoutRealm', 'pushRevocation'])
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran)).toMatchObject({
      endedUnnotified: 1,
      clients: [
        { clientId: 'shop', expectation: 'not-notified', reason: 'backchannel-only' },
        { clientId: 'desk', expectation: 'notified' },
      ],
    })
  })

  it('--no-realm-step only ends sessions one by one', async () => {
    realm.signIn('ada', 's0', ['shop'])
    realm.signIn('bob', 'b1', ['desk'])
    realm.signIn('cleo', 'c1', ['both'])
    const ran = await realm.confirmed('--no-realm-step')
    expect(realm.operations()).toEqual(['endSession s0', 'endSession b1', 'endSession c1'])
    expect(realm.notified()).toEqual(['both c1', 'shop s0'])
    expect(resultOf(ran)).toMatchObject({
      adminUrls: [],
      clients: [
        { clientId: 'desk', expectation: 'not-notified', reason: 'no-adapter-session', delivery: 'none' },
        { clientId: 'both', channel: 'backchannel', delivery: 'unconfirmed' },
        { clientId: 'shop', channel: 'backchannel', delivery: 'unconfirmed' },
      ],
    })
  })

  it('counts sessions that start while it runs and end without notification', async () => {
    realm.signIn('ada', 's0')
    realm.keycloak.on('logoutRealm', async () => {
      await realm.clock.sleep(500)
      realm.signIn('bob', 'during')
      await realm.clock.sleep(500)
    })
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).endedUnnotified, resultOf(ran).watch?.looks]).toEqual([
      EXIT.partial,
      1,
      expect.any(Number),
    ])
  })

  it('does not count sessions that start after it', async () => {
    realm.signIn('ada', 's0')
    realm.keycloak.on('pushRevocation', () => void realm.signIn('bob', 'after'))
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran)).toMatchObject({
      endedUnnotified: 0,
      verdict: 'done',
      after: { active: 1, startedAfter: 1, left: 0 },
    })
  })

  it.each(['', '--realm-step-only'])(
    'is refused before any change if an Admin URL makes Keycloak fail (%s)',
    async (flags) => {
      realm.signIn('ada', 's0')
      realm.keycloak.addClient({ clientId: 'trap', adminUrl: 'https://${application.session.host}/x' })
      const ran = await realm.confirmed(flags)
      expect([ran.code, errorOf(ran).code, realm.operations()]).toEqual([EXIT.usage, 'session-host', []])
      expect(realm.keycloak.calls).not.toContain('clientSessions')
    },
  )

  it.each(['--no-realm-step', '--client shop'])(
    '%s works although an Admin URL makes Keycloak fail',
    async (options) => {
      realm.signIn('ada', 's0')
      realm.keycloak.addClient({ clientId: 'trap', adminUrl: 'https://${application.session.host}/x' })
      expect((await realm.confirmed(options)).code).toBe(EXIT.ok)
    },
  )

  it('that fails keeps the result of the client step', async () => {
    realm.signIn('ada', 's0')
    realm.signIn('bob', 'b1', ['desk'])
    realm.keycloak.on('logoutRealm', () => {
      throw serverError()
    })
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran)).toMatchObject({
      verdict: 'partial',
      error: { code: 'server-error' },
      phases: [
        { name: 'client', ended: 1 },
        { name: 'realm', sessions: 1, ended: 0, untried: 1 },
      ],
      endedUnnotified: 0,
      after: { left: 1 },
    })
  })

  it('with a missing role: exit 4, one document', async () => {
    realm.signIn('bob', 'b1', ['desk'])
    realm.keycloak.on('logoutRealm', () => {
      throw missingRole()
    })
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.denied)
    expect(resultOf(ran)).toMatchObject({ verdict: 'failed', error: { code: 'role-missing', exitCode: 4 } })
    expect(ran.stderr).toContain('The role is missing.')
  })

  it('is waited for beyond the HTTP timeout', async () => {
    realm.signIn('bob', 'b1', ['desk'])
    realm.keycloak.on('logoutRealm', () => {
      void realm.clock.sleep(100_000).then(() => realm.keycloak.finishStalled())
      return 'stall'
    })
    const began = realm.clock.now()
    const ran = await realm.confirmed()
    expect([ran.code, realm.active()]).toEqual([EXIT.ok, []])
    expect(realm.clock.now() - began).toBeGreaterThanOrEqual(100_000)
  })

  it('that exceeds --act-timeout: still running, exit 6', async () => {
    realm.signIn('bob', 'b1', ['desk'])
    realm.keycloak.on('logoutRealm', () => 'stall')
    const ran = await realm.confirmed('--act-timeout 30')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran).error?.code).toBe('still-running')
  })
})

describe('Admin URLs', () => {
  beforeEach(() => {
    realm.signIn('bob', 'b1', ['desk'])
    realm.keycloak.deadAdminUrls.add('https://desk.example/admin')
  })

  it('one that neither Keycloak nor this machine reaches is failed: exit 3', async () => {
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran)).toMatchObject({
      verdict: 'partial',
      adminUrls: [
        { clientId: 'desk', reached: 'no', why: 'not-reached' },
        { clientId: 'both', reached: 'yes' },
      ],
      clients: [{ clientId: 'desk', delivery: 'failed' }],
    })
  })

  it('one whose host answers this machine is unconfirmed: exit 3 only with --strict', async () => {
    expect((await realm.confirmed('', { reachable: ADMIN_URLS })).code).toBe(EXIT.ok)
    realm.signIn('bob', 'b2', ['desk'])
    expect((await realm.confirmed('--strict', { reachable: ADMIN_URLS })).code).toBe(EXIT.partial)
    realm.signIn('bob', 'b3', ['desk'])
    expect((await realm.confirmed('--strict --accept-unnotified desk', { reachable: ADMIN_URLS })).code).toBe(
      EXIT.ok,
    )
  })

  it('are unconfirmed without the roles for the check', async () => {
    for (const method of ['pushRevocation', 'testNodes'] as const)
      realm.keycloak.on(method, () => {
        throw missingRole()
      })
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).adminUrls).toMatchObject([
      { reached: 'unknown', why: 'role-missing' },
      { reached: 'unknown', why: 'role-missing' },
    ])
  })
})
