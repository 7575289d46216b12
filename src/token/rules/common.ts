import type { Kind } from '../kind.ts'
import { checkAlgNone, checkCrit, checkMixedSignals, checkSignature, checkStructure } from './checks.ts'
import { broken, note, type Rule, skip } from './rule.ts'
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
  why: 'Anybody can write an unsigned token.',
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
  check: ({ payload, header }) =>
    broken('It does not say which kind of token it is.', { actual: payload.typ ?? header.typ }),
}

const EVERY = [UNIQUE_MEMBERS, NO_OWN_KEYS]
const WITHOUT_OWN = [WELL_FORMED, NO_CRIT, ONE_KIND]

/** The rules of each kind in addition to its own. */
export const COMMON_RULES: Readonly<Record<Kind, readonly Rule[]>> = {
  logout: [...EVERY, NOT_BEFORE],
  id: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  access: [...WITHOUT_OWN, SIGNED, ...EVERY],
  refresh: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  offline: [...WITHOUT_OWN, ...EVERY, NOT_BEFORE],
  'admin-action': [...WITHOUT_OWN, ...EVERY],
  'identity-cookie': [...WITHOUT_OWN, SIGNED, ...EVERY, NOT_BEFORE, EXPIRY],
  encrypted: [DECRYPTED],
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
]
