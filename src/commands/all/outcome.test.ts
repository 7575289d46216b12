import { describe, expect, it } from 'vitest'
import type { LogoutVerdict } from '../../core/client-result.ts'
import { type AdminUrlEntry, type AllOutcome, type Phase, verdictOfAll } from './outcome.ts'

const phase = (values: Partial<Phase> = {}): Phase => ({
  name: 'client',
  sessions: 2,
  ended: 2,
  gone: 0,
  unknown: 0,
  failed: [],
  untried: 0,
  seconds: 1,
  ...values,
})
const FAILURE = { session: 's', user: 'ada', code: 'server-error', error: 'It failed.' }
const url = (reached: AdminUrlEntry['reached']): AdminUrlEntry => ({
  clientId: 'a',
  url: 'https://a',
  reached,
})

const DONE: Parameters<typeof verdictOfAll>[0] = {
  before: { active: 3, offline: 0, sessions: 2, users: 2, clients: 1, tenants: 1 },
  phases: [phase(), phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })],
  endedUnnotified: 0,
  adminUrls: [url('yes')],
  after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
  interrupted: false,
}
const NO_SESSIONS = { active: 0, offline: 0, sessions: 0, users: 0, clients: 0, tenants: 0 }
const NOT_VERIFIED = { active: null, offline: null, startedAfter: null, left: null }

describe('the verdict of all', () => {
  it.each<[LogoutVerdict, string, Partial<AllOutcome>]>([
    ['done', 'all sessions ended with notification', {}],
    ['done', 'users signed in again afterwards', { after: { ...DONE.after, active: 3, startedAfter: 3 } }],
    ['done', 'whether Keycloak reaches an Admin URL is unknown', { adminUrls: [url('unknown')] }],
    [
      'done',
      'a given access token ended with the realm, so nothing could be verified',
      { after: NOT_VERIFIED },
    ],
    ['partial', 'a session ended without notification', { endedUnnotified: 1 }],
    ['partial', 'a session is left', { after: { ...DONE.after, left: 1 } }],
    ['partial', 'an Admin URL was not reached', { adminUrls: [url('yes'), url('no')] }],
    ['partial', 'one session failed', { phases: [phase({ ended: 1, failed: [FAILURE] })] }],
    ['partial', 'one session was not attempted', { phases: [phase({ ended: 1, untried: 1 })] }],
    ['partial', 'it was interrupted', { interrupted: true }],
    ['partial', 'the realm step was skipped', { realmStepSkipped: 'sessions-left' }],
    [
      'partial',
      'it could not be verified without a connection',
      { after: NOT_VERIFIED, error: { code: 'timeout', message: '', hint: null, exitCode: 6 } },
    ],
    ['failed', 'no session ended', { phases: [phase({ ended: 0, failed: [FAILURE, FAILURE] })] }],
    [
      'failed',
      'the realm step alone was not sent',
      { phases: [phase({ name: 'realm', ended: 0, untried: 2, call: 'not-sent' })] },
    ],
    [
      'partial',
      'the realm step alone had nothing to end, and an Admin URL was not reached',
      { phases: [phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })], adminUrls: [url('no')] },
    ],
    [
      'nothing-to-do',
      'no user was signed in',
      { before: NO_SESSIONS, phases: [phase({ name: 'realm', sessions: 0, ended: 0, call: 'done' })] },
    ],
    ['done', 'no user was signed in at first, but a later session ended', { before: NO_SESSIONS }],
  ])('%s: %s', (verdict, _, values) => {
    expect(verdictOfAll({ ...DONE, ...values })).toBe(verdict)
  })
})
