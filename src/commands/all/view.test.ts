import { describe, expect, it } from 'vitest'
import {
  clientEntry,
  LONG_CLIENTS,
  screen,
  tooWide,
  unnotifiedClient,
  WIDTHS,
} from '../../../test/support/screens.ts'
import { knownNotifications, plannedNotifications } from '../../core/known-notifications.ts'
import { atMost, exactly } from '../../core/notifications.ts'
import type { View } from '../../ui/text.ts'
import type { AllOutcome } from './outcome.ts'
import { allPlanView } from './plan.view.ts'
import { allView } from './view.ts'

const resultView: View<AllOutcome> = (outcome, view) =>
  allView(outcome, view, Date.UTC(2026, 10, 21, 12, 57, 1))
const NO_USER_REQUESTS = { users: 0, sessions: 0, reason: 'few-sessions' } as const
const before = { active: 5, offline: 2, sessions: 4, users: 3, clients: 2, tenants: 1 }
const all = (values: Partial<AllOutcome> = {}): AllOutcome => ({
  act: 'all',
  realm: 'customers',
  dryRun: false,
  everybody: true,
  before,
  steps: { client: 3, offline: 0, realm: true, userRequests: NO_USER_REQUESTS, cutOffFirst: false },
  phases: [
    {
      name: 'client',
      sessions: 3,
      ended: 3,
      gone: 0,
      unknown: 0,
      failed: [],
      untried: 0,
      seconds: 12,
      passes: 2,
    },
    {
      name: 'realm',
      sessions: 1,
      ended: 1,
      gone: 0,
      unknown: 0,
      failed: [],
      untried: 0,
      seconds: 0.4,
      call: 'done',
    },
  ],
  adminUrls: [],
  clients: [clientEntry({ sessions: 3, ended: 3, ...knownNotifications(exactly(3)) })],
  endedUnnotified: 0,
  traceIds: [],
  interrupted: false,
  after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
  verdict: 'done',
  ...values,
})

describe('the plan of all', () => {
  it('shows all steps in their order', () => {
    const plan = all({
      steps: { client: 3, offline: 2, realm: true, userRequests: NO_USER_REQUESTS, cutOffFirst: true },
      clients: [unnotifiedClient(), clientEntry({ channel: 'admin-url' })],
      phases: [],
      verdict: 'planned',
    })
    expect(screen(allPlanView, plan)).toMatchInlineSnapshot(`
      "Logs out 3 users: 4 sessions and 2 offline sessions, 2 clients, 1 tenant

      1. Sets the realm's not-before: Keycloak rejects everything issued earlier.
         Access tokens that applications check themselves stay valid until they
         expire, and anyone who knows a password can sign in again.
      2. Client step: ends 3 sessions one by one, which notifies their clients.
      3. Ends 2 offline sessions one by one, which notifies their clients.
      4. Realm step: Keycloak's realm logout ends the remaining sessions and calls the
         Admin URLs.

         client  sessions     notified         URL or reason
      ✗  silent         1  ░  no               no logout URL
         shop           1  █  once, Admin URL  https://shop.example/logout

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

      "
    `)
  })

  it.each([
    [exactly(1), 'once, Admin URL'],
    [exactly(9), '9×, both URLs'],
    [{ min: 8, max: 10 }, '8 to 10×'],
    [atMost(3), '0 to 3×'],
  ])('says how often a client with an Admin URL is called: %j is %s', (expected, shown) => {
    const client = clientEntry({ channel: 'admin-url', ...plannedNotifications(expected) })
    expect(screen(allPlanView, all({ clients: [client], phases: [], verdict: 'planned' }))).toMatch(
      new RegExp(`shop +1 +█ +${shown} +https`),
    )
  })

  it('warns that clients of offline sessions are not notified', () => {
    expect(screen(allPlanView, all())).toContain(
      'Offline sessions stop working, and their clients are not notified',
    )
  })

  it('says that there is no session to end', () => {
    const steps = { client: 0, offline: 0, realm: false, userRequests: NO_USER_REQUESTS, cutOffFirst: false }
    expect(
      screen(allPlanView, all({ steps, clients: [], before: { ...before, users: 0, sessions: 0 } })),
    ).toContain('There is no session to end.')
  })
})

describe('the result of all', () => {
  it('shows failures, the skipped step and the next step', () => {
    const outcome = all({
      phases: [
        {
          name: 'client',
          sessions: 5,
          ended: 2,
          gone: 1,
          unknown: 0,
          failed: [{ session: 'S1', user: 'ada', code: 'server-error', error: 'The server failed.' }],
          untried: 1,
          seconds: 75,
        },
      ],
      realmStepSkipped: 'sessions-left',
      after: { active: 1, offline: 0, startedAfter: 2, left: 1 },
      verdict: 'partial',
    })
    expect(screen(resultView, outcome)).toMatchInlineSnapshot(`
      "Done in part: 2 sessions ended, 1 left.
        client step       2 of 5, 1 already ended, 1 not tried, 1 min 15 s, 1 failed
        failed: ada, session S1: The server failed.
      The realm step did not run: it would have ended the sessions above without
        notification. Run the command again to continue with what is left, or add
        --force-realm-step to run it anyway.

      client  sessions       notified    URL or reason
      shop           3  ███  3 expected  https://shop.example/logout

      2 sessions started after the logout: users can sign in again.
      "
    `)
  })

  it('shows whether Keycloak reached each Admin URL', () => {
    const urls = [
      { clientId: 'dead', url: 'https://dead.example', reached: 'no' as const, why: 'not-reached' },
      {
        clientId: 'half',
        url: 'https://half.example',
        reached: 'unknown' as const,
        why: 'host-answers-here',
      },
      {
        clientId: 'dark',
        url: 'https://dark.example',
        reached: 'unknown' as const,
        why: 'role-missing',
      },
      { clientId: 'mute', url: 'https://mute.example', reached: 'unknown' as const, why: 'no-answer' },
      {
        clientId: 'lost',
        url: 'https://lost.example',
        reached: 'unknown' as const,
        why: 'not-mentioned',
      },
      { clientId: 'fine', url: 'https://fine.example', reached: 'yes' as const },
    ]
    const clients = urls.map(({ clientId, url, reached }) =>
      clientEntry({
        clientId,
        url,
        channel: 'admin-url',
        ...(reached === 'no'
          ? knownNotifications(exactly(1), {
              outcomes: [{ kind: 'failed', error: 'not-reached' }],
              evidence: ['push'],
            })
          : knownNotifications(exactly(1))),
      }),
    )
    expect(
      screen(resultView, all({ adminUrls: urls, clients, endedUnnotified: 1, verdict: 'partial' })),
    ).toMatchInlineSnapshot(`
      "Done in part: 4 sessions ended, 0 left.
        client step       3 of 3, 2 passes, 12 s
        realm step        1 of 1, 0 s
      1 session ended without notification in the realm step.

         client  sessions     notified                URL or reason
      ✗  dead           1  ░  1 failed (not-reached)  https://dead.example
         half           1  █  1 expected              https://half.example
         dark           1  █  1 expected              https://dark.example
         mute           1  █  1 expected              https://mute.example
         lost           1  █  1 expected              https://lost.example
         fine           1  █  1 expected              https://fine.example

      ! dead https://dead.example: Not reachable from Keycloak or from this machine.
      ! half https://half.example: Keycloak got no valid answer, but the host accepts
        connections from this machine. The application may implement only k_logout.
      ! dark https://dark.example: Delivery is unknown: checking it requires the role
        manage-realm or manage-clients.
      ! mute https://mute.example: Delivery is unknown: Keycloak did not answer the
        check.
      ! lost https://lost.example: Keycloak's answer does not mention it.
      "
    `)
  })

  it.each<[string, Partial<AllOutcome>]>([
    [
      'Interrupted: 4 sessions ended, 0 not tried. Run the command again to continue.',
      { interrupted: true, verdict: 'partial' },
    ],
    ['Nothing to do: no user was signed in to customers.', { verdict: 'nothing-to-do' }],
    ['Done: 4 sessions ended, none left.', {}],
    ['Failed: no session ended, 3 left.', { verdict: 'failed', after: { ...all().after, left: 3 } }],
    ['1 session ended without notification in the realm step.', { endedUnnotified: 1, verdict: 'partial' }],
    [
      '2 sessions started after the logout: users can sign in again.',
      { after: { ...all().after, startedAfter: 2 } },
    ],
  ])('says "%s"', (text, values) => {
    expect(screen(resultView, all(values))).toContain(text)
  })

  it('makes no claim about sessions that could not be checked', () => {
    const shown = screen(
      resultView,
      all({ after: { active: null, offline: null, startedAfter: null, left: null } }),
    )
    expect(shown).toContain('The remaining sessions could not be checked.')
    expect(shown).not.toContain('none left')
  })
})

it('shows until when access tokens are valid, with the date on another day', () => {
  const shown = (accessTokenLifespan: number) =>
    screen(resultView, all({ clients: [unnotifiedClient({ accessTokenLifespan })] }))
  expect(shown(300)).toContain('valid for up to 5 min (until 13:03 UTC).')
  expect(shown(86_400)).toContain('valid for up to 1 d (until 2026-11-22 12:58 UTC).')
})

describe('every screen of all', () => {
  it.each<[string, (columns: number) => string]>([
    ['the plan', (c) => screen(allPlanView, all({ clients: LONG_CLIENTS }), c)],
    ['the result', (c) => screen(resultView, all({ clients: LONG_CLIENTS }), c)],
  ])('%s fits from 60 columns on', (_, shown) => {
    for (const columns of WIDTHS) expect(tooWide(shown(columns), columns)).toEqual([])
  })
})

describe('sessions that were held back', () => {
  const held = all({
    verdict: 'partial',
    realmStepSkipped: 'held-back',
    heldBack: [
      {
        clientId: 'shop',
        answer: '500',
        notBefore: '2026-11-21T12:57:00.000Z',
        sessions: Array.from({ length: 22 }, (_, index) => ({
          ...{ id: `s${index}`, username: 'ada', offline: false },
        })),
        command: 'kc-logout all -r customers --client shop',
      },
    ],
  })

  it('are listed, with the reason and the command to end them later', () => {
    const shown = screen(resultView, held).replace(/\s+/g, ' ')
    expect(shown).toContain('22 sessions held back, still active: the last five calls failed at shop (500).')
    expect(shown).toContain('Its tokens from before 2026-11-21T12:57:00.000Z are cut off at Keycloak.')
    expect(shown).toContain('To end them later: kc-logout all -r customers --client shop')
    expect(shown).toContain('held back: ada, session s19 (shop)')
    expect(shown).toContain('and 2 more (--json lists all)')
    expect(shown).toContain(
      'The realm step did not run: it would have ended the sessions that were held back',
    )
  })

  it.each(WIDTHS)('fit %i columns', (columns) => {
    expect(tooWide(screen(resultView, held, columns), columns)).toEqual([])
  })
})
