import { beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../../../test/support/command-line.ts'
import { configuring, summaries, URL_A, URL_B } from '../../../test/support/configuring.ts'
import type { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { ConfigureOutcome } from '../../client-settings/outcome.ts'
import { EXIT } from '../../errors.ts'

let keycloak: FakeKeycloak
let configure: ReturnType<typeof configuring>['configure']
let puts: ReturnType<typeof configuring>['puts']
beforeEach(() => {
  ;({ keycloak, configure, puts } = configuring())
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

  it('changes the clients of the file after one question', async () => {
    const ran = await configure('--file logout.yaml --json', { files, agrees: true })
    expect(ran.asked).toEqual(['Change these 2 clients of realm customers?'])
    expect(ran.json<ConfigureOutcome>()).toMatchObject({ verdict: 'changed' })
    expect(puts()).toEqual([
      { backchannelLogoutUrl: URL_A, backchannelLogoutSessionRequired: true, frontchannelLogout: false },
      { adminUrl: URL_B, frontchannelLogout: false },
    ])
    expect((await configure('--file - --check', { files })).code).toBe(EXIT.ok)
  })

  it('changes only the clients of the file that are named', async () => {
    expect((await configure('iot --file logout.yaml -y', { files })).code).toBe(EXIT.ok)
    expect(puts()).toEqual([{ adminUrl: URL_B, frontchannelLogout: false }])
  })

  it('is refused for another realm, with other settings, for a client not in the file, and with a mistake in the file', async () => {
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

  it('an empty URL in a file is refused with the way to remove it', async () => {
    const text = 'clients:\n  - clientId: shop\n    adminUrl: ""\n'
    const ran = await configure('--file - -y', { files: { '-': text } })
    expect([ran.code, ran.stderr]).toEqual([EXIT.usage, expect.stringContaining('null in a file')])
  })

  it('reads an export back without a change, as YAML and as JSON, whatever the settings are', async () => {
    keycloak.addClient({ clientId: 'silenced', backchannelLogoutUrl: URL_A, frontchannelLogout: true })
    for (const format of ['', '--json']) {
      const exported = await configure(`--export ${format}`)
      expect(exported.code).toBe(EXIT.ok)
      expect(exported.stderr).toBe('Left out (not OpenID Connect): legacy\n')
      const back = await configure('--file - --json -y', { files: { '-': exported.stdout } })
      expect(back.code, back.stdout).toBe(EXIT.ok)
      expect(back.json<ConfigureOutcome>().verdict).toBe('unchanged')
      expect(summaries(back)).toContain('silenced unchanged backchannel-silenced no-sid backchannel-only')
    }
    expect(puts()).toEqual([])
  })
})

describe('configure --export leaves out URLs that would be refused in a file, with a note:', () => {
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
      expect(exported.stderr).toContain(`Left out (a file with it would be refused): ${field} of odd\n`)
      expect(exported.stdout).not.toContain('sesame')
      const back = await configure('--file - --json -y', { files: { '-': exported.stdout } })
      expect([back.code, back.json<ConfigureOutcome>().verdict]).toEqual([EXIT.ok, 'unchanged'])
    }
    expect((await configure('odd --export')).stdout).toContain(`    # ${field} is left out: "The `)
  })
})

describe('configure --check', () => {
  it('exits with 7 if something differs, and changes nothing', async () => {
    const ran = await configure(`shop iot --session-required --check --json`)
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(ran.json<ConfigureOutcome>().verdict).toBe('drift')
    expect(summaries(ran)).toEqual(['shop would-change ', 'iot unchanged '])
    expect(puts()).toEqual([])
  })

  it("checks all clients if none is named, except Keycloak's own and SAML clients", async () => {
    const ran = await configure('--session-required --check --json')
    const drift = ran.json<ConfigureOutcome>().clients.filter(({ status }) => status === 'would-change')
    expect(drift.map(({ clientId }) => clientId)).toEqual(['shop'])
    expect(ran.json<ConfigureOutcome>().clients.map(({ clientId }) => clientId)).not.toContain('legacy')
  })

  it('calls no client correct: it says what was checked, and counts clients with warnings apart', async () => {
    keycloak.addClient({ clientId: 'plain', backchannelLogoutUrl: 'http://plain.example/logout' })
    keycloak.addClient({ clientId: 'odd', adminUrl: '//host/x' })
    const ran = await configure('--check')
    expect(ran.stdout).toContain('plain  with a warning\n')
    expect(ran.stdout).toContain('odd  cannot work\n')
    expect(ran.stdout).toMatch(/^\d+ clients: 1 cannot work, 1 with a warning, \d+ without a change$/m)
    expect(ran.stderr).toContain(
      'Only logout URLs and the front channel were checked. For everything else: kc-logout doctor',
    )
    expect((await configure('--check --session-required')).stderr).not.toContain('doctor')
  })

  it('without settings reports clients whose URLs cannot work', async () => {
    expect((await configure('--check')).code).toBe(EXIT.ok)
    keycloak.addClient({ clientId: 'silenced', backchannelLogoutUrl: URL_A, frontchannelLogout: true })
    keycloak.addClient({ clientId: 'odd', adminUrl: '//host/x' })
    const ran = await configure('--check --json')
    expect(ran.code).toBe(EXIT.checkFailed)
    expect(summaries(ran).filter((line) => /^(silenced|odd)/.test(line))).toEqual([
      'silenced would-change front-channel-off no-sid backchannel-only',
      'odd unchanged url-double-slash admin-url-only',
    ])
  })

  it('says what the account does not see: `incomplete`, exit 7; named clients are checked as before', async () => {
    const { 'view-clients': _, ...roles } = keycloak.roles
    keycloak.roles = roles
    keycloak.addClient({ clientId: 'desk', backchannelLogoutUrl: URL_A })
    keycloak.addUser('ada', { id: 'id-ada' })
    keycloak.addSession({ id: 's1', username: 'ada', clients: ['desk'] })
    const all = keycloak.clients.bind(keycloak)
    keycloak.clients = async () => (await all()).filter(({ clientId }) => clientId !== 'desk')
    const ran = await configure('--check --json')
    expect([ran.code, ran.json<ConfigureOutcome>()]).toMatchObject([
      EXIT.checkFailed,
      { verdict: 'incomplete', notVisible: [{ clientId: 'desk', active: 1 }] },
    ])
    expect((await configure('--check')).stdout).toContain(
      '1 client with sessions is not visible to you: desk.',
    )
    expect((await configure('iot --check')).code).toBe(EXIT.ok)
  })
})
