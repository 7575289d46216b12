import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import { decryptionWith } from '../../jwks/decryption.ts'
import type { TokenSource } from '../../jwks/key-source.ts'
import { decodeToken } from '../../token/decode.ts'
import type { RelatedTokens } from '../../token/dpop-pairs.ts'
import type { FoundToken } from '../../token/found.ts'
import { accessTokenHash } from '../../token/hash.ts'
import type { Inquiry } from '../../token/inquiry.ts'
import { inspectToken } from '../../token/inspect.ts'
import type { Kind } from '../../token/kind.ts'
import { parseTime } from '../../util/time.ts'
import { accessTokenIn, dpopProofsIn, idTokenIn } from './token-files.ts'

/** The options that say what is expected of a token. */
export interface InquiryOptions {
  readonly kind?: 'auto' | Kind
  /** The client or other audience that it should be for. */
  readonly audience?: string
  /** An alias of `audience`. */
  readonly client?: string
  readonly alg?: string
  readonly nonce?: string
  /** A file with the access token of the same response. */
  readonly accessToken?: string
  /** A file with the ID token of the session. */
  readonly idToken?: string
  /** A file with a DPoP proof. */
  readonly dpop?: string
  /** The request of a DPoP proof: method and URL. */
  readonly dpopRequest?: string
  /** ISO 8601, or seconds since 1970; now by default. */
  readonly at?: string
  /** Seconds. */
  readonly clockTolerance?: number
  readonly strict?: boolean
  readonly verify?: boolean
  /** A file with a private key. */
  readonly decryptKey?: string
}

export type KeylessInquiry = Omit<Inquiry, 'keys'>

/**
 * Returns how to check tokens, without the keys. Reads the files in the options; sends no requests.
 *
 * @throws {UserError} `bad-time`, `bad-request`, `no-access-token`, `no-id-token`, `no-dpop-proof` or
 *   `bad-decrypt-key` (exit 2)
 */
export async function inquiryOf(options: InquiryOptions, ctx: Context): Promise<KeylessInquiry> {
  const { kind = 'auto', alg, nonce, strict = false, verify = false, clockTolerance = 30 } = options
  const now = options.at === undefined ? ctx.now() / 1000 : parseTime(options.at)
  if (now === undefined) {
    throw usageError(
      'bad-time',
      `--at ${JSON.stringify(options.at)} is not a valid time.`,
      'Give ISO 8601, such as 2026-11-21T05:19:17Z, or seconds since 1970.',
    )
  }
  const clientId = options.audience ?? options.client
  const accessToken =
    options.accessToken === undefined ? undefined : await accessTokenIn(options.accessToken, ctx)
  const idToken = options.idToken === undefined ? undefined : await idTokenIn(options.idToken, ctx)
  return {
    kind,
    strict,
    verify,
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(options.dpop === undefined ? {} : { proofs: await dpopProofsIn(options.dpop, ctx) }),
    ...(options.dpopRequest === undefined ? {} : { request: requestOf(options.dpopRequest) }),
    ...(await decryptionWith(options.decryptKey, ctx.files)),
    expect: {
      now,
      tolerance: clockTolerance,
      ...(clientId === undefined ? {} : { clientId }),
      ...(alg === undefined ? {} : { alg }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(idToken === undefined ? {} : { idToken }),
    },
  }
}

/** Method, URL or both, in this order. */
function requestOf(text: string): { method?: string; url?: string } {
  const [, method, url] = /^(?:([A-Za-z]+)(?:\s+|$))?(https?:\/\/\S+)?$/.exec(text.trim()) ?? []
  if ((method === undefined && url === undefined) || (url !== undefined && !URL.canParse(url)))
    throw usageError(
      'bad-request',
      `--dpop-request ${JSON.stringify(text)} is not a request.`,
      'Give method and URL: --dpop-request "GET https://api.example.com/orders"',
    )
  return {
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    ...(url === undefined ? {} : { url }),
  }
}

/** Returns a function that explains one token, with the keys and the issuer of the source. */
export function inspectWith(base: KeylessInquiry, { keys, ofIssuer, issuer, clockOffset }: TokenSource) {
  const inquiry: Inquiry = {
    ...base,
    keys,
    keysOfIssuer: ofIssuer,
    expect: {
      ...base.expect,
      ...(issuer === undefined ? {} : { issuer }),
      ...(clockOffset === undefined ? {} : { clockOffset }),
    },
  }
  return async (each: FoundToken, related: RelatedTokens = {}) => {
    const accessToken = base.accessToken ?? related.accessToken ?? (await accessTokenOf(each))
    const proofs = base.proofs ?? related.proofs
    return inspectToken(each, {
      ...inquiry,
      ...(accessToken === undefined ? {} : { accessToken }),
      ...(proofs === undefined ? {} : { proofs }),
    })
  }
}

/** The access token of the same response. Of several candidates, the one that matches `at_hash`, or none. */
async function accessTokenOf({ text, accessTokens = [] }: FoundToken): Promise<string | undefined> {
  if (accessTokens.length < 2) return accessTokens[0]
  const { header, payload } = decodeToken(text)
  if (typeof payload?.at_hash !== 'string') return undefined
  for (const each of accessTokens)
    if ((await accessTokenHash(each, header?.alg)) === payload.at_hash) return each
  return undefined
}
