import { formatTime, isoTime, looksLikeMilliseconds, relativeTime } from '../../util/time.ts'
import { checkAlgNone, checkSignature, checkText } from './checks.ts'
import { broken, fail, note, quote, type Rule, skip, typeOf } from './rule.ts'

const ACTIONS = ['LOGOUT', 'PUSH_NOT_BEFORE', 'TEST_AVAILABLE', 'TEST_AVAILABILITY']

/**
 * Rules for admin actions, which Keycloak POSTs to Admin URLs (`k_logout`, `k_push_not_before`, `k_test_available`):
 * signed JSON without JWT claims.
 */
export const ADMIN_ACTION_RULES: readonly Rule[] = [
  {
    id: 'K01',
    level: 'must',
    reference: 'Keycloak AdminAction',
    claim: 'id',
    holds: 'It has an id.',
    why: 'It distinguishes a repeated action from a new one.',
    fix: 'Refuse it: Keycloak always writes one.',
    check: (subject) => checkText(subject, 'id'),
  },
  {
    id: 'K02',
    level: 'must',
    reference: 'Keycloak AdminAction.isExpired',
    claim: 'expiration',
    holds: 'expiration is present and in the future.',
    why: 'An action is valid for 30 s; adapters refuse it afterwards.',
    fix: 'Set the clocks of Keycloak and of the application (NTP).',
    check: ({ payload: { expiration }, expect, decoded }) => {
      if (typeof expiration !== 'number' || !Number.isFinite(expiration)) {
        return broken(
          expiration === undefined ? 'expiration is missing.' : `expiration is ${typeOf(expiration)}.`,
          {
            expected: 'seconds since 1970',
            actual: expiration,
          },
        )
      }
      if (looksLikeMilliseconds(expiration)) {
        return broken('expiration looks like milliseconds.', { expected: 'seconds', actual: expiration })
      }
      if (expect.now - expect.tolerance < expiration) return true
      const values = { expected: `after ${formatTime(expect.now)}`, actual: formatTime(expiration) }
      const message = `It expired ${relativeTime(expiration, expect.now)}: actions are valid for 30 s.`
      if (decoded.form === 'claims') return note(message, values)
      return broken(message, {
        ...values,
        fix: `To check it for that time: --at ${isoTime(expiration - 30)}`,
        aged: true,
      })
    },
  },
  {
    id: 'K03',
    level: 'must',
    reference: 'Keycloak AdminAction.resource',
    claim: 'resource',
    holds: 'resource is the client.',
    why: 'Only resource names the client of the action: there is no aud.',
    fix: 'Set the Admin URL of the client that the application signs in with.',
    check: (subject) => {
      const text = checkText(subject, 'resource')
      if (text !== true) return text
      const { resource } = subject.payload
      const { clientId } = subject.expect
      if (clientId === undefined) return skip(`resource is ${quote(resource)}; give --audience to compare.`)
      return resource === clientId
        ? true
        : broken(`resource is ${quote(resource)}.`, { expected: clientId, actual: resource })
    },
  },
  {
    id: 'K04',
    level: 'must',
    reference: 'Keycloak AdapterConstants',
    claim: 'action',
    holds: 'action is known to adapters.',
    why: 'Adapters ignore other actions.',
    fix: 'Compare the versions of Keycloak and of the adapter.',
    check: ({ payload: { action } }) =>
      typeof action === 'string' && ACTIONS.includes(action)
        ? true
        : broken(`action is ${quote(action)}.`, {
            expected: 'LOGOUT, PUSH_NOT_BEFORE, TEST_AVAILABLE',
            actual: action,
          }),
  },
  {
    id: 'K05',
    level: 'should',
    reference: 'Keycloak LogoutAction',
    claim: 'adapterSessionIds',
    holds: 'It names the sessions to end.',
    why: "adapterSessionIds are the application's own session ids, which it sent to Keycloak (client_session_state).",
    fix: 'If the application does not find the sessions: check that it sends client_session_state in token requests.',
    check: ({ payload }) => {
      if (payload.action !== 'LOGOUT') return skip('This action does not end sessions.')
      const { adapterSessionIds: ids, notBefore } = payload
      if (ids === null || ids === undefined) {
        // 0 means no limit: an adapter then ends all its sessions.
        const until =
          typeof notBefore === 'number' && notBefore > 0
            ? `that began before ${formatTime(notBefore)}`
            : 'of the application'
        return note(`It names no sessions, so it ends every session ${until}.`, { actual: ids ?? null })
      }
      return Array.isArray(ids) && ids.every((id) => typeof id === 'string')
        ? true
        : broken(`adapterSessionIds is ${quote(ids)}.`, {
            expected: 'a list of strings, or null',
            actual: ids,
          })
    },
  },
  {
    id: 'K06',
    level: 'must',
    reference: 'Keycloak ResourceAdminManager; RFC 7515 5.2',
    holds: 'The signature is valid.',
    why: 'keycloak-connect, the Node.js adapter, executes these actions without verifying the signature; other applications should verify it.',
    fix: "Verify it with the realm's keys before executing it.",
    check: checkSignature,
  },
  {
    id: 'K07',
    level: 'must',
    reference: 'RFC 7515 4.1.1',
    claim: 'alg',
    holds: 'It is signed.',
    why: 'Anyone can write an unsigned action.',
    fix: 'Refuse it.',
    check: checkAlgNone,
  },
  {
    id: 'K08',
    level: 'must',
    reference: 'Keycloak PushNotBeforeAction, LogoutAction',
    claim: 'notBefore',
    holds: 'notBefore is a time if the action needs one.',
    why: 'The application refuses tokens issued before it; 0 means none.',
    fix: 'Use seconds since 1970, as `kc-logout not-before set` does.',
    check: ({ payload: { action, notBefore } }) => {
      if (action !== 'PUSH_NOT_BEFORE' && notBefore === undefined) return true
      if (typeof notBefore !== 'number') {
        return broken(`notBefore is ${notBefore === undefined ? 'missing' : typeOf(notBefore)}.`, {
          expected: 'seconds',
          actual: notBefore,
        })
      }
      return looksLikeMilliseconds(notBefore)
        ? fail('notBefore looks like milliseconds: every token would be refused for thousands of years.', {
            expected: 'seconds',
            actual: notBefore,
          })
        : true
    },
  },
  {
    id: 'K09',
    level: 'may',
    reference: 'Keycloak AdminAction',
    holds: 'It has no JWT claims, which is correct.',
    why: 'It has no iss, aud, exp, iat, jti and sub; generic tools wrongly report that as an error.',
    fix: 'Do not verify it with a JWT library that requires them.',
    check: ({ payload }) => {
      const there = ['iss', 'aud', 'exp', 'iat', 'jti', 'sub'].filter((name) => Object.hasOwn(payload, name))
      return there.length === 0
        ? true
        : note(`It has ${there.join(', ')}, which Keycloak does not write.`, { actual: there })
    },
  },
]
