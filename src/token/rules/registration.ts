import { checkIssuer, checkOwnAudience, checkText } from './checks.ts'
import { checkKeycloakSecret } from './keycloak-secret.ts'
import type { Rule } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

/** Rules for registration access tokens and initial access tokens (RFC 7592, Keycloak ClientRegistrationTokenUtils). */
export const REGISTRATION_RULES: readonly Rule[] = [
  {
    id: 'G01',
    level: 'must',
    reference: 'Keycloak ClientRegistrationTokenUtils',
    claim: 'alg',
    holds: "It is signed with Keycloak's own secret.",
    why: 'These tokens are only for the client registration of Keycloak: their key is not public.',
    fix: 'Use it at the client registration endpoint to see whether it is still valid.',
    check: checkKeycloakSecret,
  },
  {
    id: 'G02',
    level: 'must',
    reference: 'Keycloak ClientRegistrationTokenUtils',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'Keycloak accepts only tokens with its current issuer.',
    fix: 'Create a new one after a change of the hostname of Keycloak.',
    check: checkIssuer,
  },
  {
    id: 'G03',
    level: 'must',
    reference: 'Keycloak ClientRegistrationTokenUtils',
    claim: 'aud',
    holds: 'aud is the issuer itself.',
    why: 'The only audience of this token is Keycloak.',
    fix: 'Refuse it: Keycloak always writes its issuer.',
    check: checkOwnAudience,
  },
  {
    id: 'G04',
    level: 'must',
    reference: 'Keycloak ClientRegistrationTokenUtils (isActive)',
    claim: 'exp',
    holds: 'exp is in the future.',
    why: 'Keycloak refuses it after exp.',
    fix: 'Create a new one.',
    check: (subject) => {
      const { exp } = subject.payload
      return exp === undefined || exp === 0
        ? { status: 'pass', message: 'It never expires (no exp, or exp 0).' }
        : checkExpiry(subject)
    },
  },
  {
    id: 'G05',
    level: 'must',
    reference: 'Keycloak ClientRegistrationTokenUtils',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'It says when the token was created.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'G06',
    level: 'must',
    reference: 'RFC 7592 3; Keycloak ClientRegistrationTokenUtils',
    claim: 'jti',
    holds: 'jti is a string.',
    why: 'Keycloak finds the client or the initial access by it. Each use of a registration access token gives a new one and makes the old one useless.',
    fix: 'Use the newest one, or create one in the settings of the client.',
    check: (subject) => checkText(subject, 'jti'),
  },
  {
    id: 'G07',
    level: 'may',
    reference: 'RFC 7592 5',
    holds: 'Anyone who has it can register clients or change one.',
    why: 'It gives access without a user or a client secret.',
    fix: 'Treat it like a password. Revoke it in Keycloak if it was disclosed.',
    check: ({ payload: { typ } }) => ({
      status: 'pass',
      message:
        typ === 'InitialAccessToken'
          ? 'Anyone who has it can register clients in this realm.'
          : 'Anyone who has it can read, change and delete its client.',
    }),
  },
]
