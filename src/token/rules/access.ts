import { audiences } from '../audience.ts'
import { boundThumbprint } from '../binding.ts'
import { headerType } from '../kind.ts'
import { checkBinding, checkIssuer, checkSignature, checkSubject } from './checks.ts'
import { broken, fail, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt, checkNotBefore } from './time-checks.ts'

const MAPPER =
  'Add an audience mapper: client scope (or the dedicated scope of the client), Add mapper, Audience, Included client audience. It must name the audience that the API expects.'

/** Rules for access tokens: RFC 9068 and Keycloak's TokenVerifier. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    id: 'A01',
    level: 'may',
    reference: 'RFC 9068 2.1, 4',
    claim: 'typ',
    holds: 'Its header says typ "at+jwt".',
    why: 'Keycloak writes "JWT" by default; APIs that follow RFC 9068 strictly reject that.',
    fix: 'If an API requires it, switch on "Use at+jwt as access token header type" of the client.',
    check: ({ header, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      const typ = headerType(header)
      if (typ === 'at+jwt') return true
      const values = { expected: 'at+jwt', actual: header.typ }
      if (header.typ === undefined) return note('Its header has no typ.', values)
      if (typ === 'jwt')
        return note(`Its header says typ ${quote(header.typ)}, as Keycloak does by default.`, values)
      return fail(`Its header says typ ${quote(header.typ)}: this is not an access token.`, {
        ...values,
        why: 'The type prevents using one kind of token as another.',
        fix: 'Send the access_token of the response to the API.',
      })
    },
  },
  {
    id: 'A02',
    level: 'must',
    reference: 'Keycloak TokenVerifier (TokenTypeCheck)',
    claim: 'typ',
    holds: 'The typ of its payload is "Bearer", "DPoP" or missing.',
    why: 'It prevents using ID and refresh tokens as access tokens.',
    fix: 'Send the access_token of the response to the API, not the id_token or the refresh_token.',
    check: ({ payload: { typ } }) =>
      typ === undefined || typ === 'Bearer' || typ === 'DPoP'
        ? true
        : broken(`Its payload says typ ${quote(typ)}: this is not an access token.`, {
            expected: 'Bearer',
            actual: typ,
          }),
  },
  {
    id: 'A03',
    level: 'must',
    reference: 'RFC 9068 4; RFC 8725 3.8',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'A token of another realm or server must not open this API.',
    fix: 'Configure exactly this issuer in the API, or correct the hostname setting of Keycloak.',
    check: checkIssuer,
  },
  {
    id: 'A04',
    level: 'must',
    reference: 'RFC 9068 4; RFC 7519 4.1.4',
    claim: 'exp',
    holds: 'exp is present and in the future.',
    why: 'Access tokens are short-lived because most receivers never check whether the session still exists.',
    fix: 'Get a new one with the refresh token.',
    check: (subject) =>
      subject.payload.exp === undefined
        ? broken('exp is missing.', { expected: 'seconds since 1970' })
        : checkExpiry(subject),
  },
  {
    id: 'A05',
    level: 'must',
    reference: 'RFC 9068 2.2; RFC 7519 4.1.6',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'Keycloak compares it with the not-before of realm, client and user.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'A06',
    level: 'must',
    reference: 'RFC 7519 4.1.5',
    claim: 'nbf',
    holds: 'nbf is in the past or missing.',
    why: 'Receivers must not accept the token before nbf.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkNotBefore,
  },
  {
    id: 'A07',
    level: 'should',
    reference: 'RFC 9068 2.2; Keycloak TokenVerifier (SubjectExistsCheck)',
    claim: 'sub',
    holds: 'sub is present.',
    why: 'It names the user. It is missing from lightweight tokens, and if the client lacks the scope "basic".',
    fix: 'Add the client scope "basic" to the client (since 25 its mapper adds sub).',
    check: checkSubject,
  },
  {
    id: 'A08',
    level: 'must',
    reference: 'RFC 9068 4; RFC 8725 3.9',
    claim: 'aud',
    holds: 'aud contains the expected audience.',
    why: 'Keycloak does not add the requesting client (azp) to aud; it adds the clients whose roles the token contains, typically "account". This is the most frequent cause of "invalid audience".',
    fix: MAPPER,
    check: ({ payload: { aud, azp }, expect }) => {
      const all = audiences(aud)
      if (all.some((each) => typeof each !== 'string')) {
        return broken(`aud is ${quote(aud)}.`, { expected: 'a string or a list of strings', actual: aud })
      }
      if (expect.clientId === undefined) {
        return all.length === 0
          ? note(`aud is missing${azp === undefined ? '' : `; it was issued to ${quote(azp)} (azp)`}.`, {
              expected: 'aud',
            })
          : skip(`aud is ${quote(aud)}; the expected audience is not known. Give --audience.`)
      }
      if (all.includes(expect.clientId)) return true
      const message =
        azp === expect.clientId
          ? `aud does not contain ${quote(expect.clientId)}, though it was issued to it (azp).`
          : `aud does not contain ${quote(expect.clientId)}.`
      return broken(message, { expected: expect.clientId, actual: aud })
    },
  },
  {
    id: 'A09',
    level: 'should',
    reference: 'RFC 9068 2.2 (client_id); Keycloak azp',
    claim: 'azp',
    holds: 'It names the client that it was issued to.',
    why: 'It shows which application uses the token. Keycloak writes azp; RFC 9068 requires client_id.',
    fix: 'Keycloak always writes azp: this token is probably from another server.',
    check: ({ payload: { azp, client_id: id } }) =>
      typeof azp === 'string' || typeof id === 'string' ? true : broken('azp and client_id are missing.'),
  },
  {
    id: 'A10',
    level: 'must',
    reference: 'RFC 9068 4; RFC 7515 5.2',
    holds: 'The signature is valid.',
    why: 'Only the signature proves that the issuer created the token.',
    fix: "Compare the API's JWKS URL with the realm that issued the token, and refresh its keys.",
    check: checkSignature,
  },
  {
    id: 'A11',
    level: 'may',
    reference: 'RFC 9449 6.1; RFC 8705 3.1; RFC 7800 3',
    claim: 'cnf',
    holds: 'It is not bound to a key.',
    why: 'A bound token is useless without a proof of its key.',
    fix: 'Send the DPoP proof or use the client certificate of its key.',
    check: checkBinding,
  },
  {
    id: 'A12',
    level: 'must',
    reference: 'RFC 9449 6.1, 7.1',
    claim: 'cnf',
    holds: 'The DPoP proof has the key that it is bound to.',
    why: 'An API must refuse the token if the proof has another key.',
    fix: 'Sign the proof with the key of the token request.',
    check: ({ payload, expect: { proofKeys } }) => {
      const jkt = boundThumbprint(payload)
      if (jkt === undefined) return skip('It is not bound to a DPoP key.')
      if (proofKeys === undefined) return skip('Give --dpop to compare.')
      return proofKeys.includes(jkt)
        ? true
        : broken('The DPoP proof has another key.', { expected: jkt, actual: proofKeys.join(', ') })
    },
  },
]
