import { type Answer, type IncomingRequest, isForm, type Reading } from '../../delivery.ts'
import type { Verdict } from '../inspect.ts'
import { broken, note, quote, type Rule, type RuleResult, skip } from './rule.ts'
import { resultOf } from './run.ts'

/** One exchange at a receiver: the request, and what was answered to it. */
export interface Exchange {
  readonly request: IncomingRequest
  readonly reading: Reading
  /** What the rules of the token came to; undefined where there was no token. */
  readonly token: Verdict | undefined
  /** The answer of a real receiver, to which the request was handed on. Undefined while kc-logout answers itself. */
  readonly answer?: Answer
}

const OURS = 'kc-logout itself answered, as the specification says.'

/** The request and the answer: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8 (BCL). */
export const REQUEST_RULES: readonly Rule<Exchange>[] = [
  {
    id: 'R01',
    level: 'must',
    reference: 'BCL 2.5',
    holds: 'It is a POST.',
    why: 'A logout request is a POST; anything else is not one, such as a browser or a health check.',
    fix: 'Find out who calls this URL.',
    check: ({ request: { method } }) =>
      method === 'POST' ? true : broken(`It is a ${method}.`, { expected: 'POST', actual: method }),
  },
  {
    id: 'R02',
    level: 'must',
    reference: 'BCL 2.5',
    claim: 'logout_token',
    holds: 'It carries its token as it should.',
    why: 'Receivers read one form parameter, logout_token; below an Admin URL Keycloak posts the signed text alone.',
    fix: 'Look at what stands between Keycloak and this receiver.',
    check: ({ request, reading }) => {
      if (request.method !== 'POST') return skip('It is no POST (R01).')
      if (request.tooLarge)
        return broken('The body is larger than any logout request.', { expected: 'at most 256 KB' })
      if (reading.kind === 'admin-action') {
        return reading.token === undefined
          ? broken('The body is empty.', { expected: 'the signed action' })
          : true
      }
      const type = request.headers['content-type']
      if (!isForm(type)) {
        const isAction = /^ey[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(request.body)
        return broken(
          isAction
            ? 'It is a token as Keycloak posts it below an Admin URL, at another path.'
            : `Its content type is ${type === undefined ? 'missing' : quote(type)}.`,
          { expected: 'application/x-www-form-urlencoded', actual: type },
        )
      }
      return reading.token === undefined
        ? broken('The form has no logout_token.', {
            expected: 'logout_token',
            actual: reading.parameters.map(([name]) => name),
          })
        : true
    },
  },
  {
    id: 'R03',
    level: 'must',
    reference: 'BCL 2.5',
    holds: 'It has no other parameters, which a receiver has to ignore.',
    why: 'Parameters that are not understood must be ignored; the conformance suite sends one on purpose.',
    fix: 'Nothing to do.',
    check: ({ reading }) => {
      const others = reading.parameters.map(([name]) => name).filter((name) => name !== 'logout_token')
      if (others.length === 0) return true
      return { status: 'pass', message: `Ignored: ${others.slice(0, 8).join(', ')}.`, actual: others }
    },
  },
  {
    id: 'R04',
    level: 'must',
    reference: 'RFC 6749 3.2',
    claim: 'logout_token',
    holds: 'logout_token is there once.',
    why: 'Of two, two programs may read different ones.',
    fix: 'Find out who sends it.',
    check: ({ reading }) => {
      const times = reading.parameters.filter(([name]) => name === 'logout_token').length
      return times <= 1
        ? true
        : broken(`logout_token is there ${times} times.`, { expected: 1, actual: times })
    },
  },
  {
    id: 'R05',
    level: 'must',
    reference: 'BCL 2.8; Keycloak (200 and 204)',
    holds: 'A good token was answered with success.',
    why: 'Keycloak takes 200 and 204 for success and logs everything else at DEBUG only, so nobody sees it.',
    fix: 'Let the application answer 200, with an empty body, and look into its own log for why it did not.',
    check: ({ answer, token }) => {
      if (!answer) return skip(OURS)
      if (token === 'fail' || token === undefined) return skip('The token is not good (R06).')
      if (answer.status === 200) return true
      if (answer.status === 204)
        return { status: 'pass', message: 'It answered 204, which Keycloak accepts too.' }
      return broken(
        answer.status < 300
          ? `It answered ${answer.status}, which is no success to Keycloak.`
          : `It refused a good token: ${answer.status}.`,
        { expected: '200 (or 204)', actual: answer.status },
      )
    },
  },
  {
    id: 'R06',
    level: 'must',
    reference: 'BCL 2.6, 2.8',
    holds: 'A bad token was answered with 400.',
    why: "A receiver that accepts a bad token lets people be logged out on anybody's word.",
    fix: 'Let the application check the rules that fail above.',
    check: ({ answer, token }) => {
      if (!answer) return skip(OURS)
      if (token !== 'fail') return skip('The token is good (R05).')
      if (answer.status === 400) return true
      return broken(
        answer.status < 300 ? 'It accepted a bad token.' : `It refused a bad token with ${answer.status}.`,
        { expected: 400, actual: answer.status },
      )
    },
  },
  {
    id: 'R07',
    level: 'may',
    reference: 'BCL 2.8; RFC 6749 5.2',
    holds: 'A refusal is empty, or says why as JSON.',
    why: 'Keycloak throws the body away, but whoever reads it here learns from it.',
    fix: 'Answer {"error":"invalid_request","error_description":"…"}.',
    check: ({ answer }) => {
      if (!answer) return skip(OURS)
      if (answer.status < 400 || answer.body === '' || /"error"\s*:/.test(answer.body)) return true
      return note('Its refusal is no JSON with "error".', {
        expected: '{"error":…}',
        actual: answer.body.slice(0, 200),
      })
    },
  },
  {
    id: 'R08',
    level: 'should',
    reference: 'BCL 2.8',
    claim: 'Cache-Control',
    holds: 'The answer may not be stored.',
    why: 'A proxy that keeps the answer would answer the next logout from its cache.',
    fix: 'Let the application send Cache-Control: no-store.',
    check: ({ answer }) => {
      if (!answer) return skip(OURS)
      const control = answer.headers['cache-control']
      return control !== undefined && /\bno-store\b/i.test(control)
        ? true
        : broken('It has no Cache-Control: no-store.', { expected: 'no-store', actual: control })
    },
  },
  {
    id: 'R09',
    level: 'must',
    reference: 'BCL 2.7',
    holds: 'Somebody who is logged out already is a success.',
    why: 'The same person may be logged out twice; that must not look like a failure.',
    fix: 'Answer 200 when there is no session to end.',
    check: () => skip("Only the receiver's own sessions show it: log the same person out twice."),
  },
  {
    id: 'R10',
    level: 'should',
    reference: 'BCL 2.7',
    holds: 'Refresh tokens without offline_access were revoked.',
    why: 'A refresh token that the application keeps would bring the session back.',
    fix: 'Drop the refresh tokens of the session, and keep those with offline_access.',
    check: () => skip('Nothing of it can be seen from outside.'),
  },
  {
    id: 'R11',
    level: 'should',
    reference: 'BCL 2.5',
    holds: 'Failed deliveries are repeated.',
    why: 'Keycloak sends each logout request once; what was lost stays lost.',
    fix: "Make the receiver answer within Keycloak's 5 s.",
    check: () => skip('Keycloak does not repeat: see L25 for a token that comes twice.'),
  },
  {
    id: 'R12',
    level: 'may',
    reference: 'BCL 2.5',
    holds: 'It was answered without a login, a cookie or a CSRF token.',
    why: 'The request comes from Keycloak, not from a browser: it has no cookie, no CSRF token and no login. A filter that wants one is the classic failure (spring-security #14524, #15227).',
    fix: 'Exempt this path from CSRF protection and from authentication in the application.',
    check: ({ answer }) => {
      if (!answer) return skip(OURS)
      const { status } = answer
      const isLogin = status >= 300 && status < 400
      if (!isLogin && status !== 401 && status !== 403 && status !== 419) return true
      return note(`${status} looks like ${isLogin ? 'a login page' : 'a filter for CSRF or for logins'}.`, {
        actual: status,
      })
    },
  },
]

/** All of them, for one exchange. */
export const checkExchange = (exchange: Exchange, { strict = false } = {}): RuleResult[] =>
  REQUEST_RULES.map((rule) => resultOf(rule, rule.check(exchange), strict))
