import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { send } from '../support/http.ts'
import { createRealm, eachOf, secretOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'
import { forbiddenIn, HOSTILE } from '../trust/hostile-strings.ts'
import { tried } from '../trust/tried.ts'

const keycloak = inject('keycloak')
/** A third of what can be sent in a form: each costs a login that fails. */
const TEXTS = HOSTILE.filter((text) => !/\p{Cs}/u.test(text) && !text.includes('\0')).filter(
  (_, i) => i % 3 === 0,
)
const ODD = `${TEXTS.slice(0, 8).join('')} client`

/** Keycloak stores what anybody types into its pages, as it was typed: no account is needed for that. */
describe('what anybody may write into a real Keycloak never reaches a terminal as it is', () => {
  let realm: TestRealm
  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
  const stored = (type: string) =>
    realm.get<{ type: string; error?: string; details?: Record<string, string> }[]>(
      `/events?type=${type}&max=1000`,
    )

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop' }, { clientId: ODD }],
      users: ['ada'],
    })
    const settings = { realm: realm.name, eventsEnabled: true, adminEventsEnabled: true }
    await realm.put('', { ...settings, adminEventsDetailsEnabled: true })
    const { tokens } = await directGrant(realm, { user: 'ada', client: ODD })
    const at = `${realm.issuer}/protocol/openid-connect`
    const over = await directGrant(realm, { user: 'ada', client: ODD })
    const ending = { client_id: ODD, client_secret: secretOf(ODD), refresh_token: over.tokens.refresh_token }
    await send('POST', `${at}/logout`, { form: ending })
    await eachOf(TEXTS, 4, async (text) => {
      const login = { grant_type: 'password', username: text, password: 'x', client_id: 'shop' }
      await send('POST', `${at}/token`, { form: { ...login, client_secret: secretOf('shop') } })
      const logout = { id_token_hint: tokens.id_token, post_logout_redirect_uri: text, state: text }
      await send('GET', `${at}/logout?${new URLSearchParams(logout)}`)
    })
  })
  afterAll(() => realm.remove())

  test('it is there', async (context) => {
    const logins = (await stored('LOGIN_ERROR')).map(({ details }) => details?.username ?? '')
    const logouts = (await stored('LOGOUT_ERROR')).map(({ details }) => details?.redirect_uri ?? '')
    for (const [what, texts] of Object.entries({ logins, logouts })) {
      const hostile = texts.filter((text) => forbiddenIn(text) !== undefined)
      expect(new Set(hostile).size, what).toBeGreaterThan(25)
    }
    tried(context, { 'hostile strings stored': logins.length + logouts.length })
  })

  test.each([
    ['events', []],
    ['events', ['--json']],
    ['events', ['--debug']],
    ['sessions', ['--users']],
    ['sessions', ['--list']],
    ['sessions', ['--json']],
    ['user', ['ada', '--dry-run']],
    ['doctor', []],
    ['doctor', ['--json']],
    ['configure', ['--export']],
    ['user', ['ada', '--json', '--dry-run']],
    ['all', ['--dry-run', '--json']],
    ['all', ['--confirm', 'REALM']],
  ])('%s %s', async (command, args) => {
    const ran = await kcLogout(command, ...args.map((arg) => (arg === 'REALM' ? realm.name : arg)))
    expect([0, 3, 7], ran.stderr).toContain(ran.code)
    expect([forbiddenIn(ran.stdout), forbiddenIn(ran.stderr)]).toEqual([undefined, undefined])
    expect(`${ran.stdout}${ran.stderr}`.toLowerCase()).toContain('\\u001b')
  })
})
