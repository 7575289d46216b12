import { checkBinding, checkIssuer, checkText } from './checks.ts'
import { checkKeycloakSecret } from './keycloak-secret.ts'
import { broken, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

/** Rules for refresh and offline tokens. Only Keycloak reads them, so these are mostly its own checks. */
export const REFRESH_RULES: readonly Rule[] = [
  {
    id: 'F01',
    level: 'must',
    reference: 'Keycloak (signature category INTERNAL)',
    claim: 'alg',
    holds: "It is signed with Keycloak's own secret.",
    why: 'Refresh tokens are only for Keycloak: their key is deliberately not public (keycloak#15390).',
    fix: 'Ask the introspection endpoint whether it is still valid.',
    check: checkKeycloakSecret,
  },
  {
    id: 'F02',
    level: 'must',
    reference: 'Keycloak TokenManager (validateToken)',
    claim: 'typ',
    holds: 'Its payload says typ "Refresh" or "Offline".',
    why: 'Keycloak refuses other kinds of token at its token endpoint.',
    fix: 'Use the refresh_token of the response.',
    check: ({ payload: { typ } }) =>
      typ === 'Refresh' || typ === 'Offline'
        ? true
        : broken(`Its payload says typ ${quote(typ)}.`, { expected: 'Refresh or Offline', actual: typ }),
  },
  {
    id: 'F03',
    level: 'must',
    reference: 'Keycloak TokenManager (RealmUrlCheck)',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'Keycloak accepts only refresh tokens with its current issuer.',
    fix: 'Sign in again after a change of the hostname of Keycloak.',
    check: checkIssuer,
  },
  {
    id: 'F04',
    level: 'should',
    reference: 'Keycloak TokenManager',
    claim: 'aud',
    holds: 'aud is the issuer itself.',
    why: 'The only audience of a refresh token is Keycloak.',
    fix: 'Nothing to do unless Keycloak refuses it.',
    check: ({ payload: { aud, iss } }) =>
      aud === undefined || aud === iss || (Array.isArray(aud) && aud.includes(iss))
        ? true
        : broken('aud is not the issuer.', { expected: iss, actual: aud }),
  },
  {
    id: 'F05',
    level: 'should',
    reference: 'Keycloak TokenManager; RFC 6749 6',
    claim: 'azp',
    holds: 'azp is the client.',
    why: 'Only the client that it was issued to may use it.',
    fix: 'Use it with the client that it was issued to.',
    check: ({ payload: { azp, iss }, expect }) => {
      if (azp === undefined)
        return iss === undefined ? skip('It has no azp.') : broken('azp is missing.', { expected: 'azp' })
      if (expect.clientId === undefined || azp === expect.clientId) return true
      return broken(`azp is ${quote(azp)}.`, { expected: expect.clientId, actual: azp })
    },
  },
  {
    id: 'F06',
    level: 'must',
    reference: 'Keycloak TokenManager (isActive)',
    claim: 'exp',
    holds: 'exp is in the future or not needed.',
    why: 'After exp Keycloak answers "Token is not active".',
    fix: 'Sign in again.',
    check: (subject) => {
      const { exp, typ } = subject.payload
      if (exp !== undefined && exp !== 0) return checkExpiry(subject)
      if (typ === 'Offline') {
        return {
          status: 'pass',
          message: 'It has no exp: offline tokens have one only if "Offline Session Max Limited" is on.',
        }
      }
      return note('It has no exp: old versions of Keycloak left it out if the token never expires.', {
        expected: 'seconds since 1970',
      })
    },
  },
  {
    id: 'F07',
    level: 'must',
    reference: 'Keycloak TokenManager (NotBeforeCheck)',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'Keycloak refuses it as "Stale token" if it is before the not-before of realm, client or user.',
    fix: 'Sign in again; `kc-logout not-before show` shows each not-before.',
    check: checkIssuedAt,
  },
  {
    id: 'F08',
    level: 'should',
    reference: 'Keycloak TokenManager',
    claim: 'sid',
    holds: 'sid names the session.',
    why: 'Keycloak finds the session by it; without the session the token is useless.',
    fix: 'Sign in again.',
    check: (subject) =>
      typeof subject.payload.session_state === 'string' ? true : checkText(subject, 'sid'),
  },
  {
    id: 'F09',
    level: 'should',
    reference: 'Core 11',
    claim: 'scope',
    holds: 'Its scope matches its kind.',
    why: 'Offline tokens come from the scope offline_access and outlive the session.',
    fix: 'Nothing to do unless Keycloak refuses it.',
    check: ({ payload: { typ, scope } }) =>
      typ === 'Offline' && typeof scope === 'string' && !scope.split(' ').includes('offline_access')
        ? broken('It is an offline token without the scope offline_access.', {
            expected: 'offline_access',
            actual: scope,
          })
        : true,
  },
  {
    id: 'F10',
    level: 'may',
    reference: 'RFC 9449 5; RFC 8705 3, 4',
    claim: 'cnf',
    holds: 'It is not bound to a key.',
    why: 'A bound refresh token is useless without its key.',
    fix: 'Send the DPoP proof or use the client certificate of its key.',
    check: checkBinding,
  },
]
