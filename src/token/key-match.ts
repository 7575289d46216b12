import type { JsonObject } from './json.ts'

/** The supported algorithms and their key types. No symmetric ones: a public key must never serve as a secret. */
const KEY_TYPES: Readonly<Record<string, string>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'EC',
  ES384: 'EC',
  ES512: 'EC',
  EdDSA: 'OKP',
  Ed25519: 'OKP',
}
/** The values of `id_token_signed_response_alg`, including those that only Keycloak can verify. */
export const KNOWN_ALGS: readonly string[] = [...Object.keys(KEY_TYPES), 'HS256', 'HS384', 'HS512']

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
}
/** Returns whether this key can have made a signature with this algorithm, and kc-logout supports both. */
export function fits({ kty, use, alg, crv, key_ops: ops }: JsonObject, wanted: string): boolean {
  if (!Object.hasOwn(KEY_TYPES, wanted) || kty !== KEY_TYPES[wanted] || use === 'enc') return false
  if (!maySign(ops)) return false
  if (alg !== undefined && alg !== wanted && !(isEdwards(alg) && isEdwards(wanted))) return false
  return CURVES[wanted] === undefined || crv === CURVES[wanted]
}

/** Returns whether `key_ops` allows signatures; `sign` counts, because key pairs are often exported with it. */
export const maySign = (ops: unknown) => !Array.isArray(ops) || ops.includes('verify') || ops.includes('sign')

const isEdwards = (alg: unknown) => alg === 'EdDSA' || alg === 'Ed25519'

/** Returns whether kc-logout can verify this algorithm, given a key. */
export const isVerifiable = (alg: unknown) => Object.hasOwn(KEY_TYPES, String(alg))
