import { describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { settingsOf } from '../../client-settings/settings.ts'
import type { Client, LogoutSettings } from '../../core/model.ts'
import { commandsByHand, isTaken, restoration, takenSettings } from './takeover.ts'

const URL = 'http://127.0.0.1:4711'
const client = (changes: Partial<Client> = {}) =>
  new FakeKeycloak().addClient({ clientId: 'shop', ...changes })

/** The take-over of a client, and the client as it is afterwards. */
function taken(before: Client) {
  const wanted = takenSettings(before, URL)
  const present = settingsOf(before)
  const changes = Object.entries(wanted).flatMap(([field, to]) => {
    const from = present[field as keyof LogoutSettings]
    return from === to ? [] : [{ field: field as keyof LogoutSettings, from, to: to as string | boolean }]
  })
  const takeover = {
    version: 1 as const,
    server: 'https://kc',
    realm: 'r',
    clientId: 'shop',
    id: 'u',
    pid: 1,
    since: '',
    changes,
  }
  return { takeover, after: { ...before, ...wanted } as Client }
}

describe('a take-over', () => {
  it('leads both URLs here, and switches off what would keep Keycloak from calling', () => {
    const before = client({
      backchannelLogoutUrl: 'https://a/b',
      adminUrl: 'https://a/c',
      frontchannelLogout: true,
    })
    expect(takenSettings(before, `${URL}/`)).toEqual({
      backchannelLogoutUrl: `${URL}/kc-logout-listen/backchannel`,
      adminUrl: `${URL}/kc-logout-listen/admin`,
      frontchannelLogout: false,
    })
  })

  it('gives no Admin URL to a client that has none', () => {
    expect(takenSettings(client(), URL)).not.toHaveProperty('adminUrl')
  })

  it('is seen at the client, wherever it was made', () => {
    expect(isTaken(taken(client()).after)).toBe(true)
    expect(isTaken(client({ backchannelLogoutUrl: 'https://a/b' }))).toBe(false)
  })
})

describe('putting back', () => {
  const before = client({
    backchannelLogoutUrl: 'https://a/b',
    adminUrl: 'https://a/c',
    frontchannelLogout: true,
  })
  const { takeover, after } = taken(before)

  it('brings back every field', () => {
    expect(restoration(after, takeover)).toEqual({
      back: { backchannelLogoutUrl: 'https://a/b', adminUrl: 'https://a/c', frontchannelLogout: true },
      left: [],
      frontStaysOff: false,
    })
  })

  it('takes away what was not there', () => {
    const { takeover: fresh, after: now } = taken(client())
    expect(restoration(now, fresh).back).toEqual({ backchannelLogoutUrl: null })
  })

  it('leaves a field that somebody else has changed meanwhile', () => {
    expect(restoration({ ...after, adminUrl: 'https://new' }, takeover)).toEqual({
      back: { backchannelLogoutUrl: 'https://a/b', frontchannelLogout: true },
      left: ['adminUrl'],
      frontStaysOff: false,
    })
  })

  it('leaves the front channel off where somebody has set a new URL, which it would silence', () => {
    expect(restoration({ ...after, backchannelLogoutUrl: 'https://new' }, takeover)).toEqual({
      back: { adminUrl: 'https://a/c' },
      left: ['backchannelLogoutUrl'],
      frontStaysOff: true,
    })
  })

  it.each([
    ['has taken the URL away: there is none to be silenced', { backchannelLogoutUrl: undefined }],
    ['has put the former URL back', { backchannelLogoutUrl: 'https://a/b' }],
  ])('switches the front channel on where somebody %s', (_, changes) => {
    expect(restoration({ ...after, ...changes }, takeover)).toMatchObject({
      back: { frontchannelLogout: true },
      frontStaysOff: false,
    })
  })

  it('says nothing of a front channel that was off before', () => {
    const { takeover: without, after: now } = taken(client({ backchannelLogoutUrl: 'https://a/b' }))
    expect(restoration({ ...now, backchannelLogoutUrl: 'https://new' }, without)).toEqual({
      back: {},
      left: ['backchannelLogoutUrl'],
      frontStaysOff: false,
    })
  })

  it('does nothing twice', () => {
    expect(restoration(before, takeover)).toEqual({ back: {}, left: [], frontStaysOff: false })
  })
})

it('the way back by hand can be copied', () => {
  const { takeover } = taken(client({ adminUrl: "https://a/it's", frontchannelLogout: true }))
  expect(commandsByHand(takeover)).toEqual([
    "kc-logout configure shop -r r --server https://kc --backchannel-url none --admin-url 'https://a/it'\\''s'",
    'kcadm.sh update clients/u -r r -s frontchannelLogout=true',
  ])
})
