import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { endsOfflineSession } = factsOf(keycloak.version)

/** The rows of docs/roles.md: a command line and the roles it needs. */
const rows = [
  ...readFileSync(new URL('../../docs/roles.md', import.meta.url), 'utf8').matchAll(
    /^\| `([^`]+)` \| ([a-z, -]+) \|$/gm,
  ),
].map(([, command = '', roles = '']) => ({ command, roles: roles.split(', ') }))

/** Each command with one role missing, or replaced by its `view-` role. */
const insufficient = rows.flatMap(({ command, roles }) =>
  roles.flatMap((missing) => {
    const others = roles.filter((role) => role !== missing)
    const weaker = missing.replace('manage-', 'view-')
    return [
      { command, missing, held: others },
      ...(weaker === missing ? [] : [{ command, missing, held: [...others, weaker] }]),
    ]
  }),
)

describe('the roles in docs/roles.md', () => {
  let realm: TestRealm
  let count = 0
  let folder: string
  let passwordFile: string

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', adminUrl: 'http://127.0.0.1:9/shop' }],
      users: ['ada', 'bob'],
      settings: { eventsEnabled: true },
    })
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-roles-'))
    passwordFile = join(folder, 'password')
    await writeFile(passwordFile, PASSWORD)
  })
  afterAll(async () => {
    await realm.remove()
    await rm(folder, { recursive: true })
  })

  /** Undoes what an earlier run changed, so that there is something to do again. */
  async function resetRealm() {
    await realm.put(`/users/${await realm.idOfUser('ada')}`, { enabled: true })
    const notBefore = 1_700_000_000
    await realm.put('', { realm: realm.name, notBefore, eventsEnabled: true, adminEventsEnabled: false })
    const attributes = { 'backchannel.logout.url': null }
    const shop = { frontchannelLogout: false, notBefore, attributes }
    await realm.put(`/clients/${await realm.idOfClient('shop')}`, shop)
  }

  async function run(command: string, roles: readonly string[]) {
    const clientId = `robot-${++count}`
    await realm.addClient({ clientId, serviceAccountRoles: roles })
    await resetRealm()
    // Also an offline session, if this version can end a single one.
    await directGrant(realm, { user: 'ada', client: 'shop' })
    if (endsOfflineSession) await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    const args = command.split(' ').map((word) => ({ REALM: realm.name, FILE: passwordFile })[word] ?? word)
    return runCli(args, {
      env: {
        KC_LOGOUT_SERVER: keycloak.url,
        KC_LOGOUT_REALM: realm.name,
        KC_LOGOUT_LOGIN_REALM: realm.name,
        KC_LOGOUT_CLIENT_ID: clientId,
        KC_LOGOUT_CLIENT_SECRET: secretOf(clientId),
      },
    })
  }

  test('are read from a table with rows', () => {
    expect(rows.length).toBeGreaterThan(15)
  })

  test.each(rows)('$command: these roles are sufficient', async ({ command, roles }) => {
    const { code, stderr, stdout } = await run(command, roles)
    // Done (0); a check with findings, a client without a page (7); an Admin URL that is not reachable or was not checked (3).
    const expected = /--check|^drill/.test(command) ? [0, 7] : /^all|--push/.test(command) ? [0, 3] : [0]
    expect(expected, `${code} ${stderr}`).toContain(code)
    expect(stderr + stdout).not.toMatch(/role \S+ is missing/)
  })

  test.each(insufficient)(
    '$command: with only $held, the error names $missing',
    async ({ command, missing, held }) => {
      const { code, stderr } = await run(command, held)
      expect(code, stderr).toBe(4)
      // Without the view role, that role is named first.
      const names =
        held.length > 0 && held.includes(missing.replace('manage-', 'view-'))
          ? [missing]
          : [missing, missing.replace('manage-', 'view-')]
      expect(stderr).toMatch(new RegExp(`role (${names.join('|')})\\b`))
      expect(await realm.sessionsOf('ada')).not.toEqual([])
    },
  )
})
