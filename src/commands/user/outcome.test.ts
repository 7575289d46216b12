import { describe, expect, it } from 'vitest'
import { aClient, aRealm, aSession, aUser } from '../../../test/support/builders.ts'
import type { LogoutVerdict } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import { type Aftermath, plannedResult, sessionKey, userResult } from './build-outcome.ts'
import { overall } from './outcome.ts'
import { planUsers, type UserChoice } from './plan.ts'

const SESSIONS = [
  aSession({ id: 'a', clients: ['shop'] }),
  aSession({ id: 'b', clients: ['shop', 'silent'] }),
  aSession({ id: 'a', clients: ['shop'], offline: true }),
]
const [A, B, OFFLINE_A] = SESSIONS as [Session, Session, Session]

const FACTS = {
  realm: aRealm(),
  clients: [
    aClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/x' }),
    aClient({ clientId: 'silent' }),
  ],
  ownSessionId: undefined,
}

const plan = (choice: Partial<UserChoice> = {}, sessions: readonly Session[] = SESSIONS) => {
  const [person] = planUsers(
    [{ user: aUser(), sessions }],
    {
      offlineSessions: false,
      keepOfflineSessions: false,
      disable: false,
      onlineTwinsOnly: false,
      ...choice,
    },
    FACTS,
  ).users
  if (!person) throw new Error('a plan for nobody')
  return person
}

const afterwards = (living: readonly Session[], said: Partial<Aftermath> = {}): Aftermath => ({
  living,
  endedHere: new Set([...SESSIONS, ...(said.lateComers ?? [])].map(sessionKey)),
  lookedAgain: true,
  notBeforeSet: true,
  disabled: false,
  deleted: false,
  lateComers: [],
  errors: [],
  ownSessionId: undefined,
  ...said,
})
const outcomeOf = (one: ReturnType<typeof plan>, after: Aftermath) => userResult(one, after, FACTS)
const ERROR = { session: 'a', code: 'server-error', error: 'It failed.' }

describe('the verdict on one person', () => {
  it.each<[LogoutVerdict, string, readonly Session[], Partial<Aftermath>]>([
    ['done', 'nothing of the plan lives', [OFFLINE_A], {}],
    ['partial', 'one of two lives', [B], {}],
    ['failed', 'both live', [A, B], {}],
    ['partial', 'everything ended, but something failed', [], { errors: [ERROR] }],
    ['done', 'somebody signed in meanwhile', [aSession({ id: 'new' })], {}],
    ['partial', 'the not-before was not set', [], { notBeforeSet: false }],
    ['partial', 'whether the not-before was set is not known', [], { notBeforeSet: null }],
    ['done', 'the person was deleted meanwhile', [], { notBeforeSet: false, deleted: true }],
    ['partial', 'nobody could look', [], { lookedAgain: false }],
  ])('%s: %s', (verdict, _, living, said) => {
    expect(outcomeOf(plan(), afterwards(living, said)).verdict).toBe(verdict)
  })

  it.each<[LogoutVerdict, boolean | null]>([
    ['done', true],
    ['partial', false],
    ['partial', null],
  ])('%s where the account was to be locked, and was: %s', (verdict, disabled) => {
    expect(outcomeOf(plan({ disable: true }), afterwards([], { disabled })).verdict).toBe(verdict)
  })

  it('done where no not-before was to be set', () => {
    const after = afterwards([], { notBeforeSet: false })
    expect(outcomeOf(plan({ keepOfflineSessions: true }), after).verdict).toBe('done')
  })

  it('done where only late comers were there to end', () => {
    expect(outcomeOf(plan({}, []), afterwards([], { lateComers: [aSession()] })).verdict).toBe('done')
  })

  it('nothing-to-do where there was no session, though the not-before was set', () => {
    expect(outcomeOf(plan({}, []), afterwards([]))).toMatchObject({
      verdict: 'nothing-to-do',
      notBeforeSet: true,
      sessionsLeft: 0,
    })
  })

  it('partial where there was no session and the not-before could not be set', () => {
    expect(outcomeOf(plan({}, []), afterwards([], { errors: [ERROR], notBeforeSet: false })).verdict).toBe(
      'partial',
    )
  })
})

describe('what is said of a person', () => {
  it('an offline session that shares its id with an online one is another session', () => {
    const { sessions, sessionsLeft, startedAfter } = outcomeOf(plan(), afterwards([OFFLINE_A]))
    expect(sessions.map(({ id, offline, ended, planned }) => [id, offline, ended, planned])).toEqual([
      ['a', false, true, true],
      ['b', false, true, true],
      ['a', true, false, false],
    ])
    expect([sessionsLeft, startedAfter]).toEqual([0, 0])
  })

  it('only sessions of the plan count as left; those begun later are startedAfter', () => {
    expect(outcomeOf(plan({ sessionIds: ['a'] }), afterwards([B, aSession({ id: 'new' })]))).toMatchObject({
      sessionsLeft: 0,
      startedAfter: 1,
    })
  })

  it("neither one's own new session nor an offline one says that the person signed in again", () => {
    const living = [aSession({ id: 'own' }), aSession({ id: 'late', offline: true })]
    expect(outcomeOf(plan(), afterwards(living, { ownSessionId: 'own' })).startedAfter).toBe(0)
  })

  it('a client was called for each of its sessions that ended, and for no other', () => {
    const deliveries = (living: readonly Session[]) =>
      outcomeOf(plan(), afterwards(living)).clients.map(({ clientId, sessions, ended, delivery }) => [
        clientId,
        sessions,
        ended,
        delivery,
      ])
    expect(deliveries([])).toEqual([
      ['silent', 1, 1, 'none'],
      ['shop', 2, 2, 'unconfirmed'],
    ])
    expect(deliveries([B])).toEqual([
      ['silent', 1, 0, 'none'],
      ['shop', 2, 1, 'unconfirmed'],
    ])
    expect(deliveries([A, B])).toEqual([
      ['silent', 1, 0, 'none'],
      ['shop', 2, 0, 'none'],
    ])
  })

  it('a client was not called for a session that had gone by itself', () => {
    const endedHere = new Set([sessionKey(A)])
    const { clients, sessions, verdict } = outcomeOf(plan(), afterwards([], { endedHere }))
    expect(clients.map(({ clientId, ended }) => [clientId, ended])).toEqual([
      ['silent', 0],
      ['shop', 1],
    ])
    expect([verdict, sessions[1]?.ended]).toEqual(['done', true])
  })

  it('a late comer has ended only if it lives no more', () => {
    const late = [aSession({ id: 'late-1' }), aSession({ id: 'late-2' })]
    const { sessions } = outcomeOf(plan(), afterwards(late.slice(1), { lateComers: late }))
    expect(sessions.slice(-2).map(({ id, ended, planned }) => [id, ended, planned])).toEqual([
      ['late-1', true, false],
      ['late-2', false, false],
    ])
  })

  it('the clients of a late comer are those of the result, too', () => {
    const late = aSession({ id: 'late', clients: ['shop', 'silent'] })
    const shopOnly = plan({}, [A])
    const clients = (living: readonly Session[]) =>
      outcomeOf(shopOnly, afterwards(living, { lateComers: [late] })).clients.map(
        ({ clientId, sessions, ended, delivery }) => [clientId, sessions, ended, delivery],
      )
    expect(clients([])).toEqual([
      ['silent', 1, 1, 'none'],
      ['shop', 2, 2, 'unconfirmed'],
    ])
    expect(clients([late])).toEqual([
      ['silent', 1, 0, 'none'],
      ['shop', 2, 1, 'unconfirmed'],
    ])
  })

  it('shows times in ISO 8601 and clients by name', () => {
    expect(plannedResult(plan()).sessions[1]).toEqual({
      id: 'b',
      offline: false,
      started: '2026-01-02T03:04:05.000Z',
      lastAccess: '2026-01-02T03:14:05.000Z',
      ipAddress: '192.0.2.1',
      clients: ['shop', 'silent'],
      ended: false,
      planned: true,
    })
  })
})

describe('a plan that was only shown', () => {
  it.each<[LogoutVerdict, Partial<UserChoice>, readonly Session[]]>([
    ['planned', {}, SESSIONS],
    ['planned', {}, []],
    ['planned', { keepOfflineSessions: true, disable: true }, []],
    ['nothing-to-do', { keepOfflineSessions: true }, []],
    ['nothing-to-do', { clientIds: ['silent'] }, [A]],
  ])('%s: %j', (verdict, choice, sessions) => {
    expect(plannedResult(plan(choice, sessions)).verdict).toBe(verdict)
  })

  it('has told nobody and ended nothing', () => {
    expect(plannedResult(plan())).toMatchObject({
      sessionsLeft: 2,
      startedAfter: 0,
      notBeforeSet: false,
      lookedAgain: false,
      clients: [
        { delivery: 'none', ended: 0 },
        { delivery: 'none', ended: 0 },
      ],
    })
  })
})

describe('the verdict on several people', () => {
  it.each<[LogoutVerdict, readonly LogoutVerdict[]]>([
    ['done', ['done', 'nothing-to-do']],
    ['partial', ['done', 'partial']],
    ['partial', ['done', 'failed']],
    ['partial', ['partial', 'failed']],
    ['failed', ['failed', 'nothing-to-do']],
    ['planned', ['planned', 'nothing-to-do']],
    ['nothing-to-do', ['nothing-to-do']],
    ['nothing-to-do', []],
  ])('%s: %j', (verdict, each) => {
    expect(overall(each)).toBe(verdict)
  })
})
