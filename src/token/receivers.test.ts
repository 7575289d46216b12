import { describe, expect, it } from 'vitest'
import { type InspectOptions, inspect } from '../../test/support/inspecting.ts'
import { idClaims, logoutToken, NOW, signedToken } from '../../test/support/tokens.ts'
import { LOGOUT_EVENT } from './kind.ts'

type Changes = Record<string, unknown>
async function rejecting(changes: Changes, asked: InspectOptions = {}, alg?: 'ES256') {
  const { receivers = [] } = await inspect(await logoutToken(changes, alg ? { alg } : {}), asked)
  const by = (says: string) =>
    receivers.filter((each) => each.says === says).map(({ receiver }) => receiver.split(/[ ,]/)[0])
  return { rejects: by('rejects'), unknown: by('not-known') }
}
const ALL = [
  'Spring',
  'mod_auth_openidc',
  'express-openid-connect',
  'auth0-auth-js',
  'Open',
  'Quarkus',
  'Synapse',
  'Keycloak',
  'OpenID',
]

describe('how well-known receivers would react', () => {
  const cases: [what: string, changes: Changes, rejects: string[], unknown?: string[]][] = [
    ['a good token', {}, []],
    ['no exp', { exp: undefined }, ['Open', 'Quarkus']],
    ['no sid', { sid: undefined }, ['Synapse'], ['Quarkus']],
    ['revoke_offline_access', { events: { [LOGOUT_EVENT]: {}, revoke_offline_access: true } }, ['OpenID']],
    ['a nonce', { nonce: 'x' }, ALL],
    [
      'a nonce that is null',
      { nonce: null },
      ['express-openid-connect', 'auth0-auth-js', 'Quarkus', 'Synapse', 'OpenID'],
    ],
    ['no event', { events: {} }, ALL],
    [
      'an event that is null',
      { events: { [LOGOUT_EVENT]: null } },
      ['Spring', 'mod_auth_openidc', 'express-openid-connect', 'Quarkus', 'OpenID'],
    ],
    ['no jti', { jti: undefined }, ['Spring', 'Open', 'Keycloak', 'OpenID']],
    ['no iat', { iat: undefined }, ['Spring', 'auth0-auth-js', 'Open', 'Keycloak', 'OpenID'], ['Quarkus']],
    [
      'an event that is no object',
      { events: { [LOGOUT_EVENT]: 'yes' } },
      ['Spring', 'mod_auth_openidc', 'auth0-auth-js', 'Open', 'Quarkus', 'OpenID'],
    ],
    [
      'an event that is false',
      { events: { [LOGOUT_EVENT]: false } },
      ['Spring', 'mod_auth_openidc', 'express-openid-connect', 'auth0-auth-js', 'Open', 'Quarkus', 'OpenID'],
    ],
    [
      'a time that is over',
      { exp: NOW - 40, iat: NOW - 100 },
      ALL.filter((name) => name !== 'OpenID'),
      ['OpenID'],
    ],
    ['another audience', { aud: 'other' }, ALL.filter((name) => name !== 'Quarkus'), ['Quarkus']],
  ]
  it.each(cases)('to %s', async (_, changes, rejects, unknown = []) => {
    expect(await rejecting(changes)).toEqual({ rejects, unknown })
  })

  it('to a repeated token', async () => {
    expect((await rejecting({}, { expect: { seenBefore: () => 1 } })).rejects).toEqual([
      'mod_auth_openidc',
      'Open',
    ])
  })

  it('to an unexpected algorithm', async () => {
    expect(await rejecting({}, { expect: { alg: 'ES256' } })).toEqual({
      rejects: ['express-openid-connect', 'Open'],
      unknown: ['Spring', 'mod_auth_openidc', 'auth0-auth-js', 'Quarkus', 'Synapse', 'Keycloak', 'OpenID'],
    })
  })

  it('to an algorithm other than RS256 if the expected one is not known', async () => {
    const { rejects, unknown } = await rejecting({}, {}, 'ES256')
    expect(rejects).toEqual(['Spring', 'express-openid-connect', 'auth0-auth-js'])
    expect(unknown).toEqual(['Open', 'Synapse', 'Keycloak', 'OpenID'])
  })

  it('names the version, and whether it was run or read', async () => {
    const { receivers = [] } = await inspect(await logoutToken())
    const run = receivers.filter(({ evidence }) => evidence === 'run')
    expect(run.map(({ receiver, version }) => [receiver, version])).toEqual([
      ['Spring Security', '6.5.5'],
      ['mod_auth_openidc', '2.4.12.3'],
      ['express-openid-connect', '3.4.0'],
    ])
    for (const { version } of receivers) expect(version).toMatch(/\d/)
  })

  it('names the deciding rule and the source', async () => {
    const { receivers } = await inspect(await logoutToken({ exp: undefined }))
    expect(receivers?.find(({ receiver }) => receiver === 'Quarkus')).toEqual({
      receiver: 'Quarkus',
      says: 'rejects',
      because: ['L11: exp is missing'],
      source: 'BackChannelLogoutHandler, verifyLogoutTokenClaims',
      version: '3.28.2',
      evidence: 'read',
    })
  })

  it('gives no opinions on other kinds of token', async () => {
    expect((await inspect(await signedToken({ payload: idClaims() }))).receivers).toBeUndefined()
  })
})
