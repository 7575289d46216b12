import { describe, expect, it } from 'vitest'
import {
  clientEntry,
  LONG_CLIENTS,
  screen,
  tooWide,
  unnotifiedClient,
  WIDTHS,
} from '../../../test/support/screens.ts'
import type { AllOutcome } from './outcome.ts'
import { allPlanView } from './plan.view.ts'
import { allView } from './view.ts'

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
  clients: [clientEntry({ sessions: 3, ended: 3, delivery: 'unconfirmed' })],
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
      clients: [unnotifiedClient(), clientEntry({ channel: 'admin-url' })],
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

         client  sessions     notified         where, or why not
      ✗  silent         1  ░  no               no logout URL
         shop           1  █  once, Admin URL  https://shop.example/logout

      ✗ 1 client will not be notified: silent
      Access tokens stay valid for up to 5 min. silent may keep its own session
        longer.

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

      client  sessions       notified             where, or why not
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
      clientEntry({ clientId, url, delivery, channel: 'admin-url' }),
    )
    expect(
      screen(allView, all({ adminUrls: urls, clients, endedUnnotified: 1, verdict: 'partial' })),
    ).toMatchInlineSnapshot(`
      "Done in part: 4 sessions ended, 0 left.
        client step       3 of 3, 2 passes, 12 s
        realm step        1 of 1, 0 s
      1 session ended untold by the realm step.

         client  sessions     notified     where, or why not
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

describe('every screen of all', () => {
  it.each<[string, (columns: number) => string]>([
    ['the plan', (c) => screen(allPlanView, all({ clients: LONG_CLIENTS }), c)],
    ['the result', (c) => screen(allView, all({ clients: LONG_CLIENTS }), c)],
  ])('%s fits from 60 columns on', (_, shown) => {
    for (const columns of WIDTHS) expect(tooWide(shown(columns), columns)).toEqual([])
  })
})
