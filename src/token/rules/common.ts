import type { JsonObject } from '../json.ts'
import { headerType, type Kind } from '../kind.ts'
import { KIND_NAMES, nameOfKind } from '../kind-names.ts'
import { checkAlgNone, checkCrit, checkMixedSignals, checkSignature, checkStructure } from './checks.ts'
import { broken, note, quote, type Rule, skip, typeOf } from './rule.ts'
import { checkExpiry, checkNotBefore } from './time-checks.ts'

/** Rules for every token, and for kinds without rules of their own (RFC 7519, RFC 8725). */
const WELL_FORMED: Rule = {
  id: 'T01',
  level: 'must',
  reference: 'RFC 7515 7.1; RFC 7519 7.2',
  holds: 'It is a signed token of three parts.',
  why: 'A token that cannot be decoded cannot be verified.',
  fix: 'Copy the whole token.',
  readsBroken: true,
  check: checkStructure,
}
const UNIQUE_MEMBERS: Rule = {
  id: 'T02',
  level: 'must',
  reference: 'RFC 7515 4; RFC 7519 4',
  holds: 'No claim occurs twice.',
  why: 'Parsers differ in which of the two they use, so two programs may see different tokens.',
  fix: 'Refuse it, and find out who created it.',
  readsBroken: true,
  check: ({ decoded }) => {
    const twice = decoded.problems.filter(({ code }) => code === 'duplicate-member')
    if (twice.length === 0) return true
    return broken(`${twice.map(({ part, detail }) => `In the ${part} ${detail}`).join('. ')}.`, {
      expected: 'each once',
      actual: twice.map(({ detail }) => detail),
    })
  },
}
const SIGNED: Rule = {
  id: 'T03',
  level: 'must',
  reference: 'RFC 8725 3.2',
  claim: 'alg',
  holds: 'It is signed (alg is not "none").',
  why: 'Anyone can write an unsigned token.',
  fix: 'Refuse it.',
  check: checkAlgNone,
}
const NO_CRIT: Rule = {
  id: 'T04',
  level: 'must',
  reference: 'RFC 7515 4.1.11',
  claim: 'crit',
  holds: 'The header requires no extension.',
  why: 'A receiver must reject a token with a critical extension that it does not support.',
  fix: 'Configure the issuer to leave crit out.',
  check: checkCrit,
}
const ONE_KIND: Rule = {
  id: 'T05',
  level: 'must',
  reference: 'RFC 8725 2.8, 3.11, 3.12',
  claim: 'typ',
  holds: 'None of its members indicates another kind of token.',
  why: 'Using one kind of token as another is a known attack.',
  fix: 'Refuse it, and find out who created it.',
  check: checkMixedSignals,
}
const NO_OWN_KEYS: Rule = {
  id: 'T06',
  level: 'should',
  reference: 'RFC 8725 3.10',
  claim: 'jku',
  holds: 'It contains no key of its own.',
  why: 'A receiver that takes the key from the token accepts any token. kc-logout never uses such keys.',
  fix: "Make sure that the receiver takes keys only from the issuer's JWKS URL.",
  check: ({ header }) => {
    const there = ['jku', 'jwk', 'x5u', 'x5c'].filter((name) => Object.hasOwn(header, name))
    return there.length === 0
      ? true
      : note(`Its header has ${there.join(', ')}, which kc-logout ignores.`, { actual: there })
  },
}
const NOT_BEFORE: Rule = {
  id: 'T07',
  level: 'must',
  reference: 'RFC 7519 4.1.5',
  claim: 'nbf',
  holds: 'nbf is in the past or missing.',
  why: 'Receivers must not accept the token before nbf.',
  fix: 'Set the clocks of issuer and receiver (NTP).',
  check: checkNotBefore,
}
const DECRYPTED: Rule = {
  id: 'T08',
  level: 'must',
  reference: 'RFC 7516 5.2; BCL 2.6 step 1',
  holds: 'It could be decrypted.',
  why: "Only the client's private key decrypts it.",
  fix: "Give the client's private key: --decrypt-key FILE",
  readsBroken: true,
  check: ({ signature }) =>
    broken(signature.reason, { expected: 'a signed token inside', actual: 'encrypted' }),
}
const EXPIRY: Rule = {
  id: 'T09',
  level: 'must',
  reference: 'RFC 7519 4.1.4',
  claim: 'exp',
  holds: 'exp is in the future.',
  why: 'Receivers must not accept the token after exp.',
  fix: 'Get a new one.',
  check: (subject) => (subject.payload.exp === undefined ? skip('It has no exp.') : checkExpiry(subject)),
}
const VALID: Rule = {
  id: 'T10',
  level: 'must',
  reference: 'RFC 7515 5.2',
  holds: 'The signature is valid.',
  why: 'Only the signature proves that the issuer created the token.',
  fix: 'Compare the keys with the realm that issued the token.',
  check: checkSignature,
}
const KNOWN_KIND: Rule = {
  id: 'T11',
  level: 'should',
  reference: 'RFC 8725 3.11',
  claim: 'typ',
  holds: 'Its kind is known.',
  why: 'Without its kind only the general rules can be checked.',
  fix: 'Name the expected kind: --kind logout, id, access, refresh or admin-action.',
  check: ({ payload, header, classification: { signals } }) => {
    const [named] = signals
    const known = nameOfKind('unknown', header, {})
    if (named?.from === 'header typ')
      return broken(
        known === KIND_NAMES.unknown
          ? `kc-logout does not know the type ${quote(headerType(header))} of its header.`
          : `kc-logout has no rules for this type (${named.value}).`,
        { actual: header.typ },
      )
    return broken(
      payload.typ === undefined
        ? 'It does not say which kind of token it is.'
        : `kc-logout does not know the type ${quote(payload.typ)} of its payload.`,
      { actual: payload.typ ?? header.typ },
    )
  },
}

const OPAQUE: Rule = {
  id: 'T13',
  level: 'may',
  reference: 'RFC 6749 1.4; RFC 7662',
  holds: 'It can be read.',
  why: 'Only the server that issued it knows what it means. Keycloak issues no opaque tokens.',
  fix: 'Ask the introspection endpoint of the server that issued it.',
  readsBroken: true,
  check: () => note('It is not a JWT: nothing can be read from it.'),
}

/** Members whose type RFC 7515 section 4.1 and RFC 7519 section 4.1 fix, and that no rule of a kind checks. */
const TEXTS = { header: ['kid', 'typ', 'cty'], payload: ['jti', 'typ'] } as const

const TYPES: Rule = {
  id: 'T12',
  level: 'must',
  reference: 'RFC 7515 4.1; RFC 7519 4.1',
  holds: 'kid, typ, cty and jti are strings or missing.',
  why: 'Receivers ignore a value of another type or reject the token.',
  fix: 'The issuer must write strings.',
  check: ({ header, payload, classification: { kind } }) => {
    const wrong = [
      ...wrongTexts('header', header, TEXTS.header),
      ...wrongTexts('payload', payload, CHECKS_JTI.includes(kind) ? ['typ'] : TEXTS.payload),
    ]
    return wrong.length === 0 ? true : broken(`${wrong.join('; ')}.`, { expected: 'strings' })
  },
}
const CHECKS_JTI: readonly Kind[] = [
  'logout',
  'security-event',
  'client-assertion',
  'dpop-proof',
  'registration',
]

const wrongTexts = (part: string, members: JsonObject, names: readonly string[]) =>
  names.flatMap((name) =>
    members[name] === undefined || typeof members[name] === 'string'
      ? []
      : [`${name} in the ${part} is ${typeOf(members[name])}`],
  )

const EVERY = [UNIQUE_MEMBERS, NO_OWN_KEYS, TYPES]
const WITHOUT_OWN = [WELL_FORMED, NO_CRIT, ONE_KIND]

/** The rules of each kind in addition to its own. */
export const COMMON_RULES: Readonly<Record<Kind, readonly Rule[]>> = {
  logout: [...EVERY, NOT_BEFORE],
  id: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  access: [...WITHOUT_OWN, SIGNED, ...EVERY],
  refresh: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  offline: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  'security-event': [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  'client-assertion': [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  'dpop-proof': [...WITHOUT_OWN, UNIQUE_MEMBERS, TYPES, NOT_BEFORE],
  'action-token': [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  registration: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  'admin-action': [...WITHOUT_OWN, ...EVERY],
  'identity-cookie': [...WITHOUT_OWN, SIGNED, ...EVERY, NOT_BEFORE, EXPIRY],
  encrypted: [DECRYPTED],
  opaque: [OPAQUE],
  unknown: [...WITHOUT_OWN, SIGNED, ...EVERY, NOT_BEFORE, EXPIRY, VALID, KNOWN_KIND],
}

/** Every rule of this file once. */
export const ALL_COMMON_RULES: readonly Rule[] = [
  WELL_FORMED,
  UNIQUE_MEMBERS,
  SIGNED,
  NO_CRIT,
  ONE_KIND,
  NO_OWN_KEYS,
  NOT_BEFORE,
  DECRYPTED,
  EXPIRY,
  VALID,
  KNOWN_KIND,
  TYPES,
  OPAQUE,
]
