import { describe, expect, it } from 'vitest'
import { aClient, aRealm, aSession, aUser } from '../../../test/support/builders.ts'
import type { LogoutVerdict } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import { sessionKey } from '../../core/session-key.ts'
import { type Aftermath, plannedResult, userResult } from './build-outcome.ts'
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
  expiredUnread: false,
}

const plan = (choice: Partial<UserChoice> = {}, sessions: readonly Session[] = SESSIONS) => {
  const [planned] = planUsers(
    [{ user: aUser(), sessions }],
    {
      offlineSessions: false,
      keepOfflineSessions: false,
      disable: false,
      onlineOnlyIfBoth: false,
      sessionIds: [],
      clientIds: [],
      ...choice,
    },
    FACTS,
  ).users
  if (!planned) throw new Error('an empty plan')
  return planned
}

const afterwards = (active: readonly Session[], changes: Partial<Aftermath> = {}): Aftermath => ({
  active,
  endedHere: new Set([...SESSIONS, ...(changes.newSessions ?? [])].map(sessionKey)),
  requests: new Map(),
  clientsAfter: undefined,
  endedAt: 0,
  lookedAgain: true,
  notifiesEachSession: true,
  notBeforeSet: true,
  disabled: false,
  deleted: false,
  newSessions: [],
  errors: [],
  ownSessionId: undefined,
  ...changes,
})
const resultOf = (one: ReturnType<typeof plan>, after: Aftermath) => userResult(one, after, FACTS)
const ERROR = { session: 'a', code: 'server-error', error: 'It failed.' }

describe('the verdict of one user', () => {
  it.each<[LogoutVerdict, string, readonly Session[], Partial<Aftermath>]>([
    ['done', 'no planned session is active', [OFFLINE_A], {}],
    ['partial', 'one of two is active', [B], {}],
    ['failed', 'both are active', [A, B], {}],
    ['partial', 'all sessions ended, but something failed', [], { errors: [ERROR] }],
    ['done', 'a session started during the run', [aSession({ id: 'new' })], {}],
    ['partial', 'the not-before was not set', [], { notBeforeSet: false }],
    ['partial', 'it is unknown whether the not-before was set', [], { notBeforeSet: null }],
    ['done', 'the user was deleted during the run', [], { notBeforeSet: false, deleted: true }],
    ['partial', 'the sessions could not be read again', [], { lookedAgain: false }],
  ])('%s: %s', (verdict, _, active, changes) => {
    expect(resultOf(plan(), afterwards(active, changes)).verdict).toBe(verdict)
  })

  it.each<[LogoutVerdict, boolean | null]>([
    ['done', true],
    ['partial', false],
    ['partial', null],
  ])('%s if the account should be locked and is: %s', (verdict, disabled) => {
    expect(resultOf(plan({ disable: true }), afterwards([], { disabled })).verdict).toBe(verdict)
  })

  it('done if no not-before should be set', () => {
    const after = afterwards([], { notBeforeSet: false })
    expect(resultOf(plan({ keepOfflineSessions: true }), after).verdict).toBe('done')
  })

  it('done if only new sessions ended', () => {
    expect(resultOf(plan({}, []), afterwards([], { newSessions: [aSession()] })).verdict).toBe('done')
  })

  it('nothing-to-do without sessions, even if the not-before was set', () => {
    expect(resultOf(plan({}, []), afterwards([]))).toMatchObject({
      verdict: 'nothing-to-do',
      notBeforeSet: true,
      sessionsLeft: 0,
    })
  })

  it('partial without sessions if the not-before could not be set', () => {
    expect(resultOf(plan({}, []), afterwards([], { errors: [ERROR], notBeforeSet: false })).verdict).toBe(
      'partial',
    )
  })
})

describe('the result for one user', () => {
  it('keeps an online and an offline session with the same id apart', () => {
    const { sessions, sessionsLeft, startedAfter } = resultOf(plan(), afterwards([OFFLINE_A]))
    expect(sessions.map(({ id, offline, ended, planned }) => [id, offline, ended, planned])).toEqual([
      ['a', false, true, true],
      ['b', false, true, true],
      ['a', true, false, false],
    ])
    expect([sessionsLeft, startedAfter]).toEqual([0, 0])
  })

  it('counts planned sessions as left and new ones as startedAfter', () => {
    expect(resultOf(plan({ sessionIds: ['a'] }), afterwards([B, aSession({ id: 'new' })]))).toMatchObject({
      sessionsLeft: 0,
      startedAfter: 1,
    })
  })

  it('does not count the own new session or offline sessions as startedAfter', () => {
    const active = [aSession({ id: 'own' }), aSession({ id: 'off', offline: true })]
    expect(resultOf(plan(), afterwards(active, { ownSessionId: 'own' })).startedAfter).toBe(0)
  })

  it('counts a delivery for each ended session of a client', () => {
    const deliveries = (active: readonly Session[]) =>
      resultOf(plan(), afterwards(active)).clients.map(({ clientId, sessions, ended, delivery }) => [
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

  it('counts no delivery for a session that had already ended', () => {
    const endedHere = new Set([sessionKey(A)])
    const { clients, sessions, verdict } = resultOf(plan(), afterwards([], { endedHere }))
    expect(clients.map(({ clientId, ended }) => [clientId, ended])).toEqual([
      ['silent', 0],
      ['shop', 1],
    ])
    expect([verdict, sessions[1]?.ended]).toEqual(['done', true])
  })

  it('marks a new session as ended only if it is no longer active', () => {
    const started = [aSession({ id: 'new-1' }), aSession({ id: 'new-2' })]
    const { sessions } = resultOf(plan(), afterwards(started.slice(1), { newSessions: started }))
    expect(sessions.slice(-2).map(({ id, ended, planned }) => [id, ended, planned])).toEqual([
      ['new-1', true, false],
      ['new-2', false, false],
    ])
  })

  it('includes the clients of new sessions', () => {
    const started = aSession({ id: 'new', clients: ['shop', 'silent'] })
    const shopOnly = plan({}, [A])
    const clients = (active: readonly Session[]) =>
      resultOf(shopOnly, afterwards(active, { newSessions: [started] })).clients.map(
        ({ clientId, sessions, ended, delivery }) => [clientId, sessions, ended, delivery],
      )
    expect(clients([])).toEqual([
      ['silent', 1, 1, 'none'],
      ['shop', 2, 2, 'unconfirmed'],
    ])
    expect(clients([started])).toEqual([
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

describe('a plan', () => {
  it.each<[LogoutVerdict, Partial<UserChoice>, readonly Session[]]>([
    ['planned', {}, SESSIONS],
    ['planned', {}, []],
    ['planned', { keepOfflineSessions: true, disable: true }, []],
    ['nothing-to-do', { keepOfflineSessions: true }, []],
    ['nothing-to-do', { clientIds: ['silent'] }, [A]],
  ])('%s: %j', (verdict, choice, sessions) => {
    expect(plannedResult(plan(choice, sessions)).verdict).toBe(verdict)
  })

  it('has ended no session and has no deliveries', () => {
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

describe('the verdict of several users', () => {
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
