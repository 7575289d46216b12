import { describe, expect, it } from 'vitest'
import { aClient } from '../../../test/support/builders.ts'
import { blindSpotText } from '../../core/blind-spot-texts.ts'
import type { Client } from '../../core/model.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { blindSpots } from './blind-spots.ts'

const BC = 'https://shop.example/backchannel'
const AD = 'https://shop.example/admin'

const spots = (client: Partial<Client>) =>
  blindSpots(aClient(client)).map(({ code, severity, args }) =>
    [severity, code, args?.host].filter(Boolean).join(' '),
  )

describe('what a logout would miss at a client', () => {
  it.each<[string, Partial<Client>, string[]]>([
    ['both URLs: nothing', { backchannelLogoutUrl: BC, adminUrl: AD }, []],
    ['no URL', {}, ['warning no-url']],
    [
      "only a Backchannel Logout URL: Keycloak's own logout only",
      { backchannelLogoutUrl: BC },
      ['info backchannel-only'],
    ],
    ['an Admin URL alone: single sessions', { adminUrl: AD }, ['warning no-adapter-session']],
    ['front channel on', { backchannelLogoutUrl: BC, frontchannelLogout: true }, ['warning front-channel']],
    [
      'front channel on, both URLs: single sessions still',
      { backchannelLogoutUrl: BC, adminUrl: AD, frontchannelLogout: true },
      ['warning front-channel'],
    ],
    ['disabled', { enabled: false, backchannelLogoutUrl: BC }, ['warning disabled']],
    ['built-in: no warning', { builtIn: true }, ['info built-in']],
    ['SAML', { protocol: 'saml', adminUrl: AD }, ['info saml']],
    ['SAML without a logout URL', { protocol: 'saml' }, ['warning no-url']],
    [
      'redirect URIs of other tenants',
      {
        backchannelLogoutUrl: BC,
        adminUrl: AD,
        redirectUris: ['https://shop.example/*', 'https://b.example/*', 'https://a.example/*'],
      },
      ['warning tenant-not-notified a.example', 'warning tenant-not-notified b.example'],
    ],
  ])('%s', (_, client, expected) => {
    expect(spots(client)).toEqual(expected)
  })

  it('has a sentence for each code, for one client and for several', () => {
    const unexplained = Object.keys(REASON_TEXTS).filter((code) =>
      [1, 2].some((clients) => blindSpotText({ code, severity: 'info' }, clients) === code),
    )
    expect(unexplained).toEqual([])
  })

  it('for front-channel logout is true without a Backchannel Logout URL, and with an Admin URL, which may be called', () => {
    expect(blindSpotText({ code: 'front-channel', severity: 'warning' })).toMatchInlineSnapshot(
      `"has front-channel logout on: Keycloak does not notify it when single sessions end."`,
    )
  })
})
