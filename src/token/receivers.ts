import { looksLikeMilliseconds } from '../util/time.ts'
import { audiences } from './audience.ts'
import { isObject, type JsonObject } from './json.ts'
import { headerType, LOGOUT_EVENT } from './kind.ts'
import { RECEIVERS, type Receiver, type Trait } from './receivers-table.ts'
import type { RuleResult } from './rules/rule.ts'

/** The rule that belongs to each trait, and the trait in words. */
const TRAITS: Readonly<Record<Trait, readonly [rule: string, words: string]>> = {
  'bad-signature': ['L03', 'the signature is invalid'],
  'alg-none': ['L05', 'it is not signed'],
  'other-alg': ['L04', 'alg is not the one expected'],
  'not-rs256': ['L04', 'alg is not RS256, the default'],
  'typ-jwt': ['L06', 'typ is not logout+jwt'],
  'typ-logout': ['L06', 'typ is logout+jwt'],
  'wrong-iss': ['L07', 'iss is wrong'],
  'wrong-aud': ['L08', 'aud is wrong'],
  'no-iat': ['L10', 'iat is missing'],
  'no-exp': ['L11', 'exp is missing'],
  expired: ['L11', 'it has expired'],
  'no-jti': ['L13', 'jti is missing'],
  replayed: ['L25', 'it was received before'],
  'no-event': ['L15', 'the logout event is missing'],
  'event-null': ['L16', 'the event is null'],
  'event-falsy': ['L16', 'the event is false, 0 or empty'],
  'event-no-object': ['L16', 'the event is not an object'],
  'event-not-empty': ['L17', 'the event is not empty'],
  'more-events': ['L18', 'events has other members'],
  'no-sub-no-sid': ['L19', 'sub and sid are missing'],
  'no-sid': ['L22', 'sid is missing'],
  nonce: ['L23', 'it has a nonce'],
  'nonce-null': ['L23', 'it has a nonce (null)'],
}

/** Rules that fail together with the rule of a trait. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  L03: ['L01', 'T10'],
  L05: ['L03'],
  L15: ['L14'],
  L19: ['L21'],
  L22: ['L21'],
}

/** Rules about what a receiver knows itself: its own session, what it received before. */
const OWN_KNOWLEDGE: readonly string[] = ['L02', 'L26', 'L27', 'L28']

/** How one receiver would react to a logout token. */
export interface ReceiverOpinion {
  readonly receiver: string
  /** `depends`: it changed with a version. `not-known`: it was not tried with such a token. */
  readonly says: 'accepts' | 'rejects' | 'depends' | 'not-known'
  /** The deciding rules and why: `L11: exp is missing`. */
  readonly because: readonly string[]
  readonly source: string
  /** The version that was examined; others may differ. */
  readonly version: string
  /** Whether it was run, or its source was read. */
  readonly evidence: 'run' | 'read'
}

/**
 * Returns how well-known receivers would react to a logout token. Considers only the traits above, not a receiver's
 * clock tolerance nor its own sessions. A MUST rule that fails without a trait makes a reaction `not-known`.
 *
 * @param rules the results for the token itself, without those of `--online`
 * @param registeredAlg the client's signature algorithm, if known
 */
export function receiverOpinions(
  header: JsonObject,
  payload: JsonObject,
  rules: readonly RuleResult[],
  registeredAlg?: string,
): readonly ReceiverOpinion[] {
  const traits = traitsOf(header, payload, rules, registeredAlg)
  const untried = untriedRules(rules, traits)
  const name = untried.length === 0 ? traits.join() : undefined
  const known = name === undefined ? undefined : opinions.get(name)
  if (known) return known
  const made = RECEIVERS.map((receiver) => opinionOf(receiver, traits, untried))
  if (name !== undefined) opinions.set(name, made)
  return made
}

/** Results by traits: most tokens have the same ones. */
const opinions = new Map<string, readonly ReceiverOpinion[]>()

/** The failed MUST rules that no trait of the token covers, in words. */
function untriedRules(rules: readonly RuleResult[], traits: readonly Trait[]): string[] {
  const covered = traits.flatMap((trait) => {
    const [rule] = TRAITS[trait]
    return [rule, ...(IMPLIED[rule] ?? [])]
  })
  return rules
    .filter(({ id, level, status }) => status === 'fail' && level === 'must' && !covered.includes(id))
    .filter(({ id }) => !OWN_KNOWLEDGE.includes(id))
    .map(({ id, message }) => `${id}: ${message}`)
}

function opinionOf(
  { name, source, version, evidence, rejects, accepts, changes = [] }: Receiver,
  traits: readonly Trait[],
  untried: readonly string[],
): ReceiverOpinion {
  const rejected = traits.filter((trait) => rejects.includes(trait))
  const unknown = traits.filter((trait) => !rejects.includes(trait) && !accepts.includes(trait))
  const changed = changes.filter(({ trait }) => traits.includes(trait))
  const words = (trait: Trait) => TRAITS[trait].join(': ')
  const opinion = (says: ReceiverOpinion['says'], because: readonly string[]) => ({
    receiver: name,
    says,
    because,
    source,
    version,
    evidence,
  })
  if (rejected.length > 0) return opinion('rejects', rejected.map(words))
  if (unknown.length + untried.length > 0) return opinion('not-known', [...unknown.map(words), ...untried])
  if (changed.length === 0) return opinion('accepts', [])
  return opinion(
    'depends',
    changed.map(
      ({ trait, acceptedUntil, rejectedSince }) =>
        `${words(trait)} (accepted up to ${acceptedUntil}, rejected since ${rejectedSince})`,
    ),
  )
}

function traitsOf(
  header: JsonObject,
  payload: JsonObject,
  rules: readonly RuleResult[],
  registeredAlg: string | undefined,
): Trait[] {
  const fails = (id: string) => rules.some((each) => each.id === id && each.status === 'fail')
  const { events, nonce, sub, sid, iss } = payload
  const event = isObject(events) && Object.hasOwn(events, LOGOUT_EVENT) ? events[LOGOUT_EVENT] : undefined
  const typ = headerType(header)
  const audience = audiences(payload.aud)
  const has: Readonly<Record<Trait, boolean>> = {
    'bad-signature': fails('L03') && !fails('L05'),
    'alg-none': fails('L05'),
    'other-alg': fails('L04') && !fails('L05'),
    'not-rs256': registeredAlg === undefined && header.alg !== 'RS256' && !fails('L04') && !fails('L05'),
    'typ-jwt': typ === undefined || typ === 'jwt',
    'typ-logout': typ === 'logout+jwt',
    'wrong-iss': fails('L07') && typeof iss === 'string',
    'wrong-aud': fails('L08') && audience.length > 0 && audience.every((each) => typeof each === 'string'),
    'no-iat': payload.iat === undefined,
    'no-exp': payload.exp === undefined,
    expired: fails('L11') && isPast(payload),
    'no-jti': payload.jti === undefined,
    replayed: fails('L25'),
    'no-event': event === undefined,
    'event-null': event === null,
    'event-falsy': event === false || event === 0 || event === '',
    'event-no-object': Boolean(event) && !isObject(event),
    'event-not-empty': isObject(event) && Object.keys(event).length > 0,
    'more-events': event !== undefined && isObject(events) && Object.keys(events).length > 1,
    'no-sub-no-sid': sub === undefined && sid === undefined,
    'no-sid': sid === undefined && sub !== undefined,
    nonce: nonce !== undefined && nonce !== null,
    'nonce-null': nonce === null,
  }
  return (Object.keys(has) as Trait[]).filter((trait) => has[trait])
}

/** Whether an exp that fails is an ordinary time in the past. */
const isPast = ({ exp, iat }: JsonObject) =>
  typeof exp === 'number' && !looksLikeMilliseconds(exp) && !(typeof iat === 'number' && exp <= iat)
