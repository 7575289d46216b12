import { beforeEach, describe, expect, it } from 'vitest'
import {
  active,
  connectionClosed,
  connectionRefused,
  interrupted,
  keycloak,
  missingRole,
  notified,
  operations,
  resultOf,
  serverError,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT, UserError } from '../../errors.ts'

describe('--disable', () => {
  it('locks the account first', async () => {
    signIn('s1')
    const ran = await user('ada --disable --yes --json')
    expect(operations()).toEqual(['setUserEnabled id-ada', 'endSession s1', 'logoutUser id-ada'])
    expect(resultOf(ran).users[0]?.disables).toBe(true)
  })

  it('that fails is an error of that user; the sessions still end', async () => {
    signIn('s1')
    keycloak.on('setUserEnabled', (id) => {
      if (id === 'id-ada') throw serverError()
    })
    const ran = await user('ada bob --disable --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran).users.map(({ verdict, errors }) => [verdict, errors.length])).toEqual([
      ['partial', 1],
      ['nothing-to-do', 0],
    ])
    expect(active()).toEqual([])
  })

  it('shows what it did for a user without sessions', async () => {
    const ran = await user('bob --disable --yes')
    expect(ran.stdout).toMatchInlineSnapshot(`
      "bob  id-bob
      no sessions to end
      the account is locked
      the not-before was set: older refresh and offline tokens are invalid
      "
    `)
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(await user('bob --disable --yes --json')).users[0]).toMatchObject({
      verdict: 'nothing-to-do',
      disabled: true,
      notBeforeSet: true,
    })
  })

  it.each<[string, () => void, boolean | null]>([
    ['is refused', () => keycloak.on('setUserEnabled', () => Promise.reject(missingRole())), false],
    ['fails in the server', () => keycloak.on('setUserEnabled', () => Promise.reject(serverError())), false],
    ['breaks off', () => keycloak.on('setUserEnabled', () => Promise.reject(connectionClosed())), null],
    ['cannot connect', () => keycloak.on('setUserEnabled', () => Promise.reject(connectionRefused())), false],
  ])('shows what is known about the account if the request %s', async (_, prepare, disabled) => {
    prepare()
    expect(resultOf(await user('ada --disable --yes --json')).users[0]).toMatchObject({
      verdict: 'partial',
      disables: true,
      disabled,
    })
  })

  it('is looked up if its answer is lost: the account is locked', async () => {
    keycloak.on('setUserEnabled', async (id) => {
      keycloak.addUser('ada', { id: String(id), enabled: false })
      throw connectionClosed()
    })
    const ran = await user('ada --disable --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).users[0]).toMatchObject({ disabled: true, errors: [] })
  })

  it('is partial and unknown after an interruption', async () => {
    const controller = new AbortController()
    keycloak.on('setUserEnabled', () => {
      controller.abort('SIGINT')
      throw interrupted()
    })
    const ran = await user('ada bob --disable --concurrency 1 --yes --json', { signal: controller.signal })
    expect([ran.code, resultOf(ran).interrupted, resultOf(ran).verdict]).toEqual([
      EXIT.interrupted,
      true,
      'partial',
    ])
    expect(resultOf(ran).users.map(({ verdict, disabled }) => [verdict, disabled])).toEqual([
      ['partial', null],
      ['partial', false],
    ])
  })

  it('without the role stops the run before a session ends', async () => {
    signIn('s1')
    keycloak.on('setUserEnabled', () => {
      throw missingRole()
    })
    const ran = await user('ada --disable --yes --json')
    expect(ran.code).toBe(EXIT.denied)
    expect([operations(), active()]).toEqual([['setUserEnabled id-ada'], ['s1']])
  })
})

describe('a session that starts during the run', () => {
  it('ends too, with notification, if it starts before the logout of the user', async () => {
    signIn('s1')
    let once = false
    keycloak.on('endSession', () => {
      if (!once) signIn('new', ['chat'])
      once = true
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, notified(), active()]).toEqual([EXIT.ok, ['chat new', 'shop s1'], []])
    expect(resultOf(ran).users[0]?.sessions.map(({ id, planned, ended }) => [id, planned, ended])).toEqual([
      ['s1', true, true],
      ['new', false, true],
    ])
  })

  const startDuringRun = (clients: string[]) => {
    let once = false
    keycloak.on('endSession', (id) => {
      if (!once) signIn('new', clients)
      once = true
      if (id === 'new' && clients.includes('chat')) throw serverError()
    })
  }

  it('prevents the not-before if it cannot be ended, which would end it without notification', async () => {
    signIn('s1')
    startDuringRun(['chat'])
    const ran = await user('ada --yes --json')
    expect([ran.code, operations(), active()]).toEqual([
      EXIT.partial,
      ['endSession s1', 'endSession new'],
      ['new'],
    ])
    expect(resultOf(ran).users[0]).toMatchObject({
      verdict: 'partial',
      notBeforeSet: false,
      startedAfter: 1,
      errors: [{ session: 'new', code: 'server-error' }],
      clients: [
        // It failed, and Keycloak may have called the client before.
        {
          clientId: 'chat',
          sessions: 1,
          ended: 0,
          reason: 'unconfirmed-end',
          notifications: { expected: { min: 0, max: 1 } },
        },
        { clientId: 'shop', sessions: 1, ended: 1, delivery: 'unconfirmed' },
      ],
    })
  })

  it('counts for each of its clients, with --strict too', async () => {
    keycloak.addClient({ clientId: 'wiki' })
    signIn('s1')
    startDuringRun(['shop', 'wiki'])
    const ran = await user('ada --yes --json --strict')
    expect(resultOf(ran).verdict).toBe('done')
    expect(resultOf(ran).users[0]?.clients).toMatchObject([
      {
        clientId: 'wiki',
        expectation: 'not-notified',
        reason: 'no-url',
        sessions: 1,
        ended: 1,
        delivery: 'none',
      },
      { clientId: 'shop', expectation: 'notified', sessions: 2, ended: 2, delivery: 'unconfirmed' },
    ])
    expect(ran.code).toBe(EXIT.partial)
  })

  it('is in the result even if the next read fails', async () => {
    signIn('s1')
    startDuringRun(['shop'])
    let reads = 0
    keycloak.on('sessionsOf', () => {
      // 1: plan, 2: finds the new session, 3: looks for more.
      if (++reads === 3) throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, operations()]).toEqual([EXIT.partial, ['endSession s1', 'endSession new']])
    expect(resultOf(ran).users[0]?.sessions.map(({ id, ended }) => [id, ended])).toEqual([
      ['s1', true],
      ['new', true],
    ])
  })

  it('makes the verdict done, even if there was nothing to do at first', async () => {
    let reads = 0
    keycloak.on('sessionsOf', () => {
      if (++reads === 2) signIn('new')
    })
    const ran = await user('ada --yes --json')
    expect([resultOf(ran).verdict, notified()]).toEqual(['done', ['shop new']])
  })

  it('counts as startedAfter if it starts after the logout, not as a failure', async () => {
    signIn('s1')
    let reads = 0
    keycloak.on('sessionsOf', () => {
      // 1: plan, 2: looks for new sessions, 3: verifies.
      if (++reads === 3) signIn('new')
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).users[0]).toMatchObject({ verdict: 'done', sessionsLeft: 0, startedAfter: 1 })
  })

  it('is reported with a hint to --disable', async () => {
    signIn('s1')
    let reads = 0
    keycloak.on('sessionsOf', () => {
      if (++reads === 3) signIn('new')
    })
    expect((await user('ada --yes')).stdout).toContain('--disable')
  })

  it('does not keep the run going forever', async () => {
    let serial = 0
    keycloak.on('sessionsOf', () => void signIn(`again-${++serial}`))
    expect((await user('ada --yes')).code).toBe(EXIT.ok)
    expect(serial).toBeLessThan(10)
  })

  it('does not exist for a user who is deleted during the run', async () => {
    signIn('s1')
    let reads = 0
    keycloak.on('sessionsOf', (id) => {
      if (id === 'id-ada' && ++reads > 1)
        throw new UserError('user-not-found', 'deleted', { exitCode: EXIT.notFound })
    })
    const ran = await user('ada bob --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(resultOf(ran).users.map(({ deleted, notBeforeSet }) => [deleted, notBeforeSet])).toEqual([
      [true, false],
      [false, true],
    ])
  })
})

describe('the own session', () => {
  beforeEach(() => {
    signIn('own', ['admin-cli'])
    signIn('s1')
    keycloak.own = 'own'
  })

  it('ends last, with the logout of the user', async () => {
    const ran = await user('ada bob --yes --json')
    expect(operations()).toEqual(['endSession s1', 'logoutUser id-bob', 'logoutUser id-ada'])
    expect([ran.code, resultOf(ran).users[0]?.verdict, active()]).toEqual([EXIT.ok, 'done', []])
  })

  it('ends last, by itself if no not-before is set', async () => {
    await user('ada --keep-offline-sessions --yes')
    expect(operations()).toEqual(['endSession s1', 'endSession own'])
  })

  it('is not a failure although requests fail after it', async () => {
    keycloak.on('sessionsOf', () => {
      if (!active().includes('own'))
        throw new UserError('unauthorized', 'HTTP 401', { exitCode: EXIT.denied })
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(resultOf(ran).users[0]).toMatchObject({ sessionsLeft: 0, lookedAgain: true })
  })

  it('ends after a new session that was seen active, which has ended too', async () => {
    let reads = 0
    keycloak.on('sessionsOf', () => {
      // 1: plan, 2: verifies, 3: looks for new sessions before the own session ends.
      if (++reads === 2) signIn('new')
    })
    const ran = await user('ada --yes --json')
    expect(operations()).toEqual(['endSession s1', 'endSession new', 'logoutUser id-ada'])
    expect(resultOf(ran).users[0]).toMatchObject({ verdict: 'done', startedAfter: 0 })
    expect(resultOf(ran).users[0]?.sessions.find(({ id }) => id === 'new')?.ended).toBe(true)
  })

  it('ends after a new session that could not be ended, which is still active', async () => {
    let reads = 0
    keycloak.on('sessionsOf', () => {
      if (++reads === 3) signIn('new')
    })
    keycloak.on('endSession', (id) => {
      if (id === 'new') throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect(resultOf(ran).users[0]).toMatchObject({ verdict: 'partial', notBeforeSet: false, startedAfter: 1 })
    expect(resultOf(ran).users[0]?.sessions.find(({ id }) => id === 'new')?.ended).toBe(false)
  })

  it('is mentioned in the plan', async () => {
    expect((await user('ada --dry-run')).stdout).toContain('your own session is included and ends last')
  })
})
