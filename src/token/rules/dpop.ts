import { duration } from '../../util/time.ts'
import { isObject } from '../json.ts'
import { headerType } from '../kind.ts'
import { checkSignature, checkText, isNone, isSymmetric } from './checks.ts'
import { broken, fail, note, quote, type Rule, skip } from './rule.ts'
import { checkIssuedAt } from './time-checks.ts'

/** Seconds that Keycloak 26.7.4 accepts a proof after iat (`DPoPUtil`), without the clock skew of 15 s. */
const KEYCLOAK_LIFETIME = 10
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** Rules for DPoP proofs: RFC 9449 section 4.3. */
export const DPOP_RULES: readonly Rule[] = [
  {
    id: 'D01',
    level: 'must',
    reference: 'RFC 9449 4.2, 4.3',
    claim: 'typ',
    holds: 'Its header says typ "dpop+jwt".',
    why: 'The type prevents using another token as a proof.',
    fix: 'The client must write it.',
    check: ({ header, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      return headerType(header) === 'dpop+jwt'
        ? true
        : broken(
            header.typ === undefined ? 'Its header has no typ.' : `Its header says typ ${quote(header.typ)}.`,
            {
              expected: 'dpop+jwt',
              actual: header.typ,
            },
          )
    },
  },
  {
    id: 'D02',
    level: 'must',
    reference: 'RFC 9449 4.2, 4.3',
    claim: 'alg',
    holds: 'It is signed with an asymmetric algorithm.',
    why: 'A proof must show that its sender has a private key.',
    fix: 'Use ES256 or another asymmetric algorithm in the client.',
    check: ({ header: { alg }, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no alg.')
      return typeof alg !== 'string' || isNone(alg) || isSymmetric(alg)
        ? broken(`alg is ${quote(alg)}.`, { expected: 'an asymmetric algorithm', actual: alg })
        : true
    },
  },
  {
    id: 'D03',
    level: 'must',
    reference: 'RFC 9449 4.2, 4.3',
    claim: 'jwk',
    holds: 'Its header has a public key.',
    why: 'The access token is bound to this key. A private key would give it away.',
    fix: 'The client must write its public key as jwk.',
    check: ({ header: { jwk }, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      if (!isObject(jwk))
        return broken('Its header has no key (jwk).', { expected: 'a public key', actual: jwk })
      const secret = PRIVATE_MEMBERS.filter((name) => Object.hasOwn(jwk, name))
      return secret.length === 0
        ? true
        : broken(`Its jwk has private members: ${secret.join(', ')}.`, { expected: 'a public key' })
    },
  },
  {
    id: 'D04',
    level: 'must',
    reference: 'RFC 9449 4.3',
    holds: 'The signature is valid.',
    why: 'It proves that the sender has the private key.',
    fix: 'Sign with the key in the header.',
    check: checkSignature,
  },
  {
    id: 'D05',
    level: 'must',
    reference: 'RFC 9449 4.2',
    claim: 'jti',
    holds: 'jti is a string.',
    why: 'Keycloak accepts each proof once.',
    fix: 'Write a random jti into each proof.',
    check: (subject) => checkText(subject, 'jti'),
  },
  {
    id: 'D06',
    level: 'must',
    reference: 'RFC 9449 4.2, 4.3',
    claim: 'htm',
    holds: 'htm is the method of the request.',
    why: 'The proof is for one kind of request.',
    fix: 'Write the HTTP method of the request, in upper case.',
    check: (subject) => {
      const text = checkText(subject, 'htm')
      const { htm } = subject.payload
      const expected = subject.expect.proof?.method
      if (text !== true) return text
      if (expected === undefined) return skip(`htm is ${quote(htm)}. Give --dpop-method to compare.`)
      return htm === expected ? true : broken(`htm is ${quote(htm)}.`, { expected, actual: htm })
    },
  },
  {
    id: 'D07',
    level: 'must',
    reference: 'RFC 9449 4.2, 4.3',
    claim: 'htu',
    holds: 'htu is the URL of the request.',
    why: 'The proof is for one URL, without query and fragment. Behind a proxy it is the URL that the client uses.',
    fix: 'Write the URL without query and fragment. Check the hostname setting and the proxy of the server.',
    check: (subject) => {
      const text = checkText(subject, 'htu')
      if (text !== true) return text
      const htu = String(subject.payload.htu)
      if (!URL.canParse(htu)) return broken('htu is not a URL.', { expected: 'a URL', actual: htu })
      const expected = subject.expect.proof?.url
      const hasQuery = /[?#]/.test(htu)
      if (expected === undefined)
        return hasQuery
          ? note('htu has a query or a fragment, which receivers ignore.', { actual: htu })
          : skip(`htu is ${quote(htu)}. Give --dpop-url to compare.`)
      return comparable(htu) === comparable(expected)
        ? true
        : broken('htu is another URL.', { expected, actual: htu })
    },
  },
  {
    id: 'D08',
    level: 'must',
    reference: 'RFC 9449 4.3, 11.1; Keycloak DPoPUtil',
    claim: 'iat',
    holds: 'iat is recent.',
    why: `Receivers accept a proof for a short time; Keycloak for ${KEYCLOAK_LIFETIME} s and 15 s of clock skew.`,
    fix: 'Write a new proof for each request.',
    check: (subject) => {
      const valid = checkIssuedAt(subject)
      const { iat } = subject.payload
      if (valid !== true || typeof iat !== 'number') return valid
      const age = subject.expect.now - iat
      return age <= KEYCLOAK_LIFETIME + subject.expect.tolerance
        ? true
        : broken(`It was issued ${duration(age)} ago.`, {
            expected: `at most ${KEYCLOAK_LIFETIME} s ago`,
            actual: iat,
            fix: `To check it for that time: --at ${iat}`,
            aged: true,
          })
    },
  },
  {
    id: 'D09',
    level: 'must',
    reference: 'RFC 9449 4.3, 7.1',
    claim: 'ath',
    holds: 'ath is the hash of the access token.',
    why: 'With an access token the proof must name it, so that it cannot be used with another one.',
    fix: 'Write the SHA-256 hash of the access token as ath.',
    check: ({ payload: { ath }, expect: { proof } }) => {
      if (ath !== undefined && typeof ath !== 'string')
        return broken('ath is not a string.', { expected: 'a string', actual: ath })
      if (proof?.hash === undefined)
        return skip(
          ath === undefined ? 'It has no ath: it is for a token request.' : 'Give --access-token to compare.',
        )
      if (ath === undefined) return broken('ath is missing.', { expected: proof.hash })
      return ath === proof.hash
        ? true
        : broken('ath belongs to another access token.', { expected: proof.hash, actual: ath })
    },
  },
  {
    id: 'D10',
    level: 'must',
    reference: 'RFC 9449 4.3, 6.1',
    claim: 'jwk',
    holds: 'The access token is bound to its key.',
    why: 'Only the holder of this key may use the access token.',
    fix: 'Sign the proof with the key of the token request, or get a new access token.',
    check: ({ expect: { proof } }) => {
      if (proof?.hash === undefined) return skip('Give --access-token to compare.')
      if (proof.boundTo === undefined)
        return note('The access token names no DPoP key (cnf.jkt), or it is opaque.', {
          expected: proof.thumbprint,
        })
      return proof.boundTo === proof.thumbprint
        ? true
        : fail('The access token is bound to another key.', {
            expected: proof.boundTo,
            actual: proof.thumbprint,
          })
    },
  },
]

/** A URL without query and fragment, with default port and empty path normalised (RFC 9449 section 4.3). */
function comparable(text: string): string {
  if (!URL.canParse(text)) return text
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`
}
