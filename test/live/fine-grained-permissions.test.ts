import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { permit } from '../support/admin-permissions.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { adminPermissions } = factsOf(keycloak.version)

describe.runIf(adminPermissions)('a help desk account with fine-grained admin permissions', () => {
  let realm: TestRealm

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop' }],
      users: ['ada', 'bob', { username: 'help', adminRoles: ['query-users', 'view-clients', 'view-realm'] }],
      settings: { adminPermissionsEnabled: true },
    })
    const of = [await realm.idOfUser('ada')]
    await permit(realm, { to: 'help', type: 'Users', of, scopes: ['view', 'manage'] })
  })
  afterAll(() => realm.remove())

  const run = (...args: string[]) =>
    runCli(args, {
      env: {
        KC_LOGOUT_SERVER: keycloak.url,
        KC_LOGOUT_REALM: realm.name,
        KC_LOGOUT_LOGIN_REALM: realm.name,
        KC_LOGOUT_USERNAME: 'help',
        KC_LOGOUT_PASSWORD: realm.passwordOf('help'),
      },
    })

  test('whoami does not claim what only the permissions decide', async () => {
    const { code, stdout, stderr } = await run('whoami', '--json')
    expect(code, stderr).toBe(0)
    const { commands } = JSON.parse(stdout) as { commands: { name: string; allowed: string }[] }
    expect(Object.fromEntries(commands.map(({ name, allowed }) => [name, allowed]))).toEqual({
      sessions: 'yes',
      user: 'not-known',
      all: 'not-known',
      'not-before show': 'yes',
      'not-before set': 'no',
      configure: 'no',
      doctor: 'yes',
      events: 'no',
    })
  })
})
