import { createHmac, KeyObject, sign } from 'node:crypto'
import {
  CompactEncrypt,
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
} from 'jose'
import { LOGOUT_EVENT } from '../../src/token/kind.ts'
import { SESSION_REVOKED } from '../../src/token/security-event.ts'

/** The time that the tests check tokens for, by default. */
export const NOW = 1_795_238_400
export const ISSUER = 'https://kc.example.com/realms/customers'

export type TestAlg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
export const ALGS: readonly TestAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

export interface TestKeys {
  readonly jwks: { keys: JWK[] }
  /** An encryption key, as in Keycloak's key sets, with its private part. */
  readonly encryption: { readonly publicKey: CryptoKey; readonly privateJwk: JWK }
  /** The private key of an algorithm. */
  key(alg: TestAlg): CryptoKey
}

/** Key pairs for each algorithm, with kids `rs256`, `ps256`, …, and a key `enc` that is for encryption. */
async function makeKeys(): Promise<TestKeys> {
  const privates = new Map<TestAlg, CryptoKey>()
  const keys: JWK[] = []
  for (const alg of ALGS) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    privates.set(alg, privateKey)
    keys.push({ ...(await exportJWK(publicKey)), kid: alg.toLowerCase(), alg, use: 'sig' })
  }
  const encryption = await generateKeyPair('RSA-OAEP', { extractable: true })
  keys.push({ ...(await exportJWK(encryption.publicKey)), kid: 'enc', alg: 'RSA-OAEP', use: 'enc' })
  return {
    jwks: { keys },
    encryption: { publicKey: encryption.publicKey, privateJwk: await exportJWK(encryption.privateKey) },
    key: (alg) => {
      const key = privates.get(alg)
      if (!key) throw new Error(`no test key for ${alg}`)
      return key
    },
  }
}

let made: Promise<TestKeys> | undefined
/** The same keys for a whole test file. */
export function testKeys(): Promise<TestKeys> {
  made ??= makeKeys()
  return made
}

type Claims = Record<string, unknown>

/** The claims of a logout token of Keycloak 26.7; `undefined` removes a claim. */
export const logoutClaims = (changes: Claims = {}): Claims =>
  without({
    exp: NOW + 100,
    iat: NOW - 20,
    jti: '322e6367-f455-57e5-fb46-a02d8a12af31',
    iss: ISSUER,
    aud: 'shop',
    sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    typ: 'Logout',
    sid: 'Js2gCFob81SRJ1mx7Zo5CcSU',
    events: { [LOGOUT_EVENT]: {} },
    ...changes,
  })

export const idClaims = (changes: Claims = {}): Claims =>
  without({
    exp: NOW + 280,
    iat: NOW - 20,
    auth_time: NOW - 20,
    jti: '926c3eba-0fbb-42af-7f02-50cca2149820',
    iss: ISSUER,
    aud: 'shop',
    sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    typ: 'ID',
    azp: 'shop',
    nonce: 'n-0S6_WzA2Mj',
    sid: 'Js2gCFob81SRJ1mx7Zo5CcSU',
    acr: '1',
    email_verified: false,
    preferred_username: 'ada',
    email: 'ada@example.com',
    ...changes,
  })

export const accessClaims = (changes: Claims = {}): Claims =>
  without({
    exp: NOW + 280,
    iat: NOW - 20,
    jti: 'onrtro:d3270922-bee4-1681-5c5f-0ae8c85c8405',
    iss: ISSUER,
    aud: ['account', 'shop'],
    sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    typ: 'Bearer',
    azp: 'shop',
    sid: 'Js2gCFob81SRJ1mx7Zo5CcSU',
    acr: '1',
    'allowed-origins': ['https://mytenant.example.com'],
    realm_access: { roles: ['offline_access'] },
    scope: 'openid email profile',
    preferred_username: 'ada',
    ...changes,
  })

export const refreshClaims = (changes: Claims = {}): Claims =>
  without({
    exp: NOW + 1780,
    iat: NOW - 20,
    jti: '6db61698-24c8-7b49-eb82-16d1df18b6ae',
    iss: ISSUER,
    aud: ISSUER,
    sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    typ: 'Refresh',
    azp: 'shop',
    sid: 'Js2gCFob81SRJ1mx7Zo5CcSU',
    scope: 'openid roles email web-origins basic profile acr',
    ...changes,
  })

export const adminActionClaims = (changes: Claims = {}): Claims =>
  without({
    id: '5e4fd8ab-70d8-914a-09fe-8c4c54a6df32-1795238357461',
    expiration: NOW + 20,
    resource: 'shop',
    action: 'LOGOUT',
    adapterSessionIds: ['F2A7'],
    notBefore: 0,
    keycloakSessionIds: ['Js2gCFob81SRJ1mx7Zo5CcSU'],
    ...changes,
  })

/** A CAEP session-revoked event as Keycloak 26.7 writes it (feature `ssf`). */
export const securityEventClaims = (changes: Claims = {}): Claims =>
  without({
    iss: ISSUER,
    jti: 'b1a1d5bc-2f4c-4f6e-9f7e-6cf2a5a3c1f0',
    iat: NOW - 20,
    aud: ['shop'],
    txn: '5f0b6f43-8a5e-4bb2-9d0a-0a8ec5e1a7d1',
    sub_id: {
      format: 'complex',
      user: { format: 'iss_sub', iss: ISSUER, sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7' },
      session: { format: 'opaque', id: 'Js2gCFob81SRJ1mx7Zo5CcSU' },
    },
    events: {
      [SESSION_REVOKED]: {
        event_timestamp: NOW - 20,
        initiating_entity: 'admin',
        reason_admin: { en: 'User logout' },
      },
    },
    ...changes,
  })

/** What a client sends to authenticate with private_key_jwt. */
export const clientAssertionClaims = (changes: Claims = {}): Claims =>
  without({
    iss: 'shop',
    sub: 'shop',
    aud: ISSUER,
    jti: '5a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    iat: NOW - 20,
    exp: NOW + 40,
    ...changes,
  })

/** The link of an email of Keycloak 26.7. */
export const actionTokenClaims = (changes: Claims = {}): Claims =>
  without({
    exp: NOW + 280,
    iat: NOW - 20,
    jti: '0c0fdfb5-6b43-4f0c-8a2b-3c4b9c2bd0c5',
    iss: ISSUER,
    aud: ISSUER,
    sub: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
    typ: 'reset-credentials',
    azp: 'shop',
    nonce: '5fe341f2-1e81-4a37-8346-81f3efab99a9',
    asid: 'aaec7fef-4830-4b7f-8a29-29800df0ee8e.Yv3KPNiczgY.3d5d5c2a',
    ...changes,
  })

/** The registration access token of Keycloak 26.7.4. */
export const registrationClaims = (changes: Claims = {}): Claims =>
  without({
    exp: 0,
    iat: NOW - 20,
    jti: 'f7f660d8-95dc-2996-9034-9813153c3c07',
    iss: ISSUER,
    aud: ISSUER,
    typ: 'RegistrationAccessToken',
    registration_auth: 'authenticated',
    'allowed-origins': [],
    ...changes,
  })

/** A DPoP proof with the test key of ES256; a different `alg` or header on request. */
export async function dpopProof(changes: Claims = {}, header: Claims = {}): Promise<string> {
  const { keys } = (await testKeys()).jwks
  const { kty, crv, x, y } = keys.find(({ kid }) => kid === 'es256') ?? {}
  return signedToken({
    alg: 'ES256',
    header: { typ: 'dpop+jwt', kid: undefined, jwk: { kty, crv, x, y }, ...header },
    payload: without({
      jti: '-BwC3ESc6acc2lTc',
      htm: 'GET',
      htu: 'https://api.example.com/orders',
      iat: NOW - 5,
      ...changes,
    }),
  })
}

/** The thumbprint of the key of `dpopProof`. */
export async function dpopThumbprint(): Promise<string> {
  const { keys } = (await testKeys()).jwks
  return calculateJwkThumbprint(keys.find(({ kid }) => kid === 'es256') ?? {})
}

const without = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

export interface TokenSpec {
  readonly alg?: TestAlg
  /** Added to alg, typ and kid; `undefined` removes a member. */
  readonly header?: Claims
  readonly payload: Claims
}

/** A signed token with exactly this header and payload. */
export async function signedToken({ alg = 'RS256', header = {}, payload }: TokenSpec): Promise<string> {
  const keys = await testKeys()
  const all = without({ alg, typ: 'JWT', kid: alg.toLowerCase(), ...header })
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ ...all, alg })
    .sign(keys.key(alg))
}

/** Like `signedToken`, with the exact text of header and payload: spaces, repeated members, invalid UTF-8. */
export async function signedText(header: string, payload: string | Uint8Array): Promise<string> {
  const input = `${base64url(header)}.${base64url(payload)}`
  const key = KeyObject.from((await testKeys()).key('RS256'))
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

/** A logout token as Keycloak writes it, including the spaces in its header. */
export const keycloakLogoutToken = (changes: Claims = {}) =>
  signedText('{"alg":"RS256","typ" : "logout+jwt","kid" : "rs256"}', JSON.stringify(logoutClaims(changes)))

export const logoutToken = (changes: Claims = {}, more: Omit<TokenSpec, 'payload'> = {}) =>
  signedToken({ ...more, header: { typ: 'logout+jwt', ...more.header }, payload: logoutClaims(changes) })

/** A token signed with a secret, like Keycloak's refresh tokens (HS512). */
export function hmacToken(alg: 'HS256' | 'HS384' | 'HS512', payload: Claims, header: Claims = {}): string {
  const all = { alg, typ: 'JWT', kid: 'b11dd8a1-9a1d-43db-9438-3b230d4766ab', ...header }
  const input = `${base64url(JSON.stringify(all))}.${base64url(JSON.stringify(payload))}`
  const secret = 'a secret that only Keycloak has, and that is long enough for it'
  return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url')}`
}

/** An unsigned token. */
export const unsignedToken = (payload: Claims, header: Claims = {}) =>
  `${base64url(JSON.stringify({ alg: 'none', typ: 'logout+jwt', ...header }))}.${base64url(JSON.stringify(payload))}.`

/** Text encrypted for the key `enc`. */
export async function encrypted(plain: string, header: Claims = {}): Promise<string> {
  const { encryption } = await testKeys()
  return new CompactEncrypt(new TextEncoder().encode(plain))
    .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'enc', cty: 'JWT', ...header })
    .encrypt(encryption.publicKey)
}

export const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url')

/** Wraps text like a terminal or a mail program. */
export const wrapped = (text: string, width: number, lineBreak = '\n') =>
  text.match(new RegExp(`.{1,${width}}`, 'g'))?.join(lineBreak) ?? text
