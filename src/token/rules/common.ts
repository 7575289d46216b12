import type { Kind } from '../kind.ts'
import { checkAlgNone, checkCrit, checkMixedSignals, checkSignature, checkStructure } from './checks.ts'
import { broken, note, type Rule, skip } from './rule.ts'
import { checkExpiry, checkNotBefore } from './time-checks.ts'

/** What is asked of every token, and of kinds that have no rules of their own (RFC 7519, RFC 8725). */
const WELL_FORMED: Rule = {
  id: 'T01',
  level: 'must',
  reference: 'RFC 7515 7.1; RFC 7519 7.2',
  holds: 'It is a signed token of three parts.',
  why: 'What cannot be taken apart cannot be verified.',
  fix: 'Copy the whole token.',
  readsBroken: true,
  check: checkStructure,
}
const UNIQUE_MEMBERS: Rule = {
  id: 'T02',
  level: 'must',
  reference: 'RFC 7515 4; RFC 7519 4',
  holds: 'No claim is there twice.',
  why: 'Parsers differ in which of two counts, so that two programs may see two different tokens.',
  fix: 'Refuse it, and find out who made it.',
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
  why: "An unsigned token is anybody's.",
  fix: 'Refuse it.',
  check: checkAlgNone,
}
const NO_CRIT: Rule = {
  id: 'T04',
  level: 'must',
  reference: 'RFC 7515 4.1.11',
  claim: 'crit',
  holds: 'The header asks for no extension that is unknown.',
  why: 'A receiver that does not understand a critical extension has to reject the token.',
  fix: 'Let the issuer leave crit out.',
  check: checkCrit,
}
const ONE_KIND: Rule = {
  id: 'T05',
  level: 'must',
  reference: 'RFC 8725 2.8, 3.11, 3.12',
  claim: 'typ',
  holds: 'Nothing in it says that it is another kind of token.',
  why: 'One kind of token passed off as another is an old attack.',
  fix: 'Refuse it, and find out who made it.',
  check: checkMixedSignals,
}
const NO_OWN_KEYS: Rule = {
  id: 'T06',
  level: 'should',
  reference: 'RFC 8725 3.10',
  claim: 'jku',
  holds: 'It brings no key of its own.',
  why: 'Who takes the key from the token believes whoever wrote it. Nothing is ever fetched from there.',
  fix: "Make sure that the receiver takes keys only from the issuer's JWKS URL.",
  check: ({ header }) => {
    const there = ['jku', 'jwk', 'x5u', 'x5c'].filter((name) => Object.hasOwn(header, name))
    return there.length === 0
      ? true
      : note(`Its header has ${there.join(', ')}, which is ignored here.`, { actual: there })
  },
}
const NOT_BEFORE: Rule = {
  id: 'T07',
  level: 'must',
  reference: 'RFC 7519 4.1.5',
  claim: 'nbf',
  holds: 'nbf is over, or not there.',
  why: 'Before nbf the token must not be accepted.',
  fix: 'Set the clocks of issuer and receiver (NTP).',
  check: checkNotBefore,
}
const DECRYPTED: Rule = {
  id: 'T08',
  level: 'must',
  reference: 'RFC 7516 5.2; BCL 2.6 step 1',
  holds: 'It could be decrypted.',
  why: "What it says is hidden: only the client's private key opens it.",
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
  holds: 'exp is not over.',
  why: 'After exp the token must not be accepted.',
  fix: 'Get a new one.',
  check: (subject) => (subject.payload.exp === undefined ? skip('It has no exp.') : checkExpiry(subject)),
}
const VALID: Rule = {
  id: 'T10',
  level: 'must',
  reference: 'RFC 7515 5.2',
  holds: 'The signature is valid.',
  why: 'Only the signature says that the issuer wrote it.',
  fix: 'Compare the keys with the realm that issued the token.',
  check: checkSignature,
}
const KNOWN_KIND: Rule = {
  id: 'T11',
  level: 'should',
  reference: 'RFC 8725 3.11',
  claim: 'typ',
  holds: 'Its kind is known.',
  why: 'Without its kind only the rules of every token can be asked.',
  fix: 'Say what it should be: --kind logout, id, access, refresh or admin-action.',
  check: ({ payload, header }) =>
    broken('It does not say which kind of token it is.', { actual: payload.typ ?? header.typ }),
}

const EVERY = [UNIQUE_MEMBERS, NO_OWN_KEYS]
const WITHOUT_OWN = [WELL_FORMED, NO_CRIT, ONE_KIND]

/** The rules in addition to those of the kind itself. */
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

/** Every rule of this file once, for the documentation and the tests. */
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
