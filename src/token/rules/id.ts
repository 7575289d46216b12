import { formatTime, looksLikeMilliseconds } from '../../util/time.ts'
import { audiences } from '../audience.ts'
import { hasLogoutEvent } from '../kind.ts'
import { checkAlg, checkAlgNone, checkAudience, checkIssuer, checkSignature, checkSubject } from './checks.ts'
import { broken, fail, quote, type Rule, skip, typeOf } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

const YEAR = 365.25 * 86400

/** Rules for ID tokens: OpenID Connect Core 1.0 section 3.1.3.7 (Core). */
export const ID_RULES: readonly Rule[] = [
  {
    id: 'I01',
    level: 'should',
    reference: 'Core 3.1.3.7 step 1',
    holds: 'It is encrypted if the client is registered for that.',
    why: 'A client that is registered for encryption should reject an unencrypted ID token.',
    fix: 'Use the same encryption settings in the client and the application.',
    check: ({ expect, outerHeader }) => {
      if (expect.encryptionExpected === undefined)
        return skip("The client's settings are not known: give --online.")
      if (!expect.encryptionExpected || outerHeader) return true
      return broken("The client's ID tokens must be encrypted, and this one is not.", {
        expected: 'encrypted',
        actual: 'signed only',
      })
    },
  },
  {
    id: 'I02',
    level: 'must',
    reference: 'Core 2, 3.1.3.7 step 2',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'A token of another realm or server must not sign a user in here.',
    fix: 'Configure exactly this issuer in the application, or correct the hostname setting of Keycloak.',
    check: checkIssuer,
  },
  {
    id: 'I03',
    level: 'must',
    reference: 'Core 2, 3.1.3.7 step 3',
    claim: 'aud',
    holds: 'aud contains the client.',
    why: 'An ID token is only for the client that requested it.',
    fix: 'Configure the application with the client id that it signs in with.',
    check: checkAudience,
  },
  {
    id: 'I04',
    level: 'should',
    reference: 'Core 3.1.3.7 steps 4 and 5',
    claim: 'azp',
    holds: 'azp is the client or not needed.',
    why: 'With several audiences, azp names the client that the token was issued to; libraries such as oauth4webapi require it then.',
    fix: 'Remove the audiences that the client does not need from the ID token.',
    check: ({ payload: { aud, azp }, expect }) => {
      const count = audiences(aud).length
      if (azp === undefined) {
        return count > 1
          ? broken(`aud names ${count} audiences, and azp is missing.`, { expected: 'azp' })
          : true
      }
      if (typeof azp !== 'string')
        return broken(`azp is ${typeOf(azp)}.`, { expected: 'a string', actual: azp })
      if (expect.clientId === undefined || azp === expect.clientId) return true
      return broken(`azp is ${quote(azp)}.`, { expected: expect.clientId, actual: azp })
    },
  },
  {
    id: 'I05',
    level: 'must',
    reference: 'Core 3.1.3.7 step 6',
    holds: 'The signature is valid.',
    why: 'Only the signature proves that the issuer created the token.',
    fix: "Compare the application's JWKS URL with the realm that issued the token, and refresh its keys.",
    check: checkSignature,
  },
  {
    id: 'I06',
    level: 'must',
    reference: 'Core 2, 3.1.3.7 step 7',
    claim: 'alg',
    holds: 'It is signed with the expected algorithm.',
    why: 'An application accepts only the algorithm that it is registered with, and never "none".',
    fix: 'Use the same "ID token signature algorithm" in the client and the application.',
    check: (subject) => {
      const none = checkAlgNone(subject)
      return none === true ? checkAlg(subject) : none
    },
  },
  {
    id: 'I07',
    level: 'must',
    reference: 'Core 2, 3.1.3.7 step 9',
    claim: 'exp',
    holds: 'exp is present and in the future.',
    why: 'Receivers must not accept the token after exp.',
    fix: 'Sign in again.',
    check: (subject) =>
      subject.payload.exp === undefined
        ? broken('exp is missing.', { expected: 'seconds since 1970' })
        : checkExpiry(subject),
  },
  {
    id: 'I08',
    level: 'must',
    reference: 'Core 2, 3.1.3.7 step 10',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'Applications use it to refuse tokens that are too old or from the future.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'I09',
    level: 'must',
    reference: 'Core 3.1.3.7 step 11',
    claim: 'nonce',
    holds: 'nonce is the one that was sent.',
    why: 'It links the token to the sign-in that requested it.',
    fix: 'Compare with the nonce of the authorization request: another tab or a replayed response has a different one.',
    check: ({ payload: { nonce }, expect }) => {
      if (nonce !== undefined && typeof nonce !== 'string') {
        return broken(`nonce is ${typeOf(nonce)}.`, { expected: 'a string', actual: nonce })
      }
      if (expect.nonce === undefined) return skip('Give --nonce to compare.')
      if (nonce === expect.nonce) return true
      return broken(nonce === undefined ? 'nonce is missing.' : 'nonce is not the expected one.', {
        expected: expect.nonce,
        actual: nonce,
      })
    },
  },
  {
    id: 'I10',
    level: 'should',
    reference: 'Core 3.1.3.7 step 12',
    claim: 'acr',
    holds: 'acr is a string or missing.',
    why: 'An application that requested an authentication level must check that it got it.',
    fix: 'Compare it with the acr_values of the request.',
    check: ({ payload: { acr } }) =>
      acr === undefined || typeof acr === 'string'
        ? true
        : broken(`acr is ${typeOf(acr)}.`, { expected: 'a string', actual: acr }),
  },
  {
    id: 'I11',
    level: 'should',
    reference: 'Core 3.1.3.7 step 13',
    claim: 'auth_time',
    holds: 'auth_time is a time or missing.',
    why: 'It is the time of the actual sign-in; it is required if max_age was requested.',
    fix: 'Compare it with the max_age of the request.',
    check: ({ payload: { auth_time: time } }) => {
      if (time === undefined) return true
      return typeof time === 'number' && Number.isFinite(time)
        ? true
        : broken(`auth_time is ${typeOf(time)}.`, { expected: 'seconds since 1970', actual: time })
    },
  },
  {
    id: 'I12',
    level: 'must',
    reference: 'Core 2',
    claim: 'sub',
    holds: 'sub is present.',
    why: 'It names the user; it never changes, not even on refresh.',
    fix: 'Keep the client scope "basic" of the client: since 25 its mapper adds sub.',
    check: checkSubject,
  },
  {
    id: 'I13',
    level: 'must',
    reference: 'Core 3.1.3.6, 3.2.2.9',
    claim: 'at_hash',
    holds: 'at_hash matches the access token.',
    why: 'It links the access token to this ID token, so that neither can be replaced.',
    fix: 'Take both tokens from the same response.',
    check: ({ payload: { at_hash: hash }, expect }) => {
      if (hash !== undefined && typeof hash !== 'string') {
        return broken(`at_hash is ${typeOf(hash)}.`, { expected: 'a string', actual: hash })
      }
      if (expect.accessTokenHash === undefined) return skip('Give --access-token to compare.')
      if (hash === undefined) return skip('It has no at_hash, which the code flow allows.')
      if (hash === expect.accessTokenHash) return true
      return broken('at_hash belongs to another access token.', {
        expected: expect.accessTokenHash,
        actual: hash,
      })
    },
  },
  {
    id: 'I14',
    level: 'must',
    reference: 'Core 3.3.2.11',
    claim: 'c_hash',
    holds: 'There is no c_hash or s_hash to compare.',
    why: 'In the hybrid flow they link code and state to this token.',
    fix: 'Compare them in the application, which has the code and the state.',
    check: ({ payload }) =>
      payload.c_hash === undefined && payload.s_hash === undefined
        ? true
        : skip('c_hash and s_hash cannot be compared without the code and the state.'),
  },
  {
    id: 'I15',
    level: 'should',
    reference: 'RFC 7519 2; Core 2',
    holds: 'Its times and acr are plausible.',
    why: 'Such values are usually a mistake of the issuer, and some libraries reject them.',
    fix: 'Use seconds since 1970 for times; leave out empty values.',
    check: ({ payload: { exp, iat, auth_time: time, acr }, expect }) => {
      const odd: string[] = []
      if (typeof exp === 'number' && !looksLikeMilliseconds(exp) && exp - expect.now > 50 * YEAR) {
        odd.push(`exp is more than 50 years ahead (${formatTime(exp)})`)
      }
      if (typeof iat === 'number' && iat < expect.now - 50 * YEAR) odd.push(`iat is in ${formatTime(iat)}`)
      if (typeof time === 'number' && looksLikeMilliseconds(time))
        odd.push('auth_time looks like milliseconds')
      if (typeof time === 'number' && time < expect.now - YEAR) odd.push('auth_time is more than a year ago')
      if (acr === '') odd.push('acr is empty')
      return odd.length === 0
        ? true
        : broken(`${odd.join('; ')}.`, { actual: { exp, iat, auth_time: time, acr } })
    },
  },
  {
    id: 'I16',
    level: 'must',
    reference: 'BCL 4.1; RFC 8725 3.12',
    claim: 'events',
    holds: 'It is not a logout token or another kind.',
    why: 'A logout token accepted as an ID token would sign a user in.',
    fix: 'Refuse it.',
    check: ({ payload, classification }) => {
      if (hasLogoutEvent(payload))
        return fail('It contains the backchannel logout event.', { actual: payload.events })
      const other = classification.signals.find(({ kind }) => kind !== 'id')
      return other
        ? fail(`Its ${other.from} says ${quote(other.value)}.`, { expected: 'ID', actual: other.value })
        : true
    },
  },
]
