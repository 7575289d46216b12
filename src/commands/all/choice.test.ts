import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, errorOf, missingRole, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT } from '../../errors.ts'

const realm = allRealm()

describe('a choice of sessions', () => {
  beforeEach(() => {
    realm.signIn('ada', 'a1', ['shop', 'desk'])
    realm.signIn('bob', 'b1', ['shop'])
    realm.signIn('cleo', 'c1', ['desk'])
  })

  it('--client ends the sessions that involve it, without the realm step', async () => {
    const ran = await realm.confirmed('--client desk')
    expect([ran.code, realm.active(), realm.operations()]).toEqual([
      EXIT.ok,
      ['b1'],
      ['endSession a1', 'endSession c1'],
    ])
    expect(resultOf(ran)).toMatchObject({
      before: { sessions: 2, users: 2 },
      after: { active: 0, left: 0, startedAfter: 0 },
      verdict: 'done',
    })
  })

  it('--client given twice ends the sessions of both clients', async () => {
    await realm.confirmed('--client desk --client shop')
    expect(realm.active()).toEqual([])
  })

  it("--exclude-user leaves that user's sessions, without the realm step", async () => {
    const ran = await realm.confirmed('--exclude-user ada --exclude-user cleo')
    expect([ran.code, realm.active()]).toEqual([EXIT.ok, ['a1', 'c1']])
    expect(resultOf(ran).after).toMatchObject({ left: 0, startedAfter: 0 })
  })

  it.each([
    ['--client nope', 'client-not-found', EXIT.notFound],
    ['--accept-unnotified nope', 'client-not-found', EXIT.notFound],
    ['--exclude-user eve', 'user-not-found', EXIT.notFound],
  ])('%s is an error before any session is read', async (flags, code, exit) => {
    const ran = await realm.confirmed(flags)
    expect([ran.code, errorOf(ran).code, realm.operations()]).toEqual([exit, code, []])
    expect(realm.keycloak.calls).not.toContain('clientSessions')
  })

  it('--exclude-user with an ambiguous name is an error', async () => {
    realm.keycloak.addUser('x', { id: 'id-x', email: 'ada' })
    const ran = await realm.confirmed('--exclude-user ada')
    expect([ran.code, errorOf(ran).code, realm.operations()]).toEqual([EXIT.usage, 'ambiguous-user', []])
  })
})

describe('offline sessions', () => {
  beforeEach(() => {
    realm.signIn('ada', 's0', ['desk'])
    realm.signIn('ada', 'off', ['shop'], true)
  })

  it('stop working in the realm step and count as not notified: exit 3', async () => {
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).endedUnnotified]).toEqual([EXIT.partial, 1])
    expect(ran.stderr).toContain('their clients are not notified')
  })

  it('--offline-sessions ends them one by one first and notifies their clients', async () => {
    const ran = await realm.confirmed('--offline-sessions')
    expect(realm.operations()).toEqual(['endSession off', 'logoutRealm', 'pushRevocation'])
    expect([ran.code, resultOf(ran).endedUnnotified, realm.notified()]).toEqual([
      EXIT.ok,
      0,
      ['both', 'desk', 'shop off'],
    ])
    expect(resultOf(ran)).toMatchObject({
      steps: { offline: 1 },
      phases: [{ name: 'client' }, { name: 'offline', sessions: 1, ended: 1 }, { name: 'realm' }],
      clients: [
        { clientId: 'desk', delivery: 'unconfirmed' },
        { clientId: 'shop', delivery: 'unconfirmed', sessions: 1, ended: 1 },
      ],
    })
  })

  it('--keep-offline-sessions leaves them and skips the realm step', async () => {
    const ran = await realm.confirmed('--keep-offline-sessions')
    expect([ran.code, realm.active(), realm.operations()]).toEqual([EXIT.ok, ['off'], ['endSession s0']])
    expect(resultOf(ran).after).toMatchObject({ offline: 1 })
  })

  it('--offline-sessions is refused before Keycloak 24', async () => {
    realm.useVersion('22.0.5')
    realm.signIn('ada', 'off', ['shop'], true)
    const ran = await realm.confirmed('--offline-sessions')
    expect([ran.code, errorOf(ran).code, realm.operations()]).toEqual([
      EXIT.usage,
      'offline-not-supported',
      [],
    ])
  })
})

describe('--cut-off-first', () => {
  it("sets the realm's not-before before anything else", async () => {
    realm.signIn('ada', 's0')
    await realm.confirmed('--cut-off-first')
    expect(realm.operations().slice(0, 2)).toEqual([
      `setRealmNotBefore ${Math.floor(1_800_000_000_000 / 1000)}`,
      'endSession s0',
    ])
  })

  it.each([-300, 300])("uses the server's clock if this machine's clock is %i s off", async (off) => {
    realm.signIn('ada', 's0')
    const server = 1_800_000_000 + off
    realm.keycloak.serverTime = async () => server * 1000
    const ran = await realm.confirmed('--cut-off-first')
    expect(realm.operations()[0]).toBe(`setRealmNotBefore ${server}`)
    expect(ran.progress.join()).toContain(new Date(server * 1000).toISOString().slice(11, 19))
  })

  it("uses this machine's clock if the server's is unknown", async () => {
    realm.keycloak.serverTime = async () => undefined
    const ran = await realm.confirmed('--cut-off-first')
    expect(realm.operations()[0]).toBe('setRealmNotBefore 1800000000')
    expect(ran.progress.join()).toContain("Using this machine's clock")
  })

  it('ends the run before any change if the role is missing', async () => {
    realm.signIn('ada', 's0')
    realm.keycloak.on('setRealmNotBefore', () => {
      throw missingRole()
    })
    const ran = await realm.confirmed('--cut-off-first')
    expect([ran.code, errorOf(ran).code, realm.active()]).toEqual([EXIT.denied, 'role-missing', ['s0']])
  })
})

describe('a choice by address, idle time and start', () => {
  beforeEach(() => {
    realm.signIn('ada', 'a1', ['shop', 'desk'])
    realm.signIn('bob', 'b1', ['shop'])
  })
  const chooseAddress = (id: string, ipAddress: string) =>
    realm.keycloak.addSession({ id, username: 'cleo', clients: ['shop'], ipAddress })

  it('ends only these, without the realm step and any not-before, and says so', async () => {
    chooseAddress('c1', '10.0.0.1')
    chooseAddress('c2', '10.0.1.1')
    const ran = await realm.confirmed('--ip 10.0.0.0/24')
    expect([ran.code, realm.active(), realm.operations()]).toEqual([
      EXIT.ok,
      ['a1', 'b1', 'c2'],
      ['endSession c1'],
    ])
    expect(resultOf(ran)).toMatchObject({
      chosen: [{ option: '--ip', values: ['10.0.0.0/24'], sessions: 1 }],
      everybody: false,
      steps: { realm: false },
      after: { left: 0, startedAfter: 0 },
    })
    expect(ran.stderr).toContain('No realm step, and no not-before is set')
  })

  it('counts a planned session as left, even if it was used since', async () => {
    const session = realm.keycloak.addSession({
      id: 'c1',
      username: 'cleo',
      clients: ['shop'],
      lastAccess: 0,
    })
    realm.keycloak.on('endSession', () => {
      Object.assign(session, { lastAccess: session.start })
      throw missingRole()
    })
    const ran = await realm.confirmed('--idle 30d')
    expect(resultOf(ran)).toMatchObject({ before: { sessions: 1 }, after: { left: 1 } })
  })

  it('neither asks nor changes anything if no session matches', async () => {
    const ran = await realm.confirmed('--ip 203.0.113.9')
    expect([ran.code, resultOf(ran).verdict, realm.operations()]).toEqual([EXIT.ok, 'nothing-to-do', []])
  })

  it.each([
    ['--realm-step-only', '--ip 10.0.0.1'],
    ['--cut-off-first', '--idle 1h'],
  ])('%s contradicts %s', async (...flags) => {
    const ran = await realm.confirmed(flags.join(' '))
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'contradiction'])
  })
})
