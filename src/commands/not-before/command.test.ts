import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { differences, documentedShape } from '../../../test/support/documented-shape.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
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
const acts = () => keycloak.acts.map(({ name, args }) => [name, ...args].join(' '))
const setRealm = (notBefore: number) => {
  keycloak.realmSettings = { ...keycloak.realmSettings, notBefore }
}
const shopId = async () => (await keycloak.findClient('shop'))?.id ?? ''
const missingRole = (role: string) =>
  new UserError('role-missing', `The role ${role} is missing.`, { exitCode: EXIT.denied })

describe('show', () => {
  it('the realm, and the clients that have one', async () => {
    setRealm(SECONDS - 120)
    await keycloak.setClientNotBefore(await shopId(), SECONDS - 3600)
    const { stdout, code } = await run('show')
    expect(code).toBe(EXIT.ok)
    expect(stdout).toBe(`\
                 stale when issued before
realm customers  2026-11-21 11:58:00 UTC (2 min ago)   decides
client shop      2026-11-21 11:00:00 UTC (60 min ago)  another is later

The latest of realm, client and person decides. Keycloak then takes no older
refresh or offline token, and says of an older access token, when it is asked,
that it is not active; an application that checks access tokens by itself goes
on taking them until they expire. By the not-before of the realm or the person a
browser has to sign in again, too; by that of a client it does not.
undo kc-logout not-before clear
undo kc-logout not-before clear --client shop
`)
  })

  it('the three of one person at one client; hers cannot be taken back', async () => {
    const { stdout } = await run('show --client desk --user ada')
    expect(stdout).toContain('client desk      never set')
    expect(stdout).toMatch(/person ada +2026-11-21 11:59:00 UTC \(60 s ago\) +decides/)
    expect(stdout).toContain('undo that of ada cannot be taken back')
  })

  it('that nothing is set', async () => {
    expect((await run('show')).stdout).toContain('None of these makes a token stale.')
  })

  it('warns of one that is still to come', async () => {
    setRealm(SECONDS + 3600)
    const { stdout } = await run('show')
    expect(stdout).toContain(
      'The not-before of realm customers lies in the future. Every token of it is stale',
    )
  })

  it('names who set it, where an event proves it', async () => {
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

  it('without the role to see events nobody is named', async () => {
    setRealm(SECONDS - 120)
    keycloak.on('adminEvents', () => {
      throw missingRole('view-events')
    })
    expect((await run('show --json')).json()).toMatchObject({ levels: [{ setBy: null }] })
  })

  it("without the role to see the realm's says so, rather than that there is none", async () => {
    keycloak.realmSettings = { ...keycloak.realmSettings, notBefore: undefined }
    const ran = await run('show')
    expect([ran.code, ran.stderr]).toEqual([
      EXIT.denied,
      expect.stringContaining('the role view-realm is missing'),
    ])
  })

  it('of a client or a person that there is not: exit 5', async () => {
    expect((await run('show --client nope')).code).toBe(EXIT.notFound)
    expect((await run('show --user nobody')).code).toBe(EXIT.notFound)
  })
})

describe('set', () => {
  it("the realm's, to now by the server's clock, after a plan that was agreed to", async () => {
    keycloak.serverTime = async () => NOW + 300_000
    const ran = await run('set', { agrees: true })
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`setRealmNotBefore ${SECONDS + 300}`]])
    expect(ran.asked).toEqual(['Set the not-before of realm customers?'])
    expect(ran.stderr).toContain('At most 2 client sessions and 1 offline one are concerned.')
    expect(ran.stderr).toContain('No session ends by it, and no application is told of a logout.')
    expect(ran.stdout).toBe(
      'Set: the not-before of realm customers is 2026-11-21 12:05:00 UTC (now); it was\n  none\n',
    )
  })

  it("with a token that tells nothing of the server's clock wants a moment, as the clock here may be ahead", async () => {
    keycloak.serverTime = async () => undefined
    const ran = await run('set --yes')
    expect([ran.code, acts()]).toEqual([EXIT.usage, []])
    expect(ran.stderr).toContain("by the server's clock is not known")
    expect((await run(`set --at ${SECONDS - 5} --yes`)).code).toBe(EXIT.ok)
    expect((await run('clear --yes')).code).toBe(EXIT.ok)
    expect((await run('show')).code).toBe(EXIT.ok)
  })

  it("a client's own alone, without a word about browsers", async () => {
    const ran = await run('set --client shop --yes')
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`setClientNotBefore ${await shopId()} ${SECONDS}`]])
    expect(ran.stderr).not.toContain('browser')
    expect(await keycloak.findClient('shop')).toMatchObject({ frontchannelLogout: true, notBefore: SECONDS })
  })

  it('is refused without a person to ask, and when declined', async () => {
    expect((await run('set')).code).toBe(EXIT.declined)
    expect((await run('set', { agrees: false })).code).toBe(EXIT.declined)
    expect(acts()).toEqual([])
  })

  it('--dry-run changes nothing', async () => {
    const ran = await run('set --client shop --push --dry-run --json')
    expect([ran.code, acts(), ran.json().verdict]).toEqual([EXIT.ok, [], 'planned'])
  })

  it('to an earlier moment warns of what is good again', async () => {
    setRealm(SECONDS)
    const ran = await run('set --at 2026-11-21T11:00:00Z --yes')
    expect(acts()).toEqual([`setRealmNotBefore ${SECONDS - 3600}`])
    expect(ran.stderr).toContain('Good again are tokens issued between the two')
  })

  it.each(['2026-11-21T12:00:03Z', '2030-01-01'])('to %s, which is to come, is refused', async (at) => {
    const ran = await run(`set --at ${at} --yes`)
    expect([ran.code, ran.stderr, acts()]).toEqual([EXIT.usage, expect.stringContaining('still to come'), []])
  })

  it.each(['0', 'soon', '2026-13-01', '2026-02-31', '-1'])('--at=%s is no moment', async (at) => {
    expect([(await run(`set --at=${at} --yes`)).code, keycloak.calls]).toEqual([EXIT.usage, []])
  })

  it("says when one's own sign-in becomes stale with it", async () => {
    const settings = { loginRealm: { value: 'customers', source: 'test' } }
    expect((await run('set --yes', { settings })).stderr).toContain('Your own sign-in is of this realm')
    expect((await run('set --client shop --yes', { settings })).stderr).not.toContain('Your own sign-in')
  })

  it('has nothing to do where it is so already', async () => {
    setRealm(SECONDS)
    const ran = await run('set --json')
    expect([ran.code, ran.json().verdict, acts()]).toEqual([EXIT.ok, 'unchanged', []])
  })
})

describe('clear', () => {
  it("the realm's", async () => {
    setRealm(SECONDS - 120)
    const ran = await run('clear --yes')
    expect([ran.code, acts()]).toEqual([EXIT.ok, ['setRealmNotBefore 0']])
    expect(ran.stderr).toContain('Good again are tokens issued before')
    expect(ran.stdout).toContain('Cleared: the not-before of realm customers; it was 2026-11-21 11:58:00 UTC')
  })

  it('says when there is none', async () => {
    const ran = await run('clear')
    expect(ran.stdout).toContain('The not-before of realm customers is set so already: none')
    expect([ran.code, acts()]).toEqual([EXIT.ok, []])
  })
})

describe('what changes meanwhile', () => {
  it('is not overwritten', async () => {
    const ran = await run('set', { agrees: true, onAgreed: () => setRealm(7) })
    expect([ran.code, ran.stderr, acts()]).toEqual([
      EXIT.failed,
      expect.stringContaining('Somebody else'),
      [],
    ])
  })

  it('a client made anew is another one', async () => {
    const made = keycloak.addClient({ clientId: 'shop-again' })
    const onAgreed = () => {
      keycloak.findClient = async () => ({ ...made, clientId: 'shop' })
    }
    const ran = await run('set --client shop', { agrees: true, onAgreed })
    expect([ran.code, ran.stderr, acts()]).toEqual([
      EXIT.failed,
      expect.stringContaining('Client shop has gone, or was made anew.'),
      [],
    ])
  })

  it('what is not as written afterwards is exit 3, and said, and never "Set"', async () => {
    keycloak.setRealmNotBefore = async () => {}
    const ran = await run('set --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([
      EXIT.partial,
      { verdict: 'partial', error: { code: 'not-as-written' }, levels: [{ seconds: 0 }] },
    ])
    expect((await run('set --yes')).stdout).toMatch(
      /^Not as asked for: the not-before of realm customers is none, not/,
    )
  })

  it('a client that is renamed meanwhile is still the one', async () => {
    const find = keycloak.findClient.bind(keycloak)
    keycloak.findClient = async (clientId) => (keycloak.acts.length > 0 ? undefined : find(clientId))
    const ran = await run('set --client shop --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([
      EXIT.ok,
      { verdict: 'changed', levels: [{ level: 'realm' }, { level: 'client', seconds: SECONDS }] },
    ])
  })
})

describe('an answer that is lost', () => {
  const closed = new UserError('connection-closed', 'Closed.', { exitCode: EXIT.unreachable })
  const failed = new UserError('server-error', 'HTTP 500.')
  const loseAnswer = (error: UserError, { carriedOut }: { carriedOut: boolean }) => {
    keycloak.setRealmNotBefore = async (seconds) => {
      if (carriedOut) setRealm(seconds)
      keycloak.acts.push({ name: 'setRealmNotBefore', args: [seconds] })
      throw error
    }
  }
  const cannotLook = () =>
    keycloak.on('realmInfo', () => {
      if (keycloak.acts.length > 0) throw closed
    })

  it.each([closed, failed])('to what was carried out: looks, and says that it is set', async (error) => {
    loseAnswer(error, { carriedOut: true })
    const ran = await run('set --yes')
    expect([ran.code, ran.stdout]).toEqual([EXIT.ok, expect.stringMatching(/^Set: /)])
  })

  it('to what was refused: that is the error', async () => {
    loseAnswer(failed, { carriedOut: false })
    const ran = await run('set --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([EXIT.failed, { error: { code: 'server-error' } }])
  })

  it.each([
    ['not carried out yet', false, () => {}],
    ['not seen', true, cannotLook],
  ] as const)('to what is %s: it is not known, and nothing is pushed', async (_, carriedOut, prepare) => {
    loseAnswer(closed, { carriedOut })
    prepare()
    const ran = await run('set --push --yes --json')
    expect([ran.code, ran.json()]).toMatchObject([
      EXIT.partial,
      { verdict: 'partial', push: [], error: { code: 'not-known' } },
    ])
    expect(acts()).toEqual([`setRealmNotBefore ${SECONDS}`])
  })

  it('and nobody can look: neither set nor as before', async () => {
    cannotLook()
    const ran = await run('set --yes')
    expect([ran.code, ran.stdout]).toEqual([EXIT.partial, expect.stringMatching(/^Not known: whether/)])
    setRealm(0)
    keycloak.acts.length = 0
    expect((await run('set --yes --json')).json()).toMatchObject({ levels: [{ seconds: null }] })
  })
})

describe('--push', () => {
  it('says which Admin URLs answered', async () => {
    keycloak.deadAdminUrls.add('https://desk.example/admin')
    const ran = await run('set --push --yes')
    expect([ran.code, acts()]).toEqual([EXIT.partial, [`setRealmNotBefore ${SECONDS}`, 'pushRevocation']])
    expect(ran.stdout).toContain('  not told https://desk.example/admin (no answer 200 or 204)\n')
    expect(ran.stdout).toContain('  told https://shop.example/admin\n')
  })

  it("of a client is the client's alone, and comes again where it is set already", async () => {
    await keycloak.setClientNotBefore(await shopId(), SECONDS)
    keycloak.acts.length = 0
    const ran = await run('set --client shop --push --yes --json')
    expect([ran.code, acts()]).toEqual([EXIT.ok, [`pushClientRevocation ${await shopId()}`]])
    expect(ran.json()).toMatchObject({
      verdict: 'unchanged',
      push: [{ url: 'https://shop.example/admin', delivery: 'confirmed' }],
    })
  })

  it('without the role: it is set, and said to be pushed to nobody', async () => {
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

describe('what Keycloak cannot do, and what contradicts itself, is exit 2 before anybody signs in', () => {
  it.each([
    ['set --user ada', '`kc-logout user ada` does that'],
    ['clear --user ada', 'signs in again'],
    ['clear --at 2026-01-01', '--at goes with set alone'],
    ['show --at 2026-01-01', '--at goes with set alone'],
    ['show --push', 'show changes nothing'],
    ['show --yes', 'show changes nothing'],
    ['set --client shop --client desk', 'once'],
    ['set --client=', 'no client'],
    ['show --user=', 'no person'],
    ['reset', 'show, set, clear'],
  ])('%s', async (line, said) => {
    const ran = await run(line)
    expect([ran.code, ran.stderr, keycloak.calls]).toEqual([EXIT.usage, expect.stringContaining(said), []])
  })
})

describe('a JSON document is what docs/commands.md promises', () => {
  it.each([
    'show',
    'show --client shop --user ada',
    'set --dry-run',
    'set --push --yes',
    'clear --client shop',
  ])('%s', async (line) => {
    setRealm(SECONDS - 120)
    expect(differences((await run(`${line} --json`)).json(), documentedShape('not-before'))).toEqual([])
  })
})
