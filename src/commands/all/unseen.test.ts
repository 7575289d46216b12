import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT, UserError } from '../../errors.ts'

const realm = allRealm()
const unreadable = () => new UserError('unreadable', 'Cannot read the sessions: the server failed.')
const clientsOf = (ran: Parameters<typeof resultOf>[0]) =>
  resultOf(ran).clients.map(({ clientId, reason, expectation, notifications: { expected } }) => [
    clientId,
    reason ?? expectation,
    expected.min,
    expected.max,
  ])

describe('clients that are not visible to the caller', () => {
  beforeEach(() => {
    realm.signIn('ada', 's1')
    realm.signIn('bob', 'h1', ['both'])
    realm.keycloak.hidden.add('both')
  })

  it('keep the realm step from running: their sessions stay, exit 3', async () => {
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(realm.operations()).toEqual(['endSession s1'])
    expect(realm.active()).toEqual(['h1'])
    expect(resultOf(ran)).toMatchObject({
      realmStepSkipped: 'not-visible',
      notVisible: [{ clientId: 'both', active: 1 }],
      verdict: 'partial',
    })
    expect(clientsOf(ran)).toEqual([
      ['both', 'not-visible', 0, 0],
      ['shop', 'notified', 1, 1],
    ])
  })

  it('are named in plan, result and report', async () => {
    const plan = await realm.all('--dry-run')
    expect(plan.stdout).toContain('1 client with sessions is not visible to you: both (1)')
    expect(plan.stdout).toContain('The realm step will not run')
    expect((await realm.all('--dry-run --strict')).code).toBe(EXIT.partial)
    const ran = await realm.all('--confirm customers --report r.md')
    expect(ran.stdout).toContain('1 client with sessions is not visible to you: both (1)')
    expect(ran.stdout).toContain('The realm step did not run')
    expect(ran.saved['r.md']).toMatch(/not visible to you: .*both/)
  })

  it('with --force-realm-step: whether they were notified is unknown, exit 3', async () => {
    const ran = await realm.confirmed('--force-realm-step')
    expect([ran.code, realm.active(), resultOf(ran).endedUnnotified]).toEqual([EXIT.partial, [], null])
    expect(clientsOf(ran)[0]).toEqual(['both', 'not-visible', 0, 1])
  })

  it('do not matter to a choice of visible clients', async () => {
    const ran = await realm.confirmed('--client shop')
    expect([ran.code, resultOf(ran).verdict, resultOf(ran).notVisible]).toEqual([EXIT.ok, 'done', undefined])
  })

  it('share a session that ends one by one: they may have been notified of it', async () => {
    realm.signIn('cleo', 's2', ['shop', 'both'])
    expect(clientsOf(await realm.confirmed())[0]).toEqual(['both', 'not-visible', 0, 1])
  })
})

describe('a client that is created during the run', () => {
  it('keeps the realm step from running', async () => {
    realm.signIn('ada', 's1')
    realm.keycloak.on('endSession', () => {
      realm.keycloak.addClient({ clientId: 'fresh', backchannelLogoutUrl: 'https://fresh.example/' })
      realm.signIn('bob', 'f1', ['fresh'])
      realm.keycloak.on('endSession', () => {})
    })
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).realmStepSkipped, realm.active()]).toEqual([
      EXIT.partial,
      'not-visible',
      ['f1'],
    ])
  })
})

describe('a client whose sessions cannot be read', () => {
  beforeEach(async () => {
    realm.signIn('ada', 's1')
    realm.signIn('bob', 'u1', ['both'])
    realm.keycloak.addClient({ clientId: 'broken', backchannelLogoutUrl: 'https://broken.example/' })
    realm.signIn('cleo', 'x1', ['broken'])
    const broken = (await realm.keycloak.findClient('broken'))?.id
    realm.keycloak.on('clientSessions', (id) => {
      if (id === broken) throw unreadable()
    })
  })

  it('is named, the others go on, and the realm step does not end its sessions unseen', async () => {
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran)).toMatchObject({
      unread: ['broken'],
      realmStepSkipped: 'unread',
      verdict: 'partial',
      phases: [{ name: 'client', ended: 1 }],
    })
    expect(realm.active()).toEqual(['u1', 'x1'])
    expect(ran.stderr).toContain('Client broken: ')
  })

  it.each([
    ['--realm-step-only', 'asked for'],
    ['--force-realm-step', 'forced'],
  ])('does not keep a realm step from running that is %s', async (option) => {
    const ran = await realm.confirmed(option)
    expect([ran.code, realm.active()]).toEqual([EXIT.partial, []])
    expect(resultOf(ran)).toMatchObject({ unread: ['broken'], endedUnnotified: null, verdict: 'partial' })
  })

  it('does not matter to --client of another one', async () => {
    const ran = await realm.confirmed('--client shop')
    expect([ran.code, resultOf(ran).unread]).toEqual([EXIT.ok, undefined])
  })
})

describe('sessions in which no client takes part', () => {
  const alone = (id: string, username = 'ada') =>
    void realm.keycloak.addSession({ id, username, clients: [], start: realm.clock.now() - 60_000 })

  it('count, and end with the realm step', async () => {
    alone('a1')
    const plan = await realm.all('--dry-run')
    expect(plan.stdout).toContain('Logs out 1 user: 1 session')
    expect(plan.stdout).toContain('1 session without a client')
    const ran = await realm.confirmed()
    expect([ran.code, realm.active()]).toEqual([EXIT.ok, []])
    expect(resultOf(ran)).toMatchObject({
      before: { sessions: 1, users: 1 },
      withoutClient: { before: 1, left: 0 },
      verdict: 'done',
    })
  })

  it('end one by one without a realm step', async () => {
    alone('a1')
    alone('b1', 'bob')
    realm.signIn('cleo', 's1')
    const ran = await realm.confirmed('--exclude-user bob')
    expect([ran.code, realm.active(), realm.operations().sort()]).toEqual([
      EXIT.ok,
      ['b1'],
      ['endSession a1', 'endSession s1'],
    ])
  })

  it('are looked for again when the others have ended, if there were too many', async () => {
    for (let i = 0; i < 5_001; i++) realm.signIn('cleo', `s${i}`)
    alone('a1')
    const plan = await realm.all('--dry-run --no-realm-step')
    expect(plan.stdout).toContain('Not all sessions in which no client takes part were looked for')
    const ran = await realm.confirmed('--no-realm-step')
    expect([ran.code, realm.active()]).toEqual([EXIT.ok, []])
    expect(resultOf(ran).withoutClient).toEqual({ before: null, left: 0 })
  })

  it('that are still active: never done', async () => {
    alone('a1')
    realm.failsFor('a1')
    const ran = await realm.confirmed('--no-realm-step')
    expect(resultOf(ran)).toMatchObject({
      after: { left: 1 },
      withoutClient: { before: 1, left: 1 },
      verdict: 'failed',
    })
  })

  it('are not ended with a choice of clients', async () => {
    alone('a1')
    realm.signIn('cleo', 's1')
    await realm.confirmed('--client shop')
    expect(realm.active()).toEqual(['a1'])
  })
})

describe('a Backchannel Logout URL whose host refuses connections', () => {
  it('is uncertain after the run, and fails --strict', async () => {
    realm.signIn('ada', 's1')
    realm.signIn('ada', 's2')
    const ran = await realm.confirmed('--strict', { dead: ['https://shop.example'] })
    expect([ran.code, clientsOf(ran)]).toEqual([EXIT.partial, [['shop', 'no-connection', 0, 2]]])
  })

  it('is not tried in a dry run', async () => {
    realm.signIn('ada', 's1')
    const ran = await realm.all('--dry-run --json', { dead: ['https://shop.example'] })
    expect(clientsOf(ran)).toEqual([['shop', 'notified', 1, 1]])
  })
})

describe('offline sessions that stop working', () => {
  const invalidated = (ran: Parameters<typeof resultOf>[0]) =>
    resultOf(ran).clients.map(({ clientId, reason, invalidated }) => [clientId, reason, invalidated])

  it('name their clients and fail --strict', async () => {
    realm.signIn('ada', 'o1', ['shop'], true)
    realm.signIn('bob', 'o2', ['shop'], true)
    expect(invalidated(await realm.all('--dry-run --json'))).toEqual([['shop', 'offline-invalidated', 2]])
    const ran = await realm.confirmed('--strict')
    expect([ran.code, invalidated(ran)]).toEqual([EXIT.partial, [['shop', 'offline-invalidated', 2]]])
  })

  it('beside sessions that end: their client is notified, and still fails --strict', async () => {
    realm.signIn('ada', 's1')
    realm.signIn('bob', 'o2', ['shop'], true)
    const ran = await realm.confirmed('--strict')
    expect([ran.code, invalidated(ran)]).toEqual([EXIT.partial, [['shop', undefined, 1]]])
  })

  it.each(['--offline-sessions', '--keep-offline-sessions', '--no-realm-step'])(
    'are none with %s',
    async (option) => {
      realm.signIn('ada', 'o1', ['shop'], true)
      const ran = await realm.confirmed(option)
      expect(resultOf(ran).clients.filter(({ invalidated }) => invalidated !== undefined)).toEqual([])
    },
  )

  it('do not matter to a client that the realm step notifies', async () => {
    realm.signIn('ada', 'o1', ['desk'], true)
    const ran = await realm.confirmed('--strict')
    expect([ran.code, invalidated(ran)]).toEqual([EXIT.ok, [['desk', undefined, undefined]]])
  })
})

describe('identity providers that users sign in with', () => {
  const provider = {
    alias: 'corp',
    providerId: 'keycloak-oidc',
    enabled: true,
    linkOnly: false,
    logoutUrl: 'https://corp.example/logout',
    backchannelLogout: true,
    validatesSignatures: true,
  }

  it('are named in plan, result and report', async () => {
    realm.keycloak.providers.push(provider, { ...provider, alias: 'social', logoutUrl: undefined })
    realm.signIn('ada', 's1')
    const plan = await realm.all('--dry-run')
    expect(plan.stdout).toMatch(
      /Identity provider corp: sessions that end one by one and\s+began there end there/,
    )
    const ran = await realm.all('--confirm customers --report r.md')
    expect(ran.stdout).toContain('Identity provider social: sessions there do not end')
    expect(ran.saved['r.md']).toContain('corp')
  })

  it('do not keep a caller from a logout who may not read them', async () => {
    realm.keycloak.on('identityProviders', () => {
      throw new UserError('role-missing', 'Missing.', { exitCode: EXIT.denied })
    })
    realm.signIn('ada', 's1')
    expect((await realm.confirmed()).code).toBe(EXIT.ok)
  })
})
