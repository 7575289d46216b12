import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { permit } from '../support/admin-permissions.ts'
import { folderOfTest } from '../support/folder.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { runCli, userEnv } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { adminPermissions } = factsOf(keycloak.version)

describe.runIf(adminPermissions)('a help desk account with fine-grained admin permissions', () => {
  let realm: TestRealm
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: [
        'ada',
        'bob',
        'eve',
        { username: 'help', adminRoles: ['query-users', 'view-clients', 'view-realm'] },
      ],
      settings: { adminPermissionsEnabled: true },
    })
    const of = [await realm.idOfUser('ada')]
    await permit(realm, { to: 'help', type: 'Users', of, scopes: ['view', 'manage'] })
    await permit(realm, { to: 'help', type: 'Users', of: [await realm.idOfUser('eve')], scopes: ['view'] })
    await receiver.trust(realm)
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })

  const run = (...args: string[]) =>
    runCli(args, {
      env: userEnv(keycloak, realm, 'help'),
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
      drill: 'not-known',
      events: 'no',
    })
  })

  test('user ada is logged out, and her clients are notified of each session', async () => {
    for (let n = 0; n < 2; n++) await directGrant(realm, { user: 'ada', client: 'shop' })
    receiver.clear()
    const { code, stderr } = await run('user', 'ada', '--yes')
    expect(code, stderr).toBe(0)
    expect(await realm.sessionsOf('ada')).toEqual([])
    expect(await receiver.logoutTokens('/shop')).toHaveLength(
      factsOf(keycloak.version).ownUserLogoutNotifies === 'each session' ? 2 : 1,
    )
  })

  test('a single session cannot be ended: exit 4, nothing changes', async () => {
    const { sid } = await directGrant(realm, { user: 'ada', client: 'shop' })
    const { code, stderr } = await run('user', 'ada', `--session=${sid}`, '--yes')
    expect([code, stderr]).toEqual([4, expect.stringContaining('manage-users')])
    expect(await realm.sessionsOf('ada')).toHaveLength(1)
  })

  test('a user who is not visible is not said to be absent: exit 5', async () => {
    const { code, stderr } = await run('user', 'bob', '--yes')
    expect([code, stderr]).toEqual([5, expect.stringContaining('not found, or not visible to you')])
  })

  test('a user who is visible but not manageable: exit 4 before the first operation', async () => {
    await directGrant(realm, { user: 'eve', client: 'shop' })
    const { code, stderr } = await run('user', 'ada', 'eve', '--yes')
    expect([code, stderr]).toEqual([4, expect.stringContaining('You may not manage eve')])
    expect(await realm.sessionsOf('eve')).toHaveLength(1)
  })
})

describe.runIf(adminPermissions)('an account that may view one client only', () => {
  let realm: TestRealm

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: ['shop', 'desk'].map((clientId) => ({
        clientId,
        backchannelLogoutUrl: 'https://app.example.com/logout',
        redirectUris: ['https://app.example.com/*'],
      })),
      users: ['ada', { username: 'clerk', adminRoles: ['query-clients', 'view-realm'] }],
      settings: { adminPermissionsEnabled: true },
    })
    const of = [await realm.idOfClient('shop')]
    await permit(realm, { to: 'clerk', type: 'Clients', of, scopes: ['view'] })
  })
  afterAll(() => realm.remove())

  const run = (...args: string[]) =>
    runCli(args, {
      env: userEnv(keycloak, realm, 'clerk'),
    })
  const said = async () => {
    const [whoami, check, doctor] = await Promise.all([
      run('whoami', '--json'),
      run('configure', '--check', '--session-required', '--json'),
      run('doctor', '--json'),
    ])
    type Findings = { findings: { code: string; args?: { seen?: string } }[] }
    return {
      whoami: [whoami.code, whoami.json<{ seesAllClients?: boolean | null }>().seesAllClients],
      check: [check.code, check.json<{ verdict: string }>().verdict],
      doctor: [
        doctor.code,
        doctor.json<Findings>().findings.find(({ code }) => code === 'clients-partly-visible')?.args?.seen,
      ],
    }
  }

  test('is never told that all is fine', async () => {
    await directGrant(realm, { user: 'ada', client: 'desk' })
    expect(await said()).toEqual({
      whoami: [0, false],
      check: [7, 'incomplete'],
      doctor: [7, expect.stringMatching(/not visible to you: .*desk/)],
    })
  })

  test('passes the check of the client that it sees', async () => {
    expect((await run('configure', 'shop', '--check')).code).toBe(0)
    const doctor = await run('doctor', 'shop', '--json')
    const codes = doctor.json<{ findings: { code: string }[] }>().findings.map(({ code }) => code)
    expect(codes).not.toContain('clients-partly-visible')
  })
})

describe.runIf(adminPermissions)('an account that does not see the client realm-management', () => {
  test('drill does not take a user for no administrator: exit 4 before any sign-in', async () => {
    const realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', representation: { baseUrl: 'http://127.0.0.1:9/' } }],
      users: [
        { username: 'boss', adminRoles: ['view-users'] },
        { username: 'clerk', adminRoles: ['query-clients', 'view-realm', 'manage-users'] },
      ],
      settings: { adminPermissionsEnabled: true },
    })
    try {
      const of = [await realm.idOfClient('shop')]
      await permit(realm, { to: 'clerk', type: 'Clients', of, scopes: ['view'] })
      const password = join(await folderOfTest(), 'pw')
      await writeFile(password, realm.passwordOf('boss'))
      const { code, stderr } = await runCli(
        ['drill', 'shop', '--user', 'boss', '--user-password-file', password, '--wait', '0'],
        {
          env: userEnv(keycloak, realm, 'clerk'),
        },
      )
      expect([code, stderr]).toEqual([4, expect.stringContaining('boss is an administrator is unknown')])
    } finally {
      await realm.remove()
    }
  })
})

describe('a view-only account', () => {
  test.each(['user ada --yes', 'user ada --dry-run', 'all --dry-run'])(
    '%s: exit 4, one line',
    async (command) => {
      const realm = await createRealm(keycloak, {
        clients: [
          { clientId: 'shop' },
          { clientId: 'viewer', serviceAccountRoles: ['view-users', 'view-clients', 'view-realm'] },
        ],
        users: ['ada'],
      })
      try {
        await directGrant(realm, { user: 'ada', client: 'shop' })
        const { code, stderr } = await runCli(command.split(' '), {
          env: {
            KC_LOGOUT_SERVER: keycloak.url,
            KC_LOGOUT_REALM: realm.name,
            KC_LOGOUT_LOGIN_REALM: realm.name,
            KC_LOGOUT_CLIENT_ID: 'viewer',
            KC_LOGOUT_CLIENT_SECRET: secretOf('viewer'),
          },
        })
        expect(code, stderr).toBe(4)
        expect(stderr.match(/manage-users: this will be refused/g)).toHaveLength(1)
        expect(await realm.sessionsOf('ada')).toHaveLength(1)
      } finally {
        await realm.remove()
      }
    },
  )
})
