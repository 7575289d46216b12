import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import {
  active,
  errorOf,
  keycloak,
  operations,
  resultOf,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT } from '../../errors.ts'

describe('user names', () => {
  it.each(['ada', 'ADA', 'ada@example.com', 'Ada@Example.com', 'id-ada'])(
    '%s finds the user',
    async (name) => {
      const ran = await user(`${name} --yes --json`)
      expect(resultOf(ran).users.map(({ id }) => id)).toEqual(['id-ada'])
    },
  )

  it('fail if one is unknown: no user is logged out', async () => {
    signIn('s1')
    const ran = await user('ada eve --yes --json')
    expect(ran.code).toBe(EXIT.notFound)
    expect(errorOf(ran)).toMatchObject({ code: 'user-not-found', exitCode: 5 })
    expect(operations()).toEqual([])
  })

  it('fail if one is ambiguous, with a list of users', async () => {
    keycloak.addUser('ada@example.com', { id: 'id-impostor' })
    const ran = await user('ada@example.com --yes --json')
    expect(ran.code).toBe(EXIT.usage)
    expect(errorOf(ran)).toMatchObject({
      code: 'ambiguous-user',
      message: expect.stringMatching(/id-ada .*id-impostor /),
      hint: expect.stringContaining('--by'),
    })
    expect(operations()).toEqual([])
  })

  it.each([
    ['id', 'id-ada', ['id-ada']],
    ['username', 'ada@example.com', ['id-impostor']],
    ['email', 'ada@example.com', ['id-ada']],
  ])('--by %s makes an ambiguous name unique', async (by, name, ids) => {
    keycloak.addUser('ada@example.com', { id: 'id-impostor' })
    const ran = await user(`${name} --by ${by} --yes --json`)
    expect(resultOf(ran).users.map(({ id }) => id)).toEqual(ids)
  })

  it('--by with another field fails', async () => {
    expect((await user('ada --by phone')).code).toBe(EXIT.usage)
  })

  it('may name a user several times', async () => {
    signIn('s1')
    const ran = await user('ada id-ada ada@example.com ada --yes --json')
    expect(resultOf(ran).users.length).toBe(1)
    expect(operations()).toEqual(['endSession s1', 'logoutUser id-ada'])
  })

  it('are read from stdin, one per line, without blank lines', async () => {
    const ran = await user('- --yes --json', { files: { '-': 'ada\r\n\n  bob  \n' } })
    expect(resultOf(ran).users.map(({ username }) => username)).toEqual(['ada', 'bob'])
  })

  it.each([
    ['nothing', ''],
    ['blank lines', '\n \n'],
  ])('fail if stdin contains %s', async (_, stdin) => {
    const ran = await user('- --yes --json', { files: { '-': stdin } })
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'nobody'])
    expect(keycloak.calls).toEqual([])
  })

  it('fail if one is empty', async () => {
    const ran = await commandLine(keycloak)('user', '', '--yes', '--json')
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'empty-value'])
    expect(keycloak.calls).toEqual([])
  })

  it('are required', async () => {
    expect((await user('--yes')).code).toBe(EXIT.usage)
  })

  it('are counted in the question if there are several', async () => {
    expect((await user('ada bob', { agrees: true })).asked).toEqual(['Log 2 users out?'])
  })
})

describe('--session', () => {
  it('ends this session and sets no not-before, which would affect the others', async () => {
    signIn('s1')
    signIn('s2')
    const ran = await user('ada --session s1 --yes --json')
    expect([ran.code, operations(), active()]).toEqual([EXIT.ok, ['endSession s1'], ['s2']])
    expect(resultOf(ran).users[0]).toMatchObject({ sessionsLeft: 0, startedAfter: 0, setsNotBefore: false })
  })

  it('is repeatable, and ids may start with a dash', async () => {
    signIn('-LwjD')
    signIn('s2')
    signIn('s3')
    await user('ada --session=-LwjD --session s2 --yes')
    expect(active()).toEqual(['s3'])
  })

  it('ends nothing if one session belongs to another user', async () => {
    signIn('s1')
    keycloak.addSession({ id: 'of-bob', username: 'bob', clients: ['shop'] })
    const ran = await user('ada --session s1 --session of-bob --yes --json')
    expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.notFound, 'session-not-found', []])
  })

  it('with users from stdin ends the sessions that are left, and warns of missing ones', async () => {
    signIn('s1')
    signIn('s2')
    const ran = await user('- --session s1 --session gone-1 --session gone-2 --yes', {
      files: { '-': 'ada\nada\n' },
    })
    expect([ran.code, operations(), active()]).toEqual([EXIT.ok, ['endSession s1'], ['s2']])
    expect(ran.stderr).toContain('2 of the 3 sessions given were not found: gone-1, gone-2.')
  })

  it.each([
    ['s1 s2 gone-1', '1 of the 3 sessions given was not found: gone-1.'],
    ['s1 s1 gone-1', '1 of the 2 sessions given was not found: gone-1.'],
  ])('with users from stdin counts missing sessions: %s', async (ids, words) => {
    signIn('s1')
    signIn('s2')
    const named = ids.split(' ').map((id) => `--session ${id}`)
    const ran = await user(`- ${named.join(' ')} --yes`, { files: { '-': 'ada\n' } })
    expect(ran.stderr).toContain(words)
  })

  it.each([
    ['ada', 'This user has no session "gone-1" in realm customers.'],
    ['ada bob', 'These users have no session "gone-1" in realm customers.'],
  ])('that is not found, with %s', async (who, words) => {
    signIn('s1')
    expect((await user(`${who} --session gone-1 --yes`)).stderr).toContain(words)
  })

  it('with users from stdin fails if all sessions are missing: exit 5', async () => {
    signIn('s1')
    const ran = await user('- --session gone-1 --session gone-2 --yes --json', { files: { '-': 'ada\n' } })
    expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.notFound, 'session-not-found', []])
  })

  it('with --client ends the session only if it involves that client', async () => {
    signIn('s1', ['shop'])
    const ran = await user('ada --session s1 --client chat --yes --json')
    expect([ran.code, resultOf(ran).verdict, active()]).toEqual([EXIT.ok, 'nothing-to-do', ['s1']])
  })
})

describe('--client', () => {
  it('ends the sessions that involve it, and names the other clients of these sessions', async () => {
    signIn('s1', ['shop', 'chat'])
    signIn('s2', ['desk'])
    const ran = await user('ada --client shop --yes --json')
    expect(active()).toEqual(['s2'])
    expect(operations()).toEqual(['endSession s1'])
    expect(resultOf(ran).users[0]?.clients.map(({ clientId, alongside }) => [clientId, alongside])).toEqual([
      ['chat', true],
      ['shop', false],
    ])
  })

  it('fails if the realm has no such client', async () => {
    signIn('s1')
    const ran = await user('ada --client SHOP --yes --json')
    expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.notFound, 'client-not-found', []])
  })

  it('does nothing if no session involves it, and needs no --yes', async () => {
    signIn('s1', ['chat'])
    const ran = await user('ada --client shop --json')
    expect([ran.code, resultOf(ran).verdict, resultOf(ran).dryRun, operations()]).toEqual([
      EXIT.ok,
      'nothing-to-do',
      false,
      [],
    ])
  })
})
