import type { Decoded } from '../decode.ts'
import type { JsonObject } from '../json.ts'
import type { Classification } from '../kind.ts'
import type { Signature } from '../signature.ts'

export type Level = 'must' | 'should' | 'may'
export type Status = 'pass' | 'fail' | 'warn' | 'skip'

/** One rule as it came out for one token; the form of the JSON output. */
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

/** What a token is held against. What is undefined is not known, and rules that need it are skipped. */
export interface Expectations {
  /** Seconds since the epoch, as of which the token is judged. */
  readonly now: number
  /** Seconds by which clocks may differ. */
  readonly tolerance: number
  /** `sure` unless the issuer was only put together from settings and nobody confirmed it. */
  readonly issuer?: { readonly value: string; readonly source: string; readonly sure: boolean }
  /** The client that the token should be for. */
  readonly clientId?: string
  /** The algorithm that the client is registered with. */
  readonly alg?: string
  readonly nonce?: string
  /** The access token's half hash for `at_hash`, by the ID token's own algorithm. */
  readonly accessTokenHash?: string
  /** Claims of the ID token that began the session which a logout token is to end. */
  readonly idToken?: JsonObject
  /** Does the client want a `sid` in each logout token? */
  readonly sessionRequired?: boolean
  /** Are the client's ID tokens, and so its logout tokens, to be encrypted? */
  readonly encryptionExpected?: boolean
  /** When this issuer's `jti` was received before, in seconds since the epoch; asked by `listen`. */
  readonly seenBefore?: (issuer: string, jti: string) => number | undefined
  /** Seconds by which the server's clock is ahead of ours, as far as its Date header tells. */
  readonly clockOffset?: number
}

/** Everything that a rule may look at. */
export interface Subject {
  readonly decoded: Decoded
  readonly header: JsonObject
  readonly payload: JsonObject
  readonly classification: Classification
  readonly signature: Signature
  readonly expect: Expectations
  /** Was it encrypted, and has been decrypted? Then the header of the outer token. */
  readonly outerHeader: JsonObject | undefined
}

/** What a check answers when the rule does not simply hold. */
export interface Departure {
  /** `broken` weighs as much as the rule's level; `fail` weighs as a MUST whatever the level; `note` never fails. */
  readonly status: 'broken' | 'fail' | 'note' | 'skip' | 'pass'
  readonly message: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly why?: string
  readonly fix?: string
  /** It was good once and only time has passed since: whether that is all is known when every rule has been asked. */
  readonly aged?: true
}

/** One row of the table: what is asked of a token, or of whatever else `S` is. */
export interface Rule<S = Subject> {
  readonly id: string
  readonly level: Level
  /** The section that makes the rule. */
  readonly reference: string
  readonly claim?: string
  /** What is true when the rule holds. */
  readonly holds: string
  readonly why: string
  readonly fix: string
  /** May be asked although header or payload could not be read. */
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

/** A value as a sentence may quote it: JSON, cut short. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

/** `a string`, `an array`, …, for sentences about types. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
