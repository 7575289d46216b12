import { describe, expect, it } from 'vitest'
import { keycloak, notified, resultOf, signIn, user } from '../../../test/support/user-command.ts'
import { EXIT, UserError } from '../../errors.ts'

/** Longer ago than any limit. */
const LONG_AGO = Date.UTC(2020, 0)

describe('a client whose part in a session has expired', () => {
  it('is named, not notified and fails --strict', async () => {
    signIn('s1', ['chat'], { expired: ['shop'], start: LONG_AGO })
    const planned = await user('ada --dry-run --strict --json')
    expect([planned.code, resultOf(planned).users[0]?.clients]).toMatchObject([
      EXIT.partial,
      [
        { clientId: 'shop', expectation: 'not-notified', reason: 'session-expired', sessions: 0, expired: 1 },
        { clientId: 'chat', expectation: 'notified', sessions: 1 },
      ],
    ])
    const ran = await user('ada --yes --strict --json')
    expect([ran.code, notified(), resultOf(ran).verdict]).toEqual([EXIT.partial, ['chat s1'], 'done'])
    expect(resultOf(ran)).not.toHaveProperty('expiredUnread')
    expect(resultOf(ran).users[0]?.clients[0]).toMatchObject({
      clientId: 'shop',
      expired: 1,
      ended: 0,
      notifications: { expected: { min: 0, max: 0 } },
    })
  })

  it('is named beside the sessions of which it is notified', async () => {
    signIn('s1', ['chat'], { expired: ['shop'], start: LONG_AGO })
    signIn('s2', ['shop'])
    const { stdout } = await user('ada --yes')
    expect(stdout).toContain('! shop was not notified of 1 session: its own session there has expired')
  })

  it('is named with --client, though there is nothing to end', async () => {
    signIn('s1', ['chat'], { expired: ['shop'], start: LONG_AGO })
    const ran = await user('ada --client shop --yes --strict --json')
    expect([ran.code, resultOf(ran)]).toMatchObject([
      EXIT.partial,
      { verdict: 'nothing-to-do', users: [{ clients: [{ clientId: 'shop', expired: 1 }] }] },
    ])
  })

  it('may be missing if the lists were not read: the plan and the result say so', async () => {
    keycloak.on('sessionCounts', () => {
      throw new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
    })
    signIn('s1')
    expect(resultOf(await user('ada --dry-run --json')).expiredUnread).toBe(true)
    expect(resultOf(await user('ada --yes --json')).expiredUnread).toBe(true)
    expect((await user('ada --dry-run')).stdout).toContain('Expired client sessions were not looked for.')
  })
})

describe('a client that is not visible to the caller', () => {
  it('is uncertain: at most one call for each session; --strict exits 3', async () => {
    keycloak.hidden.add('shop')
    signIn('s1', ['shop', 'chat'])
    const ran = await user('ada --yes --strict --json')
    expect([ran.code, resultOf(ran).users[0]?.clients]).toMatchObject([
      EXIT.partial,
      [
        {
          clientId: 'shop',
          channel: 'none',
          expectation: 'uncertain',
          reason: 'not-visible',
          sessions: 1,
          notifications: { expected: { min: 0, max: 1 } },
        },
        { clientId: 'chat', expectation: 'notified' },
      ],
    ])
    expect(notified()).toEqual(['chat s1', 'shop s1'])
    signIn('s2', ['shop'])
    expect((await user('ada --dry-run')).stdout).toContain(
      '! 1 client may not be notified: shop (not visible to you)',
    )
    expect((await user('ada --yes --strict --accept-unnotified shop')).code).toBe(EXIT.ok)
    const unknown = await user('ada --yes --client chop --json')
    expect([unknown.code, unknown.stdout]).toEqual([
      EXIT.notFound,
      expect.stringContaining('or it is not visible to you'),
    ])
  })

  it('of an offline session is named, too', async () => {
    keycloak.hidden.add('shop')
    signIn('off', ['shop'], { offline: true })
    expect(resultOf(await user('ada --yes --json')).users[0]).toMatchObject({
      sessions: [{ id: 'off', invalidated: true }],
      clients: [{ clientId: 'shop', expectation: 'not-notified', invalidated: 1 }],
    })
    expect(resultOf(await user('ada --offline-sessions --yes --json')).users[0]?.clients).toMatchObject([
      { clientId: 'shop', expectation: 'uncertain', sessions: 1 },
    ])
  })
})

describe('a user whose account is linked with an identity provider', () => {
  const provider = {
    alias: 'corp',
    providerId: 'oidc',
    enabled: true,
    linkOnly: false,
    logoutUrl: 'https://corp.example/logout',
    backchannelLogout: true,
    validatesSignatures: true,
  }
  const arrange = (changes: Partial<typeof provider>) => {
    keycloak.providers.push({ ...provider, ...changes })
    keycloak.linked.set('id-ada', ['corp'])
    signIn('s1')
  }

  it('loses the session there, too: plan and result say so', async () => {
    arrange({})
    expect(resultOf(await user('ada --dry-run --json')).users[0]?.identityProviders).toEqual([
      { alias: 'corp', endsSession: true },
    ])
    expect((await user('ada --dry-run')).stdout).toContain('sessions that began there end there too')
    expect((await user('ada --yes')).stdout).toContain(
      'identity provider corp: Keycloak also logs the user out',
    )
  })

  it('may come back without a password if the session there does not end', async () => {
    arrange({ backchannelLogout: false })
    expect((await user('ada --yes')).stdout.replace(/\s+/g, ' ')).toContain(
      'identity provider corp: the session there was not ended: the user may come back without a password',
    )
  })

  it('has an unknown session there if the providers may not be read', async () => {
    arrange({})
    keycloak.on('identityProviders', () => {
      throw new UserError('role-missing', 'Missing.', { exitCode: EXIT.denied })
    })
    expect(resultOf(await user('ada --yes --json')).users[0]?.identityProviders).toEqual([
      { alias: 'corp', endsSession: null },
    ])
  })

  it('has an unknown session there if the links of the account cannot be read', async () => {
    arrange({})
    keycloak.on('linkedProviders', () => {
      throw new UserError('unreadable', 'Cannot read them.')
    })
    expect(resultOf(await user('ada --yes --json')).users[0]?.identityProviders).toEqual([
      { alias: 'corp', endsSession: null },
    ])
  })

  it('is not asked for where the realm has no identity provider', async () => {
    signIn('s1')
    expect(resultOf(await user('ada --yes --json')).users[0]).not.toHaveProperty('identityProviders')
    expect(keycloak.calls).not.toContain('linkedProviders')
  })
})

describe('an application whose host refuses connections from this machine', () => {
  it('is named, and uncertain to be notified; --strict exits 3', async () => {
    signIn('s1', ['shop', 'chat'])
    const ran = await user('ada --yes --strict --json', { dead: ['https://shop.example'] })
    expect([ran.code, resultOf(ran).users[0]?.clients]).toMatchObject([
      EXIT.partial,
      [
        { clientId: 'chat', expectation: 'notified' },
        {
          clientId: 'shop',
          expectation: 'uncertain',
          reason: 'no-connection',
          notifications: { expected: { min: 0, max: 1 } },
        },
      ],
    ])
    signIn('s2', ['shop'])
    const { stdout } = await user('ada --yes', { dead: ['https://shop.example'] })
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /1 client may not have been notified: shop \(refuses connections from here\)/,
    )
  })

  it('is not tried where only its network knows the host', async () => {
    keycloak.addClient({ clientId: 'inside', backchannelLogoutUrl: 'http://inside.default.svc/logout' })
    signIn('s1', ['inside'])
    const ran = await user('ada --yes --strict --json', { dead: ['http://inside'] })
    expect([ran.code, resultOf(ran).users[0]?.clients[0]?.expectation]).toEqual([EXIT.ok, 'notified'])
  })
})

describe('a client that is changed during the run', () => {
  it('is read again at the end, and uncertain to be notified; --strict exits 3', async () => {
    signIn('s1', ['shop', 'chat'])
    const all = keycloak.clients.bind(keycloak)
    keycloak.clients = async () =>
      (await all()).map((client) =>
        client.clientId === 'shop' && keycloak.deliveries.length > 0 ? { ...client, enabled: false } : client,
      )
    const ran = await user('ada --yes --strict --json')
    expect([ran.code, resultOf(ran).users[0]?.clients]).toMatchObject([
      EXIT.partial,
      [
        { clientId: 'chat', expectation: 'notified' },
        {
          clientId: 'shop',
          expectation: 'uncertain',
          reason: 'changed',
          notifications: { expected: { min: 0, max: 1 } },
        },
      ],
    ])
  })
})
