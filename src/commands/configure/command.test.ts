import { beforeEach, describe, expect, it } from 'vitest'
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

describe('configure', () => {
  it('shows the change and its consequences, asks, and sends only the changed fields', async () => {
    const ran = await configure(`shop --backchannel-url ${URL_A} --session-required`, { agrees: true })
    expect(ran.code).toBe(EXIT.ok)
    expect(ran.asked).toEqual(['Change this client of realm customers?'])
    expect(ran.stderr).toMatchInlineSnapshot(`
      "customers at https://keycloak.test (from --realm and --server)

      shop  to change
        backchannelLogoutUrl: none -> https://a.example/logout
        backchannelLogoutSessionRequired: false -> true
        frontchannelLogout: true -> false
        i Switches the front channel off: with it on, Keycloak sends nothing to the
          Backchannel Logout URL.
        i Without an Admin URL, Keycloak's own "Logout all" does not notify this
          client; \`kc-logout all\` does.
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

  it('prints the documented JSON', async () => {
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

  it('sends no PUT if everything is already set', async () => {
    await configure(`shop iot --admin-url ${URL_A} --revoke-offline -y`)
    expect(puts()).toHaveLength(2)
    const again = await configure(`shop iot --admin-url ${URL_A} --revoke-offline --json`)
    expect(again.code).toBe(EXIT.ok)
    expect(again.json<ConfigureOutcome>().verdict).toBe('unchanged')
    expect(puts()).toHaveLength(2)
  })

  it('removes a URL with none', async () => {
    await configure(`shop --backchannel-url ${URL_A} --admin-url ${URL_B} -y`)
    await configure('shop --backchannel-url none --admin-url none -y')
    expect(puts().at(-1)).toEqual({ backchannelLogoutUrl: null, adminUrl: null, frontchannelLogout: false })
    expect(await keycloak.findClient('shop')).toMatchObject({
      backchannelLogoutUrl: undefined,
      adminUrl: undefined,
    })
  })

  it('sends the present frontchannelLogout with other changes, because Keycloak 25.0 to 26.4 flip it otherwise', async () => {
    await configure('shop --session-required -y')
    await configure('iot --no-session-required -y')
    expect(puts()).toEqual([
      { backchannelLogoutSessionRequired: true, frontchannelLogout: true },
      { backchannelLogoutSessionRequired: false, frontchannelLogout: false },
    ])
  })

  it('changes nothing when declined, without a terminal, and with --dry-run', async () => {
    const line = `shop --admin-url ${URL_A}`
    expect((await configure(line, { agrees: false })).code).toBe(EXIT.declined)
    expect((await configure(line)).code).toBe(EXIT.declined)
    const dry = await configure(`${line} --dry-run --json`)
    expect(dry.code).toBe(EXIT.ok)
    expect(dry.json<ConfigureOutcome>()).toMatchObject({
      verdict: 'drift',
      clients: [{ status: 'would-change' }],
    })
    expect(puts()).toEqual([])
  })

  it("warns about Keycloak's own clients, which are changed only when named", async () => {
    const ran = await configure(`account --admin-url ${URL_A} --json -y`)
    expect(summaries(ran)).toEqual(['account changed built-in admin-url-only'])
  })

  it('warns about one URL for several clients', async () => {
    const ran = await configure(`shop iot --admin-url ${URL_A} --json -n`)
    expect(summaries(ran)).toEqual([
      'shop would-change admin-url-only same-url',
      'iot would-change admin-url-only same-url',
    ])
  })

  it('says once what several clients share', async () => {
    const { stdout } = await configure(`shop iot --admin-url ${URL_A} -n`)
    expect(stdout.match(/2 clients get the same/g)).toHaveLength(1)
    expect(stdout).toMatch(/^shop, iot\n {2}i /m)
    expect(stdout.match(/adminUrl:/g)).toHaveLength(2)
  })
})

describe('configure refuses before anything is sent:', () => {
  const wrong: readonly (readonly [args: string, exit: number, code: string])[] = [
    ['', EXIT.usage, 'no-client'],
    ['--dry-run', EXIT.usage, 'no-client'],
    ['shop', EXIT.usage, 'nothing-wanted'],
    [`--admin-url ${URL_A} -y`, EXIT.usage, 'no-client'],
    ['shop --admin-url ftp://x -y', EXIT.usage, 'url-scheme'],
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
    [`shop --admin-url ${URL_A} --admin-url ${URL_B} -y`, EXIT.usage, 'option-repeated'],
    [`shop --backchannel-url ${URL_A} --backchannel-url ${URL_B} -y`, EXIT.usage, 'option-repeated'],
    ['--file a.yaml --file b.yaml -y', EXIT.usage, 'option-repeated'],
  ]
  it.each(wrong)('%j: exit %i, %s', async (args, code, error) => {
    const ran = await configure(`${args} --json`)
    expect(ran.json()).toMatchObject({ error: { code: error, exitCode: code } })
    expect(ran.code).toBe(code)
    expect(puts()).toEqual([])
  })

  it('a client that the account may not change, before others are changed', async () => {
    keycloak.addClient({ clientId: 'locked', access: { view: true, configure: false, manage: false } })
    const ran = await configure(`shop locked --session-required -y`)
    expect(ran.code).toBe(EXIT.denied)
    expect(ran.stderr).toContain('error: Your account may not change locked.')
    expect(puts()).toEqual([])
  })

  it('all invalid URLs of a file, in one message with one hint', async () => {
    const text = `clients:
  - clientId: shop
    adminUrl: //host/x
  - clientId: iot
    backchannelLogoutUrl: https://u:p@h/
`
    const ran = await configure('--file f.yaml -y', { files: { 'f.yaml': text } })
    expect(ran.code).toBe(EXIT.usage)
    expect(ran.stderr).toMatchInlineSnapshot(`
      "error: shop: The Admin URL //host/x starts with //. Keycloak would treat it as a path, not as a host.; iot: The Backchannel Logout URL contains a user name or password (before the @). Everyone who can view the client sees them, and Keycloak writes them to its log.
      hint:  Write https://host/x
      "
    `)
    expect(keycloak.calls).toEqual([])
  })
})
