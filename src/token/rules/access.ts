import { audiences } from '../audience.ts'
import { headerType } from '../kind.ts'
import { checkIssuer, checkSignature, checkSubject } from './checks.ts'
import { broken, fail, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt, checkNotBefore } from './time-checks.ts'

const MAPPER =
  'Add an audience mapper: client scope (or the dedicated scope of the client), Add mapper, Audience, Included client audience. Its name must be what the API compares with.'

/** Access tokens as Keycloak issues them: RFC 9068 where it says so, and Keycloak's own TokenVerifier. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    id: 'A01',
    level: 'may',
    reference: 'RFC 9068 2.1, 4',
    claim: 'typ',
    holds: 'Its header says typ "at+jwt".',
    why: 'Keycloak writes "JWT" unless the client is told otherwise; APIs that follow RFC 9068 strictly reject that.',
    fix: 'Switch on "Use at+jwt as access token header type" at the client, if an API demands it.',
    check: ({ header, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      const typ = headerType(header)
      if (typ === 'at+jwt') return true
      const values = { expected: 'at+jwt', actual: header.typ }
      if (header.typ === undefined) return note('Its header has no typ.', values)
      if (typ === 'jwt')
        return note(`Its header says typ ${quote(header.typ)}, as Keycloak does by default.`, values)
      return fail(`Its header says typ ${quote(header.typ)}: this is no access token.`, {
        ...values,
        why: 'The type keeps one kind of token from being taken for another.',
        fix: 'Send the access_token of the response to the API.',
      })
    },
  },
  {
    id: 'A02',
    level: 'must',
    reference: 'Keycloak TokenVerifier (TokenTypeCheck)',
    claim: 'typ',
    holds: 'Its payload says typ "Bearer" or "DPoP", or nothing.',
    why: 'It keeps ID and refresh tokens from being used as access tokens.',
    fix: 'Send the access_token of the response to the API, not the id_token or the refresh_token.',
    check: ({ payload: { typ } }) =>
      typ === undefined || typ === 'Bearer' || typ === 'DPoP'
        ? true
        : broken(`Its payload says typ ${quote(typ)}: this is no access token.`, {
            expected: 'Bearer',
            actual: typ,
          }),
  },
  {
    id: 'A03',
    level: 'must',
    reference: 'RFC 9068 4; RFC 8725 3.8',
    claim: 'iss',
    holds: 'iss is the issuer expected.',
    why: 'A token of another realm or server must not open this API.',
    fix: "Give the API exactly this issuer, or fix Keycloak's host name.",
    check: checkIssuer,
  },
  {
    id: 'A04',
    level: 'must',
    reference: 'RFC 9068 4; RFC 7519 4.1.4',
    claim: 'exp',
    holds: 'exp is there and not over.',
    why: 'Access tokens are short-lived because most receivers never ask whether the session still is.',
    fix: 'Refresh it.',
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
    holds: 'iat is there and not in the future.',
    why: 'Keycloak compares it with the not-before of realm, client and user.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'A06',
    level: 'must',
    reference: 'RFC 7519 4.1.5',
    claim: 'nbf',
    holds: 'nbf is over, or not there.',
    why: 'Before nbf the token must not be accepted.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkNotBefore,
  },
  {
    id: 'A07',
    level: 'should',
    reference: 'RFC 9068 2.2; Keycloak TokenVerifier (SubjectExistsCheck)',
    claim: 'sub',
    holds: 'sub is there.',
    why: 'It says whose token it is. Lightweight tokens leave it out, and so do realms whose clients lost the scope "basic".',
    fix: 'Add the client scope "basic" to the client (since 25 its mapper writes sub).',
    check: checkSubject,
  },
  {
    id: 'A08',
    level: 'must',
    reference: 'RFC 9068 4; RFC 8725 3.9',
    claim: 'aud',
    holds: 'aud contains what was expected.',
    why: 'Keycloak does not put the client that asked (azp) into aud; it puts the clients there whose roles the token carries, typically "account". This is the most frequent "invalid audience" of all.',
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
          : skip(`aud is ${quote(aud)}; there was nothing to compare it with: give --client.`)
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
    holds: 'It says to which client it was issued.',
    why: 'Who logs a client out, or limits it, needs to know which one it is. Keycloak uses azp; RFC 9068 asks for client_id.',
    fix: 'Keycloak always writes azp: this is probably a token of another server.',
    check: ({ payload: { azp, client_id: id } }) =>
      typeof azp === 'string' || typeof id === 'string' ? true : broken('azp and client_id are missing.'),
  },
  {
    id: 'A10',
    level: 'must',
    reference: 'RFC 9068 4; RFC 7515 5.2',
    holds: 'The signature is valid.',
    why: 'Only the signature says that the issuer wrote it.',
    fix: "Compare the API's JWKS URL with the realm that issued the token, and refresh its keys.",
    check: checkSignature,
  },
  {
    id: 'A11',
    level: 'may',
    reference: 'RFC 7800 3; RFC 9449 6',
    claim: 'cnf',
    holds: 'Whoever holds it may use it.',
    why: 'A token bound to a key is worth nothing without a proof of that key.',
    fix: 'Send the DPoP proof, or use the client certificate, that it is bound to.',
    check: ({ payload: { cnf } }) =>
      cnf === undefined
        ? true
        : note('It is bound to a key (cnf): it needs a DPoP proof or a client certificate.', { actual: cnf }),
  },
]
