import { describe, expect, it } from 'vitest'
import type { LogoutVerdict } from '../../core/client-result.ts'
import { unnotifiedClients } from '../../core/not-notified.ts'
import { type AdminUrlEntry, type AllOutcome, type Phase, verdictOfAll } from './outcome.ts'

const phase = (said: Partial<Phase> = {}): Phase => ({
  name: 'client',
  sessions: 2,
  ended: 2,
  gone: 0,
  failed: [],
  untried: 0,
  seconds: 1,
  ...said,
})
const FAILURE = { session: 's', user: 'ada', code: 'server-error', error: 'It failed.' }
const url = (delivery: AdminUrlEntry['delivery']): AdminUrlEntry => ({
  clientId: 'a',
  url: 'https://a',
  delivery,
})

const DONE: Parameters<typeof verdictOfAll>[0] = {
  before: { active: 3, offline: 0, sessions: 2, users: 2, clients: 1, tenants: 1 },
  phases: [phase(), phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })],
  endedUnnotified: 0,
  adminUrls: [url('confirmed')],
  after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
  interrupted: false,
}
const NOBODY = { active: 0, offline: 0, sessions: 0, users: 0, clients: 0, tenants: 0 }
const NOT_LOOKED = { active: null, offline: null, startedAfter: null, left: null }

describe('the verdict on a logout of the realm', () => {
  it.each<[LogoutVerdict, string, Partial<AllOutcome>]>([
    ['done', 'everything ended and was told', {}],
    ['done', 'people signed in again since', { after: { ...DONE.after, active: 3, startedAfter: 3 } }],
    ['done', 'an Admin URL is unconfirmed', { adminUrls: [url('unconfirmed')] }],
    ['done', 'a token that was given died with the realm: nothing could be looked at', { after: NOT_LOOKED }],
    ['partial', 'sessions ended untold', { endedUnnotified: 1 }],
    ['partial', 'sessions are left', { after: { ...DONE.after, left: 1 } }],
    ['partial', 'an Admin URL was not reached', { adminUrls: [url('confirmed'), url('failed')] }],
    ['partial', 'one failed', { phases: [phase({ ended: 1, failed: [FAILURE] })] }],
    ['partial', 'some were not tried', { phases: [phase({ ended: 1, untried: 1 })] }],
    ['partial', 'it was interrupted', { interrupted: true }],
    ['partial', 'the realm step was skipped', { realmStepSkipped: 'sessions-left' }],
    [
      'partial',
      'it could not be looked at for want of a connection',
      { after: NOT_LOOKED, error: { code: 'timeout', message: '', hint: null, exitCode: 6 } },
    ],
    ['failed', 'nothing ended', { phases: [phase({ ended: 0, failed: [FAILURE, FAILURE] })] }],
    [
      'failed',
      'the realm step alone did not come to its end',
      { phases: [phase({ name: 'realm', ended: 0, untried: 2, call: 'not-sent' })] },
    ],
    [
      'partial',
      'the realm step alone had nothing to end, and an Admin URL was not reached',
      { phases: [phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })], adminUrls: [url('failed')] },
    ],
    [
      'nothing-to-do',
      'nobody was signed in',
      { before: NOBODY, phases: [phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })] },
    ],
    ['done', 'nobody was signed in at first, but then somebody was ended', { before: NOBODY }],
  ])('%s: %s', (verdict, _, said) => {
    expect(verdictOfAll({ ...DONE, ...said })).toBe(verdict)
  })
})

describe('whose silence counts with --strict', () => {
  it("is not told, not accepted, and not one of Keycloak's own", () => {
    const clients = [
      { clientId: 'notified', expectation: 'notified' as const },
      { clientId: 'silent', expectation: 'not-notified' as const, reason: 'no-url' as const },
      { clientId: 'accepted', expectation: 'not-notified' as const, reason: 'disabled' as const },
      { clientId: 'account', expectation: 'not-notified' as const, reason: 'built-in' as const },
    ]
    expect(unnotifiedClients(clients, ['accepted']).map(({ clientId }) => clientId)).toEqual(['silent'])
  })
})
