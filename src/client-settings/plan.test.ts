import { describe, expect, it } from 'vitest'
import { rawClient } from '../../test/support/raw-client.ts'
import type { Client } from '../core/model.ts'
import { toClient } from '../keycloak/admin/representations.ts'
import { type ClientPlan, planClient, presentUrls, sameUrls } from './plan.ts'
import type { DesiredSettings } from './settings.ts'

const aClient = (seed: Partial<Client> = {}): Client => ({
  ...toClient(rawClient({ id: '1', clientId: 'shop', backchannelLogoutSessionRequired: true, ...seed }), 'r'),
  ...seed,
})
const URL_A = 'https://a.example/logout'
const URL_B = 'https://b.example/logout'

const changes = (plan: ClientPlan) => plan.changes.map(({ field, from, to }) => `${field}: ${from} -> ${to}`)
const codes = (plan: ClientPlan) => plan.findings.map(({ code, severity }) => `${severity} ${code}`)
const plan = (seed: Partial<Client>, wanted: DesiredSettings) => planClient(aClient(seed), wanted)

describe('the plan for a client', () => {
  const table: readonly (readonly [
    what: string,
    seed: Partial<Client>,
    wanted: DesiredSettings,
    changes: string[],
  ])[] = [
    ['sets a URL', {}, { adminUrl: URL_A }, [`adminUrl: null -> ${URL_A}`]],
    ['replaces a URL', { adminUrl: URL_A }, { adminUrl: URL_B }, [`adminUrl: ${URL_A} -> ${URL_B}`]],
    ['removes a URL', { adminUrl: URL_A }, { adminUrl: null }, [`adminUrl: ${URL_A} -> null`]],
    ['removes nothing twice', { adminUrl: '' }, { adminUrl: null }, []],
    ['is empty when all is as wanted', { adminUrl: URL_A }, { adminUrl: URL_A }, []],
    ['is empty when nothing is wanted', { adminUrl: URL_A, frontchannelLogout: true }, {}, []],
    [
      'switches the front channel off with a Backchannel Logout URL',
      { frontchannelLogout: true },
      { backchannelLogoutUrl: URL_A },
      [`backchannelLogoutUrl: null -> ${URL_A}`, 'frontchannelLogout: true -> false'],
    ],
    [
      'switches it off although the URL was there already',
      { frontchannelLogout: true, backchannelLogoutUrl: URL_A },
      { backchannelLogoutUrl: URL_A },
      ['frontchannelLogout: true -> false'],
    ],
    [
      'leaves the front channel alone when the URL goes',
      { frontchannelLogout: true, backchannelLogoutUrl: URL_A },
      { backchannelLogoutUrl: null },
      [`backchannelLogoutUrl: ${URL_A} -> null`],
    ],
    [
      'leaves the front channel alone for other settings',
      { frontchannelLogout: true, backchannelLogoutUrl: URL_A },
      { backchannelLogoutRevokeOfflineTokens: true },
      ['backchannelLogoutRevokeOfflineTokens: false -> true'],
    ],
    [
      'takes the front channel from a file where there is no backchannel',
      {},
      { frontchannelLogout: true },
      ['frontchannelLogout: false -> true'],
    ],
  ]
  it.each(table)('%s', (_, seed, wanted, expected) => {
    expect(changes(plan(seed, wanted))).toEqual(expected)
  })

  it('is empty when it was carried out', () => {
    const wanted: DesiredSettings = {
      backchannelLogoutUrl: URL_A,
      backchannelLogoutSessionRequired: true,
      adminUrl: null,
    }
    const { after } = plan({ frontchannelLogout: true, adminUrl: URL_B }, wanted)
    const { backchannelLogoutUrl, adminUrl, ...flags } = after
    const client = aClient({
      ...flags,
      backchannelLogoutUrl: backchannelLogoutUrl ?? undefined,
      adminUrl: adminUrl ?? undefined,
    })
    expect(planClient(client, wanted).changes).toEqual([])
  })

  const refused: readonly (readonly [code: string, seed: Partial<Client>, wanted: DesiredSettings])[] = [
    ['not-openid-connect', { protocol: 'saml' }, { adminUrl: URL_A }],
    ['not-openid-connect', { protocol: 'docker-v2' }, { backchannelLogoutSessionRequired: true }],
    ['url-scheme', {}, { adminUrl: 'ftp://x' }],
    ['relative-without-root', {}, { backchannelLogoutUrl: '/x' }],
    ['front-channel-wanted', {}, { backchannelLogoutUrl: URL_A, frontchannelLogout: true }],
    ['front-channel-wanted', { backchannelLogoutUrl: URL_A }, { frontchannelLogout: true }],
    [
      'front-channel-wanted',
      { backchannelLogoutUrl: URL_A, frontchannelLogout: true },
      { backchannelLogoutUrl: URL_B, frontchannelLogout: true },
    ],
  ]
  it.each(refused)('is refused with %s', (code, seed, wanted) => {
    expect(codes(plan(seed, wanted)).filter((found) => found.startsWith('error'))).toEqual([`error ${code}`])
  })

  it('lets an exported client that is silenced be read back, and says that it is', () => {
    const { changes, findings } = plan(
      { backchannelLogoutUrl: URL_A, frontchannelLogout: true, adminUrl: URL_B },
      { backchannelLogoutUrl: URL_A, frontchannelLogout: true, adminUrl: URL_B },
    )
    expect(changes).toEqual([])
    expect(findings).toMatchObject([{ code: 'backchannel-silenced', severity: 'warning', clientId: 'shop' }])
  })

  const noted: readonly (readonly [seed: Partial<Client>, wanted: DesiredSettings, codes: string[]])[] = [
    [{}, { backchannelLogoutUrl: URL_A, adminUrl: URL_B }, []],
    [{ adminUrl: URL_B }, { backchannelLogoutUrl: 'http://a.example/' }, ['warning url-http']],
    [
      { adminUrl: URL_B, frontchannelLogout: true },
      { backchannelLogoutUrl: URL_A },
      ['info front-channel-off'],
    ],
    [{ adminUrl: URL_B, enabled: false }, { backchannelLogoutUrl: URL_A }, ['warning disabled']],
    [{ adminUrl: URL_B, builtIn: true }, { backchannelLogoutUrl: URL_A }, ['warning built-in']],
    [
      { adminUrl: URL_B, access: { configure: false } },
      { backchannelLogoutUrl: URL_A },
      ['warning not-allowed'],
    ],
    [
      { adminUrl: URL_B, idTokenSignedResponseAlg: 'HS256' },
      { backchannelLogoutUrl: URL_A },
      ['warning logout-token-hs'],
    ],
    [
      { backchannelLogoutSessionRequired: false, adminUrl: URL_B },
      { backchannelLogoutUrl: URL_A },
      ['info no-sid'],
    ],
    [{}, { adminUrl: URL_A }, ['info admin-url-only']],
    [{}, { backchannelLogoutUrl: URL_A }, ['info backchannel-only']],
    [
      { backchannelLogoutUrl: URL_A, adminUrl: URL_B, frontchannelLogout: true },
      { backchannelLogoutRevokeOfflineTokens: true },
      ['warning backchannel-silenced'],
    ],
    [{ builtIn: true, enabled: false, access: { configure: false } }, {}, []],
  ]
  it.each(noted)('of %j and %j notes %j', (seed, wanted, expected) => {
    expect(codes(plan(seed, wanted))).toEqual(expected)
  })

  it('without a wish says what is wrong with the present URLs', () => {
    const silenced = aClient({ frontchannelLogout: true, backchannelLogoutUrl: URL_A, adminUrl: 'ftp://x' })
    const found = planClient(silenced, presentUrls(silenced))
    expect(changes(found)).toEqual(['frontchannelLogout: true -> false'])
    expect(codes(found)).toEqual(['error url-scheme', 'info front-channel-off'])
    expect(planClient(aClient(), presentUrls(aClient()))).toMatchObject({ changes: [], findings: [] })
  })
})

describe('several clients', () => {
  const same = (...wanted: DesiredSettings[]) => sameUrls(wanted.map((one) => plan({}, one))).map(codes)

  it('are warned of when they are given the same URL', () => {
    expect(same({ adminUrl: URL_A }, { adminUrl: URL_A }, { adminUrl: URL_B })).toEqual([
      ['info admin-url-only', 'warning same-url'],
      ['info admin-url-only', 'warning same-url'],
      ['info admin-url-only'],
    ])
  })

  it('may share a relative URL, and one may be the Admin URL of one and the Backchannel Logout URL of another', () => {
    const root = { rootUrl: 'https://a.example' }
    const plans = [plan(root, { adminUrl: '/x' }), plan(root, { adminUrl: '/x' })]
    expect(sameUrls(plans)).toEqual(plans)
    expect(same({ adminUrl: URL_A }, { backchannelLogoutUrl: URL_A }).flat()).not.toContain(
      'warning same-url',
    )
  })
})
