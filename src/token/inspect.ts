import { type About, aboutToken, type SuggestedCommand, suggestCommands } from './about.ts'
import { type Decoded, decodeClaims, decodeInner, decodeToken, opaqueToken } from './decode.ts'
import { verifyProof } from './dpop.ts'
import { expectationsFor } from './expectations.ts'
import type { FoundToken } from './found.ts'
import type { Inquiry } from './inquiry.ts'
import type { JsonObject } from './json.ts'
import { type Classification, classifiedAs, classify, type Kind } from './kind.ts'
import { nameOfKind } from './kind-names.ts'
import { type ReceiverOpinion, receiverOpinions } from './receivers.ts'
import { checkOnline } from './rules/online.ts'
import type { Expectations, RuleResult, Subject } from './rules/rule.ts'
import { runRules } from './rules/run.ts'
import { RULES } from './rules/table.ts'
import { type Signature, withoutKeys } from './signature.ts'
import { type Times, timesOf } from './times.ts'

export type TokenVerdict = 'pass' | 'fail' | 'unverified'

/** The result for one token; an element of `tokens` in the JSON output. */
export interface TokenReport {
  /** Its line in a list of tokens, and its name in the text. */
  readonly line?: number
  readonly label?: string
  readonly kind: Kind
  /** The name of its kind; of a token without rules, that of its explicit type. */
  readonly name: string
  readonly form: Decoded['form']
  readonly header: JsonObject | null
  readonly payload: JsonObject | null
  readonly about: About
  readonly signature: Signature
  readonly times: Times
  readonly rules: readonly RuleResult[]
  readonly commands: readonly SuggestedCommand[]
  /** How well-known receivers would react; logout tokens only. */
  readonly receivers?: readonly ReceiverOpinion[]
  readonly verdict: TokenVerdict
}

/**
 * Explains one token: decodes it, classifies it, verifies its signature and checks every rule of its kind. Never throws
 * because of the token's content. Does no I/O itself; the time is an input.
 */
export async function inspectToken(found: FoundToken, inquiry: Inquiry): Promise<TokenReport> {
  const outer = DECODERS[found.form](found.text)
  const { decoded, refusal } = await decrypted(outer, inquiry)
  const { header = NOTHING, payload = NOTHING } = decoded
  const own = classify(decoded, found.label)
  const kind = kindOf(own, inquiry, payload)
  const about = aboutToken(kind, payload)
  const signature = refusal ?? (await signatureOf(kind, decoded, inquiry))
  const isAsked = decoded.payload !== undefined || kind === 'opaque'
  const facts = isAsked ? await inquiry.ask?.(about, payload, { kind, text: outer.text }) : undefined
  const expect = await expectationsFor(kind, decoded, facts, inquiry)
  const subject: Subject = {
    decoded,
    header,
    payload,
    classification: classifiedAs(kind, own.signals),
    signature,
    expect,
    outerHeader: decoded === outer ? undefined : outer.header,
  }
  const isClaims = decoded.form === 'claims'
  const readable = decoded.payload !== undefined && (decoded.header !== undefined || isClaims)
  const rules = runRules(RULES[kind], subject, { readable, strict: inquiry.strict })
  const times = timesOf(kind, payload, expect, rules)
  const ofToken = rules.filter(({ status }) => status === 'fail' || status === 'warn')
  if (facts) rules.push(...checkOnline({ kind, header, payload }, facts, inquiry.strict))
  const broken = rules.filter(({ status }) => status === 'fail' || status === 'warn')
  return {
    ...(found.line === undefined ? {} : { line: found.line }),
    ...(found.label === undefined ? {} : { label: found.label }),
    kind,
    name: nameOfKind(kind, header, payload),
    form: outer.form,
    header: decoded.header ?? null,
    payload: decoded.payload ?? null,
    about,
    signature,
    times,
    rules,
    // When they are read: a long list shows none.
    get commands() {
      const server = configuredServer(payload, expect) ?? about.server
      return suggestCommands({ ...about, server }, { isClaims, payload, fixes: configureFlags(broken) })
    },
    ...(kind === 'logout' && decoded.header
      ? { receivers: receiverOpinions(header, payload, ofToken, expect.alg) }
      : {}),
    verdict: verdictOf(kind, signature, rules, inquiry),
  }
}

const NOTHING: JsonObject = {}

const DECODERS: Readonly<Record<FoundToken['form'], (text: string) => Decoded>> = {
  token: decodeToken,
  claims: decodeClaims,
  opaque: opaqueToken,
}

/** The kind it is checked as: the requested one, otherwise its own. `refresh` includes offline tokens. */
function kindOf({ kind: own }: Classification, { kind: expected }: Inquiry, payload: JsonObject): Kind {
  if (expected === 'auto' || own === 'encrypted' || own === 'opaque') return own
  return expected === 'refresh' && payload.typ === 'Offline' ? 'offline' : expected
}

async function decrypted(
  outer: Decoded,
  { decrypt }: Inquiry,
): Promise<{ decoded: Decoded; refusal?: Signature }> {
  if (outer.form !== 'jwe' || !decrypt) return { decoded: outer }
  const inner = await decrypt(outer.text, outer.header?.alg)
  if (!inner.ok) return { decoded: outer, refusal: { ...withoutKeys(outer, ''), reason: inner.reason } }
  const decoded = decodeInner(inner.text)
  if (decoded.form !== 'jwe') return { decoded }
  return { decoded: outer, refusal: { ...withoutKeys(outer, ''), reason: ENCRYPTED_AGAIN } }
}

/** Verifies with the keys of the inquiry. Client assertions and DPoP proofs are not signed by the issuer. */
async function signatureOf(
  kind: Kind,
  decoded: Decoded,
  { keys, keysOfIssuer }: Inquiry,
): Promise<Signature> {
  if (UNSIGNED_FORMS.includes(decoded.form)) return withoutKeys(decoded, '')
  if (kind === 'dpop-proof') return verifyProof(decoded)
  if (kind === 'client-assertion' && ('missing' in keys || keysOfIssuer))
    return withoutKeys(decoded, CLIENT_KEYS)
  return 'missing' in keys ? withoutKeys(decoded, keys.missing) : keys.verify(decoded)
}

/** The configured server, if the token is from its realm: commands name it, not the host of the issuer. */
const configuredServer = ({ iss }: JsonObject, { issuer }: Expectations): string | undefined =>
  issuer?.value === iss ? issuer?.server : undefined

const UNSIGNED_FORMS: readonly Decoded['form'][] = ['jwe', 'claims', 'opaque']

const ENCRYPTED_AGAIN = 'Its content is encrypted again, which kc-logout does not support.'

const CLIENT_KEYS =
  "The client signed it: the realm's keys do not verify it. Give the client's public keys: --jwks FILE|URL."

/** The options of `configure` that mend broken rules. */
function configureFlags(broken: readonly RuleResult[]): string[] {
  const ids = broken.map(({ id }) => id)
  return [
    ...(ids.includes('L21') || ids.includes('L22') ? ['--session-required'] : []),
    ...(ids.includes('L18') ? ['--no-revoke-offline'] : []),
  ]
}

/** The kinds that only Keycloak can verify, by design. */
const FOR_KEYCLOAK: readonly Kind[] = ['refresh', 'offline', 'action-token', 'registration']

function verdictOf(
  kind: Kind,
  signature: Signature,
  rules: readonly RuleResult[],
  { verify }: Inquiry,
): TokenVerdict {
  if (signature.status === 'invalid' || rules.some((each) => each.status === 'fail')) return 'fail'
  // Keycloak itself verified the signature.
  const isConfirmed = rules.some(({ id, status }) => id === 'O07' && status === 'pass')
  if (signature.status === 'valid' || isConfirmed) return 'pass'
  if (verify) return 'fail'
  const byKeycloakAlone = signature.status === 'not-checkable' && FOR_KEYCLOAK.includes(kind)
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
