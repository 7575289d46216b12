import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import { capabilitiesShownBy } from '../../keycloak/capabilities.ts'
import type { UserOutcome } from './outcome.ts'

let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = realmOf({})
})

function realmOf({ version = '26.7.4' }: { version?: string }) {
  const realm = new FakeKeycloak({ now: clock.now, version })
  realm.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  realm.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  realm.addClient({ clientId: 'chat', backchannelLogoutUrl: 'https://chat.example/logout' })
  realm.addUser('ada', { id: 'id-ada', email: 'ada@example.com' })
  realm.addUser('bob', { id: 'id-bob' })
  return realm
}

const user = (args: string, world: World = {}): Promise<Ran> =>
  commandLine(keycloak, { clock, ...world })('user', ...args.split(' ').filter(Boolean))
const result = (ran: Ran) => ran.json<UserOutcome & { schemaVersion: number }>()
const error = (ran: Ran) => ran.json<{ error: { code: string; hint: string; exitCode: number } }>().error
const acts = () => keycloak.acts.map(({ name, args }) => `${name} ${args[0]}`)
const living = () => keycloak.sessions.map(({ id, offline }) => (offline ? `${id} offline` : id))
const notified = () => keycloak.deliveries.map(({ clientId, sid }) => `${clientId} ${sid}`).sort()
const signIn = (id: string, clients = ['shop'], seed: Record<string, unknown> = {}) =>
  keycloak.addSession({ id, username: 'ada', clients, ...seed })
const serverError = (code = 'server-error') => new UserError(code, 'It failed.')
const missingRole = () => new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
const brokeOff = () => new UserError('connection-closed', 'It broke off.', { exitCode: EXIT.unreachable })
const interrupted = () => new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
const gone = () => new UserError('refused-connection', 'It has gone.', { exitCode: EXIT.unreachable })

describe('a person with sessions', () => {
  it('is logged out: every client hears of each session, the not-before comes last', async () => {
    signIn('s1', ['shop', 'desk'])
    signIn('s2', ['shop'])
    signIn('s3', ['chat'])
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(notified()).toEqual(['chat s3', 'shop s1', 'shop s2'])
    expect(acts()).toEqual(['endSession s1', 'endSession s2', 'endSession s3', 'logoutUser id-ada'])
    expect(living()).toEqual([])
    expect(result(ran)).toMatchObject({
      act: 'user',
      realm: 'customers',
      dryRun: false,
      verdict: 'done',
      users: [
        {
          id: 'id-ada',
          username: 'ada',
          email: 'ada@example.com',
          sessionsLeft: 0,
          startedAfter: 0,
          notBeforeSet: true,
          lookedAgain: true,
          verdict: 'done',
        },
      ],
    })
  })

  it('is not told of as confirmed: Keycloak throws the answers away', async () => {
    signIn('s1', ['shop', 'desk'])
    const [person] = result(await user('ada --yes --json')).users
    expect(person?.clients).toEqual([
      {
        clientId: 'desk',
        channel: 'admin-url',
        url: 'https://desk.example/admin',
        expectation: 'not-notified',
        reason: 'no-adapter-session',
        delivery: 'none',
        accessTokenLifespan: 300,
        sessions: 1,
        ended: 1,
        alongside: false,
      },
      {
        clientId: 'shop',
        channel: 'backchannel',
        url: 'https://shop.example/logout',
        expectation: 'notified',
        delivery: 'unconfirmed',
        accessTokenLifespan: 300,
        sessions: 1,
        ended: 1,
        alongside: false,
      },
    ])
  })

  it('is not said to have been told of a session that had gone by itself', async () => {
    signIn('s1')
    signIn('s2', ['chat', 'shop'])
    const end = keycloak.endSession.bind(keycloak)
    keycloak.endSession = async (id, kind) => {
      const answer = await end(id, kind)
      return id === 's2' ? 'gone' : answer
    }
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(result(ran).users[0]?.sessions.map(({ ended }) => ended)).toEqual([true, true])
    expect(result(ran).users[0]?.clients).toMatchObject([
      { clientId: 'chat', sessions: 1, ended: 0, delivery: 'none' },
      { clientId: 'shop', sessions: 2, ended: 1, delivery: 'unconfirmed' },
    ])
    signIn('s2', ['chat'])
    const { stdout } = await user('ada --yes')
    expect(stdout).toMatch(/chat +not known/)
    expect(stdout).not.toContain('not yet')
  })

  it('shows the plan, says where, and asks', async () => {
    signIn('s1', ['shop', 'desk'])
    const ran = await user('ada', { agrees: true })
    expect(ran.asked).toEqual(['Log ada out?'])
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      ada <ada@example.com>  id-ada
      ends 1 session
      sets the person's not-before: older refresh and offline tokens become unusable

      session  since (UTC)       from       clients     id
      ends     2027-01-15 07:59  192.0.2.1  shop, desk  s1

         client  notified  where, or why not
      ✗  desk    no        Admin URL: adapters only
         shop    yes, 1×   https://shop.example/logout

      ✗ 1 client will not be notified: desk
      Access tokens stay valid for up to 5 min. desk may keep its own session longer.

      "
    `)
    expect(ran.stdout).toMatchInlineSnapshot(`
      "ada <ada@example.com>  id-ada
      1 session ended, none left

         client  notified             where, or why not
      ✗  desk    no                   Admin URL: adapters only
         shop    1×, answers unknown  https://shop.example/logout

      ✗ 1 client was not notified: desk
      Access tokens stay valid for up to 5 min. desk may keep its own session longer.
      "
    `)
  })

  it('stays signed in when the question is declined', async () => {
    signIn('s1')
    expect((await user('ada', { agrees: false })).code).toBe(EXIT.declined)
    expect([acts(), living()]).toEqual([[], ['s1']])
  })

  it('stays signed in when nobody can be asked and there is no --yes', async () => {
    signIn('s1')
    const ran = await user('ada')
    expect(ran.code).toBe(EXIT.declined)
    expect(ran.stderr).toContain('--yes')
    expect([acts(), living()]).toEqual([[], ['s1']])
  })
})

describe('--dry-run', () => {
  it.each(['--dry-run', '-n'])('%s shows the plan as the result and does nothing', async (flag) => {
    signIn('s1')
    const ran = await user(`ada --disable --offline-sessions ${flag} --json`)
    expect(ran.code).toBe(EXIT.ok)
    expect(acts()).toEqual([])
    expect(result(ran)).toMatchObject({
      dryRun: true,
      verdict: 'planned',
      users: [{ verdict: 'planned', sessionsLeft: 1, disables: true, clients: [{ delivery: 'none' }] }],
    })
  })

  it('wants no terminal', async () => {
    signIn('s1')
    expect((await user('ada --dry-run')).stdout).toContain('ends 1 session')
  })

  it('with --strict says beforehand that a client would not be told', async () => {
    signIn('s1', ['desk'])
    expect((await user('ada --dry-run --strict')).code).toBe(EXIT.partial)
    expect((await user('ada --dry-run')).code).toBe(EXIT.ok)
  })
})

describe('who is meant', () => {
  it.each(['ada', 'ADA', 'ada@example.com', 'Ada@Example.com', 'id-ada'])('%s', async (name) => {
    const ran = await user(`${name} --yes --json`)
    expect(result(ran).users.map(({ id }) => id)).toEqual(['id-ada'])
  })

  it('is an error when the name is unknown: nobody of the list is logged out', async () => {
    signIn('s1')
    const ran = await user('ada eve --yes --json')
    expect(ran.code).toBe(EXIT.notFound)
    expect(error(ran)).toMatchObject({ code: 'user-not-found', exitCode: 5 })
    expect(acts()).toEqual([])
  })

  it('is an error when the name means several, with the list', async () => {
    keycloak.addUser('ada@example.com', { id: 'id-impostor' })
    const ran = await user('ada@example.com --yes --json')
    expect(ran.code).toBe(EXIT.usage)
    expect(error(ran)).toMatchObject({
      code: 'ambiguous-user',
      message: expect.stringMatching(/id-ada .*id-impostor /),
      hint: expect.stringContaining('--by'),
    })
    expect(acts()).toEqual([])
  })

  it.each([
    ['id', 'id-ada', ['id-ada']],
    ['username', 'ada@example.com', ['id-impostor']],
    ['email', 'ada@example.com', ['id-ada']],
  ])('--by %s decides', async (by, name, ids) => {
    keycloak.addUser('ada@example.com', { id: 'id-impostor' })
    const ran = await user(`${name} --by ${by} --yes --json`)
    expect(result(ran).users.map(({ id }) => id)).toEqual(ids)
  })

  it('--by something else is a mistake', async () => {
    expect((await user('ada --by phone')).code).toBe(EXIT.usage)
  })

  it('is each person once, however often and by whichever name', async () => {
    signIn('s1')
    const ran = await user('ada id-ada ada@example.com ada --yes --json')
    expect(result(ran).users.length).toBe(1)
    expect(acts()).toEqual(['endSession s1', 'logoutUser id-ada'])
  })

  it('is read from stdin, one a line, blank ones aside', async () => {
    const ran = await user('- --yes --json', { files: { '-': 'ada\r\n\n  bob  \n' } })
    expect(result(ran).users.map(({ username }) => username)).toEqual(['ada', 'bob'])
  })

  it.each([
    ['nothing', ''],
    ['blank lines', '\n \n'],
  ])('is a mistake when stdin holds %s', async (_, stdin) => {
    const ran = await user('- --yes --json', { files: { '-': stdin } })
    expect([ran.code, error(ran).code]).toEqual([EXIT.usage, 'nobody'])
    expect(keycloak.calls).toEqual([])
  })

  it('is a mistake when the name is empty: it stands for nobody, not for everybody', async () => {
    const ran = await commandLine(keycloak)('user', '', '--yes', '--json')
    expect([ran.code, error(ran).code]).toEqual([EXIT.usage, 'empty-name'])
    expect(keycloak.calls).toEqual([])
  })

  it('has to be said', async () => {
    expect((await user('--yes')).code).toBe(EXIT.usage)
  })

  it('is counted in the question where there are several', async () => {
    expect((await user('ada bob', { agrees: true })).asked).toEqual(['Log 2 people out?'])
  })
})

describe('--session', () => {
  it('ends this one, and sets no not-before, which would reach the others', async () => {
    signIn('s1')
    signIn('s2')
    const ran = await user('ada --session s1 --yes --json')
    expect([ran.code, acts(), living()]).toEqual([EXIT.ok, ['endSession s1'], ['s2']])
    expect(result(ran).users[0]).toMatchObject({ sessionsLeft: 0, startedAfter: 0, setsNotBefore: false })
  })

  it('may be given more than once, and begin with a dash', async () => {
    signIn('-LwjD')
    signIn('s2')
    signIn('s3')
    await user('ada --session=-LwjD --session s2 --yes')
    expect(living()).toEqual(['s3'])
  })

  it("ends nothing when one of them is nobody's of these", async () => {
    signIn('s1')
    keycloak.addSession({ id: 'of-bob', username: 'bob', clients: ['shop'] })
    const ran = await user('ada --session s1 --session of-bob --yes --json')
    expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.notFound, 'session-not-found', []])
  })

  it('of a list ends those that are there still, and says how many are not', async () => {
    signIn('s1')
    signIn('s2')
    const ran = await user('- --session s1 --session gone-1 --session gone-2 --yes', {
      files: { '-': 'ada\nada\n' },
    })
    expect([ran.code, acts(), living()]).toEqual([EXIT.ok, ['endSession s1'], ['s2']])
    expect(ran.stderr).toContain('2 of the 3 sessions that are named are not there: gone-1, gone-2.')
  })

  it.each([
    ['s1 s2 gone-1', '1 of the 3 sessions that are named is not there: gone-1.'],
    ['s1 s1 gone-1', '1 of the 2 sessions that are named is not there: gone-1.'],
  ])('of a list counts those that are not there: %s', async (ids, words) => {
    signIn('s1')
    signIn('s2')
    const named = ids.split(' ').map((id) => `--session ${id}`)
    const ran = await user(`- ${named.join(' ')} --yes`, { files: { '-': 'ada\n' } })
    expect(ran.stderr).toContain(words)
  })

  it.each([
    ['ada', 'No session "gone-1" of this person in realm customers.'],
    ['ada bob', 'No session "gone-1" of these people in realm customers.'],
  ])("that is nobody's, of %s, is said in the right number", async (who, words) => {
    signIn('s1')
    expect((await user(`${who} --session gone-1 --yes`)).stderr).toContain(words)
  })

  it('of a list of which none is there any more ends nothing: exit 5', async () => {
    signIn('s1')
    const ran = await user('- --session gone-1 --session gone-2 --yes --json', { files: { '-': 'ada\n' } })
    expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.notFound, 'session-not-found', []])
  })

  it('with --client ends it only if it involves that client', async () => {
    signIn('s1', ['shop'])
    const ran = await user('ada --session s1 --client chat --yes --json')
    expect([ran.code, result(ran).verdict, living()]).toEqual([EXIT.ok, 'nothing-to-do', ['s1']])
  })
})

describe('--client', () => {
  it('ends the sessions that involve it, and names who else loses them', async () => {
    signIn('s1', ['shop', 'chat'])
    signIn('s2', ['desk'])
    const ran = await user('ada --client shop --yes --json')
    expect(living()).toEqual(['s2'])
    expect(acts()).toEqual(['endSession s1'])
    expect(result(ran).users[0]?.clients.map(({ clientId, alongside }) => [clientId, alongside])).toEqual([
      ['chat', true],
      ['shop', false],
    ])
  })

  it('is an error when the realm has no such client', async () => {
    signIn('s1')
    const ran = await user('ada --client SHOP --yes --json')
    expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.notFound, 'client-not-found', []])
  })

  it('has nothing to do where no session involves it: it neither asks nor wants --yes', async () => {
    signIn('s1', ['chat'])
    const ran = await user('ada --client shop --json')
    expect([ran.code, result(ran).verdict, result(ran).dryRun, acts()]).toEqual([
      EXIT.ok,
      'nothing-to-do',
      false,
      [],
    ])
  })
})

describe('offline sessions', () => {
  beforeEach(() => {
    signIn('s1')
    signIn('off', ['chat'], { offline: true })
  })

  it('stay, and the plan says that the not-before makes them unusable untold', async () => {
    const ran = await user('ada --yes')
    expect(living()).toEqual(['off offline'])
    expect(notified()).toEqual(['shop s1'])
    expect(ran.stderr).toContain('makes the tokens of 1 offline session unusable')
  })

  it('--offline-sessions ends them one by one, so that their clients are told', async () => {
    const ran = await user('ada --offline-sessions --yes --json')
    expect([ran.code, living(), notified()]).toEqual([EXIT.ok, [], ['chat off', 'shop s1']])
    expect(keycloak.acts.map(({ args }) => args[1])).toEqual([
      { offline: false },
      { offline: true },
      undefined,
    ])
  })

  it('are ended after the online one of the same id, which would go along untold', async () => {
    signIn('same', ['shop'])
    signIn('same', ['chat'], { offline: true })
    await user('ada --offline-sessions --yes')
    expect(notified()).toEqual(['chat off', 'chat same', 'shop s1', 'shop same'])
  })

  it('--keep-offline-sessions sets no not-before', async () => {
    const ran = await user('ada --keep-offline-sessions --yes --json')
    expect(acts()).toEqual(['endSession s1'])
    expect(result(ran).users[0]).toMatchObject({ verdict: 'done', setsNotBefore: false, notBeforeSet: false })
  })

  it('both flags contradict each other', async () => {
    const ran = await user('ada --offline-sessions --keep-offline-sessions --yes --json')
    expect([ran.code, error(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'contradiction', []])
  })

  it.each(['--offline-sessions', '--session off'])(
    '%s is refused before Keycloak 24, which would end the online session of that id',
    async (flags) => {
      keycloak = realmOf({ version: '22.0.5' })
      signIn('s1')
      signIn('off', ['chat'], { offline: true })
      const ran = await user(`ada ${flags} --yes --json`)
      expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'offline-not-supported', []])
    },
  )

  describe.each([['22.0.5'], [undefined]])('where it cannot be ended by itself (%s)', (version) => {
    beforeEach(() => {
      keycloak = new FakeKeycloak({ now: clock.now, version: version ?? 'hidden' })
      if (version === undefined) keycloak.capabilities = async () => capabilitiesShownBy({})
      keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
      keycloak.addUser('ada', { id: 'id-ada' })
      signIn('twin', ['shop'])
      signIn('twin', ['shop'], { offline: true })
      signIn('off', ['shop'], { offline: true })
    })

    it('--session ends the online one of that id, and says that the offline one stays', async () => {
      const ran = await user('ada --session twin --yes --json')
      expect([ran.code, acts(), living()]).toEqual([
        EXIT.ok,
        ['endSession twin'],
        ['twin offline', 'off offline'],
      ])
      expect(keycloak.acts[0]?.args[1]).toEqual({ offline: false })
      expect(ran.stderr).toContain('The offline session twin stays, only the online one of that id ends: ')
      expect(result(ran).users[0]?.sessions).toMatchObject([
        { id: 'twin', offline: false, planned: true, ended: true },
        { id: 'twin', offline: true, planned: false, ended: false },
        { id: 'off', offline: true, planned: false, ended: false },
      ])
    })

    it('--session of an offline one alone is refused, with a hint about what was given', async () => {
      const ran = await user('ada --session off --yes --json')
      expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'offline-not-supported', []])
      expect(error(ran).hint).toContain('Without --session')
      expect(error(ran).hint).not.toContain('--offline-sessions')
    })

    it('--session with --offline-sessions, which asks for the offline one, is refused', async () => {
      const ran = await user('ada --session twin --offline-sessions --yes --json')
      expect([ran.code, error(ran).code, acts()]).toEqual([EXIT.usage, 'offline-not-supported', []])
    })
  })

  it('--session ends both of that id where Keycloak can', async () => {
    signIn('same', ['shop'])
    signIn('same', ['chat'], { offline: true })
    const ran = await user('ada --session same --yes')
    expect([ran.stderr.includes('stays, only'), living()]).toEqual([false, ['s1', 'off offline']])
  })

  it('--offline-sessions is fine before 24 where there is none', async () => {
    keycloak = realmOf({ version: '22.0.5' })
    signIn('s1')
    expect((await user('ada --offline-sessions --yes')).code).toBe(EXIT.ok)
  })
})

describe('--disable', () => {
  it('locks the account first', async () => {
    signIn('s1')
    const ran = await user('ada --disable --yes --json')
    expect(acts()).toEqual(['setUserEnabled id-ada', 'endSession s1', 'logoutUser id-ada'])
    expect(result(ran).users[0]?.disables).toBe(true)
  })

  it('that does not work is said of that person; the sessions end all the same', async () => {
    signIn('s1')
    keycloak.on('setUserEnabled', (id) => {
      if (id === 'id-ada') throw serverError()
    })
    const ran = await user('ada bob --disable --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(result(ran).users.map(({ verdict, errors }) => [verdict, errors.length])).toEqual([
      ['partial', 1],
      ['nothing-to-do', 0],
    ])
    expect(living()).toEqual([])
  })

  it('of somebody without sessions says what it did', async () => {
    const ran = await user('bob --disable --yes')
    expect(ran.stdout).toMatchInlineSnapshot(`
      "bob  id-bob
      there was no session to end
      the account is locked
      the not-before was set: older refresh and offline tokens are unusable
      "
    `)
    expect(ran.code).toBe(EXIT.ok)
    expect(result(await user('bob --disable --yes --json')).users[0]).toMatchObject({
      verdict: 'nothing-to-do',
      disabled: true,
      notBeforeSet: true,
    })
  })

  it.each<[string, () => void, boolean | null]>([
    ['was refused', () => keycloak.on('setUserEnabled', () => Promise.reject(missingRole())), false],
    ['failed in the server', () => keycloak.on('setUserEnabled', () => Promise.reject(serverError())), false],
    ['broke off', () => keycloak.on('setUserEnabled', () => Promise.reject(brokeOff())), null],
    ['was not reached', () => keycloak.on('setUserEnabled', () => Promise.reject(gone())), false],
  ])('says what is known of the account: it %s', async (_, prepare, disabled) => {
    prepare()
    expect(result(await user('ada --disable --yes --json')).users[0]).toMatchObject({
      verdict: 'partial',
      disables: true,
      disabled,
    })
  })

  it('whose answer is lost is looked up: the account is locked', async () => {
    keycloak.on('setUserEnabled', async (id) => {
      keycloak.addUser('ada', { id: String(id), enabled: false })
      throw brokeOff()
    })
    const ran = await user('ada --disable --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).users[0]).toMatchObject({ disabled: true, errors: [] })
  })

  it('that is interrupted has locked nobody for certain, and is done in part', async () => {
    const controller = new AbortController()
    keycloak.on('setUserEnabled', () => {
      controller.abort('SIGINT')
      throw interrupted()
    })
    const ran = await user('ada bob --disable --concurrency 1 --yes --json', { signal: controller.signal })
    expect([ran.code, result(ran).interrupted, result(ran).verdict]).toEqual([
      EXIT.interrupted,
      true,
      'partial',
    ])
    expect(result(ran).users.map(({ verdict, disabled }) => [verdict, disabled])).toEqual([
      ['partial', null],
      ['partial', false],
    ])
  })

  it('without the role ends the run before a session is ended', async () => {
    signIn('s1')
    keycloak.on('setUserEnabled', () => {
      throw missingRole()
    })
    const ran = await user('ada --disable --yes --json')
    expect(ran.code).toBe(EXIT.denied)
    expect([acts(), living()]).toEqual([['setUserEnabled id-ada'], ['s1']])
  })
})

describe('a person without any session', () => {
  it('is nothing-to-do, and the not-before is still set', async () => {
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).verdict, acts()]).toEqual([EXIT.ok, 'nothing-to-do', ['logoutUser id-ada']])
    expect(result(ran).users[0]?.notBeforeSet).toBe(true)
  })

  it('is asked about all the same, as something is changed', async () => {
    expect((await user('ada')).code).toBe(EXIT.declined)
  })
})

describe('--strict', () => {
  it('makes a client that is not told exit 3', async () => {
    signIn('s1', ['shop', 'desk'])
    const ran = await user('ada --strict --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.partial, 'done'])
  })

  it('is content when every client is told', async () => {
    signIn('s1', ['shop', 'chat'])
    expect((await user('ada --strict --yes')).code).toBe(EXIT.ok)
  })

  it("ignores Keycloak's own consoles", async () => {
    signIn('s1', ['shop', 'account'])
    const ran = await user('ada --strict --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).users[0]?.clients).toContainEqual(
      expect.objectContaining({ clientId: 'account', expectation: 'not-notified', reason: 'built-in' }),
    )
  })

  it('accepts what is known with --accept-unnotified', async () => {
    keycloak.addClient({ clientId: 'silent' })
    signIn('s1', ['desk', 'silent'])
    expect((await user('ada --strict --accept-unnotified desk --yes')).code).toBe(EXIT.partial)
    signIn('s2', ['desk', 'silent'])
    expect((await user('ada --strict --accept-unnotified desk --accept-unnotified silent --yes')).code).toBe(
      EXIT.ok,
    )
  })

  it('does not accept a client that there is not', async () => {
    expect((await user('ada --strict --accept-unnotified nope --yes')).code).toBe(EXIT.notFound)
  })
})

describe('what begins meanwhile', () => {
  it('before the logout of the person is ended too, and told', async () => {
    signIn('s1')
    let once = false
    keycloak.on('endSession', () => {
      if (!once) signIn('late', ['chat'])
      once = true
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, notified(), living()]).toEqual([EXIT.ok, ['chat late', 'shop s1'], []])
    expect(result(ran).users[0]?.sessions.map(({ id, planned, ended }) => [id, planned, ended])).toEqual([
      ['s1', true, true],
      ['late', false, true],
    ])
  })

  const late = (clients: string[]) => {
    let once = false
    keycloak.on('endSession', (id) => {
      if (!once) signIn('late', clients)
      once = true
      if (id === 'late' && clients.includes('chat')) throw serverError()
    })
  }

  it('and cannot be ended keeps the not-before from being set, which would end it untold', async () => {
    signIn('s1')
    late(['chat'])
    const ran = await user('ada --yes --json')
    expect([ran.code, acts(), living()]).toEqual([
      EXIT.partial,
      ['endSession s1', 'endSession late'],
      ['late'],
    ])
    expect(result(ran).users[0]).toMatchObject({
      verdict: 'partial',
      notBeforeSet: false,
      startedAfter: 1,
      errors: [{ session: 'late', code: 'server-error' }],
      clients: [
        { clientId: 'chat', sessions: 1, ended: 0, delivery: 'none' },
        { clientId: 'shop', sessions: 1, ended: 1, delivery: 'unconfirmed' },
      ],
    })
  })

  it('counts at each of its clients: what each was told, and with --strict who was not', async () => {
    keycloak.addClient({ clientId: 'wiki' })
    signIn('s1')
    late(['shop', 'wiki'])
    const ran = await user('ada --yes --json --strict')
    expect(result(ran).verdict).toBe('done')
    expect(result(ran).users[0]?.clients).toMatchObject([
      {
        clientId: 'wiki',
        expectation: 'not-notified',
        reason: 'no-url',
        sessions: 1,
        ended: 1,
        delivery: 'none',
      },
      { clientId: 'shop', expectation: 'notified', sessions: 2, ended: 2, delivery: 'unconfirmed' },
    ])
    expect(ran.code).toBe(EXIT.partial)
  })

  it('and was ended is said although the next look for late comers fails', async () => {
    signIn('s1')
    late(['shop'])
    let looks = 0
    keycloak.on('sessionsOf', () => {
      // 1 plans, 2 finds the late comer, 3 looks for more.
      if (++looks === 3) throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, acts()]).toEqual([EXIT.partial, ['endSession s1', 'endSession late']])
    expect(result(ran).users[0]?.sessions.map(({ id, ended }) => [id, ended])).toEqual([
      ['s1', true],
      ['late', true],
    ])
  })

  it('is something that was done, though there was nothing to do at first', async () => {
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks === 2) signIn('late')
    })
    const ran = await user('ada --yes --json')
    expect([result(ran).verdict, notified()]).toEqual(['done', ['shop late']])
  })

  it('after it is startedAfter, and no failure', async () => {
    signIn('s1')
    let looks = 0
    keycloak.on('sessionsOf', () => {
      // 1 plans, 2 looks for late comers, 3 looks again.
      if (++looks === 3) signIn('new')
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).users[0]).toMatchObject({ verdict: 'done', sessionsLeft: 0, startedAfter: 1 })
  })

  it('is hinted at', async () => {
    signIn('s1')
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks === 3) signIn('new')
    })
    expect((await user('ada --yes')).stdout).toContain('--disable')
  })

  it('does not keep it going for ever', async () => {
    let serial = 0
    keycloak.on('sessionsOf', () => void signIn(`again-${++serial}`))
    expect((await user('ada --yes')).code).toBe(EXIT.ok)
    expect(serial).toBeLessThan(10)
  })

  it('a person who is deleted meanwhile has no session left', async () => {
    signIn('s1')
    let looks = 0
    keycloak.on('sessionsOf', (id) => {
      if (id === 'id-ada' && ++looks > 1)
        throw new UserError('user-not-found', 'deleted', { exitCode: EXIT.notFound })
    })
    const ran = await user('ada bob --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(result(ran).users.map(({ deleted, notBeforeSet }) => [deleted, notBeforeSet])).toEqual([
      [true, false],
      [false, true],
    ])
  })
})

describe("one's own session", () => {
  beforeEach(() => {
    signIn('own', ['admin-cli'])
    signIn('s1')
    keycloak.own = 'own'
  })

  it('ends last, with the logout of the person', async () => {
    const ran = await user('ada bob --yes --json')
    expect(acts()).toEqual(['endSession s1', 'logoutUser id-bob', 'logoutUser id-ada'])
    expect([ran.code, result(ran).users[0]?.verdict, living()]).toEqual([EXIT.ok, 'done', []])
  })

  it('ends last, by itself where no not-before is set', async () => {
    await user('ada --keep-offline-sessions --yes')
    expect(acts()).toEqual(['endSession s1', 'endSession own'])
  })

  it('is no failure when nothing can be asked after it', async () => {
    keycloak.on('sessionsOf', () => {
      if (!living().includes('own'))
        throw new UserError('unauthorized', 'HTTP 401', { exitCode: EXIT.denied })
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.ok, 'done'])
    expect(result(ran).users[0]).toMatchObject({ sessionsLeft: 0, lookedAgain: true })
  })

  it('comes after one that began meanwhile and was seen to live: that has ended, too', async () => {
    let looks = 0
    keycloak.on('sessionsOf', () => {
      // 1 plans, 2 looks again, 3 looks for late comers before one's own goes.
      if (++looks === 2) signIn('late')
    })
    const ran = await user('ada --yes --json')
    expect(acts()).toEqual(['endSession s1', 'endSession late', 'logoutUser id-ada'])
    expect(result(ran).users[0]).toMatchObject({ verdict: 'done', startedAfter: 0 })
    expect(result(ran).users[0]?.sessions.find(({ id }) => id === 'late')?.ended).toBe(true)
  })

  it('comes after one that began after the last look and could not be ended: that lives', async () => {
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks === 3) signIn('late')
    })
    keycloak.on('endSession', (id) => {
      if (id === 'late') throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect(result(ran).users[0]).toMatchObject({ verdict: 'partial', notBeforeSet: false, startedAfter: 1 })
    expect(result(ran).users[0]?.sessions.find(({ id }) => id === 'late')?.ended).toBe(false)
  })

  it('is said in the plan', async () => {
    expect((await user('ada --dry-run')).stdout).toContain('the session you are signed in with: it ends last')
  })
})

describe('what does not work', () => {
  it('with one session is done in part: that session is left, the not-before is not set', async () => {
    signIn('s1')
    signIn('s2')
    keycloak.on('endSession', (id) => {
      if (id === 's1') throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(acts()).not.toContain('logoutUser id-ada')
    expect(result(ran).users[0]).toMatchObject({
      verdict: 'partial',
      sessionsLeft: 1,
      notBeforeSet: false,
      errors: [{ session: 's1', code: 'server-error', error: 'It failed.' }],
      clients: [{ clientId: 'shop', sessions: 2, ended: 1 }],
    })
  })

  it('with every session has failed', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.failed, 'failed'])
  })

  it('with one person does not keep the others', async () => {
    signIn('s1')
    keycloak.addSession({ id: 'b1', username: 'bob', clients: ['shop'] })
    keycloak.on('logoutUser', (id) => {
      if (id === 'id-ada') throw serverError()
    })
    const ran = await user('ada bob --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(result(ran).users.map(({ verdict, notBeforeSet }) => [verdict, notBeforeSet])).toEqual([
      ['partial', false],
      ['done', true],
    ])
  })

  it('with the role for the logout of one leaves the next done in part: no not-before was set', async () => {
    signIn('s1')
    keycloak.addSession({ id: 'b1', username: 'bob', clients: ['shop'] })
    keycloak.on('logoutUser', () => {
      throw missingRole()
    })
    const ran = await user('ada bob --concurrency 1 --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.denied, 'partial'])
    expect(result(ran).users.map(({ verdict, notBeforeSet }) => [verdict, notBeforeSet])).toEqual([
      ['partial', false],
      ['partial', false],
    ])
  })

  it.each<[string, () => UserError, boolean | null]>([
    ['broke off', brokeOff, null],
    ['was answered by a proxy', () => new UserError('server-unavailable', 'HTTP 503'), null],
    ['failed in the server', serverError, false],
    ['was not reached', gone, false],
  ])('says what is known of the not-before when the logout %s', async (_, failure, notBeforeSet) => {
    signIn('s1')
    keycloak.on('logoutUser', () => {
      throw failure()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).users[0]?.verdict]).toEqual([EXIT.partial, 'partial'])
    expect(result(ran).users[0]?.notBeforeSet).toBe(notBeforeSet)
  })

  it('is no failure when only the answer of the logout is lost: the not-before is there', async () => {
    signIn('s1')
    keycloak.on('logoutUser', async (id) => {
      keycloak.addUser('ada', { id: String(id), notBefore: 1_900_000_000 })
      throw brokeOff()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).users[0]).toMatchObject({ verdict: 'done', notBeforeSet: true, errors: [] })
  })

  it('is not done where nobody could look whether it is: exit 3', async () => {
    signIn('s1')
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks === 3) throw serverError()
    })
    const ran = await user('ada --yes --json')
    expect([ran.code, result(ran).verdict]).toEqual([EXIT.partial, 'partial'])
    expect(result(ran).users[0]).toMatchObject({ lookedAgain: false, sessionsLeft: 0 })
  })

  it('for want of a role is exit 4, one document with what was done and why it ended', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw missingRole()
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.denied)
    expect(result(ran)).toMatchObject({
      verdict: 'failed',
      error: { code: 'role-missing', message: 'The role is missing.', exitCode: 4 },
      users: [{ sessionsLeft: 1 }],
    })
    expect(ran.stderr).toContain('The role is missing.')
  })

  it('as the server has gone is exit 6, and what was ended is said as far as it answered', async () => {
    signIn('s1')
    signIn('s2')
    let isGone = false
    keycloak.on('endSession', (id) => {
      if (id === 's2') isGone = true
      if (isGone) throw gone()
    })
    keycloak.on('sessionsOf', () => {
      if (isGone) throw gone()
    })
    const ran = await user('ada --concurrency 1 --yes --json')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran)).toMatchObject({
      error: { code: 'refused-connection' },
      users: [
        {
          lookedAgain: false,
          sessionsLeft: 1,
          sessions: [
            { id: 's1', ended: true },
            { id: 's2', ended: false },
          ],
        },
      ],
    })
  })

  it('within --act-timeout is still running: exit 6, and which', async () => {
    signIn('s1')
    keycloak.on('endSession', () => 'stall')
    const ran = await user('ada --act-timeout 20 --yes --json')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(result(ran).users[0]?.errors).toMatchObject([{ session: 's1', code: 'still-running' }])
  })

  it('is no failure when it comes to its end within --act-timeout', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      void clock.sleep(100_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    expect((await user('ada --yes')).code).toBe(EXIT.ok)
  })

  it('nor when the logout of the person outlasts the time-out', async () => {
    keycloak.on('logoutUser', () => {
      void clock.sleep(100_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    const ran = await user('ada --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(result(ran).users[0]?.notBeforeSet).toBe(true)
  })
})

describe('an interruption', () => {
  it('leaves a summary of what was done, and exits 130', async () => {
    for (let i = 0; i < 30; i++) signIn(`s${i}`)
    const controller = new AbortController()
    keycloak.on('endSession', () => clock.sleep(1000))
    void clock.sleep(1_500).then(() => controller.abort('SIGINT'))
    const ran = await user('ada --concurrency 4 --yes --json', { signal: controller.signal })
    expect(ran.code).toBe(EXIT.interrupted)
    expect(result(ran).users[0]).toMatchObject({ verdict: 'partial', sessionsLeft: 22, notBeforeSet: false })
    expect(result(ran)).toMatchObject({ interrupted: true, verdict: 'partial' })
    expect(acts()).not.toContain('logoutUser id-ada')
  })

  it('while Keycloak logs the person out leaves open whether the not-before was set', async () => {
    signIn('s1')
    const run = (flags: string) => {
      const controller = new AbortController()
      keycloak.on('logoutUser', () => {
        controller.abort('SIGINT')
        throw interrupted()
      })
      return user(`ada --yes ${flags}`, { signal: controller.signal })
    }
    const ran = await run('--json')
    expect(ran.code).toBe(EXIT.interrupted)
    expect(result(ran)).toMatchObject({
      interrupted: true,
      verdict: 'partial',
      users: [{ verdict: 'partial', notBeforeSet: null, lookedAgain: false }],
    })
    signIn('s2')
    const { stdout } = await run('')
    expect(stdout).toContain('whether the not-before was set is not known')
    expect(stdout).not.toContain('the not-before was not set')
    expect(stdout).toContain('Interrupted.')
  })

  it('is no word of a run that came to its end', async () => {
    signIn('s1')
    expect(result(await user('ada --dry-run --json')).interrupted).toBe(false)
    expect(result(await user('ada --yes --json')).interrupted).toBe(false)
    expect(result(await user('ada --keep-offline-sessions --json')).interrupted).toBe(false)
  })
})

describe('--concurrency', () => {
  it.each(['0', '0.5', '-1', 'many', '257'])('%s is a mistake', async (value) => {
    const ran = await user(`ada --concurrency=${value} --yes`)
    expect([ran.code, keycloak.calls]).toEqual([EXIT.usage, []])
  })

  it('keeps to it', async () => {
    for (let i = 0; i < 20; i++) signIn(`s${i}`)
    let under = 0
    let most = 0
    keycloak.on('endSession', async () => {
      most = Math.max(most, ++under)
      await clock.sleep(10)
      under--
    })
    await user('ada --concurrency 3 --yes')
    expect(most).toBe(3)
  })
})

describe('a receiver that hangs', () => {
  it('is named while it is waited for, and its sessions make no line each', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      for (let i = 0; i < 8; i++) signIn(`s${i}`)
      let answer = () => {}
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      keycloak.on('endSession', () => answered)
      const running = user('ada --yes')
      while (acts().length < 8) await vi.advanceTimersByTimeAsync(1)
      await vi.advanceTimersByTimeAsync(4_100)
      answer()
      expect((await running).progress).toEqual([
        'ending sessions (8)',
        'Keycloak is waiting for a receiver that does not answer (5 s each): shop.',
      ])
    } finally {
      vi.useRealTimers()
    }
  })
})
