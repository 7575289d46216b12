import { describe, expect, it } from 'vitest'
import {
  clock,
  connectionClosed,
  connectionRefused,
  interrupted,
  keycloak,
  missingRole,
  operations,
  resultOf,
  serverError,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT, UserError } from '../../errors.ts'

describe('a failure', () => {
  it('of one session is partial: it is left, and no not-before is set', async () => {
    signIn('s1')
    signIn('s2')
    keycloak.on('endSession', (id) => {
      if (id === 's1') throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(operations()).not.toContain('logoutUser id-ada')
    expect(resultOf(ran).users[0]).toMatchObject({
      verdict: 'partial',
      sessionsLeft: 1,
      notBeforeSet: false,
      errors: [{ session: 's1', code: 'server-error', error: 'It failed.' }],
      clients: [{ clientId: 'shop', sessions: 2, ended: 1 }],
    })
  })

  it('of all sessions is failed', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.failed, 'failed'])
  })

  it('of one user does not affect the others', async () => {
    signIn('s1')
    keycloak.addSession({ id: 'b1', username: 'bob', clients: ['shop'] })
    keycloak.on('logoutUser', (id) => {
      if (id === 'id-ada') throw serverError()
    })
    const ran = await user('ada bob --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran).users.map(({ verdict, notBeforeSet }) => [verdict, notBeforeSet])).toEqual([
      ['partial', false],
      ['done', true],
    ])
  })

  it('because of a role makes the next user partial: no not-before is set', async () => {
    signIn('s1')
    keycloak.addSession({ id: 'b1', username: 'bob', clients: ['shop'] })
    keycloak.on('logoutUser', () => {
      throw missingRole()
    })
    const ran = await user('ada bob --concurrency 1 --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.denied, 'partial'])
    expect(resultOf(ran).users.map(({ verdict, notBeforeSet }) => [verdict, notBeforeSet])).toEqual([
      ['partial', false],
      ['partial', false],
    ])
  })

  it.each<[string, () => UserError, boolean | null]>([
    ['breaks off', connectionClosed, null],
    ['is answered by a proxy', () => new UserError('server-unavailable', 'HTTP 503'), null],
    ['fails in the server', serverError, false],
    ['cannot connect', connectionRefused, false],
  ])('shows what is known about the not-before if the logout %s', async (_, failure, notBeforeSet) => {
    signIn('s1')
    keycloak.on('logoutUser', () => {
      throw failure()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).users[0]?.verdict]).toEqual([EXIT.partial, 'partial'])
    expect(resultOf(ran).users[0]?.notBeforeSet).toBe(notBeforeSet)
  })

  it('does not count if only the answer of the logout is lost and the not-before is set', async () => {
    signIn('s1')
    keycloak.on('logoutUser', async (id) => {
      keycloak.addUser('ada', { id: String(id), notBefore: 1_900_000_000 })
      throw connectionClosed()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).users[0]).toMatchObject({ verdict: 'done', notBeforeSet: true, errors: [] })
  })

  it('to verify is partial: exit 3', async () => {
    signIn('s1')
    let reads = 0
    keycloak.on('sessionsOf', () => {
      if (++reads === 3) throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, resultOf(ran).verdict]).toEqual([EXIT.partial, 'partial'])
    expect(resultOf(ran).users[0]).toMatchObject({ lookedAgain: false, sessionsLeft: 0 })
  })

  it('because of a missing role is exit 4, with one document about what was done and why it stopped', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw missingRole()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.denied)
    expect(resultOf(ran)).toMatchObject({
      verdict: 'failed',
      error: { code: 'role-missing', message: 'The role is missing.', exitCode: 4 },
      users: [{ sessionsLeft: 1 }],
    })
    expect(ran.stderr).toContain('The role is missing.')
  })

  it('because the server is unreachable is exit 6, with the sessions that ended by its answers', async () => {
    signIn('s1')
    signIn('s2')
    let isGone = false
    keycloak.on('endSession', (id) => {
      if (id === 's2') isGone = true
      if (isGone) throw connectionRefused()
    })
    keycloak.on('sessionsOf', () => {
      if (isGone) throw connectionRefused()
    })
    const ran = await user('ada --concurrency 1 --yes --json')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran)).toMatchObject({
      error: { code: 'refused-connection' },
      users: [
        {
          lookedAgain: false,
          sessionsLeft: 1,
          sessions: [
            { id: 's1', ended: true },
            { id: 's2', ended: false },
          ],
        },
      ],
    })
  })

  it('to end within --act-timeout is still-running: exit 6', async () => {
    signIn('s1')
    keycloak.on('endSession', () => 'stall')
    const ran = await user('ada --act-timeout 20 --yes --json')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran).users[0]?.errors).toMatchObject([{ session: 's1', code: 'still-running' }])
  })

  it('does not occur if the session ends within --act-timeout', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      void clock.sleep(100_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    expect((await user('ada --yes')).code).toBe(EXIT.ok)
  })

  it('does not occur if the logout of the user outlasts the timeout', async () => {
    keycloak.on('logoutUser', () => {
      void clock.sleep(100_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(resultOf(ran).users[0]?.notBeforeSet).toBe(true)
  })
})

describe('an interruption', () => {
  it('prints what was done and exits 130', async () => {
    for (let i = 0; i < 30; i++) signIn(`s${i}`)
    const controller = new AbortController()
    keycloak.on('endSession', () => clock.sleep(1000))
    void clock.sleep(1_500).then(() => controller.abort('SIGINT'))
    const ran = await user('ada --concurrency 4 --yes --json', { signal: controller.signal })
    expect(ran.code).toBe(EXIT.interrupted)
    expect(resultOf(ran).users[0]).toMatchObject({
      verdict: 'partial',
      sessionsLeft: 22,
      notBeforeSet: false,
    })
    expect(resultOf(ran)).toMatchObject({ interrupted: true, verdict: 'partial' })
    expect(operations()).not.toContain('logoutUser id-ada')
  })

  it('during the logout of the user leaves it unknown whether the not-before was set', async () => {
    signIn('s1')
    const run = (flags: string) => {
      const controller = new AbortController()
      keycloak.on('logoutUser', () => {
        controller.abort('SIGINT')
        throw interrupted()
      })
      return user(`ada --yes ${flags}`, { signal: controller.signal })
    }
    const ran = await run('--json')
    expect(ran.code).toBe(EXIT.interrupted)
    expect(resultOf(ran)).toMatchObject({
      interrupted: true,
      verdict: 'partial',
      users: [{ verdict: 'partial', notBeforeSet: null, lookedAgain: false }],
    })
    signIn('s2')
    const { stdout } = await run('')
    expect(stdout).toContain('it is unknown whether the not-before was set')
    expect(stdout).not.toContain('the not-before was not set')
    expect(stdout).toContain('Interrupted.')
  })

  it('is not reported for a completed run', async () => {
    signIn('s1')
    expect(resultOf(await user('ada --dry-run --json')).interrupted).toBe(false)
    expect(resultOf(await user('ada --yes --json')).interrupted).toBe(false)
    expect(resultOf(await user('ada --keep-offline-sessions --json')).interrupted).toBe(false)
  })
})
