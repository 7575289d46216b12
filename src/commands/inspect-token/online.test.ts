import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import {
  accessClaims,
  hmacToken,
  ISSUER,
  logoutToken,
  NOW,
  refreshClaims,
  signedToken,
  testKeys,
} from '../../../test/support/tokens.ts'
import type { User } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { TokenReport } from '../../token/inspect.ts'

interface Document {
  readonly tokens: TokenReport[]
  readonly verdict: string
}

let jwks: unknown
beforeAll(async () => {
  jwks = (await testKeys()).jwks
})

const statuses = (report: TokenReport | undefined, status: string) =>
  report?.rules.filter((rule) => rule.status === status).map(({ id }) => id)

/** A realm whose issuer differs from its address, as with a hostname setting. */
class KeycloakOfIssuer extends FakeKeycloak {
  override async discovery() {
    await super.discovery()
    return { issuer: ISSUER }
  }
}

describe('--online asks the realm', () => {
  const REALM = 'https://keycloak.test/realms/customers'
  const REALM_DOCUMENTS = () => ({
    [`${REALM}/.well-known/openid-configuration`]: { issuer: ISSUER },
    [`${REALM}/protocol/openid-connect/certs`]: jwks,
  })
  let keycloak: FakeKeycloak
  let user: User
  let sid: string
  beforeEach(() => {
    keycloak = new KeycloakOfIssuer({ now: () => NOW * 1000 })
    keycloak.addClient({
      clientId: 'shop',
      backchannelLogoutUrl: 'https://shop/bc',
      backchannelLogoutSessionRequired: true,
    })
    user = keycloak.addUser('ada')
    sid = keycloak.addSession({ username: 'ada', clients: ['shop'] }).id
  })

  async function ask(token: string, args: string[] = []) {
    const ran = await commandLine(keycloak, {
      now: NOW * 1000,
      documents: REALM_DOCUMENTS(),
      files: { '-': token },
    })('inspect-token', '--online', '--json', ...args)
    const report = ran.code === EXIT.usage ? undefined : ran.json<Document>().tokens[0]
    return { code: ran.code, report, rule: (id: string) => report?.rules.find((each) => each.id === id) }
  }
  const logout = (changes: Record<string, unknown> = {}) =>
    logoutToken({ sub: user.id, sid: 'ended', ...changes })
  const access = (changes: Record<string, unknown> = {}) =>
    signedToken({ payload: accessClaims({ sub: user.id, sid, ...changes }), header: { typ: 'at+jwt' } })

  it('and passes if everything is right', async () => {
    for (const token of [await logout(), await access()]) {
      const { code, report } = await ask(token)
      expect([code, statuses(report, 'fail'), statuses(report, 'warn')]).toEqual([EXIT.ok, [], []])
    }
  })

  it('whether the session is active', async () => {
    expect((await ask(await access({ sid: 'ended' }))).rule('O01')).toMatchObject({
      status: 'fail',
      message: 'Its session has ended.',
    })
    expect((await ask(await logout({ sid }))).rule('O01')).toMatchObject({
      status: 'warn',
      message: 'Its session is still active.',
    })
    keycloak.addSession({ username: 'ada', clients: ['shop'], offline: true, id: 'offline-session' })
    expect((await ask(await access({ sid: 'offline-session' }))).rule('O01')?.status).toBe('pass')
  })

  it.each(['realm', 'client', 'user'] as const)(
    'which not-before makes it stale: that of the %s',
    async (whose) => {
      if (whose === 'realm') keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: NOW }
      if (whose === 'client')
        await keycloak.setClientNotBefore((await keycloak.findClient('shop'))?.id ?? '', NOW)
      if (whose === 'user') user = keycloak.addUser('bob', { notBefore: NOW })
      const { code, rule } = await ask(await access())
      expect([code, rule('O02')?.message]).toEqual([
        EXIT.checkFailed,
        `It was issued before the not-before of the ${whose}.`,
      ])
      expect(rule('O02')?.fix).toBe(
        {
          realm: 'Sign in again, or undo it: kc-logout not-before clear',
          client: 'Sign in again, or undo it: kc-logout not-before clear --client shop',
          user: "Sign in again. A user's not-before cannot be cleared.",
        }[whose],
      )
    },
  )

  it('whether client and user exist and are enabled', async () => {
    keycloak.addClient({ clientId: 'off', enabled: false })
    const locked = keycloak.addUser('bob', { enabled: false })
    expect((await ask(await access({ azp: 'off' }))).rule('O03')?.message).toBe('Its client is disabled.')
    expect((await ask(await access({ azp: 'nobody' }))).rule('O03')?.message).toBe(
      'The realm has no such client.',
    )
    expect((await ask(await access({ sub: locked.id }))).rule('O04')?.message).toBe('bob is disabled.')
  })

  it("whether the client's current settings produce such a token", async () => {
    keycloak.addClient({
      clientId: 'front',
      frontchannelLogout: true,
      backchannelLogoutRevokeOfflineTokens: true,
      idTokenSignedResponseAlg: 'ES256',
    })
    const { rule, code } = await ask(await logout({ aud: 'front' }))
    expect(rule('O05')?.message).toBe(
      'the client has no Backchannel Logout URL; its front channel logout is on, so Keycloak sends it nothing; it no longer requires a sid; it now revokes offline sessions; its tokens are now signed with "ES256".',
    )
    expect([rule('L04')?.status, code]).toEqual(['fail', EXIT.checkFailed])
  })

  it("about the client's settings, for the rules that need them", async () => {
    const { report } = await ask(await logout({ sid: undefined }))
    expect(statuses(report, 'fail')).toEqual(['L21'])
  })

  it('which event belongs to it', async () => {
    keycloak.storedAdminEvents.push({
      id: undefined,
      time: NOW * 1000 - 19_000,
      operation: 'ACTION',
      resourceType: 'USER',
      resourcePath: `users/${user.id}/logout`,
      representation: undefined,
      error: undefined,
      by: { realmId: 'master', clientId: undefined, userId: 'boss', ipAddress: '192.0.2.7' },
    })
    expect((await ask(await logout())).rule('O06')?.message).toBe(
      `An administrator (boss, from 192.0.2.7) caused it: ACTION users/${user.id}/logout, 2026-11-21 05:19:41 UTC.`,
    )
  })

  it('facts that the caller may not see are unknown, not failures', async () => {
    for (const method of ['findClient', 'findUserById', 'sessionsOf', 'adminEvents'] as const) {
      keycloak.on(method, () => {
        throw new UserError('role-missing', `The role for ${method} is missing.`, { exitCode: EXIT.denied })
      })
    }
    const { code, report } = await ask(await access())
    expect([code, statuses(report, 'fail')]).toEqual([EXIT.ok, []])
    expect(report?.rules.find(({ id }) => id === 'O03')).toMatchObject({
      status: 'skip',
      message: 'not known: The role for findClient is missing.',
    })
  })

  describe('by introspection', () => {
    const refresh = (changes: Record<string, unknown> = {}) =>
      hmacToken('HS512', refreshClaims({ sub: user.id, sid, ...changes }))
    const says = (token: string, active: boolean, clientId = 'shop') =>
      keycloak.introspections.set(token, { clientId, active })

    it.each(['Refresh', 'Offline'])('whether a token of type %s is active', async (typ) => {
      const token = refresh({ typ })
      says(token, true)
      const active = await ask(token, ['--verify'])
      expect([active.code, active.rule('O07')]).toMatchObject([
        EXIT.ok,
        { status: 'pass', message: 'Introspection by shop says that it is active.' },
      ])
      says(token, false)
      const inactive = await ask(token)
      expect([inactive.code, inactive.rule('O07')?.status]).toEqual([EXIT.checkFailed, 'fail'])
      expect(keycloak.introspectionHints).toEqual(['refresh_token', 'refresh_token'])
    })

    it('and says what "not active" leaves open for a refresh token of another client', async () => {
      const token = refresh()
      says(token, false, 'kc-logout')
      const { code, rule } = await ask(token)
      expect([code, rule('O07')]).toMatchObject([
        EXIT.ok,
        {
          status: 'skip',
          message:
            'not known: introspection by kc-logout says that it is not active. Keycloak says that of every refresh token of another client; sign in with "shop".',
        },
      ])
    })

    it('and for an access token without the client in its audience', async () => {
      const [other, own] = [await access({ aud: 'account' }), await access({ aud: ['kc-logout'] })]
      for (const token of [other, own]) says(token, false, 'kc-logout')
      expect((await ask(other)).rule('O07')).toMatchObject({
        status: 'skip',
        message: expect.stringContaining('every token without kc-logout in its aud.'),
      })
      expect((await ask(own)).rule('O07')?.status).toBe('fail')
    })

    it('not without a client that may ask', async () => {
      expect((await ask(refresh())).rule('O07')).toMatchObject({
        status: 'skip',
        message: 'not known: kc-logout did not sign in with a client of this realm.',
      })
    })

    it('about an opaque token, alone', async () => {
      const opaque = 'a3f8b1c29d4e5f60718293a4b5c6d7e8'
      for (const input of [opaque, `Bearer ${opaque}`, `access_token=${opaque}&x=1`]) {
        says(opaque, true)
        const active = await ask(input)
        expect([active.code, active.report?.kind, active.report?.verdict]).toEqual([
          EXIT.ok,
          'opaque',
          'pass',
        ])
        says(opaque, false)
        const inactive = await ask(input)
        expect([inactive.code, inactive.report?.verdict]).toEqual([EXIT.checkFailed, 'unverified'])
        expect(inactive.rule('O07')?.message).toContain('Keycloak issues no opaque tokens')
      }
      expect((await ask('there is no token here')).code).toBe(EXIT.usage)
    })
  })

  it('nothing about a token of another realm', async () => {
    const { rule } = await ask(await access({ iss: 'https://evil.example.com/realms/x', sub: '../../x' }))
    expect(rule('O01')?.status).toBe('skip')
    expect(keycloak.calls).toEqual(['discovery'])
  })

  it('nothing with an id that would change the path', async () => {
    const { report } = await ask(await access({ sub: '../..' }))
    expect(report?.rules.find(({ id }) => id === 'O04')?.status).toBe('skip')
    expect(keycloak.calls).not.toContain('findUserById')
  })

  it('but not with --no-network', async () => {
    expect((await ask('eyJ', ['--no-network'])).code).toBe(EXIT.usage)
  })
})
