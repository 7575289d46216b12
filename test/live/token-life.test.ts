import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
const ROLES = ['view-users', 'view-clients', 'view-realm', 'manage-users', 'manage-realm']
const SESSIONS = 16

/** Tokens with a lifetime of 6 s, in a run of about 10 s. */
describe('a run that outlasts its token completes', () => {
  let realm: TestRealm
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, {
      settings: { accessTokenLifespan: 6 },
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'robot', serviceAccountRoles: ROLES },
      ],
      users: ['ada', { username: 'root', adminRoles: ROLES }],
    })
    await receiver.trust(realm)
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })

  const signIns = {
    password: () => ({ KC_LOGOUT_USERNAME: 'root', KC_LOGOUT_PASSWORD: realm.passwordOf('root') }),
    'client credentials': () => ({
      KC_LOGOUT_CLIENT_ID: 'robot',
      KC_LOGOUT_CLIENT_SECRET: secretOf('robot'),
    }),
  }

  test.each([
    ['password', false],
    ['password', true],
    ['client credentials', false],
  ] as const)('signed in with %s, refresh tokens used once only: %s', async (kind, rotation) => {
    await realm.put('', { realm: realm.name, revokeRefreshToken: rotation, refreshTokenMaxReuse: 0 })
    receiver.clear()
    receiver.behave({ delayMs: 1_200 })
    for (let i = 0; i < SESSIONS; i++) await directGrant(realm, { user: 'ada', client: 'shop' })
    const proxy = await startRecordingProxy(keycloak.url)
    try {
      const ran = await runCli(['all', '--confirm', realm.name, '--json', '--concurrency', '2'], {
        env: {
          KC_LOGOUT_SERVER: proxy.url,
          KC_LOGOUT_REALM: realm.name,
          KC_LOGOUT_LOGIN_REALM: realm.name,
          ...signIns[kind](),
        },
      })
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.ms).toBeGreaterThan(8_000)
      expect(ran.json<AllOutcome>().phases[0]).toMatchObject({
        sessions: SESSIONS,
        ended: SESSIONS,
        failed: [],
      })
      expect(await receiver.logoutTokens('/shop')).toHaveLength(SESSIONS)
      // One refresh for all callers, at two thirds of a token's lifetime.
      const tokenRequests = proxy.requests.filter(({ path }) => path.endsWith('/token')).length
      expect(tokenRequests).toBeGreaterThan(1)
      expect(tokenRequests).toBeLessThanOrEqual(Math.ceil(ran.ms / 1000 / 4) + 3)
    } finally {
      await proxy.close()
    }
  })
})
