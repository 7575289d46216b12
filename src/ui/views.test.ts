import { describe, expect, it } from 'vitest'
import type { AllOutcome } from '../commands/all/outcome.ts'
import { allPlanView } from '../commands/all/plan.view.ts'
import { allView } from '../commands/all/view.ts'
import type { ClientEstimate } from '../commands/sessions/estimate.ts'
import { sessionsView } from '../commands/sessions/view.ts'
import type { PersonOutcome, UserOutcome } from '../commands/user/outcome.ts'
import { userView } from '../commands/user/view.ts'
import type { ClientEntry } from '../core/client-outcome.ts'
import type { SessionEntry } from '../core/session-item.ts'
import { plain } from './palette.ts'
import { renderLines } from './render.ts'
import { widthOf } from './table.ts'
import type { View } from './text.ts'

const screen = <T>(view: View<T>, value: T, columns = 80) => renderLines(view(value, { columns }), plain)
const tooWide = (text: string, columns: number) => text.split('\n').filter((line) => widthOf(line) > columns)

const session = (said: Partial<SessionEntry> = {}): SessionEntry => ({
  id: 'kZ7HDDubFYnsA3gnwhJzw_nJ',
  offline: false,
  started: '2026-01-02T03:04:05.000Z',
  lastAccess: '2026-01-02T03:14:05.000Z',
  ipAddress: '192.168.100.100',
  clients: ['shop'],
  ended: false,
  planned: true,
  ...said,
})
const client = (said: Partial<ClientEntry> = {}): ClientEntry => ({
  clientId: 'shop',
  channel: 'backchannel',
  url: 'https://shop.example/logout',
  expectation: 'notified',
  delivery: 'none',
  accessTokenLifespan: 300,
  sessions: 1,
  ended: 0,
  alongside: false,
  ...said,
})
const unnotified = (said: Partial<ClientEntry> = {}) =>
  client({
    clientId: 'silent',
    channel: 'none',
    url: null,
    expectation: 'not-notified',
    reason: 'no-url',
    ...said,
  })
const person = (said: Partial<PersonOutcome> = {}): PersonOutcome => ({
  id: '11111111-2222-4333-8444-555555555555',
  username: 'ada',
  email: 'ada@example.com',
  sessions: [session()],
  clients: [client()],
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
const planned = (...users: PersonOutcome[]): UserOutcome => ({
  act: 'user',
  realm: 'customers',
  dryRun: true,
  users,
  interrupted: false,
  verdict: 'planned',
})
const done = (...users: Partial<PersonOutcome>[]): UserOutcome => ({
  ...planned(
    ...users.map((said) =>
      person({
        sessions: [session({ ended: true })],
        clients: [client({ ended: 1, delivery: 'unconfirmed' })],
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
          session({ clients: ['shop', 'mytenant-cumulocity-cockpit'] }),
          session({ id: 'S2', planned: false, offline: true }),
        ],
        clients: [unnotified({ alongside: true }), client()],
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

         client            told     where, or why not
      ✗  silent (with it)  no       no logout URL
         shop              yes, 1×  https://shop.example/logout

      ✗ 1 client will not hear of it: silent
      Access tokens issued there stay valid for up to 5 min; the application's own
        session may last longer.

      "
    `)
  })

  it('does not need a wide screen: sessions are on two lines then, with their ids whole', () => {
    const plan = planned(person({ sessions: [session(), session({ offline: true, ipAddress: null })] }))
    expect(screen(userView, plan, 60)).toMatchInlineSnapshot(`
      "ada <ada@example.com>  11111111-2222-4333-8444-555555555555
      ends 1 session
      sets the person's not-before: older refresh and offline
        tokens become unusable

      ends  2026-01-02 03:04 from 192.168.100.100
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop
      ends  2026-01-02 03:04 offline
        kZ7HDDubFYnsA3gnwhJzw_nJ  shop

      client  told     where, or why not
      shop    yes, 1×  https://shop.example/logout

      "
    `)
  })

  it('shows the first twenty of many sessions', () => {
    const plan = planned(person({ sessions: Array.from({ length: 50 }, () => session()), sessionsLeft: 50 }))
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
      sessions: [session({ ended: true }), session({ id: 'S2' })],
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

      client  told                 where, or why not
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
    expect(screen(userView, done({ clients: [client()] }))).toMatch(/shop +not known/)
    const left = { clients: [client()], sessions: [session()], sessionsLeft: 1 }
    expect(screen(userView, done(left))).toMatch(/shop +not yet/)
  })

  it('says that there was nothing to do', () => {
    const outcome = done({ ...NO_SESSION, setsNotBefore: false, notBeforeSet: false })
    expect(screen(userView, outcome)).toContain('nothing to do: there was no session')
  })

  it.each<[string, Partial<PersonOutcome>, string]>([
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

  it.each<[Partial<PersonOutcome>, string, string]>([
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
      done({ sessions: [session(), session({ ended: true })], sessionsLeft: 1, lookedAgain: false }),
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
      .map((one, i) => ({ ...one, clients: i === 1 ? [unnotified(), client()] : one.clients }))
    expect(screen(userView, planned(...few))).toMatchInlineSnapshot(`
      "person  ends  stays  not told
      user-0     1      0
      user-1     1      0  silent
      user-2     1      0
      user-3     1      0
      user-4     1      0
      user-5     1      0

      ✗ 1 client will not hear of it: silent
      Access tokens issued there stay valid for up to 5 min; the application's own
        session may last longer.

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

const before = { active: 5, offline: 2, sessions: 4, users: 3, clients: 2, tenants: 1 }
const all = (said: Partial<AllOutcome> = {}): AllOutcome => ({
  act: 'all',
  realm: 'customers',
  dryRun: false,
  everybody: true,
  before,
  steps: { client: 3, offline: 0, realm: true, cutOffFirst: false },
  phases: [
    { name: 'client', sessions: 3, ended: 3, gone: 0, failed: [], untried: 0, seconds: 12, passes: 2 },
    { name: 'realm', sessions: 1, ended: 1, gone: 0, failed: [], untried: 0, seconds: 0.4, call: 'done' },
  ],
  adminUrls: [],
  clients: [client({ sessions: 3, ended: 3, delivery: 'unconfirmed' })],
  endedUnnotified: 0,
  interrupted: false,
  after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
  verdict: 'done',
  ...said,
})

describe('the plan for a realm', () => {
  it('names every step in its order', () => {
    const plan = all({
      steps: { client: 3, offline: 2, realm: true, cutOffFirst: true },
      clients: [unnotified(), client({ channel: 'admin-url' })],
      phases: [],
      verdict: 'planned',
    })
    expect(screen(allPlanView, plan)).toMatchInlineSnapshot(`
      "Logs 3 people out: 4 sessions and 2 offline sessions at 2 clients, 1 tenant

      1. Sets the realm's not-before: Keycloak refuses what it issued before. Access
         tokens that applications check by themselves live on until they expire, and
         whoever knows the password signs in again.
      2. Client step: ends 3 sessions one by one, which tells their clients.
      3. Ends 2 offline sessions one by one.
      4. Realm step: Keycloak's logout of the realm ends the rest and calls the Admin
         URLs.

         client  sessions     told             where, or why not
      ✗  silent         1  ░  no               no logout URL
         shop           1  █  once, Admin URL  https://shop.example/logout

      ✗ 1 client will not hear of it: silent
      Access tokens issued there stay valid for up to 5 min; the application's own
        session may last longer.

      "
    `)
  })

  it('warns of offline sessions that nobody would be told of', () => {
    expect(screen(allPlanView, all())).toContain(
      'It makes offline sessions unusable and tells nobody of them',
    )
  })

  it('says that there is nothing to end', () => {
    const steps = { client: 0, offline: 0, realm: false, cutOffFirst: false }
    expect(
      screen(allPlanView, all({ steps, clients: [], before: { ...before, users: 0, sessions: 0 } })),
    ).toContain('There is no session to end.')
  })
})

describe('what came of a realm', () => {
  it('shows what failed, what was skipped, and what to do', () => {
    const outcome = all({
      phases: [
        {
          name: 'client',
          sessions: 5,
          ended: 2,
          gone: 1,
          failed: [{ session: 'S1', user: 'ada', code: 'server-error', error: 'The server failed.' }],
          untried: 1,
          seconds: 75,
        },
      ],
      realmStepSkipped: 'sessions-left',
      after: { active: 1, offline: 0, startedAfter: 2, left: 1 },
      verdict: 'partial',
    })
    expect(screen(allView, outcome)).toMatchInlineSnapshot(`
      "Done in part: 2 sessions ended, 1 left.
        client step       2 of 5, 1 had gone, 1 not tried, 1 min 15 s, 1 failed
        failed: ada, session S1: The server failed.
      The realm step did not run, because it would have ended the sessions above
        untold. Run it again to go on with what is left; --force-realm-step goes on
        regardless.

      client  sessions       told                 where, or why not
      shop           3  ███  3×, answers unknown  https://shop.example/logout

      2 sessions began since: people can sign in again.
      "
    `)
  })

  it('says what is known of each Admin URL', () => {
    const urls = [
      { clientId: 'dead', url: 'https://dead.example', delivery: 'failed' as const, why: 'not-reached' },
      {
        clientId: 'half',
        url: 'https://half.example',
        delivery: 'unconfirmed' as const,
        why: 'host-answers-here',
      },
      {
        clientId: 'dark',
        url: 'https://dark.example',
        delivery: 'unconfirmed' as const,
        why: 'role-missing',
      },
      { clientId: 'mute', url: 'https://mute.example', delivery: 'unconfirmed' as const, why: 'no-answer' },
      {
        clientId: 'lost',
        url: 'https://lost.example',
        delivery: 'unconfirmed' as const,
        why: 'not-mentioned',
      },
      { clientId: 'fine', url: 'https://fine.example', delivery: 'confirmed' as const },
    ]
    const clients = urls.map(({ clientId, url, delivery }) =>
      client({ clientId, url, delivery, channel: 'admin-url' }),
    )
    expect(
      screen(allView, all({ adminUrls: urls, clients, endedUnnotified: 1, verdict: 'partial' })),
    ).toMatchInlineSnapshot(`
      "Done in part: 4 sessions ended, 0 left.
        client step       3 of 3, 2 passes, 12 s
        realm step        1 of 1, 0 s
      1 session ended untold by the realm step.

         client  sessions     told         where, or why not
      ✗  dead           1  ░  failed       https://dead.example
         half           1  █  unconfirmed  https://half.example
         dark           1  █  unconfirmed  https://dark.example
         mute           1  █  unconfirmed  https://mute.example
         lost           1  █  unconfirmed  https://lost.example
         fine           1  █  reached      https://fine.example

      ! dead https://dead.example: Keycloak did not reach it, nor does this machine.
      ! half https://half.example: Keycloak says that it did not answer as it should;
        its host does answer here. It may implement k_logout alone.
      ! dark https://dark.example: whether it was reached is not known: that takes
        manage-realm or manage-clients.
      ! mute https://mute.example: whether it was reached is not known: Keycloak did
        not answer that question.
      ! lost https://lost.example: Keycloak says nothing of it.
      "
    `)
  })

  it.each<[string, Partial<AllOutcome>]>([
    [
      'Interrupted: 4 sessions ended so far. Run it again to go on.',
      { interrupted: true, verdict: 'partial' },
    ],
    ['Nothing to do: nobody was signed in to customers.', { verdict: 'nothing-to-do' }],
    ['Done: 4 sessions ended, none left.', {}],
    ['Failed: no session was ended, 3 left.', { verdict: 'failed', after: { ...all().after, left: 3 } }],
    ['1 session ended untold by the realm step.', { endedUnnotified: 1, verdict: 'partial' }],
    ['2 sessions began since: people can sign in again.', { after: { ...all().after, startedAfter: 2 } }],
  ])('%s', (words, said) => {
    expect(screen(allView, all(said))).toContain(words)
  })

  it('does not claim what could not be looked at', () => {
    const shown = screen(
      allView,
      all({ after: { active: null, offline: null, startedAfter: null, left: null } }),
    )
    expect(shown).toContain('What is left could not be looked at.')
    expect(shown).not.toContain('none left')
  })
})

const estimate = (said: Partial<ClientEstimate> = {}): ClientEstimate => ({
  clientId: 'shop',
  id: 'x',
  active: 12_345,
  offline: 0,
  users: 1_234,
  backchannelLogoutUrl: 'https://shop.example/logout',
  adminUrl: null,
  tenant: 'shop.example',
  channels: { user: 'backchannel', all: 'backchannel', realmStep: 'none' },
  notified: { user: true, all: true, realmStep: false },
  findings: [],
  ...said,
})

describe('the estimate', () => {
  const totals = { clients: 2, active: 12_350, offline: 5, sessions: 12_350, users: 1_234, tenants: 1 }
  const spot = { clientId: 'x', code: 'no-url', severity: 'warning' as const, message: 'has no logout URL.' }
  const builtIn = { clientId: 'x', code: 'built-in', severity: 'info' as const, message: 'is its own.' }
  const clients = [
    estimate({ clientId: 'mytenant-cumulocity-cockpit', findings: [spot] }),
    estimate({ clientId: 'silent', active: 5, findings: [spot] }),
  ]

  it('says yes and no where the channels have no room, rather than half a name', () => {
    expect(screen(sessionsView, { realm: 'customers', clients, totals })).toMatchInlineSnapshot(`
      "Realm customers: 1,234 people in 12,350 sessions at 2 clients, 1 tenant, 5
        offline

      client                  sessions            people  by user  by all  by Keycloak
      mytenant-cumulocity-c…    12,345  ████████   1,234  yes      yes     no
      silent                         5  █          1,234  yes      yes     no

      ! mytenant-cumulocity-cockpit, silent each has no logout URL.
      "
    `)
  })

  const reach = (all: boolean, user = all) => ({
    channels: {
      user: user ? ('backchannel' as const) : ('none' as const),
      all: all ? ('admin-url' as const) : ('none' as const),
      realmStep: 'none' as const,
    },
    notified: { user, all, realmStep: false },
  })
  const sorts = [
    estimate({ clientId: 'shop', active: 35 }),
    estimate({ clientId: 'idle', active: 0, ...reach(false) }),
    estimate({ clientId: 'security-admin-console', active: 1, ...reach(false), findings: [builtIn] }),
    estimate({ clientId: 'crm', active: 14, ...reach(true, false) }),
    estimate({ clientId: 'urn:acme:warehouse-management-frontend-production', active: 7, ...reach(false) }),
    estimate({ clientId: '顧客管理システム', active: 9, offline: 3, ...reach(false) }),
  ]
  const sorted = (columns: number) =>
    screen(sessionsView, { realm: 'customers', clients: sorts, totals }, columns)

  it('shows first who will not be told, at 60 columns', () => {
    expect(sorted(60)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 people in 12,350 sessions at 2
        clients, 1 tenant, 5 offline
      2 clients will not hear of any logout, 1 client will hear of
        \`all\` only

         client    sessions  offline  by user  by all  by Keycloak
      ✗  顧客管…          9        3  no       no      no
      ✗  urn:acm…         7        -  no       no      no
      !  crm             14        -  no       yes     no
         shop            35        -  yes      yes     no
         securit…         1        -  no       no      no
         idle             0        -  no       no      no
      "
    `)
  })

  it('shows first who will not be told, at 80 columns', () => {
    expect(sorted(80)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 people in 12,350 sessions at 2 clients, 1 tenant, 5
        offline
      2 clients will not hear of any logout, 1 client will hear of \`all\` only

         client              sessions            offline  by user  by all  by Keycloak
      ✗  顧客管理システム           9  ░░              3  no       no      no
      ✗  urn:acme:warehous…         7  ░░              -  no       no      no
      !  crm                       14  ▒▒▒             -  no       yes     no
         shop                      35  ████████        -  yes      yes     no
         security-admin-co…         1                  -  no       no      no
         idle                       0                  -  no       no      no
      █ told   ▒ told by all only   ░ not told
      "
    `)
  })

  it('shows first who will not be told, at 200 columns', () => {
    expect(sorted(200)).toMatchInlineSnapshot(`
      "Realm customers: 1,234 people in 12,350 sessions at 2 clients, 1 tenant, 5 offline
      2 clients will not hear of any logout, 1 client will hear of \`all\` only

         client                                             sessions                            offline  people  told by user  by all       by Keycloak
      ✗  顧客管理システム                                          9  ░░░░░░                          3   1,234  no            no           no
      ✗  urn:acme:warehouse-management-frontend-production         7  ░░░░░                           -   1,234  no            no           no
      !  crm                                                      14  ▒▒▒▒▒▒▒▒▒▒                      -   1,234  no            admin-url    no
         shop                                                     35  ████████████████████████        -   1,234  backchannel   backchannel  no
         security-admin-console                                    1                                  -   1,234  no            no           no
         idle                                                      0                                  -   1,234  no            no           no
      █ told   ▒ told by all only   ░ not told
      "
    `)
  })

  it('has neither marks nor words about it where all are told', () => {
    const notified = { realm: 'customers', clients: [estimate(), estimate({ clientId: 'b' })], totals }
    const shown = screen(sessionsView, notified)
    expect(shown).not.toMatch(/✗|will hear|will not hear|░/)
    expect(shown).toMatch(/^shop/m)
  })

  it('says in full where there is room', () => {
    expect(screen(sessionsView, { realm: 'customers', clients, totals }, 120)).toContain('backchannel')
  })

  it('has no column of what was not counted', () => {
    const uncounted = clients.map(({ users: _, ...rest }) => rest)
    const shown = screen(sessionsView, { realm: 'customers', clients: uncounted, totals })
    expect(shown).not.toContain('people  told')
  })

  it('says that nobody is signed in', () => {
    const nobody = { clients: 0, active: 0, offline: 0, tenants: 0 }
    expect(screen(sessionsView, { realm: 'customers', clients: [], totals: nobody })).toMatchInlineSnapshot(`
      "Realm customers: nobody is signed in

      No client has a session or a logout URL.
      "
    `)
  })
})

describe('every screen', () => {
  const long = 'a-client-with-a-name-that-is-rather-long-for-any-screen'
  const url = `https://${'tenant-with-a-long-name.'.repeat(3)}example.com/user/logout/oidc`
  const clients = [
    unnotified({ clientId: long }),
    client({ clientId: long, url, sessions: 1234, ended: 1234, delivery: 'unconfirmed' }),
  ]
  const screens: [string, (columns: number) => string][] = [
    ['plan of a person', (c) => screen(userView, planned(person({ clients })), c)],
    ['result of a person', (c) => screen(userView, done({ clients }), c)],
    ['plan of a realm', (c) => screen(allPlanView, all({ clients }), c)],
    ['result of a realm', (c) => screen(allView, all({ clients }), c)],
    [
      'estimate',
      (c) =>
        screen(
          sessionsView,
          {
            realm: 'customers',
            clients: [estimate({ clientId: long, offline: 3 })],
            totals: { clients: 1, active: 12_345, offline: 3, sessions: 12_345, users: 1_234, tenants: 1 },
          },
          c,
        ),
    ],
  ]

  it.each(screens)('%s fits from 60 columns on', (_, shown) => {
    for (const columns of [60, 70, 80, 100, 132]) expect(tooWide(shown(columns), columns)).toEqual([])
  })
})
