import { describe, expect, it } from 'vitest'
import {
  active,
  clock,
  errorOf,
  keycloak,
  notified,
  operations,
  resultOf,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT, UserError } from '../../errors.ts'

const HOUR = 3_600_000

describe('user with options that choose sessions', () => {
  it('ends only these, and sets no not-before', async () => {
    signIn('s1', ['shop'], { ipAddress: '10.0.0.1' })
    signIn('s2', ['shop'], { ipAddress: '192.0.2.1' })
    const ran = await user('ada --ip 10.0.0.0/8 --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect([active(), notified(), operations()]).toEqual([['s2'], ['shop s1'], ['endSession s1']])
    expect(resultOf(ran)).toMatchObject({
      chosen: [{ option: '--ip', values: ['10.0.0.0/8'], sessions: 1 }],
      verdict: 'done',
    })
  })

  it('narrows with each option', async () => {
    const old = { start: clock.now() - 2 * HOUR, lastAccess: clock.now() - HOUR }
    signIn('s1', ['shop'], { ...old, ipAddress: '10.0.0.1' })
    signIn('s2', ['desk'], { ...old, ipAddress: '10.0.0.1' })
    signIn('s3', ['shop'], { ipAddress: '10.0.0.1' })
    await user('ada --ip 10.0.0.1 --client shop --idle 30m --started-before 1h --yes')
    expect(active()).toEqual(['s2', 's3'])
  })

  it('has nothing to do if no session matches', async () => {
    signIn('s1')
    const ran = await user('ada --ip 203.0.113.9 --json')
    expect([ran.code, resultOf(ran).verdict, operations()]).toEqual([EXIT.ok, 'nothing-to-do', []])
  })

  it('leaves out an excluded user', async () => {
    signIn('s1')
    const ran = await user('ada bob --exclude-user ada --yes --json')
    expect(resultOf(ran).users.map(({ username }) => username)).toEqual(['bob'])
    expect(active()).toEqual(['s1'])
  })

  it('has nothing to do if every user is excluded', async () => {
    const ran = await user('ada --exclude-user ada')
    expect([ran.code, operations()]).toEqual([EXIT.ok, []])
    expect(ran.stdout).toContain('Nothing to do: no user matches these options.')
  })
})

describe('user with options that choose users', () => {
  it('logs all of them out of everything', async () => {
    signIn('s1')
    keycloak.addSession({ id: 's2', username: 'bob', clients: ['chat'] })
    keycloak.directory.addGroup('/staff', { users: await keycloak.findUsers('ada') })
    const ran = await user('--group staff --yes --json')
    expect([ran.code, active(), operations()]).toEqual([
      EXIT.ok,
      ['s2'],
      ['endSession s1', 'logoutUser id-ada'],
    ])
    expect(resultOf(ran).chosen).toEqual([{ option: '--group', values: ['staff'], users: 1 }])
  })

  it('narrows a list of names', async () => {
    keycloak.directory.addGroup('/staff', { users: await keycloak.findUsers('ada') })
    const ran = await user('ada bob --group staff --yes --json')
    expect(resultOf(ran).users.map(({ username }) => username)).toEqual(['ada'])
  })

  it('has nothing to do for an empty group', async () => {
    keycloak.directory.addGroup('/staff')
    const ran = await user('--group staff --json')
    expect([ran.code, resultOf(ran).verdict, operations()]).toEqual([EXIT.ok, 'nothing-to-do', []])
  })

  it('goes on without a user who was deleted while sessions were read', async () => {
    signIn('s1')
    keycloak.addSession({ id: 's2', username: 'bob', clients: ['shop'] })
    keycloak.on('sessionsOf', (id) => {
      if (id === 'id-bob') throw new UserError('user-not-found', 'No such user.', { exitCode: EXIT.notFound })
    })
    const ran = await user('ada bob --yes --json')
    expect([ran.code, resultOf(ran).users.map(({ username }) => username)]).toEqual([EXIT.ok, ['ada']])
    expect(ran.stderr).toContain('1 user was deleted while sessions were read.')
  })

  it('shows only users with a session that is chosen, too', async () => {
    signIn('s1', ['shop'], { ipAddress: '10.0.0.1' })
    keycloak.directory.addGroup('/staff', {
      users: [...(await keycloak.findUsers('ada')), ...(await keycloak.findUsers('bob'))],
    })
    const ran = await user('--group staff --ip 10.0.0.1 --yes --json')
    expect(resultOf(ran).users.map(({ username }) => username)).toEqual(['ada'])
  })

  it.each(['', '--ip 10.0.0.1', '--exclude-user bob'])(
    'needs an id or an option for users: %j',
    async (args) => {
      const ran = await user(`${args} --yes --json`)
      expect([ran.code, errorOf(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'no-user', []])
    },
  )
})

describe('user - with the output of sessions --list --json', () => {
  const line = (id: string, userId = 'id-ada', offline = false) => JSON.stringify({ id, userId, offline })
  const list = (...lines: string[]) => user('- --yes --json', { files: { '-': lines.join('\n') } })

  it('ends exactly the listed sessions, and sets no not-before', async () => {
    signIn('s1')
    signIn('s2')
    signIn('s3', ['chat'], { offline: true })
    const ran = await list(line('s1'), line('s3', 'id-ada', true))
    expect([ran.code, active(), notified()]).toEqual([EXIT.ok, ['s2'], ['chat s3', 'shop s1']])
    expect(operations()).toEqual(['endSession s1', 'endSession s3'])
  })

  it('logs a user who is also named out of everything', async () => {
    signIn('s1')
    signIn('s2')
    await list(line('s1'), 'ada')
    expect(active()).toEqual([])
  })

  it('tells an online session from an offline one with the same id', async () => {
    signIn('s1')
    signIn('s1', ['chat'], { offline: true })
    await list(line('s1'))
    expect(active()).toEqual(['s1 offline'])
  })

  it('has nothing to do if all have ended, or their user was deleted', async () => {
    const ran = await list(line('s9'), line('s8', 'id-gone'))
    expect([ran.code, resultOf(ran).verdict, operations()]).toEqual([EXIT.ok, 'nothing-to-do', []])
    expect(ran.stderr).toContain('2 of the 2 sessions listed have already ended')
    expect(ran.stderr).toContain('1 user of the list no longer exists.')
  })

  it('narrows with the options', async () => {
    signIn('s1', ['shop'], { ipAddress: '10.0.0.1' })
    signIn('s2', ['shop'])
    await user('- --yes --ip 10.0.0.1', { files: { '-': `${line('s1')}\n${line('s2')}` } })
    expect(active()).toEqual(['s2'])
  })

  it('refuses sessions of another realm, before any request', async () => {
    const ran = await list(line('s1'), JSON.stringify({ ...JSON.parse(line('s1')), realm: 'other' }))
    expect([ran.code, errorOf(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'bad-list', []])
    expect(ran.stdout).toContain('A session of stdin is of realm other, but the target realm is customers.')
  })

  it('refuses the error of another command', async () => {
    const ran = await list('{"schemaVersion":1,"error":{"message":"No realm is given."}}')
    expect([ran.code, errorOf(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'bad-list', []])
  })
})
