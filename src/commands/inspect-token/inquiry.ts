import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import { decryptionWith } from '../../jwks/decryption.ts'
import type { TokenSource } from '../../jwks/key-source.ts'
import { decodeToken } from '../../token/decode.ts'
import type { FoundToken } from '../../token/found.ts'
import { accessTokenHash } from '../../token/hash.ts'
import { type Inquiry, inspectToken } from '../../token/inspect.ts'
import type { Kind } from '../../token/kind.ts'
import { parseTime } from '../../util/time.ts'
import { accessTokenIn, idTokenIn } from './token-files.ts'

/** The options that say what is expected of a token. */
export interface InquiryOptions {
  readonly kind?: 'auto' | Kind
  /** The client that it should be for. */
  readonly client?: string
  readonly alg?: string
  readonly nonce?: string
  /** A file with the access token of the same response. */
  readonly accessToken?: string
  /** A file with the ID token of the session. */
  readonly idToken?: string
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
 * @throws {UserError} `bad-time`, `no-access-token`, `no-id-token` or `bad-decrypt-key` (exit 2)
 */
export async function inquiryOf(options: InquiryOptions, ctx: Context): Promise<KeylessInquiry> {
  const {
    kind = 'auto',
    client,
    alg,
    nonce,
    strict = false,
    verify = false,
    clockTolerance = 30,
    decryptKey,
  } = options
  const now = options.at === undefined ? ctx.now() / 1000 : parseTime(options.at)
  if (now === undefined) {
    throw usageError(
      'bad-time',
      `--at ${JSON.stringify(options.at)} is not a valid time.`,
      'Give ISO 8601, such as 2026-11-21T05:19:17Z, or seconds since 1970.',
    )
  }
  const accessToken =
    options.accessToken === undefined ? undefined : await accessTokenIn(options.accessToken, ctx)
  const idToken = options.idToken === undefined ? undefined : await idTokenIn(options.idToken, ctx)
  return {
    kind,
    strict,
    verify,
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(await decryptionWith(decryptKey, ctx.files)),
    expect: {
      now,
      tolerance: clockTolerance,
      ...(client === undefined ? {} : { clientId: client }),
      ...(alg === undefined ? {} : { alg }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(idToken === undefined ? {} : { idToken }),
    },
  }
}

/** Returns a function that explains one token, with the keys and the issuer of the source. */
export function inspectWith(base: KeylessInquiry, { keys, issuer, clockOffset }: TokenSource) {
  const inquiry: Inquiry = {
    ...base,
    keys,
    expect: {
      ...base.expect,
      ...(issuer === undefined ? {} : { issuer }),
      ...(clockOffset === undefined ? {} : { clockOffset }),
    },
  }
  return async (each: FoundToken) => {
    const accessToken = base.accessToken ?? (await accessTokenOf(each))
    return inspectToken(each, accessToken === undefined ? inquiry : { ...inquiry, accessToken })
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
