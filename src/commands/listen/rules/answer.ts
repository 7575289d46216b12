import { broken, type Departure, note, type Rule, skip } from '../../../token/rules/rule.ts'
import { type Answer, type IncomingRequest, isForm } from '../logout-request.ts'
import { REQUEST_RULES, type Received } from './request.ts'

/**
 * What a receiver has to make of a token: accept it, refuse it, or either. Of `unverified` ones the signature could not
 * be checked here; a `replayed` one is good but for having come before, which a receiver may refuse (BCL 2.6 step 8).
 */
export type Standing = 'good' | 'bad' | 'unverified' | 'replayed'

/** One exchange at a receiver: the request, and what was answered to it. */
export interface Exchange extends Received {
  /** Undefined where there was no token. */
  readonly token: Standing | undefined
  /** The answer of a real receiver, to which the request was handed on. */
  readonly answer?: Answer
  /** Why there is none: kc-logout answers by the rules or what it was told to, or the receiver did not answer. */
  readonly unanswered?: keyof typeof NO_ANSWER
}

const NO_ANSWER = {
  'by-the-rules': 'kc-logout itself answered, as the specification says.',
  'as-told': 'kc-logout itself answered, with what --respond says.',
  silent: 'The receiver did not answer.',
}

/** A rule about a receiver's answer to a logout token. Admin URLs have an adapter's protocol of their own. */
const judged =
  (check: (exchange: Exchange & { readonly answer: Answer }) => true | Departure) =>
  (exchange: Exchange): true | Departure => {
    const { reading, answer, unanswered = 'by-the-rules' } = exchange
    if (!answer) return skip(NO_ANSWER[unanswered])
    if (reading.kind === 'admin-action') return skip('Back-Channel Logout does not govern Admin URLs.')
    return check({ ...exchange, answer })
  }

/** The MUST rules that the request itself breaks: whoever refuses it is right. */
const faultsOf = (exchange: Exchange): string[] =>
  REQUEST_RULES.filter((rule) => {
    const outcome = rule.check(exchange)
    return outcome !== true && outcome.status === 'broken'
  }).map(({ id }) => id)

/** 400; and what HTTP itself (RFC 9110) has for a request that is none. */
const refusals = ({ method, tooLarge, headers }: IncomingRequest): number[] => [
  400,
  ...(method === 'POST' ? [] : [405]),
  ...(tooLarge ? [413] : []),
  ...(isForm(headers['content-type']) ? [] : [415]),
]

const wrongAnswer = (status: number, token: Standing) => {
  if (status < 300) return `It answered ${status}, which is no success to Keycloak.`
  return token === 'good'
    ? `It refused a good token: ${status}.`
    : `It answered ${status}, which is neither success nor refusal.`
}

/** What a receiver answered: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8 (BCL). */
export const ANSWER_RULES: readonly Rule<Exchange>[] = [
  {
    id: 'R05',
    level: 'must',
    reference: 'BCL 2.8; Keycloak (200 and 204)',
    holds: 'A good token was answered with success.',
    why: 'Keycloak takes 200 and 204 for success and logs everything else at DEBUG only, so nobody sees it.',
    fix: 'Let the application answer 200, with an empty body, and look into its own log for why it did not.',
    check: judged((exchange) => {
      const { answer, token } = exchange
      if (faultsOf(exchange).length > 0) return skip('The request is not good (R06).')
      if (token === undefined || token === 'bad') return skip('The token is not good (R06).')
      if (answer.status === 200) return true
      if (answer.status === 204)
        return { status: 'pass', message: 'It answered 204, which Keycloak accepts too.' }
      const expected = { expected: '200 (or 204)', actual: answer.status }
      if (answer.status === 400 && token === 'replayed')
        return { status: 'pass', message: 'It refused a token that came before, as it may.' }
      if (answer.status === 400 && token === 'unverified')
        return note('It refused a token whose signature was not checked here: it may be right.', expected)
      return broken(wrongAnswer(answer.status, token), expected)
    }),
  },
  {
    id: 'R06',
    level: 'must',
    reference: 'BCL 2.6, 2.8',
    holds: 'A bad token or request was answered with 400.',
    why: "A receiver that accepts a bad token lets people be logged out on anybody's word.",
    fix: 'Let the application check the rules that fail above.',
    check: judged((exchange) => {
      const { request, answer, token } = exchange
      const faults = faultsOf(exchange)
      if (faults.includes('R01') && token === undefined) return skip('It is no logout request (R01).')
      if (faults.length === 0 && token !== 'bad')
        return skip('Nothing is known to be wrong with the token (R05).')
      if (refusals(request).includes(answer.status)) return true
      const what = faults.length > 0 ? `request (${faults.join(', ')})` : 'token'
      return broken(
        answer.status < 300
          ? `It accepted a bad ${what}.`
          : `It refused a bad ${what} with ${answer.status}.`,
        { expected: 400, actual: answer.status },
      )
    }),
  },
  {
    id: 'R07',
    level: 'may',
    reference: 'BCL 2.8; RFC 6749 5.2',
    holds: 'A refusal is empty, or says why as JSON.',
    why: 'Keycloak throws the body away, but whoever reads it here learns from it.',
    fix: 'Answer {"error":"invalid_request","error_description":"…"}.',
    check: judged(({ answer }) => {
      if (answer.status < 400 || answer.body === '' || /"error"\s*:/.test(answer.body)) return true
      return note('Its refusal is no JSON with "error".', {
        expected: '{"error":…}',
        actual: answer.body.slice(0, 200),
      })
    }),
  },
  {
    id: 'R08',
    level: 'should',
    reference: 'BCL 2.8',
    claim: 'Cache-Control',
    holds: 'The answer may not be stored.',
    why: 'A proxy that keeps the answer would answer the next logout from its cache.',
    fix: 'Let the application send Cache-Control: no-store.',
    check: judged(({ answer }) => {
      const control = answer.headers['cache-control']
      return control !== undefined && /\bno-store\b/i.test(control)
        ? true
        : broken('It has no Cache-Control: no-store.', { expected: 'no-store', actual: control })
    }),
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
    check: judged(({ answer }) => {
      const { status } = answer
      const isLogin = status >= 300 && status < 400
      if (!isLogin && status !== 401 && status !== 403 && status !== 419) return true
      return note(`${status} looks like ${isLogin ? 'a login page' : 'a filter for CSRF or for logins'}.`, {
        actual: status,
      })
    }),
  },
]
