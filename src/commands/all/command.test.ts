import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, errorOf, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT, UserError } from '../../errors.ts'

const realm = allRealm()

describe('a logout of the whole realm', () => {
  beforeEach(() => {
    realm.signIn('ada', 'a1', ['shop', 'desk'])
    realm.signIn('ada', 'a2', ['shop'])
    realm.signIn('bob', 'b1', ['desk'])
    realm.signIn('cleo', 'c1', ['both'])
  })

  it('ends all sessions and notifies every client that can be notified', async () => {
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(realm.notified()).toEqual(['both', 'desk', 'shop a1', 'shop a2'])
    expect(realm.operations()).toEqual(['endSession a1', 'endSession a2', 'logoutRealm', 'pushRevocation'])
    expect(realm.active()).toEqual([])
    expect(resultOf(ran)).toMatchObject({
      act: 'all',
      realm: 'customers',
      dryRun: false,
      before: { active: 5, offline: 0, sessions: 4, users: 3, clients: 3, tenants: 3 },
      phases: [
        { name: 'client', sessions: 2, ended: 2, gone: 0, unknown: 0, failed: [], untried: 0, passes: 1 },
        { name: 'realm', sessions: 2, ended: 2, failed: [], untried: 0 },
      ],
      adminUrls: [
        { clientId: 'desk', url: 'https://desk.example/admin', reached: 'yes' },
        { clientId: 'both', url: 'https://both.example/admin', reached: 'yes' },
      ],
      clients: [
        { clientId: 'desk', channel: 'admin-url', delivery: 'unconfirmed', sessions: 2 },
        { clientId: 'shop', channel: 'backchannel', delivery: 'unconfirmed', sessions: 2, ended: 2 },
        { clientId: 'both', channel: 'admin-url', delivery: 'unconfirmed', sessions: 1 },
      ],
      endedUnnotified: 0,
      interrupted: false,
      after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
      verdict: 'done',
    })
  })

  it('shows the plan and asks for the realm name', async () => {
    const ran = await realm.all('', { types: 'customers' })
    expect(ran.asked).toEqual(['This ends the sessions of 3 users. Type the realm name to continue:'])
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      Logs out 3 users: 4 sessions, 3 clients, 3 tenants

      1. Client step: ends 2 sessions one by one, which notifies their clients.
      2. Realm step: Keycloak's realm logout ends the remaining sessions and calls the
         Admin URLs.

      client  sessions      notified         URL or reason
      desk           2  ██  once, Admin URL  https://desk.example/admin
      shop           2  ██  each session     https://shop.example/logout
      both           1  █   once, Admin URL  https://both.example/admin

      "
    `)
    expect(ran.stdout.replace(/\d+ s$/gm, 'N s')).toMatchInlineSnapshot(`
      "Done: 4 sessions ended, none left.
        client step       2 of 2, N s
        realm step        2 of 2, N s

      client  sessions      notified    URL or reason
      desk           2  ██  1 expected  https://desk.example/admin
      shop           2  ██  2 expected  https://shop.example/logout
      both           1  █   1 expected  https://both.example/admin
      "
    `)
  })

  it.each(['', 'y', 'yes', 'Customers', 'customers '])('ends no session if %j is typed', async (types) => {
    expect((await realm.all('', { types })).code).toBe(EXIT.declined)
    expect(realm.operations()).toEqual([])
  })

  it('sends nothing without a terminal and --confirm: exit 8', async () => {
    const ran = await realm.all('--json')
    expect([ran.code, errorOf(ran).code, realm.keycloak.calls]).toEqual([
      EXIT.declined,
      'confirmation-wanted',
      [],
    ])
    expect(errorOf(ran).hint).toContain('--confirm customers')
  })

  it('sends nothing if --confirm names another realm: exit 8', async () => {
    const ran = await realm.all('--confirm customer --json')
    expect([ran.code, errorOf(ran).code, realm.keycloak.calls]).toEqual([
      EXIT.declined,
      'confirm-mismatch',
      [],
    ])
  })

  it('reports a missing realm before it requires a confirmation', async () => {
    const ran = await realm.all('--json', { settings: { realm: undefined } })
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'realm-missing'])
  })

  it.each(['--dry-run', '-n'])('%s prints the plan as the result and changes nothing', async (flag) => {
    const ran = await realm.all(`${flag} --json`)
    expect([ran.code, realm.operations()]).toEqual([EXIT.ok, []])
    expect(resultOf(ran)).toMatchObject({
      dryRun: true,
      verdict: 'planned',
      before: { sessions: 4 },
      steps: { client: 2, offline: 0, realm: true },
      phases: [],
      clients: [{ delivery: 'none' }, { delivery: 'none' }, { delivery: 'none' }],
    })
  })

  it('needs no confirmation for --dry-run', async () => {
    expect((await realm.all('--dry-run')).stdout).toContain('Logs out 3 users')
  })
})

describe('a realm without sessions', () => {
  it('is nothing to do; the realm step still runs', async () => {
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).verdict, realm.operations()]).toEqual([
      EXIT.ok,
      'nothing-to-do',
      ['logoutRealm', 'pushRevocation'],
    ])
  })
})

describe('options that are wrong', () => {
  it.each([
    '--realm-step-only --no-realm-step',
    '--realm-step-only --client shop',
    '--realm-step-only --exclude-user ada',
    '--realm-step-only --offline-sessions',
    '--realm-step-only --keep-offline-sessions',
    '--offline-sessions --keep-offline-sessions',
    '--cut-off-first --client shop',
    '--cut-off-first --exclude-user ada',
    '--cut-off-first --keep-offline-sessions',
  ])('%s', async (flags) => {
    const ran = await realm.confirmed(flags)
    expect([ran.code, errorOf(ran).code, realm.keycloak.calls]).toEqual([EXIT.usage, 'contradiction', []])
  })

  it.each([
    '--concurrency 0',
    '--concurrency 2.5',
    '--concurrency 1000',
    '--act-timeout 0',
    '--act-timeout x',
  ])('%s is a usage error', async (flags) => {
    expect([(await realm.confirmed(flags)).code, realm.keycloak.calls]).toEqual([EXIT.usage, []])
  })
})

describe('--strict', () => {
  beforeEach(() => {
    realm.keycloak.addClient({ clientId: 'silent' })
    realm.signIn('ada', 's0', ['shop', 'silent', 'account'])
  })

  it('exits 3 if a client is not notified', async () => {
    expect((await realm.confirmed('--strict')).code).toBe(EXIT.partial)
  })

  it('accepts clients of --accept-unnotified', async () => {
    expect((await realm.confirmed('--strict --accept-unnotified silent')).code).toBe(EXIT.ok)
  })

  it('applies to a dry run, too', async () => {
    expect((await realm.all('--strict --dry-run')).code).toBe(EXIT.partial)
  })
})

describe('our own session', () => {
  beforeEach(() => {
    realm.signIn('ada', 'own', ['admin-cli', 'shop'])
    realm.signIn('bob', 's0')
    realm.keycloak.own = 'own'
  })

  it('ends in the realm step and does not count as not notified', async () => {
    const ran = await realm.confirmed()
    expect(realm.operations()).toEqual(['endSession s0', 'logoutRealm', 'pushRevocation'])
    expect([ran.code, resultOf(ran).endedUnnotified, resultOf(ran).verdict]).toEqual([EXIT.ok, 0, 'done'])
  })

  it('ends last without a realm step', async () => {
    await realm.confirmed('--no-realm-step')
    expect(realm.operations()).toEqual(['endSession s0', 'endSession own'])
  })

  it('does not count as left after a new sign-in', async () => {
    realm.keycloak.on('pushRevocation', () => {
      realm.signIn('ada', 'own-2', ['admin-cli'])
      realm.keycloak.own = 'own-2'
    })
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).after]).toEqual([
      EXIT.ok,
      { active: 0, offline: 0, startedAfter: 0, left: 0 },
    ])
  })

  it('is no failure if a given access token ended with it', async () => {
    const failIfEnded = () => {
      if (realm.operations().includes('logoutRealm'))
        throw new UserError('unauthorized', '401', { exitCode: EXIT.denied })
    }
    for (const method of ['sessionCounts', 'pushRevocation', 'testNodes'] as const) {
      realm.keycloak.on(method, async () => {
        await realm.clock.sleep(20)
        failIfEnded()
      })
    }
    const ran = await realm.confirmed()
    expect([ran.code, resultOf(ran).after.left]).toEqual([EXIT.ok, null])
    expect(ran.stdout).not.toContain('none left')
  })
})
