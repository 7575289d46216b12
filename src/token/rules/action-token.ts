import { ownProperty } from '../../util/own-property.ts'
import { duration } from '../../util/time.ts'
import { checkIssuer, checkOwnAudience, checkSubject, checkText } from './checks.ts'
import { checkKeycloakSecret } from './keycloak-secret.ts'
import { broken, note, quote, type Rule, skip } from './rule.ts'
import { checkExpiry, checkIssuedAt } from './time-checks.ts'

/** What the action tokens of Keycloak 26.7.4 do. */
const ACTIONS: Readonly<Record<string, string>> = {
  'reset-credentials': 'It lets the user set a new password.',
  'verify-email': "It confirms the user's email address.",
  'update-email': "It changes the user's email address.",
  'execute-actions': 'It lets the user carry out the actions that an administrator requires (rqac).',
  'idp-verify-account-via-email': "It links the user's account to an identity provider.",
  ORGIVT: 'It invites a user to an organization.',
}

/** Rules for action tokens: the links in emails of Keycloak (`DefaultActionToken`). */
export const ACTION_TOKEN_RULES: readonly Rule[] = [
  {
    id: 'E01',
    level: 'must',
    reference: 'Keycloak DefaultActionToken (signature category INTERNAL)',
    claim: 'alg',
    holds: "It is signed with Keycloak's own secret.",
    why: 'Action tokens are only for Keycloak: their key is not public.',
    fix: 'Open the link in a browser to see whether it is still valid.',
    check: checkKeycloakSecret,
  },
  {
    id: 'E02',
    level: 'may',
    reference: 'Keycloak ActionTokenHandler',
    claim: 'typ',
    holds: 'Its payload says which action it is for.',
    why: 'Anyone with the link can carry out the action in place of the user.',
    fix: 'Treat the link like a password.',
    check: ({ payload: { typ, rqac } }) => {
      const action = typeof typ === 'string' ? ownProperty(ACTIONS, typ) : undefined
      if (action === undefined)
        return note(`kc-logout does not know the action ${quote(typ)}.`, { actual: typ })
      return {
        status: 'pass',
        message: rqac === undefined ? action : `${action.replace(' (rqac).', '')}: ${quote(rqac)}.`,
      }
    },
  },
  {
    id: 'E03',
    level: 'must',
    reference: 'Keycloak LoginActionsService (RealmUrlCheck)',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'Keycloak accepts only action tokens with its current issuer.',
    fix: 'Send a new email after a change of the hostname of Keycloak.',
    check: checkIssuer,
  },
  {
    id: 'E04',
    level: 'must',
    reference: 'Keycloak DefaultActionToken',
    claim: 'aud',
    holds: 'aud is the issuer itself.',
    why: 'The only audience of an action token is Keycloak.',
    fix: 'Refuse it: Keycloak always writes its issuer.',
    check: checkOwnAudience,
  },
  {
    id: 'E05',
    level: 'must',
    reference: 'Keycloak LoginActionsService (IS_ACTIVE)',
    claim: 'exp',
    holds: 'exp is present and in the future.',
    why: 'After exp Keycloak shows "Action expired".',
    fix: 'Send a new email.',
    check: (subject) =>
      subject.payload.exp === undefined
        ? broken('exp is missing.', { expected: 'seconds since 1970' })
        : checkExpiry(subject),
  },
  {
    id: 'E06',
    level: 'must',
    reference: 'Keycloak DefaultActionToken',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'Keycloak refuses it if it is before a not-before.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'E07',
    level: 'must',
    reference: 'Keycloak DefaultActionTokenKey',
    claim: 'sub',
    holds: 'sub is present.',
    why: 'It names the user of the action.',
    fix: 'Send a new email.',
    check: checkSubject,
  },
  {
    id: 'E08',
    level: 'must',
    reference: 'Keycloak DefaultActionToken (ACTION_TOKEN_BASIC_CHECKS)',
    claim: 'nonce',
    holds: 'nonce is present.',
    why: 'Keycloak marks a used action token by its nonce ("Nonce not present.").',
    fix: 'Send a new email.',
    check: (subject) => checkText(subject, 'nonce'),
  },
  {
    id: 'E09',
    level: 'may',
    reference: 'Keycloak realm settings, Tokens (keycloak#26274)',
    claim: 'exp',
    holds: 'Its lifetime is at most a day.',
    why: 'The realm sets it: "User-Initiated Action Lifespan" (5 min), "Default Admin-Initiated Action Lifespan" (12 h) and "Override Action Tokens". Keycloak 23.0.4 ignored the overrides.',
    fix: 'Shorten it in the realm settings, tab Tokens.',
    check: ({ payload: { exp, iat } }) => {
      if (typeof exp !== 'number' || typeof iat !== 'number') return skip('It needs exp and iat.')
      const message = `It is valid for ${duration(exp - iat)}.`
      return exp - iat <= 86_400 ? { status: 'pass', message } : note(message, { expected: 'at most a day' })
    },
  },
]
