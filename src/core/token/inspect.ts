import { type About, aboutToken, type SuggestedCommand, suggestCommands } from './about.ts'
import { type Decoded, decodeClaims, decodeToken } from './decode.ts'
import type { Found } from './find.ts'
import { accessTokenHash } from './hash.ts'
import type { JsonObject } from './json.ts'
import { classify, type Kind } from './kind.ts'
import { type ReceiverOpinion, receiverOpinions } from './receivers.ts'
import { checkOnline, type OnlineFacts } from './rules/online.ts'
import type { Expectations, RuleResult, Subject } from './rules/rule.ts'
import { runRules } from './rules/run.ts'
import { RULES } from './rules/table.ts'
import { type Keyring, type Signature, withoutKeys } from './signature.ts'
import { type Times, timesOf } from './times.ts'

/** How tokens are to be judged. */
export interface Inquiry {
  readonly kind: Kind | 'auto'
  readonly expect: Expectations
  /** The keys to verify with, or why there are none. */
  readonly keys: Keyring | { readonly missing: string }
  /** Does a broken SHOULD fail too? */
  readonly strict: boolean
  /** Does a signature that was not verified fail? */
  readonly verify: boolean
  /** The access token that an ID token's `at_hash` should fit. */
  readonly accessToken?: string
  /** Asks the realm about it (`--online`). */
  readonly ask?: (about: About, payload: JsonObject) => Promise<OnlineFacts>
  readonly decrypt?: (token: string, alg: unknown) => Promise<Decryption>
}

type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

export type Verdict = 'pass' | 'fail' | 'unverified'

/** One token, explained; an element of `tokens` in the JSON output. */
export interface TokenReport {
  readonly line?: number
  readonly label?: string
  readonly kind: Kind
  readonly form: Decoded['form']
  readonly header: JsonObject | null
  readonly payload: JsonObject | null
  readonly about: About
  readonly signature: Signature
  readonly times: Times
  readonly rules: readonly RuleResult[]
  readonly commands: readonly SuggestedCommand[]
  /** What well-known receivers would say to it; logout tokens only. */
  readonly receivers?: readonly ReceiverOpinion[]
  readonly verdict: Verdict
}

/**
 * Explains one token: takes it apart, says which kind it is and what it is about, verifies its signature and holds it
 * against every rule of its kind. Never throws for anything that is in the token; does no I/O; time is an input.
 */
export async function inspectToken(found: Found, inquiry: Inquiry): Promise<TokenReport> {
  const outer = found.form === 'claims' ? decodeClaims(found.text) : decodeToken(found.text)
  const { decoded, refusal } = await opened(outer, inquiry)
  const classification = classify(decoded, found.label)
  const kind =
    inquiry.kind === 'auto' || classification.kind === 'encrypted'
      ? classification.kind
      : forced(inquiry.kind, decoded)
  const signature = refusal ?? (await verifySignature(decoded, inquiry))
  const payload = decoded.payload ?? {}
  const about = aboutToken(kind, payload)
  const facts =
    decoded.payload && isOfThisRealm(payload, inquiry) ? await inquiry.ask?.(about, payload) : undefined
  const subject: Subject = {
    decoded,
    header: decoded.header ?? {},
    payload,
    classification,
    signature,
    expect: { ...(await withHash(inquiry, decoded)), ...settingsOf(facts) },
    outerHeader: decoded === outer ? undefined : outer.header,
  }
  const readable =
    decoded.payload !== undefined && (decoded.header !== undefined || decoded.form === 'claims')
  const rules = [
    ...runRules(RULES[kind], subject, { readable, strict: inquiry.strict }),
    ...(facts ? checkOnline({ kind, header: subject.header, payload, facts }, inquiry.strict) : []),
  ]
  return {
    ...(found.line === undefined ? {} : { line: found.line }),
    ...(found.label === undefined ? {} : { label: found.label }),
    kind,
    form: outer.form,
    header: decoded.header ?? null,
    payload: decoded.payload ?? null,
    about,
    signature,
    times: timesOf(kind, payload, inquiry.expect, rules),
    rules,
    commands: suggestCommands(about, {
      isClaims: decoded.form === 'claims',
      payload,
      fixes: configureFlags(rules),
    }),
    ...(kind === 'logout' && decoded.header
      ? { receivers: receiverOpinions(subject.header, payload, rules) }
      : {}),
    verdict: verdictOf(kind, signature, rules, inquiry),
  }
}

/** The realm is asked about its own tokens only. Those without an issuer (admin actions) may be its own. */
const isOfThisRealm = ({ iss }: JsonObject, { expect }: Inquiry) =>
  iss === undefined || expect.issuer === undefined || iss === expect.issuer.value

/** What the realm says of the client's settings, as what is expected of the token. */
const settingsOf = (facts: OnlineFacts | undefined): Partial<Expectations> =>
  facts && 'value' in facts.client && facts.client.value
    ? {
        sessionRequired: facts.client.value.backchannelLogoutSessionRequired,
        ...(facts.alg === undefined ? {} : { alg: facts.alg }),
        ...(facts.encrypted === undefined ? {} : { encryptionExpected: facts.encrypted }),
      }
    : {}

/** `--kind refresh` also means an offline token, when that is what it says it is. */
const forced = (kind: Kind, { payload }: Decoded): Kind =>
  kind === 'refresh' && payload?.typ === 'Offline' ? 'offline' : kind

async function opened(
  outer: Decoded,
  { decrypt }: Inquiry,
): Promise<{ decoded: Decoded; refusal?: Signature }> {
  if (outer.form !== 'jwe' || !decrypt) return { decoded: outer }
  const inner = await decrypt(outer.text, outer.header?.alg)
  if (inner.ok) {
    const text = inner.text.trim()
    return { decoded: text.startsWith('{') ? decodeClaims(text) : decodeToken(text) }
  }
  return { decoded: outer, refusal: { ...withoutKeys(outer, ''), reason: inner.reason } }
}

async function verifySignature(decoded: Decoded, { keys }: Inquiry): Promise<Signature> {
  if ('missing' in keys || decoded.form === 'jwe' || decoded.form === 'claims') {
    return withoutKeys(decoded, 'missing' in keys ? keys.missing : '')
  }
  return keys.verify(decoded)
}

async function withHash(
  { expect, accessToken }: Inquiry,
  { header, payload }: Decoded,
): Promise<Expectations> {
  if (accessToken === undefined || payload?.at_hash === undefined) return expect
  const hash = await accessTokenHash(accessToken, header?.alg)
  return hash === undefined ? expect : { ...expect, accessTokenHash: hash }
}

/** What `configure` can set so that rules which are broken now will hold. */
function configureFlags(rules: readonly RuleResult[]): string[] {
  const isBroken = (id: string) =>
    rules.some((each) => each.id === id && (each.status === 'fail' || each.status === 'warn'))
  return [
    ...(isBroken('L21') || isBroken('L22') ? ['--session-required'] : []),
    ...(isBroken('L18') ? ['--no-revoke-offline'] : []),
  ]
}

function verdictOf(
  kind: Kind,
  signature: Signature,
  rules: readonly RuleResult[],
  { verify }: Inquiry,
): Verdict {
  if (signature.status === 'invalid' || rules.some((each) => each.status === 'fail')) return 'fail'
  if (signature.status === 'valid') return 'pass'
  if (verify) return 'fail'
  const byKeycloakAlone = signature.status === 'not-checkable' && (kind === 'refresh' || kind === 'offline')
  return byKeycloakAlone && signature.alg !== null ? 'pass' : 'unverified'
}

/** The verdict on several tokens: the worst of them. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let all: Verdict = 'pass'
  for (const each of verdicts) {
    if (each === 'fail') return 'fail'
    if (each === 'unverified') all = 'unverified'
  }
  return all
}
