import { duration, looksLikeMilliseconds } from '../../util/time.ts'
import { headerType } from '../kind.ts'
import {
  checkAlg,
  checkAlgNone,
  checkAudience,
  checkIssuer,
  checkSignature,
  checkStructure,
  checkText,
  isSymmetric,
} from './checks.ts'
import { broken, fail, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

/**
 * Rules for logout tokens: OpenID Connect Back-Channel Logout 1.0 incorporating errata set 1 (BCL). This file: structure,
 * signature, issuer, audience and times. Sessions and events have their own files.
 */
export const LOGOUT_RULES: readonly Rule[] = [
  {
    id: 'L01',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 1; RFC 7515 7.1',
    holds: 'It is a signed token of three parts.',
    why: 'A token that cannot be decoded cannot be verified; receivers answer 400.',
    fix: 'Copy the whole token. If it is complete, check the proxies between Keycloak and the application.',
    readsBroken: true,
    check: checkStructure,
  },
  {
    id: 'L02',
    level: 'should',
    reference: 'BCL 2.6 step 1',
    holds: "It is encrypted if the client's ID tokens are.",
    why: "Keycloak never encrypts logout tokens, even if the client's ID tokens are encrypted; a receiver that follows the specification rejects that.",
    fix: 'Accept unencrypted logout tokens in the receiver, or switch off encryption of ID tokens in the client.',
    check: ({ expect, outerHeader }) => {
      if (expect.encryptionExpected === undefined)
        return skip("The client's settings are not known: give --online.")
      if (!expect.encryptionExpected || outerHeader) return true
      return broken("The client's ID tokens are encrypted, and this token is not.", {
        expected: 'encrypted',
        actual: 'signed only',
      })
    },
  },
  {
    id: 'L03',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 2',
    holds: 'The signature is valid.',
    why: 'Without it, anyone who finds the URL could log users out.',
    fix: "Compare the receiver's JWKS URL with the realm that sent the token, and refresh its keys.",
    check: checkSignature,
  },
  {
    id: 'L04',
    level: 'must',
    reference: 'BCL 2.6 step 3',
    claim: 'alg',
    holds: 'It is signed with the algorithm of the ID tokens.',
    why: 'A receiver accepts only the algorithm that it is registered with; otherwise an attacker could choose it.',
    fix: 'Use the same "ID token signature algorithm" in the client and the receiver.',
    check: (subject) =>
      isSymmetric(subject.header.alg)
        ? fail(`It is signed with ${subject.header.alg}: only Keycloak can verify it.`, {
            expected: subject.expect.alg ?? 'RS256',
            actual: subject.header.alg,
            fix: 'Set "ID token signature algorithm" of the client to RS256 or another asymmetric algorithm.',
          })
        : checkAlg(subject),
  },
  {
    id: 'L05',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 3',
    claim: 'alg',
    holds: 'It is signed (alg is not "none").',
    why: 'With unsigned logout tokens anyone can log users out (CVE-2026-18569 in Keycloak as a broker).',
    fix: 'Refuse it. Never switch off signature checks in the receiver.',
    check: checkAlgNone,
  },
  {
    id: 'L06',
    level: 'should',
    reference: 'BCL 2.4, 4.1',
    claim: 'typ',
    holds: 'Its header says typ "logout+jwt".',
    why: 'The type prevents using one kind of token as another. Receivers must not require it from every issuer: many still leave it out.',
    fix: 'Keycloak writes it since 25.0. Some receivers reject one of the two forms: check what your library accepts.',
    check: ({ header, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      const typ = headerType(header)
      if (typ === 'logout+jwt') return true
      const values = { expected: 'logout+jwt', actual: header.typ }
      if (header.typ === undefined) return broken('Its header has no typ.', values)
      if (typ === 'jwt') return broken('Its header says typ "JWT", as Keycloak before 25.0 did.', values)
      return fail(`Its header says typ ${quote(header.typ)}: this is not a logout token.`, values)
    },
  },
  {
    id: 'L07',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 4',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'It says whose session ends. Keycloak writes the issuer of the time of sign-in, with the host name used then.',
    fix: 'Configure exactly this issuer in the receiver, or set the hostname of Keycloak, so that it is always the same.',
    check: checkIssuer,
  },
  {
    id: 'L08',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 4',
    claim: 'aud',
    holds: 'aud contains the client.',
    why: "A logout token for another client must not end this one's sessions.",
    fix: 'Configure the receiver with the client id of the client that has its Backchannel Logout URL.',
    check: checkAudience,
  },
  {
    id: 'L09',
    level: 'may',
    reference: 'Core 3.1.3.7',
    claim: 'azp',
    holds: 'There is no azp, as usual.',
    why: 'Logout tokens have no azp; some receivers apply the rule for ID tokens and compare it with the client.',
    fix: 'If a receiver rejects it, remove the mapper that adds azp.',
    check: ({ payload, expect }) => {
      if (payload.azp === undefined) return true
      if (payload.azp === expect.clientId) return { status: 'pass', message: 'azp is the client.' }
      return note(`azp is ${quote(payload.azp)}.`, { expected: expect.clientId ?? null, actual: payload.azp })
    },
  },
  {
    id: 'L10',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 4',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'Receivers use it to refuse old tokens; some allow 30 s of difference, some ten minutes.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'L11',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 4',
    claim: 'exp',
    holds: 'exp is present and in the future.',
    why: 'Receivers must refuse it after exp, so that a captured token cannot be replayed.',
    fix: 'The issuer should set exp about two minutes after iat.',
    check: (subject) =>
      subject.payload.exp === undefined
        ? broken('exp is missing, as in logout tokens of Keycloak before 23.0.4.', {
            expected: 'seconds since 1970',
            why: 'exp is required since errata set 1 (2023-12-15). Quarkus, Open Liberty and others reject tokens without it.',
            fix: 'Update Keycloak to 23.0.4 or later (keycloak#25753).',
          })
        : checkExpiry(subject),
  },
  {
    id: 'L12',
    level: 'should',
    reference: 'BCL 4',
    claim: 'exp',
    holds: 'It is valid for two minutes or less.',
    why: 'A short lifetime makes a captured logout token useless.',
    fix: 'Shorten the lifetime in the issuer.',
    check: ({ payload: { exp, iat } }) => {
      if (typeof exp !== 'number' || typeof iat !== 'number') return skip('It needs exp and iat.')
      if (looksLikeMilliseconds(exp) !== looksLikeMilliseconds(iat))
        return skip('One of exp and iat is in milliseconds (L10, L11).')
      const life = looksLikeMilliseconds(exp) ? (exp - iat) / 1000 : exp - iat
      if (life <= 120) return true
      return broken(`It is valid for ${duration(life)}.`, { expected: 'at most 120 s', actual: `${life} s` })
    },
  },
  {
    id: 'L13',
    level: 'must',
    reference: 'BCL 2.4',
    claim: 'jti',
    holds: 'jti is a string.',
    why: 'It distinguishes a repeated token from a new one.',
    fix: 'The issuer must write a unique jti.',
    check: (subject) => checkText(subject, 'jti'),
  },
]
