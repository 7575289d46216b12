import type { Decoded } from '../decode.ts'
import type { JsonObject } from '../json.ts'
import type { Classification } from '../kind.ts'
import type { Signature } from '../signature.ts'

export type Level = 'must' | 'should' | 'may'
export type Status = 'pass' | 'fail' | 'warn' | 'skip'

/** The result of one rule for one token, as in the JSON output. */
export interface RuleResult {
  readonly id: string
  readonly level: Level
  readonly status: Status
  readonly claim: string | null
  readonly expected: unknown
  readonly actual: unknown
  readonly message: string
  readonly why: string
  readonly fix: string
  readonly reference: string
}

/** What is expected of a token. A rule is skipped if its expectation is undefined. */
export interface Expectations {
  /** For a DPoP proof: the request and the access token that it is for. */
  readonly proof?: ProofExpectations
  /** For an access token: the thumbprints of the keys of the given DPoP proofs. */
  readonly proofKeys?: readonly string[]
  /** The time to check the token for, in seconds since the epoch. */
  readonly now: number
  /** Tolerated clock difference in seconds. */
  readonly tolerance: number
  /** `sure` unless the issuer was only derived from settings and not confirmed by the server. */
  readonly issuer?: {
    readonly value: string
    readonly source: string
    readonly sure: boolean
    /** The configured server whose realm announces this issuer; its host name may differ from the issuer's. */
    readonly server?: string
  }
  /** The client or other audience that the token should be for. */
  readonly clientId?: string
  /** The client's registered signature algorithm. */
  readonly alg?: string
  readonly nonce?: string
  /** The expected `at_hash`, by the ID token's own algorithm. */
  readonly accessTokenHash?: string
  /** The claims of the ID token of the session that a logout token should end. */
  readonly idToken?: JsonObject
  /** Whether the client requires a `sid` in each logout token. */
  readonly sessionRequired?: boolean
  /** Whether the client's ID tokens, and so its logout tokens, should be encrypted. */
  readonly encryptionExpected?: boolean
  /** Returns when this issuer's `jti` was received before, in seconds since the epoch; only in `listen`. */
  readonly seenBefore?: (issuer: string, jti: string) => number | undefined
  /** Seconds by which the server's clock is ahead of the local one, from its Date header. */
  readonly clockOffset?: number
}

/** What is expected of a DPoP proof (RFC 9449 section 4.3). */
export interface ProofExpectations {
  /** The thumbprint of its own key. */
  readonly thumbprint: string | undefined
  readonly method?: string
  readonly url?: string
  /** The hash of the access token that it is sent with. */
  readonly hash?: string
  /** The thumbprint of the key that this access token is bound to. */
  readonly boundTo?: string
}

/** What a rule can check. */
export interface Subject {
  readonly decoded: Decoded
  readonly header: JsonObject
  readonly payload: JsonObject
  readonly classification: Classification
  readonly signature: Signature
  readonly expect: Expectations
  /** The header of the encrypted token if this one was decrypted. */
  readonly outerHeader: JsonObject | undefined
}

/** The outcome of a check if the rule does not simply hold. */
export interface Departure {
  /** `broken` counts by the rule's level; `fail` counts as a MUST at any level; `note` never fails. */
  readonly status: 'broken' | 'fail' | 'note' | 'skip' | 'pass'
  readonly message: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly why?: string
  readonly fix?: string
  /** The token has expired; the other rules decide whether it was valid before. */
  readonly aged?: true
}

/** A rule for tokens, or for another subject `S`. */
export interface Rule<S = Subject> {
  readonly id: string
  readonly level: Level
  /** The section of the specification. */
  readonly reference: string
  readonly claim?: string
  /** What is true if the rule holds. */
  readonly holds: string
  readonly why: string
  readonly fix: string
  /** Checks the token even if header or payload could not be read. */
  readonly readsBroken?: true
  check(subject: S): true | Departure
}

export const skip = (message: string): Departure => ({ status: 'skip', message })
export const broken = (message: string, more: Omit<Departure, 'status' | 'message'> = {}): Departure => ({
  status: 'broken',
  message,
  ...more,
})
export const fail = (message: string, more: Omit<Departure, 'status' | 'message'> = {}): Departure => ({
  status: 'fail',
  message,
  ...more,
})
export const note = (message: string, more: Omit<Departure, 'status' | 'message'> = {}): Departure => ({
  status: 'note',
  message,
  ...more,
})

/** Returns a value as JSON for a sentence, at most 120 characters. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

/** Returns the type of a JSON value with its article: `a string`, `an array`. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
