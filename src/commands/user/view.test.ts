import { describe, expect, it } from 'vitest'
import {
  clientEntry,
  LONG_CLIENTS,
  screen,
  sessionEntry,
  tooWide,
  unnotifiedClient,
  WIDTHS,
} from '../../../test/support/screens.ts'
import { knownNotifications } from '../../core/known-notifications.ts'
import { exactly } from '../../core/notifications.ts'
import type { UserOutcome, UserResult } from './outcome.ts'
import { userView } from './view.ts'

const userOf = (changes: Partial<UserResult> = {}): UserResult => ({
  id: '11111111-2222-4333-8444-555555555555',
  username: 'ada',
  email: 'ada@example.com',
  sessions: [sessionEntry()],
  clients: [clientEntry()],
  sessionsLeft: 1,
  startedAfter: 0,
  setsNotBefore: true,
  notBeforeSet: false,
  disables: false,
  disabled: false,
  endsOwnSession: false,
  deleted: false,
  errors: [],
  lookedAgain: false,
  verdict: 'planned',
  ...changes,
})
const NO_SESSION = { sessions: [], clients: [], verdict: 'nothing-to-do' } as const
const planned = (...users: UserResult[]): UserOutcome => ({
  act: 'user',
  realm: 'customers',
  dryRun: true,
  users,
  traceIds: [],
  interrupted: false,
  verdict: 'planned',
})
const done = (...users: Partial<UserResult>[]): UserOutcome => ({
  ...planned(
    ...users.map((changes) =>
      userOf({
        sessions: [sessionEntry({ ended: true })],
        clients: [clientEntry({ ended: 1, ...knownNotifications(exactly(1)) })],
        sessionsLeft: 0,
        notBeforeSet: true,
        lookedAgain: true,
        verdict: 'done',
        ...changes,
      }),
    ),
  ),
  dryRun: false,
  verdict: 'done',
})

describe('the plan for a user', () => {
  it('shows what ends, what stays, and which clients share a session', () => {
    const plan = planned(
      userOf({
        sessions: [
          sessionEntry({ clients: ['shop', 'mytenant-cumulocity-cockpit'] }),
          sessionEntry({ id: 'S2', planned: false, offline: true, invalidated: true }),
        ],
        clients: [unnotifiedClient({ alongside: true }), clientEntry({ invalidated: 1 })],
        disables: true,
        endsOwnSession: true,
      }),
    )
    expect(screen(userView, plan)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      locks the account first
      ends 1 session
      1 offline session stops working, and its clients are not notified. Use
        --offline-sessions to notify them, --keep-offline-sessions to leave it.
      your own session is included and ends last

      ends  2026-01-02 03:04 from 192.168.100.100
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop, mytenant-cumulocity-cockpit
      stops working  2026-01-02 03:04 offline from 192.168.100.100
        S2  shop

         client                   notified  URL or reason
      ✗  silent (shared session)  no        no logout URL
         shop                     yes, 1×   https://shop.example/logout
      ! shop is not notified of 1 offline session: it stops working, but stays listed

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

      "
    `)
  })

  it('shows sessions on two lines with their full ids on a narrow screen', () => {
    const plan = planned(
      userOf({ sessions: [sessionEntry(), sessionEntry({ offline: true, ipAddress: null })] }),
    )
    expect(screen(userView, plan, 60)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      ends 1 session
      sets the user's not-before: older refresh and offline tokens
        become invalid

      ends  2026-01-02 03:04 from 192.168.100.100
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop
      ends  2026-01-02 03:04 offline
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop

      client  notified  URL or reason
      shop    yes, 1×   https://shop.example/logout

      "
    `)
  })

  it('shows only the first twenty sessions', () => {
    const plan = planned(
      userOf({ sessions: Array.from({ length: 50 }, () => sessionEntry()), sessionsLeft: 50 }),
    )
    const shown = screen(userView, plan)
    expect(shown.match(/^ends {5}/gm)?.length).toBe(20)
    expect(shown).toContain('… and 30 more (--json lists all)')
  })

  it('shows that there are no sessions', () => {
    const plan = planned(userOf({ sessions: [], clients: [], sessionsLeft: 0, email: null }))
    expect(screen(userView, plan)).toMatchInlineSnapshot(`
      "ada  11111111-2222-4333-8444-555555555555
      no sessions to end
      sets the user's not-before: older refresh and offline tokens become invalid

      "
    `)
  })
})

describe('the result for a user', () => {
  it('shows which sessions did not end, and why', () => {
    const outcome = done({
      sessions: [sessionEntry({ ended: true }), sessionEntry({ id: 'S2' })],
      sessionsLeft: 1,
      notBeforeSet: false,
      startedAfter: 1,
      errors: [{ session: 'S2', code: 'server-error', error: 'The server failed.' }],
      verdict: 'partial',
    })
    expect(screen(userView, outcome)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      1 session still active, 1 ended
      failed: The server failed.
      the not-before was not set: older refresh and offline tokens may still be valid
      1 session started during the run: the user can still sign in (--disable locks
        the account)

      session  since (UTC)       from             clients  id
      ended    2026-01-02 03:04  192.168.100.100  shop     kZ7HDDubFYnsA3gnwhJzw_nJ
      active   2026-01-02 03:04  192.168.100.100  shop     S2

      client  notified    URL or reason
      shop    1 expected  https://shop.example/logout
      "
    `)
  })

  it('does not claim a result that was not verified', () => {
    const shown = screen(userView, done({ lookedAgain: false }))
    expect(shown).toContain('1 session ended, but not verified')
    expect(shown).not.toContain('none left')
  })

  it('does not claim a notification that was not sent', () => {
    const notCalled = clientEntry(knownNotifications(exactly(0)))
    expect(screen(userView, done({ clients: [notCalled] }))).toMatch(/shop +unknown/)
    const left = { clients: [notCalled], sessions: [sessionEntry()], sessionsLeft: 1 }
    expect(screen(userView, done(left))).toMatch(/shop +not yet/)
  })

  it('shows that there was nothing to do', () => {
    const outcome = done({ ...NO_SESSION, setsNotBefore: false, notBeforeSet: false })
    expect(screen(userView, outcome)).toContain('nothing to do: no sessions to end')
  })

  it.each<[string, Partial<UserResult>, string]>([
    ['the not-before was set', {}, 'the not-before was set: older refresh and offline tokens are invalid'],
    ['the account was locked', { disables: true, disabled: true }, 'the account is locked'],
    ['the user was deleted', { notBeforeSet: false, deleted: true }, 'the user was deleted during the run'],
  ])('shows what was done without sessions: %s', (_, changes, words) => {
    const shown = screen(userView, done({ ...NO_SESSION, ...changes }))
    expect(shown).toContain('no sessions to end')
    expect(shown).toContain(words)
    expect(shown).not.toContain('nothing to do')
    if (changes.deleted) expect(shown).not.toContain('not-before')
  })

  it.each<[Partial<UserResult>, string, string]>([
    [{ notBeforeSet: false }, 'the not-before was not set: older', 'not-before not set'],
    [
      { notBeforeSet: null },
      'it is unknown whether the not-before was set: older',
      'unknown whether the not-before was set',
    ],
    [{ disables: true, disabled: false }, 'the account was not locked', 'not locked'],
    [
      { disables: true, disabled: null },
      'it is unknown whether the account is locked',
      'unknown whether locked',
    ],
    [{ deleted: true }, 'the user was deleted during the run', 'deleted during the run'],
  ])('shows what was not done or is unknown: %j', (changes, ofOne, ofMany) => {
    expect(screen(userView, done(changes))).toContain(ofOne)
    expect(screen(userView, done(...Array.from({ length: 6 }, () => changes)))).toContain(ofMany)
  })

  it('does not claim that a session is active if that was not verified', () => {
    const shown = screen(
      userView,
      done({
        sessions: [sessionEntry(), sessionEntry({ ended: true })],
        sessionsLeft: 1,
        lookedAgain: false,
      }),
    )
    expect(shown).toContain('1 session may still be active, 1 ended')
    expect(shown).toMatch(/^unknown {2}/m)
    expect(shown).not.toMatch(/^active|session still active/m)
  })

  it('does not claim that none is left if a session started during the run', () => {
    expect(screen(userView, done({ startedAfter: 1 }))).not.toContain('none left')
  })

  it('shows an interruption, for few and for many users', () => {
    const of = (count: number) => ({
      ...done(...Array.from({ length: count }, () => ({}))),
      interrupted: true,
    })
    for (const count of [1, 6]) expect(screen(userView, of(count))).toContain('Interrupted.')
  })
})

describe('many users', () => {
  const users = Array.from({ length: 120 }, (_, i) => userOf({ username: `user-${i}` }))

  it('have one line each in the plan, and totals', () => {
    const few = users
      .slice(0, 6)
      .map((one, i) => ({ ...one, clients: i === 1 ? [unnotifiedClient(), clientEntry()] : one.clients }))
    expect(screen(userView, planned(...few))).toMatchInlineSnapshot(`
      "user    ends  stays  not notified
      user-0     1      0
      user-1     1      0  silent
      user-2     1      0
      user-3     1      0
      user-4     1      0
      user-5     1      0

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

      6 users, 6 sessions to end

      "
    `)
  })

  it('have one line each in the result, problems first', () => {
    const outcome = done(
      ...users.slice(0, 6).map(({ username }, i) => ({
        username,
        ...(i === 4
          ? {
              sessionsLeft: 1,
              verdict: 'failed' as const,
              errors: [{ session: 's', code: 'x', error: 'The server failed.' }],
            }
          : {}),
        ...(i === 2 ? { startedAfter: 2 } : {}),
      })),
    )
    expect(screen(userView, outcome)).toMatchInlineSnapshot(`
      "user    ended  active  problem
      user-4      1       1  The server failed.
      user-0      1       0
      user-1      1       0
      user-2      1       0  2 new
      user-3      1       0
      user-5      1       0

      6 users: 6 sessions ended, 1 still active
      "
    `)
  })

  it('are not all listed', () => {
    expect(screen(userView, planned(...users))).toContain('… and 20 more (--json lists all)')
  })
})

describe('every screen of user', () => {
  it.each<[string, (columns: number) => string]>([
    ['the plan', (c) => screen(userView, planned(userOf({ clients: LONG_CLIENTS })), c)],
    ['the result', (c) => screen(userView, done({ clients: LONG_CLIENTS }), c)],
  ])('%s fits into 60 columns and more', (_, shown) => {
    for (const columns of WIDTHS) expect(tooWide(shown(columns), columns)).toEqual([])
  })
})
