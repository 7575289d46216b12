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
import type { UserOutcome, UserResult } from './outcome.ts'
import { userView } from './view.ts'

const person = (said: Partial<UserResult> = {}): UserResult => ({
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
  ...said,
})
const NO_SESSION = { sessions: [], clients: [], verdict: 'nothing-to-do' } as const
const planned = (...users: UserResult[]): UserOutcome => ({
  act: 'user',
  realm: 'customers',
  dryRun: true,
  users,
  interrupted: false,
  verdict: 'planned',
})
const done = (...users: Partial<UserResult>[]): UserOutcome => ({
  ...planned(
    ...users.map((said) =>
      person({
        sessions: [sessionEntry({ ended: true })],
        clients: [clientEntry({ ended: 1, delivery: 'unconfirmed' })],
        sessionsLeft: 0,
        notBeforeSet: true,
        lookedAgain: true,
        verdict: 'done',
        ...said,
      }),
    ),
  ),
  dryRun: false,
  verdict: 'done',
})

describe('the plan for a person', () => {
  it('says what ends, what stays, who loses it along, and what that means', () => {
    const plan = planned(
      person({
        sessions: [
          sessionEntry({ clients: ['shop', 'mytenant-cumulocity-cockpit'] }),
          sessionEntry({ id: 'S2', planned: false, offline: true }),
        ],
        clients: [unnotifiedClient({ alongside: true }), clientEntry()],
        disables: true,
        endsOwnSession: true,
      }),
    )
    expect(screen(userView, plan)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      locks the account first
      ends 1 session
      makes the tokens of 1 offline session unusable without telling its clients
        (--offline-sessions tells them, --keep-offline-sessions spares them)
      this is the session you are signed in with: it ends last

      ends  2026-01-02 03:04 from 192.168.100.100
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop, mytenant-cumulocity-cockpit
      stays  2026-01-02 03:04 offline from 192.168.100.100
        S2  shop

         client            notified  where, or why not
      ✗  silent (with it)  no        no logout URL
         shop              yes, 1×   https://shop.example/logout

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

      "
    `)
  })

  it('does not need a wide screen: sessions are on two lines then, with their ids whole', () => {
    const plan = planned(
      person({ sessions: [sessionEntry(), sessionEntry({ offline: true, ipAddress: null })] }),
    )
    expect(screen(userView, plan, 60)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      ends 1 session
      sets the person's not-before: older refresh and offline
        tokens become unusable

      ends  2026-01-02 03:04 from 192.168.100.100
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop
      ends  2026-01-02 03:04 offline
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop

      client  notified  where, or why not
      shop    yes, 1×   https://shop.example/logout

      "
    `)
  })

  it('shows the first twenty of many sessions', () => {
    const plan = planned(
      person({ sessions: Array.from({ length: 50 }, () => sessionEntry()), sessionsLeft: 50 }),
    )
    const shown = screen(userView, plan)
    expect(shown.match(/^ends {5}/gm)?.length).toBe(20)
    expect(shown).toContain('… and 30 more (--json lists all)')
  })

  it('says that there is no session', () => {
    const plan = planned(person({ sessions: [], clients: [], sessionsLeft: 0, email: null }))
    expect(screen(userView, plan)).toMatchInlineSnapshot(`
      "ada  11111111-2222-4333-8444-555555555555
      has no session to end
      sets the person's not-before: older refresh and offline tokens become unusable

      "
    `)
  })
})

describe('what came of a person', () => {
  it('shows what did not end, and why', () => {
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
      1 session left, 1 ended
      failed: The server failed.
      the not-before was not set: older refresh and offline tokens may still be used
      1 session began meanwhile: the person can still sign in (--disable locks the
        account)

      session  since (UTC)       from             clients  id
      ended    2026-01-02 03:04  192.168.100.100  shop     kZ7HDDubFYnsA3gnwhJzw_nJ
      left     2026-01-02 03:04  192.168.100.100  shop     S2

      client  notified             where, or why not
      shop    1×, answers unknown  https://shop.example/logout
      "
    `)
  })

  it('does not claim what could not be looked at', () => {
    const shown = screen(userView, done({ lookedAgain: false }))
    expect(shown).toContain('1 session ended, but what is left could not be looked at')
    expect(shown).not.toContain('none left')
  })

  it('does not claim a call that was not made', () => {
    expect(screen(userView, done({ clients: [clientEntry()] }))).toMatch(/shop +not known/)
    const left = { clients: [clientEntry()], sessions: [sessionEntry()], sessionsLeft: 1 }
    expect(screen(userView, done(left))).toMatch(/shop +not yet/)
  })

  it('says that there was nothing to do', () => {
    const outcome = done({ ...NO_SESSION, setsNotBefore: false, notBeforeSet: false })
    expect(screen(userView, outcome)).toContain('nothing to do: there was no session')
  })

  it.each<[string, Partial<UserResult>, string]>([
    ['the not-before was set', {}, 'the not-before was set: older refresh and offline tokens are unusable'],
    ['the account was locked', { disables: true, disabled: true }, 'the account is locked'],
    ['it was deleted', { notBeforeSet: false, deleted: true }, 'the person was deleted meanwhile'],
  ])('says what was done where there was no session: %s', (_, said, words) => {
    const shown = screen(userView, done({ ...NO_SESSION, ...said }))
    expect(shown).toContain('there was no session to end')
    expect(shown).toContain(words)
    expect(shown).not.toContain('nothing to do')
    if (said.deleted) expect(shown).not.toContain('not-before')
  })

  it.each<[Partial<UserResult>, string, string]>([
    [{ notBeforeSet: false }, 'the not-before was not set: older', 'no not-before set'],
    [
      { notBeforeSet: null },
      'whether the not-before was set is not known: older',
      'not known whether the not-before was set',
    ],
    [{ disables: true, disabled: false }, 'the account was not locked', 'not locked'],
    [
      { disables: true, disabled: null },
      'whether the account was locked is not known',
      'not known whether locked',
    ],
    [{ deleted: true }, 'the person was deleted meanwhile', 'deleted meanwhile'],
  ])('says what was not done, or is not known: %j', (said, ofOne, ofMany) => {
    expect(screen(userView, done(said))).toContain(ofOne)
    expect(screen(userView, done(...Array.from({ length: 6 }, () => said)))).toContain(ofMany)
  })

  it('calls nothing left that nobody looked at', () => {
    const shown = screen(
      userView,
      done({
        sessions: [sessionEntry(), sessionEntry({ ended: true })],
        sessionsLeft: 1,
        lookedAgain: false,
      }),
    )
    expect(shown).toContain('1 session not known to have ended, 1 ended')
    expect(shown).toMatch(/^unknown {2}/m)
    expect(shown).not.toContain('left ')
  })

  it('does not say that none is left where one began meanwhile', () => {
    expect(screen(userView, done({ startedAfter: 1 }))).not.toContain('none left')
  })

  it('says that it was interrupted, of few and of many', () => {
    const of = (people: number) => ({
      ...done(...Array.from({ length: people }, () => ({}))),
      interrupted: true,
    })
    for (const people of [1, 6]) expect(screen(userView, of(people))).toContain('Interrupted.')
  })
})

describe('many people', () => {
  const people = Array.from({ length: 120 }, (_, i) => person({ username: `user-${i}` }))

  it('have a line each in the plan, and the totals', () => {
    const few = people
      .slice(0, 6)
      .map((one, i) => ({ ...one, clients: i === 1 ? [unnotifiedClient(), clientEntry()] : one.clients }))
    expect(screen(userView, planned(...few))).toMatchInlineSnapshot(`
      "person  ends  stays  not told
      user-0     1      0
      user-1     1      0  silent
      user-2     1      0
      user-3     1      0
      user-4     1      0
      user-5     1      0

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

      6 people, 6 sessions to end

      "
    `)
  })

  it('have a line each in the result, what is amiss first', () => {
    const outcome = done(
      ...people.slice(0, 6).map(({ username }, i) => ({
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
      "person  ended  left  what is amiss
      user-4      1     1  The server failed.
      user-0      1     0
      user-1      1     0
      user-2      1     0  2 began meanwhile
      user-3      1     0
      user-5      1     0

      6 people: 6 sessions ended, 1 left
      "
    `)
  })

  it('are not all listed', () => {
    expect(screen(userView, planned(...people))).toContain('… and 20 more (--json lists all)')
  })
})

describe('every screen of user', () => {
  it.each<[string, (columns: number) => string]>([
    ['the plan', (c) => screen(userView, planned(person({ clients: LONG_CLIENTS })), c)],
    ['the result', (c) => screen(userView, done({ clients: LONG_CLIENTS }), c)],
  ])('%s fits from 60 columns on', (_, shown) => {
    for (const columns of WIDTHS) expect(tooWide(shown(columns), columns)).toEqual([])
  })
})
