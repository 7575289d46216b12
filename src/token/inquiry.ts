import type { About } from './about.ts'
import type { Decryption } from './decrypt.ts'
import type { JsonObject } from './json.ts'
import type { Keyring } from './keyring.ts'
import type { Kind } from './kind.ts'
import type { NotAsked, OnlineFacts } from './rules/online.ts'
import type { Expectations } from './rules/rule.ts'

/** How to check tokens. */
export interface Inquiry {
  readonly kind: Kind | 'auto'
  readonly expect: Expectations
  /** The keys to verify with, or why there are none. */
  readonly keys: Keyring | { readonly missing: string }
  /** Whether the keys are those of an issuer, not given by the caller. They do not verify client assertions. */
  readonly keysOfIssuer?: boolean
  /** Whether a broken SHOULD fails. */
  readonly strict: boolean
  /** Whether an unverified signature fails. */
  readonly verify: boolean
  /** The access token that an ID token's `at_hash` should match. */
  readonly accessToken?: string
  /** The DPoP proofs that access tokens are sent with. */
  readonly proofs?: readonly string[]
  /** The request that DPoP proofs are for. */
  readonly request?: { readonly method?: string; readonly url?: string }
  /** Asks the realm about the token (`--online`), or returns why it did not. */
  readonly ask?: (
    about: About,
    payload: JsonObject,
    token: { readonly kind: Kind; readonly text: string },
  ) => Promise<OnlineFacts | NotAsked>
  readonly decrypt?: (token: string, alg: unknown) => Promise<Decryption>
}
