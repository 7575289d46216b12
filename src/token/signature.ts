import { type CryptoKey, compactVerify, importJWK } from 'jose'
import type { Decoded } from './decode.ts'
import { isObject, type JsonObject } from './json.ts'
import { fits, isVerifiable } from './key-match.ts'
import { describeKey, mismatch, noKey, verified, wrongLength } from './signature-reasons.ts'

/** The result of a signature check. */
export interface Signature {
  /**
   * `valid`: one of the given keys made it. `invalid`: none of them did, or no key can. `not-checked`: there were no
   * keys. `not-checkable`: no public key can verify it, or kc-logout does not support it.
   */
  readonly status: 'valid' | 'invalid' | 'not-checked' | 'not-checkable'
  readonly kid: string | null
  readonly alg: string | null
  /** Explains the status in one or two sentences. */
  readonly reason: string
}

/** At most this many matching keys are tried for one token. */
const MAX_KEYS_TRIED = 16

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

/** Reads a JWK Set (RFC 7517 section 5); `undefined` for anything else. Ignores keys that cannot be read. */
export function openKeyring(jwks: unknown, source: string): Keyring | undefined {
  const keys = isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys.filter(isObject) : undefined
  if (!keys) return undefined
  const imported = new Map<string, Promise<CryptoKey | undefined>>()
  const byKid = new Map<string, JsonObject[]>()
  for (const key of keys)
    if (typeof key.kid === 'string') byKid.set(key.kid, [...(byKid.get(key.kid) ?? []), key])

  function importOnce(key: JsonObject, alg: string): Promise<CryptoKey | undefined> {
    const name = `${keys?.indexOf(key)} ${alg}`
    const known = imported.get(name)
    if (known) return known
    // Drop a pasted private part and the usage restrictions; `fits` has checked those.
    const { d: _d, key_ops: _ops, use: _use, alg: _alg, ext: _ext, ...jwk } = key
    const importing = importJWK(jwk, alg).then(
      (it) => (it instanceof Uint8Array ? undefined : it),
      () => undefined,
    )
    imported.set(name, importing)
    return importing
  }

  return {
    source,
    async verify(token) {
      const by = identity(token)
      const refusal = unverifiable(token) ?? unsuitable(token, keys)
      if (refusal) return { ...by, ...refusal }
      const alg = String(by.alg)
      const named = by.kid === null ? keys : (byKid.get(by.kid) ?? [])
      const fitting = named.filter((key) => fits(key, alg))
      if (fitting.length === 0) {
        const refused = beyondUs(named, alg) ?? {
          status: 'invalid' as const,
          reason: noKey(by.kid, alg, named, keys, source),
        }
        return { ...by, ...refused }
      }
      let why: string | undefined
      for (const key of fitting.slice(0, MAX_KEYS_TRIED)) {
        const cryptoKey = await importOnce(key, alg)
        const outcome = cryptoKey ? await verifyWith(token.text, cryptoKey, alg) : 'unusable-key'
        if (outcome === 'valid') return { ...by, status: 'valid', reason: verified(by.kid, key, source) }
        why = outcome
      }
      if (why === 'too-small' || why === 'unusable-key') {
        const reason =
          why === 'too-small'
            ? 'Its RSA key has fewer than 2048 bits (RFC 7518 section 3.3 forbids them), so it was not used.'
            : 'The key that it names cannot be read as a public key.'
        return { ...by, status: 'not-checkable', reason }
      }
      const refused = beyondUs(named, alg) ?? {
        status: 'invalid' as const,
        reason: wrongLength(token.text, alg, fitting) ?? mismatch(by.kid, fitting.length, source),
      }
      return { ...by, ...refused }
    },
  }
}

/** Returns the result without keys; `why` says why there are none. */
export function withoutKeys(token: Decoded, why: string): Signature {
  return { ...identity(token), ...(unverifiable(token) ?? { status: 'not-checked' as const, reason: why }) }
}

function identity({ header }: Decoded): { kid: string | null; alg: string | null } {
  const { kid, alg } = header ?? {}
  return { kid: typeof kid === 'string' ? kid : null, alg: typeof alg === 'string' ? alg : null }
}

type Refusal = Pick<Signature, 'status' | 'reason'>

/** Refuses what no key can verify. */
function unverifiable({ form, header, payload, problems }: Decoded): Refusal | undefined {
  if (form === 'claims') {
    return {
      status: 'not-checkable',
      reason: 'These are claims without their token: there is no signature to check.',
    }
  }
  if (form === 'jwe') {
    return {
      status: 'not-checked',
      reason: 'It is encrypted; the signed token is inside. Give --decrypt-key.',
    }
  }
  const alg = header?.alg
  if (form === 'broken' || typeof alg !== 'string' || problems.some((problem) => problem.code === 'base64')) {
    return { status: 'invalid', reason: 'It is not a complete signed token.' }
  }
  if (alg.toLowerCase() === 'none')
    return { status: 'invalid', reason: 'It is not signed at all (alg "none").' }
  if (!/^HS\d{3}$/.test(alg)) return undefined
  const typ = payload?.typ
  const reason =
    typ === 'Refresh' || typ === 'Offline' || typ === 'Serialized-ID'
      ? `Signed with ${alg}: only Keycloak has the secret, and its key id is deliberately not among the public keys. Only Keycloak can verify it; this is not an error. Its introspection endpoint does.`
      : `Signed with ${alg}, a secret shared by signer and receiver. Public keys cannot verify it and are never used as that secret.`
  return { status: 'not-checkable', reason }
}

/** Refuses tokens for which no key is tried. */
function unsuitable({ header }: Decoded, keys: readonly JsonObject[]): Refusal | undefined {
  if (header && Object.hasOwn(header, 'crit')) {
    const reason =
      'Its header names critical extensions (crit) that kc-logout does not support: it must be rejected.'
    return { status: 'invalid', reason }
  }
  const alg = header?.alg
  // For example secp256k1: the issuer has such a key, but kc-logout cannot use it.
  const isThere = keys.some((key) => key.alg === alg || (key.kty === 'OKP' && key.crv === alg))
  if (isVerifiable(alg) || !isThere) return undefined
  return {
    status: 'not-checkable',
    reason: `kc-logout cannot verify the algorithm ${JSON.stringify(alg)}.`,
  }
}

/** Refuses Ed448, which shares the name "EdDSA" with Ed25519: such a key may have made the signature. */
function beyondUs(named: readonly JsonObject[], alg: string): Refusal | undefined {
  const key = alg === 'EdDSA' ? named.find(({ kty, crv }) => kty === 'OKP' && crv === 'Ed448') : undefined
  return (
    key && {
      status: 'not-checkable',
      reason: `${describeKey(key)} has the curve Ed448, which kc-logout does not support.`,
    }
  )
}

async function verifyWith(
  token: string,
  key: CryptoKey,
  alg: string,
): Promise<'valid' | 'invalid' | 'too-small'> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return 'valid'
  } catch (error) {
    return error instanceof TypeError && error.message.includes('modulusLength') ? 'too-small' : 'invalid'
  }
}
