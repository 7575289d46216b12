import { type About, aboutToken, type SuggestedCommand, suggestCommands } from './about.ts'
import { type Decoded, decodeClaims, decodeInner, decodeToken } from './decode.ts'
import type { FoundToken } from './found.ts'
import { accessTokenHash } from './hash.ts'
import type { JsonObject } from './json.ts'
import { type Classification, classify, heldToBe, type Kind } from './kind.ts'
import { type ReceiverOpinion, receiverOpinions } from './receivers.ts'
import { checkOnline, type NotAsked, type OnlineFacts } from './rules/online.ts'
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
  /** Asks the realm about it (`--online`), or says why it does not. */
  readonly ask?: (about: About, payload: JsonObject) => Promise<OnlineFacts | NotAsked>
  readonly decrypt?: (token: string, alg: unknown) => Promise<Decryption>
}

type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

export type TokenVerdict = 'pass' | 'fail' | 'unverified'

/** One token, explained; an element of `tokens` in the JSON output. */
export interface TokenReport {
  /** Where it was, in a list of tokens, and what it was called. */
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
  /** What well-known receivers would say to it; logout tokens only. */
  receivers?: readonly ReceiverOpinion[]
  readonly verdict: TokenVerdict
}

/**
 * Explains one token: takes it apart, says which kind it is and what it is about, verifies its signature and holds it
 * against every rule of its kind. Never throws for anything that is in the token; does no I/O; time is an input.
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

/** What it is held to be: as it is asked for, else as it says. `refresh` also means an offline token that says so. */
function kindOf({ kind: said }: Classification, { kind: asked }: Inquiry, payload: JsonObject): Kind {
  if (asked === 'auto' || said === 'encrypted') return said
  return asked === 'refresh' && payload.typ === 'Offline' ? 'offline' : asked
}

/** What the realm says of the client's settings, as what is expected of the token; what was asked for comes first. */
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

/** What `configure` can set so that rules which are broken now will hold. */
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

/** The verdict on several tokens: the worst of them. */
export function worst(verdicts: Iterable<TokenVerdict>): TokenVerdict {
  let all: TokenVerdict = 'pass'
  for (const each of verdicts) {
    if (each === 'fail') return 'fail'
    if (each === 'unverified') all = 'unverified'
  }
  return all
}
