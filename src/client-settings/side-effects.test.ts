import { describe, expect, it } from 'vitest'
import { rawClient } from '../../test/support/raw-client.ts'
import { sideEffects } from './side-effects.ts'

const before = rawClient({
  id: '1',
  clientId: 'shop',
  redirectUris: ['https://a/*', 'https://b/*'],
  adminUrl: 'https://a/',
})

describe('the side effects of a write', () => {
  it('are empty if only the written fields differ', () => {
    const after = { ...before, adminUrl: '', attributes: { 'backchannel.logout.url': 'https://a/x' } }
    expect(sideEffects(before, after, ['adminUrl', 'backchannelLogoutUrl'])).toEqual([])
  })

  it('include a logout setting that was not written', () => {
    const after = { ...before, frontchannelLogout: true }
    expect(sideEffects(before, after, ['adminUrl'])).toEqual([
      { name: 'frontchannelLogout', field: 'frontchannelLogout', byKeycloak: false },
    ])
  })

  it('are named by their place, without values', () => {
    const after = {
      ...before,
      secret: 'rotated',
      notBefore: 7,
      attributes: { 'client.secret.creation.time': '1700000000', x: 'y' },
    }
    const found = sideEffects({ ...before, secret: 'first' }, after, [])
    expect(found).toEqual([
      { name: 'attributes.client.secret.creation.time', field: undefined, byKeycloak: false },
      { name: 'attributes.x', field: undefined, byKeycloak: false },
      { name: 'notBefore', field: undefined, byKeycloak: false },
      { name: 'secret', field: undefined, byKeycloak: false },
    ])
    expect(JSON.stringify(found)).not.toContain('rotated')
  })

  it('attribute the secret creation time to Keycloak only for public clients, which have no secret', () => {
    const timed = { attributes: { 'client.secret.creation.time': '1700000000' } }
    for (const publicClient of [true, false]) {
      const was = { ...before, publicClient, attributes: {} }
      expect(sideEffects(was, { ...was, ...timed }, [])).toMatchObject([{ byKeycloak: publicClient }])
    }
  })

  it('compare lists as sets, and treat absent, null and empty as equal', () => {
    const mappers = [
      { id: '1', config: { a: '1', b: '2' } },
      { id: '2', config: {} },
    ]
    const was = { ...before, protocolMappers: mappers, description: '', baseUrl: null }
    const is = {
      ...before,
      redirectUris: ['https://b/*', 'https://a/*'],
      protocolMappers: [mappers[1], { config: { b: '2', a: '1' }, id: '1' }],
    }
    expect(sideEffects(was, is, [])).toEqual([])
    expect(sideEffects(was, { ...is, redirectUris: ['https://a/*'] }, [])).toMatchObject([
      { name: 'redirectUris' },
    ])
  })
})
