import { type CryptoKey, compactVerify, importJWK } from 'jose'
import { groupBy } from '../util/group-by.ts'
import type { Decoded } from './decode.ts'
import { isObject, type JsonObject } from './json.ts'
import { fits, isVerifiable } from './key-match.ts'
import { FEWEST_RSA_BITS, invalidExponent, modulusBits } from './rsa-key.ts'
import { identityOf, type Outcome, type Signature, unverifiable } from './signature.ts'
import * as reasons from './signature-reasons.ts'

/** At most this many matching keys are tried for one token. */
const MAX_KEYS_TRIED = 256

/** The public keys of one issuer, imported on first use. */
export interface Keyring {
  /** Where they came from: a file, a URL. */
  readonly source: string
  /**
   * Verifies one signature (RFC 7515 section 5.2) with the key that the token names, or with each matching key if it
   * names none. Never throws, never uses keys inside the token. Does not check claims.
   */
  verify(token: Decoded): Promise<Signature>
}

/** A key of the set with its imported forms by algorithm. */
interface SetKey {
  readonly jwk: JsonObject
  readonly imported: Map<string, Promise<CryptoKey | undefined>>
}

/** Reads a JWK Set (RFC 7517 section 5); `undefined` for anything else. Ignores keys that cannot be read. */
export function openKeyring(jwks: unknown, source: string): Keyring | undefined {
  if (!isObject(jwks) || !Array.isArray(jwks.keys)) return undefined
  const keys = jwks.keys.filter(isObject).map((jwk): SetKey => ({ jwk, imported: new Map() }))
  const all = keys.map(({ jwk }) => jwk)
  const byKid = groupBy(keys, ({ jwk }) => jwk.kid)
  return {
    source,
    async verify(token) {
      const { kid, alg } = identityOf(token)
      // A key without a kid, such as a PEM, is tried for any token whose own key is not there.
      const named = kid === null ? keys : (byKid.get(kid) ?? keys.filter(({ jwk }) => jwk.kid === undefined))
      const refusal = unverifiable(token) ?? unsupported(token, all)
      const isNamed = kid === null || byKid.has(kid)
      const outcome =
        refusal ?? (await tryKeys(token.text, String(alg), kid, named, { all, source, isNamed }))
      return { kid, alg, ...outcome }
    },
  }
}

interface KeySet {
  readonly all: readonly JsonObject[]
  readonly source: string
  /** Whether a key has the kid of the token, or the token has none. */
  readonly isNamed: boolean
}

async function tryKeys(
  token: string,
  alg: string,
  kid: string | null,
  named: readonly SetKey[],
  { all, source, isNamed }: KeySet,
): Promise<Outcome> {
  const jwks = named.map(({ jwk }) => jwk)
  const matching = named.filter(({ jwk }) => fits(jwk, alg))
  if (matching.length === 0) {
    const reason = reasons.noKey(kid, alg, isNamed ? jwks : [], all, source)
    return ed448(jwks, alg) ?? { status: 'invalid', reason }
  }
  const candidates = matching.filter(({ jwk }) => reasons.mayHaveLength(token, alg, jwk))
  // Of the keys that may have made it: one that could not be tried leaves the signature unverified.
  let untried: string | undefined
  for (const key of candidates.slice(0, MAX_KEYS_TRIED)) {
    const unusable = unusableKey(key.jwk) ?? (await tryKey(token, alg, key))
    if (unusable === 'valid')
      return { status: 'valid', reason: reasons.verified(isNamed ? kid : null, key.jwk, source) }
    if (unusable !== 'invalid') untried ??= unusable
  }
  if (candidates.length > MAX_KEYS_TRIED)
    return { status: 'not-checked', reason: reasons.tooMany(candidates.length, MAX_KEYS_TRIED, source) }
  const outcome = ed448(jwks, alg) ?? (untried === undefined ? undefined : unverified(untried))
  if (!isNamed) return outcome ?? { status: 'invalid', reason: reasons.notNamed(String(kid), all, source) }
  return outcome ?? { status: 'invalid', reason: whyInvalid(token, alg, kid, matching, source) }
}

const unverified = (reason: string): Outcome => ({ status: 'not-checkable', reason })

/** Why none of the matching keys made the signature. An invalid exponent is named: it would accept any signature. */
function whyInvalid(
  token: string,
  alg: string,
  kid: string | null,
  matching: readonly SetKey[],
  source: string,
): string {
  const jwks = matching.map(({ jwk }) => jwk)
  const exponents = jwks.flatMap((jwk) => invalidExponent(jwk) ?? [])
  const [exponent] = exponents
  if (exponent !== undefined && exponents.length === jwks.length) return reasons.badExponent(kid, exponent)
  return reasons.wrongLength(token, alg, jwks) ?? reasons.mismatch(kid, matching.length, source)
}

/** `invalid` for a key that proves nothing; a sentence for one that cannot be used here. */
function unusableKey(jwk: JsonObject): 'invalid' | string | undefined {
  if (jwk.kty !== 'RSA') return undefined
  if (invalidExponent(jwk) !== undefined) return 'invalid'
  const bits = modulusBits(jwk)
  return bits !== undefined && bits < FEWEST_RSA_BITS ? reasons.tooShort(jwk, bits) : undefined
}

async function tryKey(
  token: string,
  alg: string,
  { jwk, imported }: SetKey,
): Promise<'valid' | 'invalid' | string> {
  let importing = imported.get(alg)
  if (!importing) {
    importing = importPublic(jwk, alg)
    imported.set(alg, importing)
  }
  const key = await importing
  if (!key) return reasons.unreadable(jwk)
  return compactVerify(token, key, { algorithms: [alg] }).then(
    () => 'valid',
    () => 'invalid',
  )
}

/** Imports without a pasted private part and without the usage restrictions, which `fits` has checked. */
async function importPublic(
  { d: _d, key_ops: _ops, use: _use, alg: _alg, ext: _ext, ...jwk }: JsonObject,
  alg: string,
): Promise<CryptoKey | undefined> {
  const key = await importJWK(jwk, alg).catch(() => undefined)
  return key instanceof Uint8Array ? undefined : key
}

/** Refuses tokens for which no key is tried. */
function unsupported({ header }: Decoded, keys: readonly JsonObject[]): Outcome | undefined {
  if (header && Object.hasOwn(header, 'crit')) {
    const reason =
      'Its header names critical extensions (crit) that kc-logout does not support: it must be rejected.'
    return { status: 'invalid', reason }
  }
  const alg = header?.alg
  // For example secp256k1: the issuer has such a key, but kc-logout cannot use it.
  const isThere = keys.some((key) => key.alg === alg || (key.kty === 'OKP' && key.crv === alg))
  return isVerifiable(alg) || !isThere
    ? undefined
    : unverified(`kc-logout cannot verify the algorithm ${JSON.stringify(alg)}.`)
}

/** Refuses Ed448, which shares the name "EdDSA" with Ed25519: such a key may have made the signature. */
function ed448(named: readonly JsonObject[], alg: string): Outcome | undefined {
  const key = alg === 'EdDSA' ? named.find(({ kty, crv }) => kty === 'OKP' && crv === 'Ed448') : undefined
  return (
    key && unverified(`${reasons.describeKey(key)} has the curve Ed448, which kc-logout does not support.`)
  )
}
