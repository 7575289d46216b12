import { describe, expect, it } from 'vitest'
import { rawClient } from '../../test/support/raw-client.ts'
import type { Client } from '../core/model.ts'
import { toClient } from '../keycloak/admin/representations.ts'
import { type ClientPlan, planClient, presentUrls, warnOfSharedUrls } from './plan.ts'
import type { DesiredSettings } from './settings.ts'

const aClient = (seed: Partial<Client> = {}): Client => ({
  ...toClient(rawClient({ id: '1', clientId: 'shop', backchannelLogoutSessionRequired: true, ...seed }), 'r'),
  ...seed,
})
const URL_A = 'https://a.example/logout'
const URL_B = 'https://b.example/logout'

const changes = (plan: ClientPlan) => plan.changes.map(({ field, from, to }) => `${field}: ${from} -> ${to}`)
const codes = (plan: ClientPlan) => plan.findings.map(({ code, severity }) => `${severity} ${code}`)
const plan = (seed: Partial<Client>, desired: DesiredSettings) => planClient(aClient(seed), desired)

describe('the plan for a client', () => {
  const table: readonly (readonly [
    what: string,
    seed: Partial<Client>,
    desired: DesiredSettings,
    changes: string[],
  ])[] = [
    ['sets a URL', {}, { adminUrl: URL_A }, [`adminUrl: null -> ${URL_A}`]],
    ['replaces a URL', { adminUrl: URL_A }, { adminUrl: URL_B }, [`adminUrl: ${URL_A} -> ${URL_B}`]],
    ['removes a URL', { adminUrl: URL_A }, { adminUrl: null }, [`adminUrl: ${URL_A} -> null`]],
    ['is empty if the URL to remove is empty', { adminUrl: '' }, { adminUrl: null }, []],
    ['is empty if everything is set already', { adminUrl: URL_A }, { adminUrl: URL_A }, []],
    ['is empty if nothing is requested', { adminUrl: URL_A, frontchannelLogout: true }, {}, []],
    [
      'switches the front channel off with a Backchannel Logout URL',
      { frontchannelLogout: true },
      { backchannelLogoutUrl: URL_A },
      [`backchannelLogoutUrl: null -> ${URL_A}`, 'frontchannelLogout: true -> false'],
    ],
    [
      'switches the front channel off even if the URL is set already',
      { frontchannelLogout: true, backchannelLogoutUrl: URL_A },
      { backchannelLogoutUrl: URL_A },
      ['frontchannelLogout: true -> false'],
    ],
    [
      'leaves the front channel alone when the URL is removed',
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
      'switches the front channel on if there is no Backchannel Logout URL',
      {},
      { frontchannelLogout: true },
      ['frontchannelLogout: false -> true'],
    ],
  ]
  it.each(table)('%s', (_, seed, desired, expected) => {
    expect(changes(plan(seed, desired))).toEqual(expected)
  })

  it('is empty after it was executed', () => {
    const desired: DesiredSettings = {
      backchannelLogoutUrl: URL_A,
      backchannelLogoutSessionRequired: true,
      adminUrl: null,
    }
    const { after } = plan({ frontchannelLogout: true, adminUrl: URL_B }, desired)
    const { backchannelLogoutUrl, adminUrl, ...flags } = after
    const client = aClient({
      ...flags,
      backchannelLogoutUrl: backchannelLogoutUrl ?? undefined,
      adminUrl: adminUrl ?? undefined,
    })
    expect(planClient(client, desired).changes).toEqual([])
  })

  const refused: readonly (readonly [code: string, seed: Partial<Client>, desired: DesiredSettings])[] = [
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
  it.each(refused)('is refused with %s', (code, seed, desired) => {
    expect(codes(plan(seed, desired)).filter((found) => found.startsWith('error'))).toEqual([`error ${code}`])
  })

  it('accepts the exported settings of a silenced client, with a warning', () => {
    const { changes, findings } = plan(
      { backchannelLogoutUrl: URL_A, frontchannelLogout: true, adminUrl: URL_B },
      { backchannelLogoutUrl: URL_A, frontchannelLogout: true, adminUrl: URL_B },
    )
    expect(changes).toEqual([])
    expect(findings).toMatchObject([{ code: 'backchannel-silenced', severity: 'warning', clientId: 'shop' }])
  })

  const noted: readonly (readonly [seed: Partial<Client>, desired: DesiredSettings, codes: string[]])[] = [
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
  it.each(noted)('for %j and the request %j has the findings %j', (seed, desired, expected) => {
    expect(codes(plan(seed, desired))).toEqual(expected)
  })

  it('for the present URLs finds what is wrong with them', () => {
    const silenced = aClient({ frontchannelLogout: true, backchannelLogoutUrl: URL_A, adminUrl: 'ftp://x' })
    const found = planClient(silenced, presentUrls(silenced))
    expect(changes(found)).toEqual(['frontchannelLogout: true -> false'])
    expect(codes(found)).toEqual(['error url-scheme', 'info front-channel-off'])
    expect(planClient(aClient(), presentUrls(aClient()))).toMatchObject({ changes: [], findings: [] })
  })
})

describe('the plans of several clients', () => {
  const same = (...desired: DesiredSettings[]) =>
    warnOfSharedUrls(desired.map((one) => plan({}, one))).map(codes)

  it('have a warning if they get the same URL', () => {
    expect(same({ adminUrl: URL_A }, { adminUrl: URL_A }, { adminUrl: URL_B })).toEqual([
      ['info admin-url-only', 'warning same-url'],
      ['info admin-url-only', 'warning same-url'],
      ['info admin-url-only'],
    ])
  })

  it('may share a relative URL, and one URL may be the Admin URL of one client and the Backchannel Logout URL of another', () => {
    const root = { rootUrl: 'https://a.example' }
    const plans = [plan(root, { adminUrl: '/x' }), plan(root, { adminUrl: '/x' })]
    expect(warnOfSharedUrls(plans)).toEqual(plans)
    expect(same({ adminUrl: URL_A }, { backchannelLogoutUrl: URL_A }).flat()).not.toContain(
      'warning same-url',
    )
  })
})
