import { beforeEach, describe, expect, it } from 'vitest'
import {
  active,
  errorOf,
  keycloak,
  missingRole,
  notified,
  operations,
  resultOf,
  signIn,
  useKeycloak,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT } from '../../errors.ts'
import { capabilitiesShownBy } from '../../keycloak/capabilities.ts'

describe('offline sessions', () => {
  beforeEach(() => {
    signIn('s1')
    signIn('off', ['chat'], { offline: true })
  })

  it('stay, and the plan warns that they stop working without notification', async () => {
    const ran = await user('ada --yes')
    expect(active()).toEqual(['off offline'])
    expect(notified()).toEqual(['shop s1'])
    expect(ran.stderr).toContain('1 offline session stops working, and its clients are not notified.')
  })

  it('name their clients as not notified, so that --strict exits 3', async () => {
    signIn('off2', ['shop'], { offline: true })
    const ran = await user('ada --yes --strict --json')
    const [ada] = resultOf(ran).users
    expect(ran.code).toBe(EXIT.partial)
    expect(ada?.clients).toMatchObject([
      {
        clientId: 'chat',
        expectation: 'not-notified',
        reason: 'offline-invalidated',
        url: null,
        sessions: 0,
        invalidated: 1,
      },
      { clientId: 'shop', expectation: 'notified', sessions: 1, ended: 1, invalidated: 1 },
    ])
    expect(ada?.sessions.filter(({ offline }) => offline)).toMatchObject([
      { id: 'off', ended: false, planned: false, invalidated: true },
      { id: 'off2', ended: false, planned: false, invalidated: true },
    ])
    signIn('s2')
    const accepted = '--accept-unnotified chat --accept-unnotified shop'
    expect((await user(`ada --yes --strict ${accepted}`)).code).toBe(EXIT.ok)
  })

  it('of a user without other sessions: done, not "nothing to do"; --strict exits 3', async () => {
    keycloak.addSession({ id: 'bobs', username: 'bob', clients: ['chat'], offline: true })
    const planned = await user('bob --dry-run --strict --json')
    expect([planned.code, resultOf(planned).users[0]?.clients]).toMatchObject([
      EXIT.partial,
      [{ clientId: 'chat', invalidated: 1 }],
    ])
    const ran = await user('bob --yes --strict --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(resultOf(ran)).toMatchObject({ verdict: 'done', users: [{ clients: [{ clientId: 'chat' }] }] })
    const text = (await user('bob --yes')).stdout
    expect(text).toContain('1 offline session stopped working; its clients were not notified')
    expect(text).toContain('1 client was not notified: chat')
  })

  it('work on if the not-before could not be set: their clients lost nothing', async () => {
    keycloak.on('logoutUser', () => {
      throw missingRole()
    })
    const [ada] = resultOf(await user('ada --yes --json')).users
    expect(ada?.clients.map(({ clientId }) => clientId)).toEqual(['shop'])
    expect(ada?.sessions.at(-1)).not.toHaveProperty('invalidated')
  })

  it('--offline-sessions ends them one by one and notifies their clients', async () => {
    const ran = await user('ada --offline-sessions --yes --json')
    expect([ran.code, active(), notified()]).toEqual([EXIT.ok, [], ['chat off', 'shop s1']])
    expect(keycloak.operations.map(({ name }) => name)).toEqual(['endSession', 'endSession', 'logoutUser'])
    expect(keycloak.operations.slice(0, 2).map(({ args }) => args[1])).toMatchObject([
      { offline: false },
      { offline: true },
    ])
  })

  it('end after the online session with the same id, which would otherwise end without notification', async () => {
    signIn('same', ['shop'])
    signIn('same', ['chat'], { offline: true })
    await user('ada --offline-sessions --yes')
    expect(notified()).toEqual(['chat off', 'chat same', 'shop s1', 'shop same'])
  })

  it('--keep-offline-sessions sets no not-before', async () => {
    const ran = await user('ada --keep-offline-sessions --yes --json')
    expect(operations()).toEqual(['endSession s1'])
    expect(resultOf(ran).users[0]).toMatchObject({
      verdict: 'done',
      setsNotBefore: false,
      notBeforeSet: false,
    })
  })

  it('--offline-sessions and --keep-offline-sessions contradict each other', async () => {
    const ran = await user('ada --offline-sessions --keep-offline-sessions --yes --json')
    expect([ran.code, errorOf(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'contradiction', []])
  })

  it.each(['--offline-sessions', '--session off'])(
    '%s is refused before Keycloak 24, which would end the online session with that id',
    async (flags) => {
      useKeycloak({ version: '22.0.5' })
      signIn('s1')
      signIn('off', ['chat'], { offline: true })
      const ran = await user(`ada ${flags} --yes --json`)
      expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.usage, 'offline-not-supported', []])
    },
  )

  describe.each([['22.0.5'], [undefined]])('if Keycloak cannot end them one by one (%s)', (version) => {
    beforeEach(() => {
      useKeycloak({ version: version ?? 'hidden' })
      if (version === undefined) keycloak.capabilities = async () => capabilitiesShownBy({})
      signIn('same', ['shop'])
      signIn('same', ['shop'], { offline: true })
      signIn('off', ['shop'], { offline: true })
    })

    it('--session ends the online session with that id, and warns that the offline one stays', async () => {
      const ran = await user('ada --session same --yes --json')
      expect([ran.code, operations(), active()]).toEqual([
        EXIT.ok,
        ['endSession same'],
        ['same offline', 'off offline'],
      ])
      expect(keycloak.operations[0]?.args[1]).toMatchObject({ offline: false })
      expect(ran.stderr).toContain(
        'Only the online session same ends; the offline session with the same id stays: ',
      )
      expect(resultOf(ran).users[0]?.sessions).toMatchObject([
        { id: 'same', offline: false, planned: true, ended: true },
        { id: 'same', offline: true, planned: false, ended: false },
        { id: 'off', offline: true, planned: false, ended: false },
      ])
    })

    it('--session with only an offline session is refused, with a hint about --session', async () => {
      const ran = await user('ada --session off --yes --json')
      expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.usage, 'offline-not-supported', []])
      expect(errorOf(ran).hint).toContain('Without --session')
      expect(errorOf(ran).hint).not.toContain('--offline-sessions')
    })

    it('--session with --offline-sessions is refused', async () => {
      const ran = await user('ada --session same --offline-sessions --yes --json')
      expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.usage, 'offline-not-supported', []])
    })
  })

  it('--session ends both sessions with that id if Keycloak can', async () => {
    signIn('same', ['shop'])
    signIn('same', ['chat'], { offline: true })
    const ran = await user('ada --session same --yes')
    expect([ran.stderr.includes('with the same id stays'), active()]).toEqual([false, ['s1', 'off offline']])
  })

  it('--offline-sessions is accepted before 24 without offline sessions', async () => {
    useKeycloak({ version: '22.0.5' })
    signIn('s1')
    expect((await user('ada --offline-sessions --yes')).code).toBe(EXIT.ok)
  })
})
