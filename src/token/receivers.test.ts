import { describe, expect, it } from 'vitest'
import { type InspectOptions, inspect } from '../../test/support/inspecting.ts'
import {
  idClaims,
  logoutClaims,
  logoutToken,
  NOW,
  signedText,
  signedToken,
} from '../../test/support/tokens.ts'
import { LOGOUT_EVENT } from './kind.ts'

type Changes = Record<string, unknown>
async function rejecting(changes: Changes, asked: InspectOptions = {}, alg?: 'ES256') {
  const { receivers = [] } = await inspect(await logoutToken(changes, alg ? { alg } : {}), asked)
  const by = (says: string) =>
    receivers.filter((each) => each.says === says).map(({ receiver }) => receiver.split(/[ ,]/)[0])
  return { rejects: by('rejects'), unknown: by('not-known'), depends: by('depends') }
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
  const cases: [what: string, changes: Changes, rejects: string[], unknown?: string[], depends?: string[]][] =
    [
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
      ['no jti', { jti: undefined }, ['Spring', 'Open', 'Keycloak', 'OpenID'], [], ['mod_auth_openidc']],
      [
        'no iat',
        { iat: undefined },
        ['Spring', 'auth0-auth-js', 'Open', 'Keycloak', 'OpenID'],
        ['Quarkus'],
        ['mod_auth_openidc'],
      ],
      [
        'an event that is no object',
        { events: { [LOGOUT_EVENT]: 'yes' } },
        ['Spring', 'mod_auth_openidc', 'auth0-auth-js', 'Open', 'Quarkus', 'OpenID'],
      ],
      [
        'an event that is false',
        { events: { [LOGOUT_EVENT]: false } },
        [
          'Spring',
          'mod_auth_openidc',
          'express-openid-connect',
          'auth0-auth-js',
          'Open',
          'Quarkus',
          'OpenID',
        ],
      ],
      [
        'a time that is over',
        { exp: NOW - 40, iat: NOW - 100 },
        ALL.filter((name) => name !== 'OpenID'),
        ['OpenID'],
      ],
      ['another audience', { aud: 'other' }, ALL.filter((name) => name !== 'Quarkus'), ['Quarkus']],
    ]
  it.each(cases)('to %s', async (_, changes, rejects, unknown = [], depends = []) => {
    expect(await rejecting(changes)).toEqual({ rejects, unknown, depends })
  })

  it.each([
    ['a number as sub', { sub: 123 }, 'L20: sub is a number.'],
    ['a number as jti', { jti: 7 }, 'L13: jti is a number.'],
    ['a string as iat', { iat: String(NOW) }, 'L10: iat is a string.'],
    ['an iat in the future', { iat: NOW + 90, exp: NOW + 200 }, 'L10: iat is 90 s in the future.'],
    ['exp in milliseconds', { exp: (NOW + 100) * 1000 }, 'L11: exp looks like milliseconds'],
    ['a string as exp', { exp: String(NOW + 100) }, 'L11: exp is a string.'],
    ['no iss', { iss: undefined }, 'L07: iss is missing.'],
    ['no aud', { aud: undefined }, 'L08: aud is missing.'],
    ['a payload typ of another kind', { typ: 'ID' }, 'L31: It claims to be'],
    ['a nbf in the future', { nbf: NOW + 100 }, 'T07: It is not valid before'],
  ])('to %s, which no receiver was tried with', async (_, changes, because) => {
    const { receivers = [] } = await inspect(await logoutToken(changes))
    expect(new Set(receivers.map(({ says }) => says))).toEqual(new Set(['not-known']))
    for (const { because: reasons } of receivers) expect(reasons.join()).toContain(because)
  })

  it('to a critical extension and to a broken encoding, which no receiver was tried with', async () => {
    const critical = await inspect(
      await signedText(
        '{"alg":"RS256","typ":"logout+jwt","kid":"rs256","crit":["x"],"x":1}',
        JSON.stringify(logoutClaims()),
      ),
    )
    expect(critical.receivers?.map(({ says }) => says)).not.toContain('accepts')
    const padded = await inspect(`${await logoutToken()}=`)
    expect(padded.receivers?.map(({ says }) => says)).not.toContain('accepts')
  })

  it('names the versions of a change', async () => {
    const { receivers } = await inspect(await logoutToken({ jti: undefined }))
    expect(receivers?.find(({ receiver }) => receiver === 'mod_auth_openidc')).toMatchObject({
      says: 'depends',
      because: ['L13: jti is missing (accepted up to 2.4.20, rejected since 2.4.20.1)'],
    })
  })

  it('does not count what only the realm or another token knows', async () => {
    const { receivers = [] } = await inspect(await logoutToken(), {
      expect: { idToken: idClaims({ sid: 'other' }) },
    })
    expect(new Set(receivers.map(({ says }) => says))).toEqual(new Set(['accepts']))
  })

  it('to a repeated token', async () => {
    expect((await rejecting({}, { expect: { seenBefore: () => 1 } })).rejects).toEqual([
      'mod_auth_openidc',
      'Open',
    ])
  })

  it('to an unexpected algorithm', async () => {
    expect(await rejecting({}, { expect: { alg: 'ES256' } })).toEqual({
      depends: [],
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
