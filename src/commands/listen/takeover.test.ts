import { describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { settingsOf } from '../../client-settings/settings.ts'
import type { Client, LogoutSettings } from '../../core/model.ts'
import { isTakenOver, listenerSettings, manualCommands, restoration } from './takeover.ts'

const URL = 'http://127.0.0.1:4711'
const client = (changes: Partial<Client> = {}) =>
  new FakeKeycloak().addClient({ clientId: 'shop', ...changes })

/** The takeover of a client, and the client afterwards. */
function taken(before: Client) {
  const wanted = listenerSettings(before, URL)
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

describe('a takeover', () => {
  it('points both URLs here and switches the front channel off', () => {
    const before = client({
      backchannelLogoutUrl: 'https://a/b',
      adminUrl: 'https://a/c',
      frontchannelLogout: true,
    })
    expect(listenerSettings(before, `${URL}/`)).toEqual({
      backchannelLogoutUrl: `${URL}/kc-logout-listen/backchannel`,
      adminUrl: `${URL}/kc-logout-listen/admin`,
      frontchannelLogout: false,
    })
  })

  it('sets no Admin URL at a client without one', () => {
    expect(listenerSettings(client(), URL)).not.toHaveProperty('adminUrl')
  })

  it('is recognised by the URLs of the client', () => {
    expect(isTakenOver(taken(client()).after)).toBe(true)
    expect(isTakenOver(client({ backchannelLogoutUrl: 'https://a/b' }))).toBe(false)
  })
})

describe('the restoration', () => {
  const before = client({
    backchannelLogoutUrl: 'https://a/b',
    adminUrl: 'https://a/c',
    frontchannelLogout: true,
  })
  const { takeover, after } = taken(before)

  it('contains every field', () => {
    expect(restoration(after, takeover)).toEqual({
      settings: { backchannelLogoutUrl: 'https://a/b', adminUrl: 'https://a/c', frontchannelLogout: true },
      left: [],
      frontStaysOff: false,
    })
  })

  it('removes a URL that was not set before', () => {
    const { takeover: fresh, after: now } = taken(client())
    expect(restoration(now, fresh).settings).toEqual({ backchannelLogoutUrl: null })
  })

  it('leaves a field alone that was changed in the meantime', () => {
    expect(restoration({ ...after, adminUrl: 'https://new' }, takeover)).toEqual({
      settings: { backchannelLogoutUrl: 'https://a/b', frontchannelLogout: true },
      left: ['adminUrl'],
      frontStaysOff: false,
    })
  })

  it('leaves the front channel off if there is a new URL, which it would silence', () => {
    expect(restoration({ ...after, backchannelLogoutUrl: 'https://new' }, takeover)).toEqual({
      settings: { adminUrl: 'https://a/c' },
      left: ['backchannelLogoutUrl'],
      frontStaysOff: true,
    })
  })

  it.each([
    ['the URL was removed in the meantime', { backchannelLogoutUrl: undefined }],
    ['the former URL was set in the meantime', { backchannelLogoutUrl: 'https://a/b' }],
  ])('switches the front channel on if %s', (_, changes) => {
    expect(restoration({ ...after, ...changes }, takeover)).toMatchObject({
      settings: { frontchannelLogout: true },
      frontStaysOff: false,
    })
  })

  it('leaves a front channel alone that was off before', () => {
    const { takeover: without, after: now } = taken(client({ backchannelLogoutUrl: 'https://a/b' }))
    expect(restoration({ ...now, backchannelLogoutUrl: 'https://new' }, without)).toEqual({
      settings: {},
      left: ['backchannelLogoutUrl'],
      frontStaysOff: false,
    })
  })

  it('is empty for a restored client', () => {
    expect(restoration(before, takeover)).toEqual({ settings: {}, left: [], frontStaysOff: false })
  })
})

it('the commands to restore by hand can be pasted', () => {
  const { takeover } = taken(client({ adminUrl: "https://a/it's", frontchannelLogout: true }))
  expect(manualCommands(takeover)).toEqual([
    "kc-logout configure shop -r r --server https://kc --backchannel-url none --admin-url 'https://a/it'\\''s'",
    'kcadm.sh update clients/u -r r -s frontchannelLogout=true',
  ])
})
