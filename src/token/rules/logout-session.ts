import { duration } from '../../util/time.ts'
import { checkCrit, checkMixedSignals, isAscii } from './checks.ts'
import { broken, fail, note, type Rule, skip, typeOf } from './rule.ts'

/** Rules for logout tokens: whose sessions end, replay, and what it must not contain (BCL). */
export const LOGOUT_SESSION_RULES: readonly Rule[] = [
  {
    id: 'L19',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 5',
    claim: 'sub',
    holds: 'It names the user or the session: sub, sid or both.',
    why: 'Without them the receiver does not know which user to log out.',
    fix: 'The issuer must write sub, and sid if the client requires it.',
    check: ({ payload }) =>
      payload.sub !== undefined || payload.sid !== undefined
        ? true
        : broken('Both sub and sid are missing.', { expected: 'sub, sid or both' }),
  },
  {
    id: 'L20',
    level: 'must',
    reference: 'Core 2; BCL 2.4',
    claim: 'sub',
    holds: 'sub and sid are strings of the right form.',
    why: 'Receivers find sessions by these strings.',
    fix: 'The issuer must write strings; sub has at most 255 ASCII characters.',
    check: ({ payload: { sub, sid } }) => {
      const wrong: string[] = []
      if (sub !== undefined && typeof sub !== 'string') wrong.push(`sub is ${typeOf(sub)}`)
      if (typeof sub === 'string' && (sub === '' || sub.length > 255 || !isAscii(sub))) {
        wrong.push('sub is not 1 to 255 ASCII characters')
      }
      if (sid !== undefined && typeof sid !== 'string') wrong.push(`sid is ${typeOf(sid)}`)
      if (sid === '') wrong.push('sid is empty')
      if (wrong.length === 0) return true
      return broken(`${wrong.join(', ')}.`, { expected: 'strings', actual: { sub, sid } })
    },
  },
  {
    id: 'L21',
    level: 'must',
    reference: 'BCL 2.2',
    claim: 'sid',
    holds: 'sid is present, or the client does not require it.',
    why: 'A client that is registered with backchannel_logout_session_required needs a sid to find the session.',
    fix: 'kc-logout configure CLIENT --session-required',
    check: ({ payload, expect }) => {
      if (payload.sid !== undefined) return true
      if (expect.sessionRequired === undefined)
        return skip("The client's settings are not known: give --online.")
      return expect.sessionRequired
        ? broken('sid is missing, and the client requires it.', { expected: 'a sid' })
        : true
    },
  },
  {
    id: 'L22',
    level: 'may',
    reference: 'BCL 2.4',
    claim: 'sid',
    holds: 'It names one session (sid).',
    why: 'Without a sid it ends every session of this user in this client.',
    fix: 'kc-logout configure CLIENT --session-required',
    check: ({ payload }) =>
      payload.sid !== undefined || payload.sub === undefined
        ? true
        : note('Without a sid it ends all sessions of this user in this client.', {
            expected: 'sid',
            actual: 'sub',
          }),
  },
  {
    id: 'L23',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 7',
    claim: 'nonce',
    holds: 'There is no nonce.',
    why: 'It is forbidden so that a logout token cannot be used as the ID token of a sign-in.',
    fix: 'Remove the mapper that adds a nonce.',
    check: ({ payload }) =>
      Object.hasOwn(payload, 'nonce')
        ? broken('It contains a nonce.', { expected: 'no nonce', actual: payload.nonce })
        : true,
  },
  {
    id: 'L24',
    level: 'must',
    reference: 'BCL 2.4',
    holds: 'It has no claims that receivers must ignore.',
    why: 'Receivers must ignore unknown claims.',
    fix: 'Nothing to do.',
    check: ({ payload }) => {
      const ignored = Object.keys(payload).filter((name) => !KNOWN.has(name))
      if (ignored.length === 0) return true
      return {
        status: 'pass',
        message: `Receivers ignore: ${ignored.slice(0, 12).join(', ')}.`,
        actual: ignored,
      }
    },
  },
  {
    id: 'L25',
    level: 'may',
    reference: 'BCL 2.6 step 8',
    claim: 'jti',
    holds: 'Its jti was not received before.',
    why: 'A token received twice was repeated on its way: Keycloak never repeats a delivery.',
    fix: 'Find out what repeats requests: a proxy that retries, or an attacker.',
    check: ({ payload: { iss, jti }, expect }) => {
      if (!expect.seenBefore) return skip('Only a receiver knows; `kc-logout listen` checks it.')
      if (typeof jti !== 'string') return skip('It has no jti.')
      const before = expect.seenBefore(String(iss), jti)
      if (before === undefined) return true
      return fail(`This jti was received ${duration(Math.max(0, expect.now - before))} ago.`, {
        expected: 'a new jti',
        actual: jti,
      })
    },
  },
  ...(['iss', 'sub', 'sid'] as const).map(
    (claim, index): Rule => ({
      id: `L${26 + index}`,
      level: 'may',
      reference: `BCL 2.6 step ${9 + index}`,
      claim,
      holds: `${claim} is that of the ID token.`,
      why: 'A receiver looks for a session with the same values; with pairwise subjects Keycloak sent a different sub for years (keycloak#11735, #37839).',
      fix:
        claim === 'sub'
          ? 'Check the mappers for sub of this client.'
          : 'Compare both tokens: they have different sessions or issuers.',
      check: ({ payload, expect }) => {
        if (!expect.idToken) return skip('Give --id-token to compare.')
        const expected = expect.idToken[claim]
        const actual = payload[claim]
        if (actual === expected) return true
        if (actual === undefined && claim !== 'iss') return skip(`It has no ${claim} to compare.`)
        return fail(`${claim} is not that of the ID token.`, { expected, actual })
      },
    }),
  ),
  {
    id: 'L29',
    level: 'must',
    reference: 'RFC 7515 4.1.11',
    claim: 'crit',
    holds: 'The header requires no extension.',
    why: 'A receiver must reject a token with a critical extension that it does not support.',
    fix: 'Configure the issuer to leave crit out.',
    check: checkCrit,
  },
  {
    id: 'L30',
    level: 'should',
    reference: 'BCL 2.4',
    claim: 'iss',
    holds: 'If it was encrypted, its outer header names the issuer.',
    why: 'The receiver then knows the issuer before it decrypts.',
    fix: 'The issuer should repeat iss in the header of the encrypted token.',
    check: ({ outerHeader, payload }) =>
      !outerHeader || outerHeader.iss === payload.iss
        ? true
        : broken('The header of the encrypted token does not repeat iss.', {
            expected: payload.iss,
            actual: outerHeader.iss,
          }),
  },
  {
    id: 'L31',
    level: 'must',
    reference: 'BCL 4.1; RFC 8725 2.8, 3.11, 3.12',
    claim: 'typ',
    holds: 'None of its members indicates another kind of token.',
    why: 'Confusing kinds of tokens is a known vulnerability: Keycloak exchanged logout tokens for access tokens (GHSA-7fpj-9hr8-28vh).',
    fix: 'Refuse it, and find out who created it.',
    check: checkMixedSignals,
  },
]

const KNOWN = new Set(['iss', 'sub', 'aud', 'iat', 'exp', 'jti', 'events', 'sid', 'nonce', 'nbf'])
