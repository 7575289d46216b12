import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { schemaErrors } from '../../../test/support/schemas.ts'
import { EXIT, UserError } from '../../errors.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const SECONDS = NOW / 1000

let keycloak: FakeKeycloak
beforeEach(() => {
  keycloak = new FakeKeycloak({ now: () => NOW })
  keycloak.addClient({ clientId: 'shop', adminUrl: 'https://shop.example/admin', frontchannelLogout: true })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.addUser('ada', { notBefore: SECONDS - 60 })
  keycloak.addSession({ username: 'ada', clients: ['shop', 'desk'] })
  keycloak.addSession({ username: 'ada', clients: ['shop'], offline: true })
})

const run = (line: string, world: World = {}) =>
  commandLine(keycloak, { now: NOW, ...world })('not-before', ...line.split(' '))
const acts = () => keycloak.operations.map(({ name, args }) => [name, ...args].join(' '))
const setRealm = (notBefore: number) => {
  keycloak.realmSettings = { ...keycloak.realmSettings, notBefore }
}
const shopId = async () => (await keycloak.findClient('shop'))?.id ?? ''
const missingRole = (role: string) =>
  new UserError('role-missing', `The role ${role} is missing.`, { exitCode: EXIT.denied })

describe('not-before show', () => {
  it('lists the realm and the clients that have one', async () => {
    setRealm(SECONDS - 120)
    await keycloak.setClientNotBefore(await shopId(), SECONDS - 3600)
    const { stdout, code } = await run('show')
    expect(code).toBe(EXIT.ok)
    expect(stdout).toBe(`\
                 stale if issued before
realm customers  2026-11-21 11:58:00 UTC (2 min ago)   decides
client shop      2026-11-21 11:00:00 UTC (60 min ago)  another is later

The latest of realm, client and user decides. Keycloak rejects older refresh and
offline tokens, and reports older access tokens as inactive; applications that
verify access tokens themselves accept them until they expire. The not-before of
the realm or the user makes browsers sign in again, too; that of a client does
not.
undo kc-logout not-before clear
undo kc-logout not-before clear --client shop
`)
  })

  it('lists the three of one user at one client; that of the user cannot be undone', async () => {
    const { stdout } = await run('show --client desk --user ada')
    expect(stdout).toContain('client desk      never set')
    expect(stdout).toMatch(/user ada +2026-11-21 11:59:00 UTC \(60 s ago\) +decides/)
    expect(stdout).toContain('undo the not-before of ada cannot be undone')
  })

  it('says if nothing is set', async () => {
    expect((await run('show')).stdout).toContain('No not-before is set, so no token is stale.')
  })

  it('warns about one in the future', async () => {
    setRealm(SECONDS + 3600)
    const { stdout } = await run('show')
    expect(stdout).toContain('The not-before of realm customers is in the future. Until 2026-11-21T13:00:00Z')
  })

  it('names the setter if an event proves it', async () => {
    setRealm(SECONDS - 120)
    keycloak.storedAdminEvents.push({
      id: undefined,
      time: NOW - 120_000 + 40,
      operation: 'ACTION',
      resourceType: 'REALM',
      resourcePath: 'logout-all',
      representation: undefined,
      error: undefined,
      by: { realmId: 'r', clientId: 'c', userId: 'root', ipAddress: '192.0.2.1' },
    })
    expect((await run('show')).stdout).toContain(
      'realm customers: set by a logout, by administrator root from 192.0.2.1',
    )
  })

  it('names no setter without the role view-events', async () => {
    setRealm(SECONDS - 120)
    keycloak.on('adminEvents', () => {
      throw missingRole('view-events')
    })
    expect((await run('show --json')).json()).toMatchObject({ levels: [{ setBy: null }] })
  })

  it('without the role view-realm fails instead of showing none', async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: undefined }
    const ran = await run('show')
    expect([ran.code, ran.stderr]).toEqual([
      EXIT.denied,
      expect.stringContaining('the role view-realm is missing'),
    ])
  })

  it('of an unknown client or user exits with 5', async () => {
    expect((await run('show --client nope')).code).toBe(EXIT.notFound)
    expect((await run('show --user nobody')).code).toBe(EXIT.notFound)
  })
})

describe('not-before set', () => {
  it("sets the realm's to the server's time after confirmation", async () => {
    keycloak.serverTime = async () => NOW + 300_000
    const ran = await run('set', { agrees: true })
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`setRealmNotBefore ${SECONDS + 300}`]])
    expect(ran.asked).toEqual(['Set the not-before of realm customers?'])
    expect(ran.stderr).toContain('Affects up to 2 client sessions and 1 offline client session.')
    expect(ran.stderr).toContain('It ends no session and notifies no application.')
    expect(ran.stdout).toBe(
      'Set: the not-before of realm customers is 2026-11-21 12:05:00 UTC (now); it was\n  none\n',
    )
  })

  it("needs --at if the server's time is not known, because the local clock may be ahead", async () => {
    keycloak.serverTime = async () => undefined
    const ran = await run('set --yes')
    expect([ran.code, acts()]).toEqual([EXIT.usage, []])
    expect(ran.stderr).toContain("The server's time is not known")
    expect((await run(`set --at ${SECONDS - 5} --yes`)).code).toBe(EXIT.ok)
    expect((await run('clear --yes')).code).toBe(EXIT.ok)
    expect((await run('show')).code).toBe(EXIT.ok)
  })

  it("sets a client's own without mentioning browsers", async () => {
    const ran = await run('set --client shop --yes')
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`setClientNotBefore ${await shopId()} ${SECONDS}`]])
    expect(ran.stderr).not.toContain('browser')
    expect(await keycloak.findClient('shop')).toMatchObject({ frontchannelLogout: true, notBefore: SECONDS })
  })

  it('is declined without a terminal, and by the answer no', async () => {
    expect((await run('set')).code).toBe(EXIT.declined)
    expect((await run('set', { agrees: false })).code).toBe(EXIT.declined)
    expect(acts()).toEqual([])
  })

  it('changes nothing with --dry-run', async () => {
    const ran = await run('set --client shop --push --dry-run --json')
    expect([ran.code, acts(), ran.json().verdict]).toEqual([EXIT.ok, [], 'planned'])
  })

  it('to an earlier time warns about tokens that become valid again', async () => {
    setRealm(SECONDS)
    const ran = await run('set --at 2026-11-21T11:00:00Z --yes')
    expect(acts()).toEqual([`setRealmNotBefore ${SECONDS - 3600}`])
    expect(ran.stderr).toContain('Valid again: tokens issued between the two times')
  })

  it.each(['2026-11-21T12:00:03Z', '2030-01-01'])('to %s, which is in the future, is refused', async (at) => {
    const ran = await run(`set --at ${at} --yes`)
    expect([ran.code, ran.stderr, acts()]).toEqual([EXIT.usage, expect.stringContaining('in the future'), []])
  })

  it.each(['0', 'soon', '2026-13-01', '2026-02-31', '-1'])(
    'refuses --at=%s, which is not a valid time',
    async (at) => {
      expect([(await run(`set --at=${at} --yes`)).code, keycloak.calls]).toEqual([EXIT.usage, []])
    },
  )

  it('says if the own sign-in becomes stale, too', async () => {
    const settings = { loginRealm: { value: 'customers', source: 'test' } }
    expect((await run('set --yes', { settings })).stderr).toContain('You are signed in to this realm')
    expect((await run('set --client shop --yes', { settings })).stderr).not.toContain('You are signed in')
  })

  it('sends nothing if it is already set', async () => {
    setRealm(SECONDS)
    const ran = await run('set --json')
    expect([ran.code, ran.json().verdict, acts()]).toEqual([EXIT.ok, 'unchanged', []])
  })
})

describe('not-before clear', () => {
  it("clears the realm's and warns about tokens that become valid again", async () => {
    setRealm(SECONDS - 120)
    const ran = await run('clear --yes')
    expect([ran.code, acts()]).toEqual([EXIT.ok, ['setRealmNotBefore 0']])
    expect(ran.stderr).toContain('Valid again: tokens issued before')
    expect(ran.stdout).toContain('Cleared: the not-before of realm customers; it was 2026-11-21 11:58:00 UTC')
  })

  it('says if there is none', async () => {
    const ran = await run('clear')
    expect(ran.stdout).toContain('The not-before of realm customers is already set: none')
    expect([ran.code, acts()]).toEqual([EXIT.ok, []])
  })
})

describe('a concurrent change', () => {
  it('of the not-before is not overwritten', async () => {
    const ran = await run('set', { agrees: true, onAgreed: () => setRealm(7) })
    expect([ran.code, ran.stderr, acts()]).toEqual([
      EXIT.failed,
      expect.stringContaining('was changed after the plan was shown'),
      [],
    ])
  })

  it('that creates the client again stops the run', async () => {
    const made = keycloak.addClient({ clientId: 'shop-again' })
    const onAgreed = () => {
      keycloak.findClient = async () => ({ ...made, clientId: 'shop' })
    }
    const ran = await run('set --client shop', { agrees: true, onAgreed })
    expect([ran.code, ran.stderr, acts()]).toEqual([
      EXIT.failed,
      expect.stringContaining('Client shop was deleted, or deleted and created again.'),
      [],
    ])
  })

  it('after the write is reported with exit 3, never as "Set"', async () => {
    keycloak.setRealmNotBefore = async () => {}
    const ran = await run('set --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([
      EXIT.partial,
      { verdict: 'partial', error: { code: 'not-as-written' }, levels: [{ seconds: 0 }] },
    ])
    expect((await run('set --yes')).stdout).toMatch(
      /^Not as requested: the not-before of realm customers is none, not/,
    )
  })

  it('of the client id does not matter', async () => {
    const find = keycloak.findClient.bind(keycloak)
    keycloak.findClient = async (clientId) => (keycloak.operations.length > 0 ? undefined : find(clientId))
    const ran = await run('set --client shop --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([
      EXIT.ok,
      { verdict: 'changed', levels: [{ level: 'realm' }, { level: 'client', seconds: SECONDS }] },
    ])
  })
})

describe('a lost response', () => {
  const closed = new UserError('connection-closed', 'Closed.', { exitCode: EXIT.unreachable })
  const failed = new UserError('server-error', 'HTTP 500.')
  const loseAnswer = (error: UserError, { carriedOut }: { carriedOut: boolean }) => {
    keycloak.setRealmNotBefore = async (seconds) => {
      if (carriedOut) setRealm(seconds)
      keycloak.operations.push({ name: 'setRealmNotBefore', args: [seconds] })
      throw error
    }
  }
  const cannotLook = () =>
    keycloak.on('realmInfo', () => {
      if (keycloak.operations.length > 0) throw closed
    })

  it.each([closed, failed])(
    'to a change that was made is checked and reported as set (%s)',
    async (error) => {
      loseAnswer(error, { carriedOut: true })
      const ran = await run('set --yes')
      expect([ran.code, ran.stdout]).toEqual([EXIT.ok, expect.stringMatching(/^Set: /)])
    },
  )

  it('to a change that was not made is the error', async () => {
    loseAnswer(failed, { carriedOut: false })
    const ran = await run('set --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([EXIT.failed, { error: { code: 'server-error' } }])
  })

  it.each([
    ['not made yet', false, () => {}],
    ['not seen', true, cannotLook],
  ] as const)(
    'to a change that is %s is reported as not known, and nothing is pushed',
    async (_, carriedOut, prepare) => {
      loseAnswer(closed, { carriedOut })
      prepare()
      const ran = await run('set --push --yes --json')
      expect([ran.code, ran.json()]).toMatchObject([
        EXIT.partial,
        { verdict: 'partial', push: [], error: { code: 'not-known' } },
      ])
      expect(acts()).toEqual([`setRealmNotBefore ${SECONDS}`])
    },
  )

  it('that cannot be checked is reported neither as set nor as before', async () => {
    cannotLook()
    const ran = await run('set --yes')
    expect([ran.code, ran.stdout]).toEqual([EXIT.partial, expect.stringMatching(/^Not known: whether/)])
    setRealm(0)
    keycloak.operations.length = 0
    expect((await run('set --yes --json')).json()).toMatchObject({ levels: [{ seconds: null }] })
  })
})

describe('not-before --push', () => {
  it('lists the Admin URLs with their result', async () => {
    keycloak.deadAdminUrls.add('https://desk.example/admin')
    const ran = await run('set --push --yes')
    expect([ran.code, acts()]).toEqual([EXIT.partial, [`setRealmNotBefore ${SECONDS}`, 'pushRevocation']])
    expect(ran.stdout).toContain('  not notified https://desk.example/admin (no response 200 or 204)\n')
    expect(ran.stdout).toContain('  notified https://shop.example/admin\n')
  })

  it('of a client calls its Admin URL only, even if the not-before is already set', async () => {
    await keycloak.setClientNotBefore(await shopId(), SECONDS)
    keycloak.operations.length = 0
    const ran = await run('set --client shop --push --yes --json')
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`pushClientRevocation ${await shopId()}`]])
    expect(ran.json()).toMatchObject({
      verdict: 'unchanged',
      push: [{ url: 'https://shop.example/admin', delivery: 'confirmed' }],
    })
  })

  it('without the role reports the not-before as set and nothing as pushed', async () => {
    keycloak.on('pushRevocation', () => {
      throw missingRole('manage-realm')
    })
    const ran = await run('set --push --yes --json')
    expect(ran.code).toBe(EXIT.partial)
    expect(ran.json()).toMatchObject({
      verdict: 'partial',
      push: [],
      error: { code: 'role-missing' },
      levels: [{ seconds: SECONDS }],
    })
  })
})

describe('not-before exits with 2 before signing in for', () => {
  it.each([
    ['set --user ada', '`kc-logout user ada` does that'],
    ['clear --user ada', 'does not lock the user out'],
    ['clear --at 2026-01-01', '--at needs set'],
    ['show --at 2026-01-01', '--at needs set'],
    ['show --push', 'show changes nothing'],
    ['show --yes', 'show changes nothing'],
    ['set --client shop --client desk', 'once'],
    ['reset', 'show, set, clear'],
  ])('%s', async (line, said) => {
    const ran = await run(line)
    expect([ran.code, ran.stderr, keycloak.calls]).toEqual([EXIT.usage, expect.stringContaining(said), []])
  })
})

describe('a JSON document fits the schema', () => {
  it.each([
    'show',
    'show --client shop --user ada',
    'set --dry-run',
    'set --push --yes',
    'clear --client shop',
  ])('%s', async (line) => {
    setRealm(SECONDS - 120)
    expect(schemaErrors('not-before', (await run(`${line} --json`)).json())).toEqual([])
  })
})
