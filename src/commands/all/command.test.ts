import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AllOutcome } from './outcome.ts'

let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = realmOf({})
})

const ADMIN_URLS = ['https://desk.example/admin', 'https://both.example/admin']

function realmOf({ version = '26.7.4' }: { version?: string }) {
  const realm = new FakeKeycloak({ now: clock.now, version })
  realm.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  realm.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  realm.addClient({
    clientId: 'both',
    backchannelLogoutUrl: 'https://both.example/logout',
    adminUrl: 'https://both.example/admin',
  })
  for (const name of ['ada', 'bob', 'cleo']) realm.addUser(name, { id: `id-${name}` })
  // A request takes its time: so a watch looks now and then, and things can happen meanwhile.
  realm.on('sessionCounts', () => clock.sleep(20))
  return realm
}

/** As a script runs it. */
const all = (args = '', world: World = {}): Promise<Ran> =>
  commandLine(keycloak, { clock, ...world })('all', ...args.split(' ').filter(Boolean))
const confirmed = (args = '', world: World = {}) => all(`--confirm customers --json ${args}`, world)
const result = (ran: Ran) => ran.json<AllOutcome & { schemaVersion: number }>()
const error = (ran: Ran) => ran.json<{ error: { code: string; message: string; hint: string } }>().error
const acts = () => keycloak.acts.map(({ name, args }) => [name, args[0]].filter(Boolean).join(' '))
const living = () => keycloak.sessions.map(({ id }) => id)
const notified = () =>
  keycloak.deliveries.map(({ clientId, sid }) => [clientId, sid].filter(Boolean).join(' ')).sort()
const signIn = (username: string, id: string, clients: string[] = ['shop'], offline = false) =>
  keycloak.addSession({ id, username, clients, offline })
const missingRole = () => new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
const serverError = () => new UserError('server-error', 'It failed.')
const gone = () => new UserError('refused-connection', 'It has gone.', { exitCode: EXIT.unreachable })
const failsFor = (id: string, how = serverError) =>
  keycloak.on('endSession', (ended) => {
    if (ended === id) throw how()
  })

describe('everybody in the realm', () => {
  beforeEach(() => {
    signIn('ada', 'a1', ['shop', 'desk'])
    signIn('ada', 'a2', ['shop'])
    signIn('bob', 'b1', ['desk'])
    signIn('cleo', 'c1', ['both'])
  })

  it('is logged out, and every client that can be told is told', async () => {
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(notified()).toEqual(['both', 'desk', 'shop a1', 'shop a2'])
    expect(acts()).toEqual(['endSession a1', 'endSession a2', 'logoutRealm', 'pushRevocation'])
    expect(living()).toEqual([])
    expect(result(ran)).toMatchObject({
      act: 'all',
      realm: 'customers',
      dryRun: false,
      before: { active: 5, offline: 0, sessions: 4, users: 3, clients: 3, tenants: 3 },
      phases: [
        { name: 'client', sessions: 2, ended: 2, gone: 0, failed: [], untried: 0, passes: 1 },
        { name: 'realm', sessions: 2, ended: 2, failed: [], untried: 0 },
      ],
      adminUrls: [
        { clientId: 'desk', url: 'https://desk.example/admin', delivery: 'confirmed' },
        { clientId: 'both', url: 'https://both.example/admin', delivery: 'confirmed' },
      ],
      clients: [
        { clientId: 'desk', channel: 'admin-url', delivery: 'confirmed', sessions: 2 },
        { clientId: 'shop', channel: 'backchannel', delivery: 'unconfirmed', sessions: 2, ended: 2 },
        { clientId: 'both', channel: 'admin-url', delivery: 'confirmed', sessions: 1 },
      ],
      endedUnnotified: 0,
      interrupted: false,
      after: { active: 0, offline: 0, startedAfter: 0, left: 0 },
      verdict: 'done',
    })
  })

  it('is shown in a plan; the name of the realm has to be typed', async () => {
    const ran = await all('', { types: 'customers' })
    expect(ran.asked).toEqual(["This ends the sessions of 3 people. Type the realm's name to go on:"])
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      Logs 3 people out: 4 sessions at 3 clients, 3 tenants

      1. Client step: ends 2 sessions one by one, which tells their clients.
      2. Realm step: Keycloak's logout of the realm ends the rest and calls the Admin
         URLs.

      client  sessions      told             where, or why not
      desk           2  ██  once, Admin URL  https://desk.example/admin
      shop           2  ██  each session     https://shop.example/logout
      both           1  █   once, Admin URL  https://both.example/admin

      "
    `)
    expect(ran.stdout.replace(/\d+ s$/gm, 'N s')).toMatchInlineSnapshot(`
      "Done: 4 sessions ended, none left.
        client step       2 of 2, N s
        realm step        2 of 2, N s

      client  sessions      told                 where, or why not
      desk           2  ██  reached              https://desk.example/admin
      shop           2  ██  2×, answers unknown  https://shop.example/logout
      both           1  █   reached              https://both.example/admin
      "
    `)
  })

  it.each(['', 'y', 'yes', 'Customers', 'customers '])('stays signed in when %j is typed', async (types) => {
    expect((await all('', { types })).code).toBe(EXIT.declined)
    expect(acts()).toEqual([])
  })

  it('stays signed in when there is no terminal and no --confirm, and nothing is sent', async () => {
    const ran = await all('--json')
    expect([ran.code, error(ran).code, keycloak.calls]).toEqual([EXIT.declined, 'confirmation-wanted', []])
    expect(error(ran).hint).toContain('--confirm customers')
  })

  it('stays signed in when --confirm names another realm, and nothing is sent', async () => {
    const ran = await all('--confirm customer --json')
    expect([ran.code, error(ran).code, keycloak.calls]).toEqual([EXIT.declined, 'confirm-mismatch', []])
  })

  it('is not asked for a confirmation where no realm is named: that comes first', async () => {
    const ran = await all('--json', { settings: { realm: undefined } })
    expect([ran.code, error(ran).code]).toEqual([EXIT.usage, 'realm-missing'])
  })

  it.each(['--dry-run', '-n'])('%s shows the plan as the result and does nothing', async (flag) => {
    const ran = await all(`${flag} --json`)
    expect([ran.code, acts()]).toEqual([EXIT.ok, []])
    expect(result(ran)).toMatchObject({
      dryRun: true,
      verdict: 'planned',
      before: { sessions: 4 },
      steps: { client: 2, offline: 0, realm: true },
      phases: [],
      clients: [{ delivery: 'none' }, { delivery: 'none' }, { delivery: 'none' }],
    })
  })

  it('needs no confirmation to be looked at', async () => {
    expect((await all('--dry-run')).stdout).toContain('Logs 3 people out')
  })
})

describe('the client step', () => {
  it('goes on in passes while people sign in, and tells them too', async () => {
    signIn('ada', 's0')
    let late = 0
    keycloak.on('endSession', () => {
      if (late < 3) signIn('bob', `late-${++late}`)
    })
    const ran = await confirmed()
    expect([ran.code, living(), result(ran).endedUnnotified]).toEqual([EXIT.ok, [], 0])
    expect(notified()).toContain('shop late-3')
    expect(result(ran).phases[0]).toMatchObject({ name: 'client', sessions: 4, ended: 4, passes: 4 })
  })

  it('ends after five passes; who is left then is ended by the realm step untold, and counted', async () => {
    signIn('ada', 's0')
    let late = 0
    keycloak.on('endSession', () => void signIn('bob', `late-${++late}`))
    const ran = await confirmed()
    expect(result(ran).phases[0]).toMatchObject({ passes: 5, ended: 5 })
    expect(living()).toEqual([])
    expect([ran.code, result(ran).endedUnnotified, result(ran).verdict]).toEqual([EXIT.partial, 1, 'partial'])
  })

  it('does not try again what failed in the pass before', async () => {
    signIn('ada', 's0')
    signIn('bob', 's1')
    failsFor('s0')
    await confirmed()
    expect(acts().filter((act) => act === 'endSession s0').length).toBe(1)
  })

  it('ends no session that the realm step tells of anyway', async () => {
    signIn('bob', 'b1', ['desk'])
    signIn('cleo', 'c1', ['both'])
    await confirmed()
    expect(acts()).toEqual(['logoutRealm', 'pushRevocation'])
  })

  it.each([1, 8])('ends %i at a time', async (concurrency) => {
    for (let i = 0; i < 30; i++) signIn('ada', `s${i}`)
    let under = 0
    let most = 0
    keycloak.on('endSession', async () => {
      most = Math.max(most, ++under)
      await clock.sleep(10)
      under--
    })
    await confirmed(`--concurrency ${concurrency}`)
    expect(most).toBe(concurrency)
  })

  it('reads more sessions than a page holds', async () => {
    for (let i = 0; i < 2_300; i++) signIn('ada', `s${i}`)
    const ran = await confirmed()
    expect(result(ran).phases[0]).toMatchObject({ sessions: 2_300, ended: 2_300 })
    expect(ran.code).toBe(EXIT.ok)
  })
})

describe('a session that could not be ended', () => {
  beforeEach(() => {
    signIn('ada', 's0')
    signIn('bob', 's1')
    failsFor('s0')
  })

  it('keeps the realm step from running, which would end it untold: exit 3', async () => {
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect([acts().includes('logoutRealm'), living()]).toEqual([false, ['s0']])
    expect(result(ran)).toMatchObject({
      verdict: 'partial',
      realmStepSkipped: 'sessions-left',
      endedUnnotified: 0,
      adminUrls: [],
      after: { left: 1 },
      phases: [
        {
          name: 'client',
          failed: [{ session: 's0', user: 'ada', code: 'server-error', error: 'It failed.' }],
        },
      ],
    })
  })

  it('is ended untold with --force-realm-step, and counted: exit 3', async () => {
    const ran = await confirmed('--force-realm-step')
    expect([ran.code, living()]).toEqual([EXIT.partial, []])
    expect(result(ran)).toMatchObject({ endedUnnotified: 1, verdict: 'partial' })
    expect(result(ran).realmStepSkipped).toBeUndefined()
  })

  it('is named to people, with what to do', async () => {
    const ran = await all('--confirm customers')
    expect(ran.stdout).toContain('ada, session s0: It failed.')
    expect(ran.stdout).toContain('--force-realm-step')
  })

  it('that is still running at the end of --act-timeout is exit 6', async () => {
    keycloak.on('endSession', (id) => (id === 's0' ? 'stall' : undefined))
    const ran = await confirmed('--act-timeout 20')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran).phases[0]?.failed).toMatchObject([{ session: 's0', code: 'still-running' }])
  })
})

describe('the realm step', () => {
  it('--realm-step-only is Keycloak\'s own "Logout all": backchannel clients are not told, and counted', async () => {
    signIn('ada', 's0')
    signIn('bob', 'b1', ['desk'])
    const ran = await confirmed('--realm-step-only')
    expect(acts()).toEqual(['logoutRealm', 'pushRevocation'])
    expect(ran.code).toBe(EXIT.partial)
    expect(result(ran)).toMatchObject({
      endedUnnotified: 1,
      clients: [
        { clientId: 'shop', expectation: 'not-notified', reason: 'backchannel-only' },
        { clientId: 'desk', expectation: 'notified' },
      ],
    })
  })

  it('--no-realm-step ends every session one by one and nothing else', async () => {
    signIn('ada', 's0', ['shop'])
    signIn('bob', 'b1', ['desk'])
    signIn('cleo', 'c1', ['both'])
    const ran = await confirmed('--no-realm-step')
    expect(acts()).toEqual(['endSession s0', 'endSession b1', 'endSession c1'])
    expect(notified()).toEqual(['both c1', 'shop s0'])
    expect(result(ran)).toMatchObject({
      adminUrls: [],
      clients: [
        { clientId: 'desk', expectation: 'not-notified', reason: 'no-adapter-session', delivery: 'none' },
        { clientId: 'both', channel: 'backchannel', delivery: 'unconfirmed' },
        { clientId: 'shop', channel: 'backchannel', delivery: 'unconfirmed' },
      ],
    })
  })

  it('counts people who sign in while it runs and are ended untold', async () => {
    signIn('ada', 's0')
    keycloak.on('logoutRealm', async () => {
      await clock.sleep(500)
      signIn('bob', 'meanwhile')
      await clock.sleep(500)
    })
    const ran = await confirmed()
    expect([ran.code, result(ran).endedUnnotified, result(ran).watch?.looks]).toEqual([
      EXIT.partial,
      1,
      expect.any(Number),
    ])
  })

  it('does not count people who sign in after it', async () => {
    signIn('ada', 's0')
    keycloak.on('pushRevocation', () => void signIn('bob', 'after'))
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran)).toMatchObject({
      endedUnnotified: 0,
      verdict: 'done',
      after: { active: 1, startedAfter: 1, left: 0 },
    })
  })

  it.each(['', '--realm-step-only'])(
    'is refused before anything is done when an Admin URL would make Keycloak fail (%s)',
    async (flags) => {
      signIn('ada', 's0')
      keycloak.addClient({ clientId: 'trap', adminUrl: 'https://${application.session.host}/x' })
      const ran = await confirmed(flags)
      expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'session-host', []])
      expect(keycloak.calls).not.toContain('clientSessions')
    },
  )

  it('--no-realm-step is the way out of that', async () => {
    signIn('ada', 's0')
    keycloak.addClient({ clientId: 'trap', adminUrl: 'https://${application.session.host}/x' })
    expect((await confirmed('--no-realm-step')).code).toBe(EXIT.ok)
  })

  it('that fails loses nothing of what was done before', async () => {
    signIn('ada', 's0')
    signIn('bob', 'b1', ['desk'])
    keycloak.on('logoutRealm', () => {
      throw serverError()
    })
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(result(ran)).toMatchObject({
      verdict: 'partial',
      error: { code: 'server-error' },
      phases: [
        { name: 'client', ended: 1 },
        { name: 'realm', sessions: 1, ended: 0, untried: 1 },
      ],
      endedUnnotified: 0,
      after: { left: 1 },
    })
  })

  it('for which a role is missing is exit 4, one document', async () => {
    signIn('bob', 'b1', ['desk'])
    keycloak.on('logoutRealm', () => {
      throw missingRole()
    })
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.denied)
    expect(result(ran)).toMatchObject({ verdict: 'failed', error: { code: 'role-missing', exitCode: 4 } })
    expect(ran.stderr).toContain('The role is missing.')
  })

  it('that outlasts the time-out is waited for', async () => {
    signIn('bob', 'b1', ['desk'])
    keycloak.on('logoutRealm', () => {
      void clock.sleep(100_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    const began = clock.now()
    const ran = await confirmed()
    expect([ran.code, living()]).toEqual([EXIT.ok, []])
    expect(clock.now() - began).toBeGreaterThanOrEqual(100_000)
  })

  it('that outlasts --act-timeout is still running: exit 6', async () => {
    signIn('bob', 'b1', ['desk'])
    keycloak.on('logoutRealm', () => 'stall')
    const ran = await confirmed('--act-timeout 30')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran).error?.code).toBe('still-running')
  })
})

describe('Admin URLs', () => {
  beforeEach(() => {
    signIn('bob', 'b1', ['desk'])
    keycloak.deadAdminUrls.add('https://desk.example/admin')
  })

  it('one that nobody reaches is failed: exit 3', async () => {
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.partial)
    expect(result(ran)).toMatchObject({
      verdict: 'partial',
      adminUrls: [
        { clientId: 'desk', delivery: 'failed', why: 'not-reached' },
        { clientId: 'both', delivery: 'confirmed' },
      ],
      clients: [{ clientId: 'desk', delivery: 'failed' }],
    })
  })

  it('one that answers here is unconfirmed: exit 3 with --strict only', async () => {
    expect((await confirmed('', { reachable: ADMIN_URLS })).code).toBe(EXIT.ok)
    signIn('bob', 'b2', ['desk'])
    expect((await confirmed('--strict', { reachable: ADMIN_URLS })).code).toBe(EXIT.partial)
    signIn('bob', 'b3', ['desk'])
    expect((await confirmed('--strict --accept-unnotified desk', { reachable: ADMIN_URLS })).code).toBe(
      EXIT.ok,
    )
  })

  it('are unconfirmed without the roles to ask', async () => {
    for (const method of ['pushRevocation', 'testNodes'] as const)
      keycloak.on(method, () => {
        throw missingRole()
      })
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).adminUrls).toMatchObject([
      { delivery: 'unconfirmed', why: 'role-missing' },
      { delivery: 'unconfirmed', why: 'role-missing' },
    ])
  })
})

describe('a choice of sessions', () => {
  beforeEach(() => {
    signIn('ada', 'a1', ['shop', 'desk'])
    signIn('bob', 'b1', ['shop'])
    signIn('cleo', 'c1', ['desk'])
  })

  it('--client ends the sessions that involve it, without the realm step', async () => {
    const ran = await confirmed('--client desk')
    expect([ran.code, living(), acts()]).toEqual([EXIT.ok, ['b1'], ['endSession a1', 'endSession c1']])
    expect(result(ran)).toMatchObject({
      before: { sessions: 2, users: 2 },
      after: { active: 0, left: 0, startedAfter: 0 },
      verdict: 'done',
    })
  })

  it('--client more than once', async () => {
    await confirmed('--client desk --client shop')
    expect(living()).toEqual([])
  })

  it('--exclude-user leaves that person alone, without the realm step', async () => {
    const ran = await confirmed('--exclude-user ada --exclude-user cleo')
    expect([ran.code, living()]).toEqual([EXIT.ok, ['a1', 'c1']])
    expect(result(ran).after).toMatchObject({ left: 0, startedAfter: 0 })
  })

  it.each([
    ['--client nope', 'client-not-found', EXIT.notFound],
    ['--accept-unnotified nope', 'client-not-found', EXIT.notFound],
    ['--exclude-user eve', 'user-not-found', EXIT.notFound],
  ])('%s is an error, and no session is even read', async (flags, code, exit) => {
    const ran = await confirmed(flags)
    expect([ran.code, error(ran).code, acts()]).toEqual([exit, code, []])
    expect(keycloak.calls).not.toContain('clientSessions')
  })

  it('--exclude-user with a name of several is an error: leaving out the wrong one would be harm', async () => {
    keycloak.addUser('x', { id: 'id-x', email: 'ada' })
    const ran = await confirmed('--exclude-user ada')
    expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'ambiguous-user', []])
  })
})

describe('offline sessions', () => {
  beforeEach(() => {
    signIn('ada', 's0', ['desk'])
    signIn('ada', 'off', ['shop'], true)
  })

  it('of clients that would have been told are counted when the realm step takes them: exit 3', async () => {
    const ran = await confirmed()
    expect([ran.code, result(ran).endedUnnotified]).toEqual([EXIT.partial, 1])
    expect(ran.stderr).toContain('tells nobody of them')
  })

  it('--offline-sessions ends them one by one first, and tells', async () => {
    const ran = await confirmed('--offline-sessions')
    expect(acts()).toEqual(['endSession off', 'logoutRealm', 'pushRevocation'])
    expect([ran.code, result(ran).endedUnnotified, notified()]).toEqual([
      EXIT.ok,
      0,
      ['both', 'desk', 'shop off'],
    ])
    expect(result(ran)).toMatchObject({
      steps: { offline: 1 },
      phases: [{ name: 'client' }, { name: 'offline', sessions: 1, ended: 1 }, { name: 'realm' }],
      clients: [
        { clientId: 'desk', delivery: 'confirmed' },
        { clientId: 'shop', delivery: 'unconfirmed', sessions: 1, ended: 1 },
      ],
    })
  })

  it('--keep-offline-sessions leaves them, and the realm step out', async () => {
    const ran = await confirmed('--keep-offline-sessions')
    expect([ran.code, living(), acts()]).toEqual([EXIT.ok, ['off'], ['endSession s0']])
    expect(result(ran).after).toMatchObject({ offline: 1 })
  })

  it('--offline-sessions is refused before Keycloak 24', async () => {
    keycloak = realmOf({ version: '22.0.5' })
    signIn('ada', 'off', ['shop'], true)
    const ran = await confirmed('--offline-sessions')
    expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'offline-not-supported', []])
  })
})

describe('flags that contradict each other', () => {
  it.each([
    '--realm-step-only --no-realm-step',
    '--realm-step-only --client shop',
    '--realm-step-only --exclude-user ada',
    '--realm-step-only --offline-sessions',
    '--realm-step-only --keep-offline-sessions',
    '--offline-sessions --keep-offline-sessions',
    '--cut-off-first --client shop',
    '--cut-off-first --exclude-user ada',
    '--cut-off-first --keep-offline-sessions',
  ])('%s', async (flags) => {
    const ran = await confirmed(flags)
    expect([ran.code, error(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'contradiction', []])
  })

  it.each([
    '--concurrency 0',
    '--concurrency 2.5',
    '--concurrency 1000',
    '--act-timeout 0',
    '--act-timeout x',
  ])('%s is a mistake', async (flags) => {
    expect([(await confirmed(flags)).code, keycloak.calls]).toEqual([EXIT.usage, []])
  })
})

describe('--cut-off-first', () => {
  it("sets the realm's not-before before anything else", async () => {
    signIn('ada', 's0')
    await confirmed('--cut-off-first')
    expect(acts().slice(0, 2)).toEqual([
      `setRealmNotBefore ${Math.floor(1_800_000_000_000 / 1000)}`,
      'endSession s0',
    ])
  })

  it.each([-300, 300])("goes by the server's clock where this one's is %i s off", async (off) => {
    signIn('ada', 's0')
    const server = 1_800_000_000 + off
    keycloak.serverTime = async () => server * 1000
    const ran = await confirmed('--cut-off-first')
    expect(acts()[0]).toBe(`setRealmNotBefore ${server}`)
    expect(ran.progress.join()).toContain(new Date(server * 1000).toISOString().slice(11, 19))
  })

  it("goes by this clock where the server's is not known", async () => {
    keycloak.serverTime = async () => undefined
    const ran = await confirmed('--cut-off-first')
    expect(acts()[0]).toBe('setRealmNotBefore 1800000000')
    expect(ran.progress.join()).toContain("this machine's is taken")
  })

  it('without the role ends the run before anything is done', async () => {
    signIn('ada', 's0')
    keycloak.on('setRealmNotBefore', () => {
      throw missingRole()
    })
    const ran = await confirmed('--cut-off-first')
    expect([ran.code, error(ran).code, living()]).toEqual([EXIT.denied, 'role-missing', ['s0']])
  })
})

describe('--strict', () => {
  beforeEach(() => {
    keycloak.addClient({ clientId: 'silent' })
    signIn('ada', 's0', ['shop', 'silent', 'account'])
  })

  it('makes a client that is not told exit 3', async () => {
    expect((await confirmed('--strict')).code).toBe(EXIT.partial)
  })

  it('is content with what is accepted by name', async () => {
    expect((await confirmed('--strict --accept-unnotified silent')).code).toBe(EXIT.ok)
  })

  it('says so in a dry run already', async () => {
    expect((await all('--strict --dry-run')).code).toBe(EXIT.partial)
  })
})

describe("one's own session", () => {
  beforeEach(() => {
    signIn('ada', 'own', ['admin-cli', 'shop'])
    signIn('bob', 's0')
    keycloak.own = 'own'
  })

  it('ends with the realm step, and is not counted as untold', async () => {
    const ran = await confirmed()
    expect(acts()).toEqual(['endSession s0', 'logoutRealm', 'pushRevocation'])
    expect([ran.code, result(ran).endedUnnotified, result(ran).verdict]).toEqual([EXIT.ok, 0, 'done'])
  })

  it('ends last without a realm step', async () => {
    await confirmed('--no-realm-step')
    expect(acts()).toEqual(['endSession s0', 'endSession own'])
  })

  it('is no failure when the new sign-in has one again', async () => {
    keycloak.on('pushRevocation', () => {
      signIn('ada', 'own-2', ['admin-cli'])
      keycloak.own = 'own-2'
    })
    const ran = await confirmed()
    expect([ran.code, result(ran).after]).toEqual([
      EXIT.ok,
      { active: 0, offline: 0, startedAfter: 0, left: 0 },
    ])
  })

  it('is no failure when a token that was given died with it', async () => {
    const dead = () => {
      if (acts().includes('logoutRealm'))
        throw new UserError('unauthorized', '401', { exitCode: EXIT.denied })
    }
    for (const method of ['sessionCounts', 'pushRevocation', 'testNodes'] as const) {
      keycloak.on(method, async () => {
        await clock.sleep(20)
        dead()
      })
    }
    const ran = await confirmed()
    expect([ran.code, result(ran).after.left]).toEqual([EXIT.ok, null])
    expect(ran.stdout).not.toContain('none left')
  })
})

describe('a realm where nobody is signed in', () => {
  it('is nothing to do; the realm step runs all the same', async () => {
    const ran = await confirmed()
    expect([ran.code, result(ran).verdict, acts()]).toEqual([
      EXIT.ok,
      'nothing-to-do',
      ['logoutRealm', 'pushRevocation'],
    ])
  })
})

describe('a run that cannot go on', () => {
  beforeEach(() => {
    for (let i = 0; i < 40; i++) signIn('ada', `s${i}`)
  })

  it('for want of a role is exit 4, one document', async () => {
    keycloak.on('endSession', () => {
      throw missingRole()
    })
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.denied)
    expect(result(ran)).toMatchObject({
      verdict: 'failed',
      realmStepSkipped: 'role-missing',
      error: { code: 'role-missing' },
      after: { left: 40 },
    })
  })

  it('as the server has gone is exit 6, with what was ended', async () => {
    let ended = 0
    const isGone = () => {
      if (ended >= 10) throw gone()
    }
    keycloak.on('endSession', () => {
      isGone()
      ended++
    })
    keycloak.on('sessionCounts', isGone)
    const ran = await confirmed('--concurrency 1')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran)).toMatchObject({
      verdict: 'partial',
      phases: [{ name: 'client', sessions: 40, ended: 10 }],
      error: { code: 'refused-connection' },
      after: { left: null },
    })
  })

  it('between two passes keeps what was ended', async () => {
    let calls = 0
    keycloak.on('sessionCounts', async () => {
      await clock.sleep(20)
      if (++calls === 2) throw gone()
    })
    const ran = await confirmed()
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran)).toMatchObject({ phases: [{ ended: 40 }], realmStepSkipped: 'refused-connection' })
  })
})

describe('an interruption', () => {
  const interrupted = async (args: string, after: number) => {
    const controller = new AbortController()
    void clock.sleep(after).then(() => controller.abort('SIGINT'))
    return confirmed(args, { signal: controller.signal })
  }

  it('ends with a summary and 130, and running it again goes on with what is left', async () => {
    for (let i = 0; i < 100; i++) signIn('ada', `s${i}`)
    keycloak.on('endSession', () => clock.sleep(1_000))
    const ran = await interrupted('', 5_500)
    expect(ran.code).toBe(EXIT.interrupted)
    expect(result(ran)).toMatchObject({
      interrupted: true,
      verdict: 'partial',
      realmStepSkipped: 'interrupted',
      phases: [{ name: 'client', sessions: 100, ended: 48, untried: 52 }],
    })
    const again = await confirmed()
    expect([again.code, result(again).phases[0]?.sessions, living()]).toEqual([EXIT.ok, 52, []])
  })

  it('is said also where no realm step was planned', async () => {
    for (let i = 0; i < 100; i++) signIn('ada', `s${i}`)
    keycloak.on('endSession', () => clock.sleep(1_000))
    const ran = await interrupted('--client shop', 5_500)
    expect([ran.code, result(ran).interrupted]).toEqual([EXIT.interrupted, true])
  })

  it('during the realm step keeps the summary too', async () => {
    signIn('ada', 's0')
    keycloak.on('logoutRealm', async () => {
      await clock.sleep(10_000)
      throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    const ran = await interrupted('', 5_000)
    expect(ran.code).toBe(EXIT.interrupted)
    expect(result(ran)).toMatchObject({ interrupted: true, phases: [{ ended: 1 }, { name: 'realm' }] })
  })
})
