import { type About, aboutToken, type SuggestedCommand, suggestCommands } from './about.ts'
import { type Decoded, decodeClaims, decodeInner, decodeToken } from './decode.ts'
import type { FoundToken } from './found.ts'
import { accessTokenHash } from './hash.ts'
import type { JsonObject } from './json.ts'
import type { Keyring } from './keyring.ts'
import { type Classification, classify, heldToBe, type Kind } from './kind.ts'
import { type ReceiverOpinion, receiverOpinions } from './receivers.ts'
import { checkOnline, type NotAsked, type OnlineFacts } from './rules/online.ts'
import type { Expectations, RuleResult, Subject } from './rules/rule.ts'
import { runRules } from './rules/run.ts'
import { RULES } from './rules/table.ts'
import { type Signature, withoutKeys } from './signature.ts'
import { type Times, timesOf } from './times.ts'

/** How to check tokens. */
export interface Inquiry {
  readonly kind: Kind | 'auto'
  readonly expect: Expectations
  /** The keys to verify with, or why there are none. */
  readonly keys: Keyring | { readonly missing: string }
  /** Whether a broken SHOULD fails. */
  readonly strict: boolean
  /** Whether an unverified signature fails. */
  readonly verify: boolean
  /** The access token that an ID token's `at_hash` should match. */
  readonly accessToken?: string
  /** Asks the realm about the token (`--online`), or returns why it did not. */
  readonly ask?: (about: About, payload: JsonObject) => Promise<OnlineFacts | NotAsked>
  readonly decrypt?: (token: string, alg: unknown) => Promise<Decryption>
}

type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

export type TokenVerdict = 'pass' | 'fail' | 'unverified'

/** The result for one token; an element of `tokens` in the JSON output. */
export interface TokenReport {
  /** Its line in a list of tokens, and its name in the text. */
  line?: number
  label?: string
  readonly kind: Kind
  readonly form: Decoded['form']
  readonly header: JsonObject | null
  readonly payload: JsonObject | null
  readonly about: About
  readonly signature: Signature
  readonly times: Times
  readonly rules: readonly RuleResult[]
  readonly commands: readonly SuggestedCommand[]
  /** How well-known receivers would react; logout tokens only. */
  receivers?: readonly ReceiverOpinion[]
  readonly verdict: TokenVerdict
}

/**
 * Explains one token: decodes it, classifies it, verifies its signature and checks every rule of its kind. Never throws
 * because of the token's content. Does no I/O itself; the time is an input.
 */
export async function inspectToken(found: FoundToken, inquiry: Inquiry): Promise<TokenReport> {
  const outer = found.form === 'claims' ? decodeClaims(found.text) : decodeToken(found.text)
  const { decoded, refusal } =
    outer.form === 'jwe' && inquiry.decrypt
      ? await opened(outer, inquiry.decrypt)
      : { decoded: outer, refusal: undefined }
  const { header = NOTHING, payload = NOTHING } = decoded
  const said = classify(decoded, found.label)
  const kind = kindOf(said, inquiry, payload)
  const classification = heldToBe(kind, said.signals)
  const about = aboutToken(kind, payload)
  const { keys } = inquiry
  const canVerify = !('missing' in keys) && decoded.form !== 'jwe' && decoded.form !== 'claims'
  const signature =
    refusal ??
    (canVerify ? await keys.verify(decoded) : withoutKeys(decoded, 'missing' in keys ? keys.missing : ''))
  const facts = inquiry.ask && decoded.payload ? await inquiry.ask(about, payload) : undefined
  const wantsHash = inquiry.accessToken !== undefined && payload.at_hash !== undefined
  const expect =
    facts || wantsHash
      ? { ...inquiry.expect, ...(await hashFor(inquiry, header)), ...settingsOf(facts, inquiry) }
      : inquiry.expect

  const outerHeader = decoded === outer ? undefined : outer.header
  const subject: Subject = { decoded, header, payload, classification, signature, expect, outerHeader }
  const readable =
    decoded.payload !== undefined && (decoded.header !== undefined || decoded.form === 'claims')
  const rules = runRules(RULES[kind], subject, { readable, strict: inquiry.strict })
  const times = timesOf(kind, payload, expect, rules)
  if (facts) rules.push(...checkOnline({ kind, header, payload }, facts, inquiry.strict))
  const broken = rules.filter(({ status }) => status === 'fail' || status === 'warn')
  const isClaims = decoded.form === 'claims'
  const report: TokenReport = {
    kind,
    form: outer.form,
    header: decoded.header ?? null,
    payload: decoded.payload ?? null,
    about,
    signature,
    times,
    rules,
    commands: suggestCommands(about, { isClaims, payload, fixes: configureFlags(broken) }),
    verdict: verdictOf(kind, signature, broken, inquiry),
  }
  if (found.line !== undefined) report.line = found.line
  if (found.label !== undefined) report.label = found.label
  if (kind === 'logout' && decoded.header)
    report.receivers = receiverOpinions(header, payload, broken, expect.alg)
  return report
}

const NOTHING: JsonObject = {}

/** The kind it is checked as: the requested one, otherwise its own. `refresh` includes offline tokens. */
function kindOf({ kind: said }: Classification, { kind: asked }: Inquiry, payload: JsonObject): Kind {
  if (asked === 'auto' || said === 'encrypted') return said
  return asked === 'refresh' && payload.typ === 'Offline' ? 'offline' : asked
}

/** The client's settings as expectations; options of the caller take precedence. */
const settingsOf = (facts: OnlineFacts | NotAsked | undefined, { expect }: Inquiry): Partial<Expectations> =>
  facts && 'client' in facts && 'value' in facts.client && facts.client.value
    ? {
        sessionRequired: facts.client.value.backchannelLogoutSessionRequired,
        ...(facts.alg === undefined || expect.alg !== undefined ? {} : { alg: facts.alg }),
        ...(facts.encrypted === undefined ? {} : { encryptionExpected: facts.encrypted }),
      }
    : {}

async function opened(
  outer: Decoded,
  decrypt: NonNullable<Inquiry['decrypt']>,
): Promise<{ decoded: Decoded; refusal: Signature | undefined }> {
  const inner = await decrypt(outer.text, outer.header?.alg)
  if (!inner.ok) return { decoded: outer, refusal: { ...withoutKeys(outer, ''), reason: inner.reason } }
  return { decoded: decodeInner(inner.text), refusal: undefined }
}

async function hashFor({ accessToken }: Inquiry, header: JsonObject): Promise<Partial<Expectations>> {
  const hash = accessToken === undefined ? undefined : await accessTokenHash(accessToken, header.alg)
  return hash === undefined ? {} : { accessTokenHash: hash }
}

/** The options of `configure` that mend broken rules. */
function configureFlags(broken: readonly RuleResult[]): string[] {
  const ids = broken.map(({ id }) => id)
  return [
    ...(ids.includes('L21') || ids.includes('L22') ? ['--session-required'] : []),
    ...(ids.includes('L18') ? ['--no-revoke-offline'] : []),
  ]
}

function verdictOf(
  kind: Kind,
  signature: Signature,
  rules: readonly RuleResult[],
  { verify }: Inquiry,
): TokenVerdict {
  if (signature.status === 'invalid' || rules.some((each) => each.status === 'fail')) return 'fail'
  if (signature.status === 'valid') return 'pass'
  if (verify) return 'fail'
  const byKeycloakAlone = signature.status === 'not-checkable' && (kind === 'refresh' || kind === 'offline')
  return byKeycloakAlone && signature.alg !== null ? 'pass' : 'unverified'
}

/** Returns the worst verdict of several tokens. */
export function worst(verdicts: Iterable<TokenVerdict>): TokenVerdict {
  let all: TokenVerdict = 'pass'
  for (const each of verdicts) {
    if (each === 'fail') return 'fail'
    if (each === 'unverified') all = 'unverified'
  }
  return all
}
