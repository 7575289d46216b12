import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { SessionItem } from '../../core/session-item.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { ClientEstimate, SessionTotals } from './estimate.ts'

let keycloak: FakeKeycloak
beforeEach(() => {
  keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://a.example/logout' })
  keycloak.addClient({
    clientId: 'desk',
    adminUrl: 'https://a.example/admin',
    redirectUris: ['https://a.example/*', 'https://z.example/*'],
  })
  keycloak.addClient({ clientId: 'idle', adminUrl: 'https://c.example/admin' })
  keycloak.addClient({ clientId: 'silent' })
  keycloak.addUser('ada', { id: 'id-ada', email: 'ada@example.com' })
  keycloak.addUser('bob', { id: 'id-bob' })
  keycloak.addSession({ id: 'a1', username: 'ada', clients: ['shop', 'desk'] })
  keycloak.addSession({ id: 'a2', username: 'ada', clients: ['shop'] })
  keycloak.addSession({ id: 'b1', username: 'bob', clients: ['silent'], ipAddress: '203.0.113.9' })
  keycloak.addSession({ id: 'a3', username: 'ada', clients: ['desk'], offline: true })
})

interface Result {
  schemaVersion: number
  realm: string
  clients: ClientEstimate[]
  totals: SessionTotals
  tenants?: { tenant: string | null; clients: string[] }[]
  sessions?: SessionItem[]
}
const sessions = (args = '', world: World = {}): Promise<Ran> =>
  commandLine(keycloak, world)('sessions', ...args.split(' ').filter(Boolean))
const result = async (args: string) => (await sessions(`${args} --json`)).json<Result>()
const lines = async (args: string) =>
  (await sessions(`${args} --list --json`)).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SessionItem & { schemaVersion: number })
const counted = ({ clients }: Result) =>
  clients
    .filter(({ active, offline }) => active + offline > 0)
    .map((c) => [c.clientId, c.active, c.offline, c.users])

describe('the estimate', () => {
  it('shows for each client its sessions, its channel for each operation, and its blind spots', async () => {
    const { realm, clients, totals } = await result('')
    expect(realm).toBe('customers')
    expect(clients.find(({ clientId }) => clientId === 'desk')).toEqual({
      clientId: 'desk',
      id: expect.any(String),
      active: 1,
      offline: 1,
      users: 1,
      backchannelLogoutUrl: null,
      adminUrl: 'https://a.example/admin',
      tenant: 'a.example',
      channels: { user: 'admin-url', all: 'admin-url', realmStep: 'admin-url' },
      notified: { user: false, all: true, realmStep: true },
      findings: [
        {
          clientId: 'desk',
          code: 'no-adapter-session',
          severity: 'warning',
          message: expect.stringContaining('only an Admin URL'),
        },
        {
          clientId: 'desk',
          code: 'tenant-not-notified',
          severity: 'warning',
          args: { host: 'z.example' },
          message: expect.stringContaining('z.example'),
        },
      ],
    })
    expect(totals).toEqual({
      clients: 3,
      active: 4,
      offline: 1,
      sessions: 3,
      offlineSessions: 1,
      users: 2,
      tenants: 1,
      withoutClient: 0,
    })
  })

  it('lists all clients, also those without sessions', async () => {
    const { clients } = await result('')
    expect(clients.map(({ clientId }) => clientId)).toEqual([
      'account',
      'admin-cli',
      'realm-management',
      'shop',
      'desk',
      'idle',
      'silent',
    ])
  })

  it('prints text', async () => {
    expect((await sessions()).stdout).toMatchInlineSnapshot(`
      "Realm customers: 2 users in 3 sessions and 1 offline session at 3 clients, 1
        tenant
      1 client is never notified, 1 client is notified by \`kc-logout all\` only

         client  sessions      offline  users  by user  by all  by Keycloak
      ✗  silent         1  ░         -      1  no       no      no
      !  desk           1  ▒         1      1  no       yes     yes
         shop           2  ██        -      1  yes      yes     no
         idle           0            -      0  no       yes     yes
      █ notified   ▒ notified by all only   ░ not notified

      ! silent has no logout URL: it is never notified; users stay signed in until its
        tokens are checked again.
      ! desk has only an Admin URL: it is notified of a realm logout, but of the end
        of a single session only if a Keycloak adapter registered it.
      ! desk also has redirect URIs at z.example. An application there will not be
        notified.
      \`kc-logout doctor\` shows the fix for each.
      "
    `)
  })

  it('sends no changing request', async () => {
    for (const args of ['', '--users', '--by-tenant', '--list', '--user ada']) await sessions(args)
    expect(keycloak.operations).toEqual([])
  })

  it('reads sessions client by client, skipping clients without sessions', async () => {
    await sessions()
    expect(keycloak.calls.filter((call) => call === 'clientSessions').length).toBe(4)
  })
})

describe('a large realm', () => {
  beforeEach(() => {
    for (let i = 0; i < 2_100; i++) keycloak.addSession({ username: `u${i % 700}`, clients: ['shop'] })
  })

  it('is counted without reading its sessions: the number of users is unknown', async () => {
    const { totals, clients } = await result('')
    expect(totals).toEqual({ clients: 3, active: 2_104, offline: 1, tenants: 1, withoutClient: null })
    expect(clients[0]).not.toHaveProperty('users')
    expect(keycloak.calls).not.toContain('clientSessions')
    expect((await sessions()).stdout).toContain('add --users to count users')
  })

  it('--users reads all sessions and counts distinct sessions and users', async () => {
    const { totals, clients } = await result('--users')
    expect(totals).toMatchObject({ active: 2_104, sessions: 2_103, offlineSessions: 1, users: 702 })
    expect(clients.find(({ clientId }) => clientId === 'shop')?.users).toBe(701)
  })

  it('is listed completely', async () => {
    const listed = await lines('')
    expect(new Set(listed.map(({ id }) => id)).size).toBe(2_104)
  })
})

describe('--client', () => {
  it('shows only this client and counts its users', async () => {
    expect(counted(await result('--client shop'))).toEqual([['shop', 2, 0, 1]])
  })

  it('is repeatable', async () => {
    expect(counted(await result('--client shop --client silent'))).toEqual([
      ['shop', 2, 0, 1],
      ['silent', 1, 0, 1],
    ])
  })

  it('fails if the realm has no such client', async () => {
    const ran = await sessions('--client nope --json')
    expect([ran.code, ran.json<{ error: { code: string } }>().error.code]).toEqual([
      EXIT.notFound,
      'client-not-found',
    ])
  })
})

describe('--user', () => {
  it("shows that user's sessions, offline sessions included", async () => {
    const { sessions, totals, clients } = await result('--user ada@example.com')
    expect(sessions?.map(({ id, offline }) => [id, offline])).toEqual([
      ['a1', false],
      ['a2', false],
      ['a3', true],
    ])
    expect(totals).toEqual({
      clients: 2,
      active: 3,
      offline: 1,
      sessions: 2,
      offlineSessions: 1,
      users: 1,
      tenants: 1,
    })
    expect(clients.map(({ clientId }) => clientId)).toEqual(['shop', 'desk'])
  })

  it('with --client shows only sessions that involve it', async () => {
    const { sessions } = await result('--user ada --client desk')
    expect(sessions?.map(({ id }) => id)).toEqual(['a1', 'a3'])
  })

  it('fails if the user is unknown or ambiguous', async () => {
    expect((await sessions('--user eve')).code).toBe(EXIT.notFound)
    keycloak.addUser('ada@example.com')
    expect((await sessions('--user ada@example.com')).code).toBe(EXIT.usage)
  })

  it.each(['--users', '--by-tenant'])('cannot be combined with %s', async (flag) => {
    expect((await sessions(`--user ada ${flag}`)).code).toBe(EXIT.usage)
  })

  it('prints text', async () => {
    expect((await sessions('--user ada')).stdout).toMatchInlineSnapshot(`
      "Realm customers: 1 user in 2 sessions and 1 offline session at 2 clients, 1
        tenant
      1 client is notified by \`kc-logout all\` only

      since (UTC)               from       clients     id
      2027-01-15 07:59          192.0.2.1  shop, desk  a1
      2027-01-15 07:59          192.0.2.1  shop        a2
      2027-01-15 07:59 offline  192.0.2.1  desk        a3

         client  sessions      offline  users  by user  by all  by Keycloak
      !  desk           1  ▒         1      1  no       yes     yes
         shop           2  ██        -      1  yes      yes     no
      █ notified   ▒ notified by all only   ░ not notified

      ! desk has only an Admin URL: it is notified of a realm logout, but of the end
        of a single session only if a Keycloak adapter registered it.
      ! desk also has redirect URIs at z.example. An application there will not be
        notified.
      \`kc-logout doctor\` shows the fix for each.
      "
    `)
  })

  it('says that no user is signed in', async () => {
    keycloak.addUser('idle')
    expect((await sessions('--user idle')).stdout).toContain('no user is signed in')
  })
})

describe('--by-tenant', () => {
  it('groups clients by the host of their URLs', async () => {
    const { tenants } = await result('--by-tenant')
    expect(tenants?.map(({ tenant, clients }) => [tenant, clients])).toEqual([
      ['a.example', ['shop', 'desk']],
      ['c.example', ['idle']],
      [null, ['account', 'admin-cli', 'realm-management', 'silent']],
    ])
  })

  it('prints text', async () => {
    expect((await sessions('--by-tenant')).stdout).toMatchInlineSnapshot(`
      "Realm customers: 2 users in 3 sessions and 1 offline session at 3 clients, 1
        tenant
      1 client is never notified, 1 client is notified by \`kc-logout all\` only

      tenant     sessions  offline  clients
      a.example         3        1  shop, desk
      (no URL)          1        0  silent

         client  sessions      offline  users  by user  by all  by Keycloak
      ✗  silent         1  ░         -      1  no       no      no
      !  desk           1  ▒         1      1  no       yes     yes
         shop           2  ██        -      1  yes      yes     no
         idle           0            -      0  no       yes     yes
      █ notified   ▒ notified by all only   ░ not notified

      ! silent has no logout URL: it is never notified; users stay signed in until its
        tokens are checked again.
      ! desk has only an Admin URL: it is notified of a realm logout, but of the end
        of a single session only if a Keycloak adapter registered it.
      ! desk also has redirect URIs at z.example. An application there will not be
        notified.
      \`kc-logout doctor\` shows the fix for each.
      "
    `)
  })
})

describe('--list', () => {
  it('with --json prints one session per line, for filtering', async () => {
    const listed = await lines('')
    expect(listed).toContainEqual({
      schemaVersion: 1,
      id: 'b1',
      offline: false,
      userId: 'id-bob',
      username: 'bob',
      ipAddress: '203.0.113.9',
      started: '2027-01-15T07:59:00.000Z',
      lastAccess: '2027-01-15T07:59:59.000Z',
      clients: ['silent'],
    })
    expect(listed.map(({ id }) => id).sort()).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  it('prints user ids that `user -` accepts', async () => {
    const chosen = (await lines('')).filter(({ ipAddress }) => ipAddress === '203.0.113.9')
    const stdin = chosen.map(({ userId }) => userId).join('\n')
    const ran = await commandLine(keycloak, { files: { '-': stdin } })('user', '-', '--yes')
    expect([ran.code, keycloak.sessions.map(({ id }) => id)]).toEqual([EXIT.ok, ['a1', 'a2', 'a3']])
  })

  it('with --client or --user lists only their sessions', async () => {
    expect((await lines('--client silent')).map(({ id }) => id)).toEqual(['b1'])
    expect((await lines('--user ada')).map(({ id }) => id)).toEqual(['a1', 'a2', 'a3'])
  })

  it('prints nothing if there are no sessions', async () => {
    expect((await sessions('--client idle --list --json')).stdout).toBe('')
  })

  it('prints text', async () => {
    expect((await sessions('--list')).stdout).toMatchInlineSnapshot(`
      "user                     from            since (UTC)
      ada                      192.0.2.1       2027-01-15 07:59
        a1 shop, desk
      bob                      203.0.113.9     2027-01-15 07:59
        b1 silent
      ada                      192.0.2.1       2027-01-15 07:59
        a2 shop
      ada                      192.0.2.1       2027-01-15 07:59 offline
        a3 desk
      "
    `)
  })
})

describe('a client with an internal id that is unsafe in a path', () => {
  beforeEach(() => {
    keycloak.addClient({ clientId: 'odd', id: 'a/b', backchannelLogoutUrl: 'https://odd.example/logout' })
    keycloak.addSession({ id: 'o1', username: 'bob', clients: ['odd'] })
    keycloak.addSession({ id: 'o2', username: 'bob', clients: ['odd', 'shop'] })
    keycloak.addSession({ id: 'o3', username: 'bob', clients: ['odd'], offline: true })
  })
  const warnings = ({ stderr }: Ran) => stderr.split('\n').filter((line) => line.includes('Cannot read'))

  it.each(['', '--users', '--by-tenant', '--list', '--client odd', '--user bob'])(
    'does not stop the command and is warned of once: %j',
    async (args) => {
      const ran = await sessions(args)
      expect([ran.code, warnings(ran).length]).toEqual([EXIT.ok, 1])
      expect(warnings(ran)[0]).toContain('odd ("a/b")')
    },
  )

  it('has no number of users, and its unread sessions are not counted', async () => {
    const ran = (await sessions('--json')).json<Result & { unread: string[] }>()
    const odd = ran.clients.find(({ clientId }) => clientId === 'odd')
    expect(odd).toMatchObject({ active: 2, offline: 1 }) // Keycloak's own numbers
    expect(odd).not.toHaveProperty('users')
    expect([ran.unread, ran.totals.sessions]).toEqual([['odd'], 4])
    expect((await sessions()).stdout).toMatch(/odd +2 .* 1 +\? /)
  })

  it('is not mentioned if it has no sessions', async () => {
    keycloak = new FakeKeycloak()
    keycloak.addClient({ clientId: 'odd', id: 'a/b' })
    expect(warnings(await sessions())).toEqual([])
    expect(await result('')).not.toHaveProperty('unread')
  })

  it('is not mentioned if no sessions are read', async () => {
    for (let i = 0; i < 2_100; i++) keycloak.addSession({ username: `u${i}`, clients: ['shop'] })
    const ran = await sessions()
    expect([ran.code, warnings(ran)]).toEqual([EXIT.ok, []])
  })
})

describe('an interruption', () => {
  it('prints no partial result: exit 130', async () => {
    const controller = new AbortController()
    keycloak.on('clientSessions', () => controller.abort('SIGINT'))
    const ran = await sessions('', { signal: controller.signal })
    expect([ran.code, ran.stdout]).toEqual([EXIT.interrupted, ''])
    expect(ran.stderr).toContain('Interrupted.')
  })
})

describe('a caller without the role', () => {
  it('sees which role is missing', async () => {
    keycloak.on('sessionCounts', () => {
      throw new UserError('role-missing', 'The role view-realm is missing.', { exitCode: EXIT.denied })
    })
    const ran = await sessions()
    expect([ran.code, ran.stdout]).toEqual([EXIT.denied, ''])
    expect(ran.stderr).toContain('view-realm')
  })
})

describe('names from the server', () => {
  it('are printed without control or bidi characters', async () => {
    keycloak.addSession({ id: 'evil', username: 'x\u001b[2J\u202egnp.exe', clients: ['sh\u0007op\u200b'] })
    for (const args of ['', '--list', '--by-tenant', '--list --json', '--json']) {
      const { stdout } = await sessions(args)
      expect(stdout).toContain('\\u200b')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/)
    }
  })
})

describe('what the lists by client do not show', () => {
  it('sessions without a client are counted and listed, and warned of', async () => {
    keycloak.addSession({ id: 'alone', username: 'cleo' })
    const { totals } = await result('')
    expect(totals).toMatchObject({ active: 4, sessions: 4, users: 3, withoutClient: 1 })
    expect((await sessions()).stdout).toContain('1 session has no client: no application is notified')
    expect((await lines('')).map(({ id }) => id)).toContain('alone')
    expect((await result('--client shop')).totals).not.toHaveProperty('withoutClient')
  })

  it('the only session of a realm is not missed', async () => {
    keycloak = new FakeKeycloak()
    keycloak.addSession({ id: 'alone', username: 'cleo' })
    const { stdout } = await sessions()
    expect(stdout).toContain('Realm customers: 1 user in 1 session at 0 clients')
    expect(stdout).not.toContain('no user is signed in')
  })

  it('says where it did not look', async () => {
    keycloak = new FakeKeycloak({ version: '26.4.0' })
    const { stdout } = await sessions()
    expect(stdout).toContain('Not all sessions without a client were looked for.')
    expect(stdout).not.toContain('no user is signed in')
    expect((await sessions('--list')).stderr).toContain('some may be missing')
  })

  it('never reads the list of the whole realm if there are many sessions', async () => {
    for (let i = 0; i < 5000; i++) keycloak.addSession({ username: 'bob', clients: ['shop'] })
    for (const args of ['', '--users', '--list', '--user ada']) await sessions(args)
    expect(keycloak.calls).not.toContain('realmSessions')
    expect((await result('--users')).totals.withoutClient).toBe(null)
  })

  it('clients that are not visible are named, with their sessions', async () => {
    keycloak.hidden.add('silent')
    const ran = await sessions('--json')
    expect(ran.json<{ notVisible: unknown[] }>().notVisible).toMatchObject([
      { clientId: 'silent', active: 1, offline: 0 },
    ])
    expect((await sessions()).stdout).toContain('1 client with sessions is not visible to you: silent (1)')
    const ofBob = (await sessions('--user bob --json')).json<{ notVisible: unknown[] }>()
    expect(ofBob.notVisible).toMatchObject([{ clientId: 'silent' }])
    expect((await sessions('--client shop --json')).json()).not.toHaveProperty('notVisible')
  })

  it('sessions that Keycloak fails to list do not stop the others', async () => {
    keycloak.on('clientSessions', (_, page) => {
      const { first, max } = page as { first: number; max: number }
      // The second session of each list is bad.
      if (first <= 1 && first + max > 1)
        throw new UserError('unreadable', 'Cannot read the sessions of a client: HTTP 500.')
    })
    const ran = await sessions('--json')
    expect(ran.code).toBe(EXIT.ok)
    const { totals, unread } = ran.json<Result & { unread: string[] }>()
    expect([totals.sessions, unread]).toEqual([2, ['shop', 'desk', 'silent']])
    expect(ran.stderr).toContain(
      'Client shop: Cannot read the sessions of a client: HTTP 500. 1 session may be missing from the totals.',
    )
    expect((await sessions('--list --json')).stdout.trimEnd().split('\n')).toHaveLength(3)
  })
})
