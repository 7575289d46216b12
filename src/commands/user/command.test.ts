import { describe, expect, it, vi } from 'vitest'
import {
  active,
  clock,
  keycloak,
  notified,
  operations,
  resultOf,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { exactly } from '../../core/notifications.ts'
import { EXIT } from '../../errors.ts'

describe('a user with sessions', () => {
  it('is logged out: clients are notified of each session, the not-before comes last', async () => {
    signIn('s1', ['shop', 'desk'])
    signIn('s2', ['shop'])
    signIn('s3', ['chat'])
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(notified()).toEqual(['chat s3', 'shop s1', 'shop s2'])
    const ended = ['endSession s1', 'endSession s2', 'endSession s3']
    expect(operations().slice(0, 3).sort()).toEqual(ended)
    expect(operations().slice(3)).toEqual(['logoutUser id-ada'])
    expect(active()).toEqual([])
    expect(resultOf(ran)).toMatchObject({
      act: 'user',
      realm: 'customers',
      dryRun: false,
      verdict: 'done',
      users: [
        {
          id: 'id-ada',
          username: 'ada',
          email: 'ada@example.com',
          sessionsLeft: 0,
          startedAfter: 0,
          notBeforeSet: true,
          lookedAgain: true,
          verdict: 'done',
        },
      ],
    })
  })

  it('has unconfirmed deliveries, because Keycloak discards the answers', async () => {
    signIn('s1', ['shop', 'desk'])
    const [first] = resultOf(await user('ada --yes --json')).users
    expect(first?.clients).toEqual([
      {
        clientId: 'desk',
        channel: 'admin-url',
        url: 'https://desk.example/admin',
        expectation: 'not-notified',
        reason: 'no-adapter-session',
        notifications: { expected: exactly(0), accepted: 0, refused: 0, failed: 0, notSent: 0, unknown: 0 },
        answers: [],
        evidence: [],
        delivery: 'none',
        accessTokenLifespan: 300,
        sessions: 1,
        ended: 1,
        alongside: false,
      },
      {
        clientId: 'shop',
        channel: 'backchannel',
        url: 'https://shop.example/logout',
        expectation: 'notified',
        notifications: { expected: exactly(1), accepted: 0, refused: 0, failed: 0, notSent: 0, unknown: 1 },
        answers: [],
        evidence: [],
        delivery: 'unconfirmed',
        accessTokenLifespan: 300,
        sessions: 1,
        ended: 1,
        alongside: false,
      },
    ])
  })

  it('has no delivery for a session that had already ended', async () => {
    signIn('s1')
    signIn('s2', ['chat', 'shop'])
    const end = keycloak.endSession.bind(keycloak)
    keycloak.endSession = async (id, kind) => {
      const answer = await end(id, kind)
      return id === 's2' ? 'gone' : answer
    }
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(resultOf(ran).users[0]?.sessions.map(({ ended }) => ended)).toEqual([true, true])
    expect(resultOf(ran).users[0]?.clients).toMatchObject([
      { clientId: 'chat', sessions: 1, ended: 0, delivery: 'none' },
      { clientId: 'shop', sessions: 2, ended: 1, delivery: 'unconfirmed' },
    ])
    signIn('s2', ['chat'])
    const { stdout } = await user('ada --yes')
    expect(stdout).toMatch(/chat +unknown/)
    expect(stdout).not.toContain('not yet')
  })

  it('shows the target and the plan, and asks', async () => {
    signIn('s1', ['shop', 'desk'])
    const ran = await user('ada', { agrees: true })
    expect(ran.asked).toEqual(['Log ada out?'])
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      ada <ada@example.com>  id-ada
      ends 1 session
      sets the user's not-before: older refresh and offline tokens become invalid

      session  since (UTC)       from       clients     id
      ends     2027-01-15 07:59  192.0.2.1  shop, desk  s1

         client  notified  URL or reason
      ✗  desk    no        Admin URL: adapters only
         shop    yes, 1×   https://shop.example/logout

      ✗ 1 client will not be notified: desk
      Access tokens stay valid for up to 5 min. desk may keep its own session longer.

      "
    `)
    expect(ran.stdout).toMatchInlineSnapshot(`
      "ada <ada@example.com>  id-ada
      1 session ended, none left

         client  notified    URL or reason
      ✗  desk    no          Admin URL: adapters only
         shop    1 expected  https://shop.example/logout

      ✗ 1 client was not notified: desk
      Access tokens stay valid for up to 5 min (until 08:05 UTC). desk may keep its
        own session longer.
      "
    `)
  })

  it('stays signed in if the question is declined', async () => {
    signIn('s1')
    expect((await user('ada', { agrees: false })).code).toBe(EXIT.declined)
    expect([operations(), active()]).toEqual([[], ['s1']])
  })

  it('stays signed in without a terminal and without --yes', async () => {
    signIn('s1')
    const ran = await user('ada')
    expect(ran.code).toBe(EXIT.declined)
    expect(ran.stderr).toContain('--yes')
    expect([operations(), active()]).toEqual([[], ['s1']])
  })
})

describe('--dry-run', () => {
  it.each(['--dry-run', '-n'])('%s prints the plan as the result and changes nothing', async (flag) => {
    signIn('s1')
    const ran = await user(`ada --disable --offline-sessions ${flag} --json`)
    expect(ran.code).toBe(EXIT.ok)
    expect(operations()).toEqual([])
    expect(resultOf(ran)).toMatchObject({
      dryRun: true,
      verdict: 'planned',
      users: [{ verdict: 'planned', sessionsLeft: 1, disables: true, clients: [{ delivery: 'none' }] }],
    })
  })

  it('needs no terminal', async () => {
    signIn('s1')
    expect((await user('ada --dry-run')).stdout).toContain('ends 1 session')
  })

  it('with --strict exits 3 if a client would not be notified', async () => {
    signIn('s1', ['desk'])
    expect((await user('ada --dry-run --strict')).code).toBe(EXIT.partial)
    expect((await user('ada --dry-run')).code).toBe(EXIT.ok)
  })
})

describe('a user without sessions', () => {
  it('is nothing-to-do, but the not-before is set', async () => {
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).verdict, operations()]).toEqual([
      EXIT.ok,
      'nothing-to-do',
      ['logoutUser id-ada'],
    ])
    expect(resultOf(ran).users[0]?.notBeforeSet).toBe(true)
  })

  it('needs confirmation, because something is changed', async () => {
    expect((await user('ada')).code).toBe(EXIT.declined)
  })
})

describe('--strict', () => {
  it('exits 3 if a client is not notified', async () => {
    signIn('s1', ['shop', 'desk'])
    const ran = await user('ada --strict --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.partial, 'done'])
  })

  it('exits 0 if all clients are notified', async () => {
    signIn('s1', ['shop', 'chat'])
    expect((await user('ada --strict --yes')).code).toBe(EXIT.ok)
  })

  it("ignores Keycloak's built-in clients", async () => {
    signIn('s1', ['shop', 'account'])
    const ran = await user('ada --strict --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).users[0]?.clients).toContainEqual(
      expect.objectContaining({ clientId: 'account', expectation: 'not-notified', reason: 'built-in' }),
    )
  })

  it('accepts clients given with --accept-unnotified', async () => {
    keycloak.addClient({ clientId: 'silent' })
    signIn('s1', ['desk', 'silent'])
    expect((await user('ada --strict --accept-unnotified desk --yes')).code).toBe(EXIT.partial)
    signIn('s2', ['desk', 'silent'])
    expect((await user('ada --strict --accept-unnotified desk --accept-unnotified silent --yes')).code).toBe(
      EXIT.ok,
    )
  })

  it('fails for an unknown client in --accept-unnotified', async () => {
    expect((await user('ada --strict --accept-unnotified nope --yes')).code).toBe(EXIT.notFound)
  })
})

describe('--concurrency', () => {
  it.each(['0', '0.5', '-1', 'many', '257'])('%s is refused', async (value) => {
    const ran = await user(`ada --concurrency=${value} --yes`)
    expect([ran.code, keycloak.calls]).toEqual([EXIT.usage, []])
  })

  it('limits the sessions ended at the same time', async () => {
    for (let i = 0; i < 20; i++) signIn(`s${i}`)
    let inFlight = 0
    let most = 0
    keycloak.on('endSession', async () => {
      most = Math.max(most, ++inFlight)
      await clock.sleep(10)
      inFlight--
    })
    await user('ada --concurrency 3 --yes')
    expect(most).toBe(3)
  })
})

describe('an application that hangs', () => {
  it('is reported once while its sessions wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      for (let i = 0; i < 8; i++) signIn(`s${i}`)
      let answer = () => {}
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      keycloak.on('endSession', () => answered)
      const running = user('ada --yes')
      while (operations().length < 8) await vi.advanceTimersByTimeAsync(1)
      await vi.advanceTimersByTimeAsync(4_100)
      answer()
      expect((await running).progress).toEqual([
        'ending sessions (8)',
        'Keycloak is waiting for an application that does not respond (5 s per session): shop.',
      ])
    } finally {
      vi.useRealTimers()
    }
  })
})
