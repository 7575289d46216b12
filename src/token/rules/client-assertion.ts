import { duration } from '../../util/time.ts'
import { audiences } from '../audience.ts'
import { headerType } from '../kind.ts'
import { checkAlgNone, checkSignature, checkText } from './checks.ts'
import { broken, fail, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

/** Seconds that Keycloak accepts an assertion after iat, since 26.0.11 and 26.1.5 (keycloak#38576). */
const KEYCLOAK_LIFETIME = 60

/** Endpoints that Keycloak 26.7.4 accepts as audience besides its issuer. */
const ENDPOINTS = [
  '/protocol/openid-connect/token',
  '/protocol/openid-connect/token/introspect',
  '/protocol/openid-connect/ext/par/request',
  '/protocol/openid-connect/ext/ciba/auth',
]

/** Rules for client assertions (private_key_jwt, client_secret_jwt): RFC 7523 section 3, RFC 10070, Keycloak. */
export const CLIENT_ASSERTION_RULES: readonly Rule[] = [
  {
    id: 'C01',
    level: 'may',
    reference: 'RFC 10070',
    claim: 'typ',
    holds: 'Its header says typ "client-authentication+jwt".',
    why: 'The type prevents using it as another kind of token. It is new (November 2026); Keycloak does not require it.',
    fix: 'Nothing to do unless the server requires it.',
    check: ({ header, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      const typ = headerType(header)
      if (typ === 'client-authentication+jwt' || typ === undefined || typ === 'jwt') return true
      return fail(`Its header says typ ${quote(header.typ)}: this is not a client assertion.`, {
        expected: 'client-authentication+jwt',
        actual: header.typ,
      })
    },
  },
  {
    id: 'C02',
    level: 'must',
    reference: 'RFC 7523 3; Core 9',
    claim: 'sub',
    holds: 'iss and sub are the client id.',
    why: 'Keycloak finds the client by sub; iss must be the same.',
    fix: 'Write the client id as iss and as sub.',
    check: (subject) => {
      for (const name of ['iss', 'sub']) {
        const text = checkText(subject, name)
        if (text !== true) return text
      }
      const { iss, sub } = subject.payload
      if (iss !== sub) return broken('iss and sub differ.', { expected: sub, actual: iss })
      const { clientId } = subject.expect
      return clientId === undefined || sub === clientId
        ? true
        : broken(`sub is ${quote(sub)}.`, { expected: clientId, actual: sub })
    },
  },
  {
    id: 'C03',
    level: 'must',
    reference: 'RFC 7523 3; RFC 10070',
    claim: 'aud',
    holds: 'aud is the issuer of the realm.',
    why: 'With another audience it could be used at another server. RFC 10070 allows only the issuer, as a string.',
    fix: 'Write the issuer as aud: https://HOST/realms/REALM',
    check: ({ payload: { aud }, expect: { issuer } }) => {
      const all = audiences(aud)
      if (all.length === 0 || all.some((each) => typeof each !== 'string'))
        return broken(aud === undefined ? 'aud is missing.' : `aud is ${quote(aud)}.`, {
          expected: issuer?.value ?? 'the issuer',
          actual: aud,
        })
      if (all.length > 1)
        return broken(`aud has ${all.length} values; Keycloak since 26.2 accepts only one.`, {
          expected: issuer?.value ?? 'the issuer',
          actual: aud,
        })
      const [only] = all
      if (issuer === undefined)
        return skip(`aud is ${quote(only)}; the expected issuer is not known. Give --issuer.`)
      if (only === issuer.value) return true
      const values = { expected: issuer.value, actual: aud }
      if (ENDPOINTS.some((path) => only === `${issuer.value}${path}`))
        return note('aud is an endpoint. Keycloak 26.7 still accepts it; RFC 10070 does not.', values)
      return issuer.sure
        ? broken('aud is not the issuer.', values)
        : skip('aud is not the issuer derived from settings.')
    },
  },
  {
    id: 'C04',
    level: 'must',
    reference: 'RFC 7523 3; Keycloak AbstractBaseJWTValidator',
    claim: 'exp',
    holds: 'exp is present and in the future.',
    why: 'After exp Keycloak answers "Token is not active".',
    fix: 'Write a new assertion for each request.',
    check: (subject) =>
      subject.payload.exp === undefined
        ? broken('exp is missing.', { expected: 'seconds since 1970' })
        : checkExpiry(subject),
  },
  {
    id: 'C05',
    level: 'must',
    reference: 'Keycloak AbstractBaseJWTValidator (keycloak#38576)',
    claim: 'iat',
    holds: 'iat is recent.',
    why: `Keycloak accepts an assertion for ${KEYCLOAK_LIFETIME} s after iat, whatever its exp ("Max expiration" of the client). Without iat, exp must be at most ${KEYCLOAK_LIFETIME} s ahead.`,
    fix: 'Write iat, and a new assertion for each request.',
    check: (subject) => {
      const { payload, expect } = subject
      const { iat, exp } = payload
      if (iat === undefined) {
        const ahead = typeof exp === 'number' ? exp - expect.now : 0
        return ahead <= KEYCLOAK_LIFETIME + expect.tolerance
          ? note('iat is missing, which RFC 7523 allows.', { expected: 'iat' })
          : broken(`iat is missing, and exp is ${duration(ahead)} ahead.`, {
              expected: `iat, or an exp at most ${KEYCLOAK_LIFETIME} s ahead`,
            })
      }
      const valid = checkIssuedAt(subject)
      if (valid !== true || typeof iat !== 'number') return valid
      const age = expect.now - iat
      const isOver = typeof exp === 'number' && exp <= expect.now - expect.tolerance
      return isOver || age <= KEYCLOAK_LIFETIME + expect.tolerance
        ? true
        : broken(
            `It was issued ${duration(age)} ago: "Token was issued too far in the past to be used now".`,
            {
              expected: `at most ${KEYCLOAK_LIFETIME} s ago`,
              actual: iat,
            },
          )
    },
  },
  {
    id: 'C06',
    level: 'must',
    reference: 'Keycloak AbstractBaseJWTValidator; FAPI 2.0 5.3.2',
    claim: 'jti',
    holds: 'jti is a string.',
    why: 'Keycloak accepts each jti once ("Token reuse detected") and requires one ("Token jti claim is required").',
    fix: 'Write a random jti into each assertion.',
    check: (subject) => checkText(subject, 'jti'),
  },
  {
    id: 'C07',
    level: 'must',
    reference: 'RFC 7523 3; RFC 7515 5.2',
    holds: 'The signature is valid.',
    why: 'It proves that the client has its key. The realm verifies it with the keys of the client, not with its own.',
    fix: 'Compare the key of the assertion with the tab Keys of the client (JWKS URL or imported certificate).',
    check: checkSignature,
  },
  {
    id: 'C08',
    level: 'must',
    reference: 'RFC 7523 3; RFC 8725 3.2',
    claim: 'alg',
    holds: 'It is signed (alg is not "none").',
    why: 'Anyone can write an unsigned assertion.',
    fix: 'Refuse it.',
    check: checkAlgNone,
  },
]
