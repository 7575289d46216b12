import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { Outcome } from '../../client-settings/outcome.ts'
import { EXIT, UserError } from '../../errors.ts'

const URL_A = 'https://a.example/logout'
const URL_B = 'https://b.example/logout'

let keycloak: FakeKeycloak
beforeEach(() => {
  keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', frontchannelLogout: true, rootUrl: 'https://shop.example' })
  keycloak.addClient({ clientId: 'iot', backchannelLogoutSessionRequired: true })
  keycloak.addClient({ clientId: 'legacy', protocol: 'saml', adminUrl: 'https://saml.example/acs' })
})

const configure = (args: string, world?: World): Promise<Ran> =>
  commandLine(keycloak, world)('configure', ...args.split(' ').filter(Boolean))

const puts = () => keycloak.acts.filter(({ name }) => name === 'updateClient').map(({ args }) => args[1])
const said = (ran: Ran) =>
  ran
    .json<Outcome>()
    .clients.map(
      ({ clientId, status, findings }) =>
        `${clientId} ${status} ${findings.map(({ code }) => code).join(' ')}`,
    )

describe('configure', () => {
  it('shows the change and what follows from it, asks, and sends the changed fields alone', async () => {
    const ran = await configure(`shop --backchannel-url ${URL_A} --session-required`, { agrees: true })
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.asked).toEqual(['Change this client of realm customers?'])
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      shop  to change
        backchannelLogoutUrl: none -> https://a.example/logout
        backchannelLogoutSessionRequired: false -> true
        frontchannelLogout: true -> false
        i Switches the front channel off, as Keycloak would otherwise send nothing to
          the Backchannel Logout URL.
        i Without an Admin URL Keycloak's own "Logout all" does not tell it;
          \`kc-logout all\` does.
      "
    `)
    expect(ran.stdout).toMatchInlineSnapshot(`
      "shop  changed
        backchannelLogoutUrl: none -> https://a.example/logout
        backchannelLogoutSessionRequired: false -> true
        frontchannelLogout: true -> false
      "
    `)
    expect(puts()).toEqual([
      { backchannelLogoutUrl: URL_A, backchannelLogoutSessionRequired: true, frontchannelLogout: false },
    ])
  })

  it('prints the JSON of the contract', async () => {
    const ran = await configure(
      'iot --preset cumulocity --tenant-url https://mytenant.example.com/ --yes --json',
    )
    expect(ran.json()).toEqual({
      schemaVersion: 1,
      realm: 'customers',
      clients: [
        {
          clientId: 'iot',
          status: 'changed',
          changes: [
            {
              field: 'backchannelLogoutUrl',
              from: null,
              to: 'https://mytenant.example.com/user/logout/oidc',
            },
            { field: 'adminUrl', from: null, to: 'https://mytenant.example.com/user/keycloak' },
          ],
          findings: [],
        },
      ],
      verdict: 'changed',
    })
  })

  it('changes nothing and sends no PUT the second time', async () => {
    await configure(`shop iot --admin-url ${URL_A} --revoke-offline -y`)
    expect(puts()).toHaveLength(2)
    const again = await configure(`shop iot --admin-url ${URL_A} --revoke-offline --json`)
    expect(again.code).toBe(EXIT.ok)
    expect(again.json<Outcome>().verdict).toBe('unchanged')
    expect(puts()).toHaveLength(2)
  })

  it('removes with none', async () => {
    await configure(`shop --backchannel-url ${URL_A} --admin-url ${URL_B} -y`)
    await configure('shop --backchannel-url none --admin-url none -y')
    expect(puts().at(-1)).toEqual({ backchannelLogoutUrl: null, adminUrl: null, frontchannelLogout: false })
    expect(await keycloak.findClient('shop')).toMatchObject({
      backchannelLogoutUrl: undefined,
      adminUrl: undefined,
    })
  })

  it('sends the present frontchannelLogout with other changes, as some versions would flip it', async () => {
    await configure('shop --session-required -y')
    await configure('iot --no-session-required -y')
    expect(puts()).toEqual([
      { backchannelLogoutSessionRequired: true, frontchannelLogout: true },
      { backchannelLogoutSessionRequired: false, frontchannelLogout: false },
    ])
  })

  it('changes nothing when it is declined, when nobody can be asked, and with --dry-run', async () => {
    const line = `shop --admin-url ${URL_A}`
    expect((await configure(line, { agrees: false })).code).toBe(EXIT.declined)
    expect((await configure(line)).code).toBe(EXIT.declined)
    const dry = await configure(`${line} --dry-run --json`)
    expect(dry.code).toBe(EXIT.ok)
    expect(dry.json<Outcome>()).toMatchObject({ verdict: 'drift', clients: [{ status: 'would-change' }] })
    expect(puts()).toEqual([])
  })

  it("warns of Keycloak's own clients, which are changed only when named", async () => {
    const ran = await configure(`account --admin-url ${URL_A} --json -y`)
    expect(said(ran)).toEqual(['account changed built-in admin-url-only'])
  })

  it('warns of one URL for several clients', async () => {
    const ran = await configure(`shop iot --admin-url ${URL_A} --json -n`)
    expect(said(ran)).toEqual([
      'shop would-change admin-url-only same-url',
      'iot would-change admin-url-only same-url',
    ])
  })
})

describe('configure refuses, before anything is sent,', () => {
  const wrong: readonly (readonly [args: string, exit: number, code: string])[] = [
    ['', EXIT.usage, 'no-client'],
    ['--dry-run', EXIT.usage, 'no-client'],
    ['shop', EXIT.usage, 'nothing-wanted'],
    [`--admin-url ${URL_A} -y`, EXIT.usage, 'no-client'],
    ['shop --admin-url ftp://x -y', EXIT.usage, 'url-scheme'],
    ['shop --admin-url=', EXIT.usage, 'url-empty'],
    ['iot --admin-url /x -y', EXIT.usage, 'relative-without-root'],
    [`shop iot --backchannel-url /x -y`, EXIT.usage, 'relative-without-root'],
    ['shop --admin-url https://${application.session.host}/x -y', EXIT.usage, 'admin-url-session-host'],
    [`legacy --admin-url ${URL_A} -y`, EXIT.usage, 'not-openid-connect'],
    [`shop legacy --session-required -y`, EXIT.usage, 'not-openid-connect'],
    ['legacy --check', EXIT.usage, 'not-openid-connect'],
    [`shop nobody --admin-url ${URL_A} -y`, EXIT.notFound, 'client-not-found'],
    [`Shop --admin-url ${URL_A} -y`, EXIT.notFound, 'client-not-found'],
    ['shop --preset cumulocity', EXIT.usage, 'preset-incomplete'],
    ['shop --tenant-url https://t.example', EXIT.usage, 'preset-incomplete'],
    ['shop --preset other --tenant-url https://t.example', EXIT.usage, 'usage'],
    ['shop iot --preset cumulocity --tenant-url https://t.example', EXIT.usage, 'preset-one-client'],
    ['--check --preset cumulocity --tenant-url https://t.example', EXIT.usage, 'preset-one-client'],
    [
      `shop --preset cumulocity --tenant-url https://t.example --admin-url ${URL_A}`,
      EXIT.usage,
      'contradiction',
    ],
    ['shop --preset cumulocity --tenant-url https://t.example/x', EXIT.usage, 'tenant-url-with-path'],
    ['--export --check', EXIT.usage, 'contradiction'],
    [`shop --export --admin-url ${URL_A}`, EXIT.usage, 'contradiction'],
    ['legacy --export', EXIT.usage, 'not-openid-connect'],
    ['nobody --export', EXIT.notFound, 'client-not-found'],
    ['--file nowhere.yaml', EXIT.usage, 'not-readable'],
    [`shop --admin-url ${URL_A} --admin-url ${URL_B} -y`, EXIT.usage, 'usage'],
    [`shop --backchannel-url ${URL_A} --backchannel-url ${URL_B} -y`, EXIT.usage, 'usage'],
    ['--file a.yaml --file b.yaml -y', EXIT.usage, 'usage'],
  ]
  it.each(wrong)('%j: exit %i, %s', async (args, code, error) => {
    const ran = await configure(`${args} --json`)
    expect(ran.json()).toMatchObject({ error: { code: error, exitCode: code } })
    expect(ran.code).toBe(code)
    expect(puts()).toEqual([])
  })

  it('a client that this account may not change, before the others are changed', async () => {
    keycloak.addClient({ clientId: 'locked', access: { view: true, configure: false, manage: false } })
    const ran = await configure(`shop locked --session-required -y`)
    expect(ran.code).toBe(EXIT.denied)
    expect(ran.stderr).toContain('error: The account signed in with may not change locked.')
    expect(puts()).toEqual([])
  })

  it('all that is wrong with a file, in one line and one hint', async () => {
    const text = `clients:
  - clientId: shop
    adminUrl: //host/x
  - clientId: iot
    backchannelLogoutUrl: https://u:p@h/
`
    const ran = await configure('--file f.yaml -y', { files: { 'f.yaml': text } })
    expect(ran.code).toBe(EXIT.usage)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "error: shop: The Admin URL //host/x begins with //. Keycloak would take it for a path and not for a host.; iot: The Backchannel Logout URL holds credentials (what stands before the @). Whoever may see the client sees them, and Keycloak writes them to its log.
      hint:  Write https://host/x
      "
    `)
    expect(keycloak.calls).toEqual([])
  })
})

describe('configure --file', () => {
  const FILE = `realm: customers
clients:
  - clientId: shop
    backchannelLogoutUrl: ${URL_A}
    backchannelLogoutSessionRequired: true
  - clientId: iot
    adminUrl: ${URL_B}
`
  const files = { 'logout.yaml': FILE, '-': FILE }

  it('changes the clients that it names, with one question', async () => {
    const ran = await configure('--file logout.yaml --json', { files, agrees: true })
    expect(ran.asked).toEqual(['Change these 2 clients of realm customers?'])
    expect(ran.json<Outcome>()).toMatchObject({ verdict: 'changed' })
    expect(puts()).toEqual([
      { backchannelLogoutUrl: URL_A, backchannelLogoutSessionRequired: true, frontchannelLogout: false },
      { adminUrl: URL_B, frontchannelLogout: false },
    ])
    expect((await configure('--file - --check', { files })).code).toBe(EXIT.ok)
  })

  it('changes only the clients named beside it', async () => {
    expect((await configure('iot --file logout.yaml -y', { files })).code).toBe(EXIT.ok)
    expect(puts()).toEqual([{ adminUrl: URL_B, frontchannelLogout: false }])
  })

  it('is refused with another realm, another setting, a client that it does not name, or a mistake in it', async () => {
    const refused = async (args: string, world: World) => (await configure(`${args} --json -y`, world)).json()
    expect(await refused('--file logout.yaml', { files, realm: 'staff' })).toMatchObject({
      error: { code: 'realm-differs', exitCode: 2 },
    })
    expect(await refused('--file logout.yaml --session-required', { files })).toMatchObject({
      error: { code: 'contradiction', exitCode: 2 },
    })
    expect(await refused('account --file logout.yaml', { files })).toMatchObject({
      error: { code: 'not-in-file', exitCode: 2 },
    })
    expect(
      await refused('--file -', { files: { '-': 'clients:\n  - clientId: shop\n    adminURL: x\n' } }),
    ).toMatchObject({
      error: {
        code: 'file-invalid',
        exitCode: 2,
        message: 'stdin: clients[0] ("shop"): unknown key "adminURL" (Did you mean adminUrl?)',
      },
    })
    expect(keycloak.calls).toEqual([])
  })

  it('says how a file removes an URL, where it is empty', async () => {
    const text = 'clients:\n  - clientId: shop\n    adminUrl: ""\n'
    const ran = await configure('--file - -y', { files: { '-': text } })
    expect([ran.code, ran.stderr]).toEqual([EXIT.usage, expect.stringContaining('null in a file')])
  })

  it('takes back what --export printed without a change, YAML or JSON, whatever state it is in', async () => {
    keycloak.addClient({ clientId: 'silenced', backchannelLogoutUrl: URL_A, frontchannelLogout: true })
    for (const format of ['', '--json']) {
      const exported = await configure(`--export ${format}`)
      expect(exported.code).toBe(EXIT.ok)
      expect(exported.stderr).toBe('Left out, as not of OpenID Connect: legacy\n')
      const back = await configure('--file - --json -y', { files: { '-': exported.stdout } })
      expect(back.code, back.stdout).toBe(EXIT.ok)
      expect(back.json<Outcome>().verdict).toBe('unchanged')
      expect(said(back)).toContain('silenced unchanged backchannel-silenced no-sid backchannel-only')
    }
    expect(puts()).toEqual([])
  })
})

describe('configure --export leaves out what a file with it would be refused for, and says so:', () => {
  it.each([
    ['adminUrl', '//host/x'],
    ['adminUrl', 'https://host/a b\nclients: []'],
    ['adminUrl', 'https://${application.session.host}/x'],
    ['backchannelLogoutUrl', '/without/root'],
    ['backchannelLogoutUrl', 'https://ada:sesame@host/'],
    ['backchannelLogoutUrl', 'none'],
  ])('%s %j', async (field, url) => {
    keycloak.addClient({ clientId: 'odd', [field]: url })
    for (const format of ['', '--json']) {
      const exported = await configure(`--export ${format}`)
      expect(exported.stderr).toContain(`Left out, as a file with it would be refused: ${field} of odd\n`)
      expect(exported.stdout).not.toContain('sesame')
      const back = await configure('--file - --json -y', { files: { '-': exported.stdout } })
      expect([back.code, back.json<Outcome>().verdict]).toEqual([EXIT.ok, 'unchanged'])
    }
    expect((await configure('odd --export')).stdout).toContain(`    # ${field} is left out: "The `)
  })
})

describe('configure --check', () => {
  it('exits 7 when something differs, and changes nothing', async () => {
    const ran = await configure(`shop iot --session-required --check --json`)
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(ran.json<Outcome>().verdict).toBe('drift')
    expect(said(ran)).toEqual(['shop would-change ', 'iot unchanged '])
    expect(puts()).toEqual([])
  })

  it("holds all clients to it when none is named, but Keycloak's own and SAML ones", async () => {
    const ran = await configure('--session-required --check --json')
    const drift = ran.json<Outcome>().clients.filter(({ status }) => status === 'would-change')
    expect(drift.map(({ clientId }) => clientId)).toEqual(['shop'])
    expect(ran.json<Outcome>().clients.map(({ clientId }) => clientId)).not.toContain('legacy')
  })

  it('without a wish says which clients have URLs that cannot work', async () => {
    expect((await configure('--check')).code).toBe(EXIT.ok)
    keycloak.addClient({ clientId: 'silenced', backchannelLogoutUrl: URL_A, frontchannelLogout: true })
    keycloak.addClient({ clientId: 'odd', adminUrl: '//host/x' })
    const ran = await configure('--check --json')
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(said(ran).filter((line) => /^(silenced|odd)/.test(line))).toEqual([
      'silenced would-change front-channel-off no-sid backchannel-only',
      'odd unchanged url-double-slash admin-url-only',
    ])
  })
})

describe('configure looks twice', () => {
  const twoClients = `shop iot --admin-url ${URL_A} --json`

  it('and leaves a client alone that somebody else changed after the plan was shown', async () => {
    const shop = await keycloak.findClient('shop')
    const ran = await configure(twoClients, {
      agrees: true,
      onAgreed: () =>
        void keycloak.updateClient(shop?.id ?? '', { adminUrl: URL_B, frontchannelLogout: true }),
    })
    expect(ran.code).toBe(EXIT.partial)
    expect(said(ran)).toEqual([
      'shop failed admin-url-only same-url changed-meanwhile',
      'iot changed admin-url-only same-url',
    ])
    expect((await keycloak.findClient('shop'))?.adminUrl).toBe(URL_B)
  })

  it.each([
    ['root URL, which says where a relative one leads', { rootUrl: 'https://elsewhere.example' }],
    ['protocol', { protocol: 'saml' }],
  ])('and leaves a client alone that has another %s, by now', async (what, change) => {
    const find = keycloak.findClient.bind(keycloak)
    const ran = await configure('shop --backchannel-url /logout --json', {
      agrees: true,
      onAgreed: () => {
        keycloak.findClient = async (clientId) => {
          const client = await find(clientId)
          return client && { ...client, ...change }
        }
      },
    })
    expect([ran.code, puts()]).toEqual([EXIT.failed, []])
    expect(ran.stdout).toContain(`after the plan was shown (its ${what.split(',')[0]})`)
  })

  it('and keeps what somebody else changed of other fields', async () => {
    const shop = await keycloak.findClient('shop')
    const ran = await configure('shop --session-required --json', {
      agrees: true,
      onAgreed: () =>
        void keycloak.updateClient(shop?.id ?? '', { adminUrl: URL_B, frontchannelLogout: false }),
    })
    expect(ran.code).toBe(EXIT.ok)
    expect(puts().at(-1)).toEqual({ backchannelLogoutSessionRequired: true, frontchannelLogout: false })
    expect((await keycloak.findClient('shop'))?.adminUrl).toBe(URL_B)
  })

  it('and says when the written value is not the one that is there', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      // Planning, looking again, and then somebody undoes it before it is read back.
      if (++looks !== 3) return
      const [, id] = [0, keycloak.acts[0]?.args[0]]
      void keycloak.updateClient(String(id), { adminUrl: null, frontchannelLogout: true })
    })
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.code).toBe(EXIT.failed)
    expect(said(ran)).toEqual(['shop failed admin-url-only not-as-written'])
  })

  it('and names what else changed at the same time, without its value', async () => {
    keycloak.on('updateClient', (id) => void keycloak.setClientNotBefore(String(id), 4711))
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.json<Outcome>().clients[0]?.findings.at(-1)).toMatchObject({
      code: 'also-changed',
      severity: 'warning',
      args: { name: 'notBefore', byKeycloak: false },
    })
    expect(ran.stdout).not.toContain('4711')
  })
})

describe('configure, when Keycloak fails,', () => {
  const line = `shop iot --session-required --admin-url ${URL_A} --json -y`
  const failFor = (clientIds: readonly string[], error: UserError) =>
    keycloak.on('updateClient', async (id) => {
      for (const clientId of clientIds) if ((await keycloak.findClient(clientId))?.id === id) throw error
    })

  it('at one client: the other is changed, exit 3', async () => {
    failFor(['shop'], new UserError('server-error', 'HTTP 500'))
    const ran = await configure(line)
    expect(ran.code).toBe(EXIT.partial)
    expect(ran.json<Outcome>()).toMatchObject({
      verdict: 'failed',
      clients: [{ status: 'failed' }, { status: 'changed' }],
    })
    expect(ran.stdout).toContain('It was not changed: HTTP 500')
  })

  const LOST: readonly (readonly [name: string, error: UserError])[] = [
    ['a lost answer', new UserError('connection-closed', 'Closed.', { exitCode: EXIT.unreachable })],
    ['a 500', new UserError('server-error', 'HTTP 500')],
  ]
  /** The change takes effect, and the answer says something else. */
  const loseAnswers = (error: UserError) => {
    const update = keycloak.updateClient.bind(keycloak)
    keycloak.updateClient = async (id, changes) => {
      await update(id, changes)
      throw error
    }
  }
  it.each(LOST)('%s to what was carried out: looks, and says that it was changed', async (_, error) => {
    loseAnswers(error)
    const ran = await configure(line)
    expect([ran.code, said(ran)]).toEqual([
      EXIT.ok,
      ['shop changed admin-url-only same-url', 'iot changed admin-url-only same-url'],
    ])
  })

  it('a lost answer and nobody can look: it is not known, and never "not changed"', async () => {
    loseAnswers(LOST[0]?.[1] as UserError)
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks === 3) throw new UserError('unreachable', 'No way.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure('shop --revoke-offline --json -y')
    expect([ran.code, said(ran)]).toEqual([EXIT.failed, ['shop failed not-known']])
    expect(ran.stdout).toContain('Whether it was changed is not known: Closed.')
  })

  it('a lost answer to what has not come to pass yet: it is not known', async () => {
    failFor(['shop'], LOST[0]?.[1] as UserError)
    expect(said(await configure('shop --revoke-offline --json -y'))).toEqual(['shop failed not-known'])
  })

  it('after a client was written and could not be read back: that is told, too', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks >= 4) throw new UserError('unreachable', 'No way.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure('shop iot --revoke-offline --json -y')
    expect([ran.code, said(ran)]).toEqual([
      EXIT.failed,
      ['shop failed not-verified', 'iot failed not-written'],
    ])
  })

  it('a client that is renamed as it is written is changed all the same', async () => {
    const find = keycloak.findClient.bind(keycloak)
    keycloak.findClient = async (clientId) => (puts().length > 0 ? undefined : find(clientId))
    const ran = await configure('shop --revoke-offline --json -y')
    expect([ran.code, said(ran)]).toEqual([EXIT.ok, ['shop changed ']])
    keycloak.acts.length = 0
    keycloak.clients = async () => []
    expect((await configure('shop --no-revoke-offline -y')).stdout).toContain(
      'It was written; then the client was not there any more.',
    )
  })

  it('interrupted: what was under way is not known, the rest is not tried', async () => {
    const controller = new AbortController()
    const interrupted = new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    loseAnswers(interrupted)
    keycloak.on('updateClient', () => controller.abort('SIGINT'))
    keycloak.on('findClient', () => {
      if (controller.signal.aborted) throw interrupted
    })
    const ran = await configure('shop iot --revoke-offline --json -y', { signal: controller.signal })
    expect([ran.code, said(ran)]).toEqual([
      EXIT.interrupted,
      ['shop failed not-known', 'iot failed not-tried'],
    ])
    expect(ran.stdout).toContain('It was not tried, as the run was interrupted.')
  })

  it('at all clients: exit 1', async () => {
    failFor(['shop', 'iot'], new UserError('server-error', 'HTTP 500'))
    expect((await configure(line)).code).toBe(EXIT.failed)
  })

  it.each([
    ['a missing role', EXIT.denied, 'role-missing'],
    ['no connection', EXIT.unreachable, 'refused-connection'],
  ])('for %s at the first client: that is the error', async (_, exitCode, code) => {
    failFor(['shop', 'iot'], new UserError(code, 'The reason.', { exitCode }))
    const ran = await configure(line)
    expect(ran.code).toBe(exitCode)
    expect(ran.json()).toMatchObject({ error: { code } })
  })

  it('for want of a connection later: the rest is not tried, exit 3', async () => {
    keycloak.addClient({ clientId: 'third' })
    failFor(['iot'], new UserError('unreachable', 'No connection.', { exitCode: EXIT.unreachable }))
    const ran = await configure(`shop iot third --revoke-offline --json -y`)
    expect(ran.code).toBe(EXIT.partial)
    expect(said(ran)).toEqual(['shop changed ', 'iot failed not-written', 'third failed not-tried'])
  })

  it('in reading back: it says that it was written and not verified', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks === 3) throw new UserError('unreachable', 'No connection.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.code).toBe(EXIT.failed)
    expect(said(ran)).toEqual(['shop failed admin-url-only not-verified'])
  })
})
