import { broken, type Departure, note, type Rule, skip } from '../../../token/rules/rule.ts'
import { type Answer, type IncomingRequest, isForm } from '../logout-request.ts'
import { REQUEST_RULES, type RequestSubject } from './request.ts'

/**
 * Whether a receiver must accept a token (`valid`), must refuse it (`invalid`), or may do either.
 * `unverified`: its signature could not be checked here. `replayed`: valid, but received before, which a receiver may
 * refuse (BCL 2.6 step 8).
 */
export type TokenState = 'valid' | 'invalid' | 'unverified' | 'replayed'

/** A request at a receiver, and the answer to it. */
export interface Exchange extends RequestSubject {
  /** Undefined if there was no token. */
  readonly token: TokenState | undefined
  /** The answer of the receiver to which the request was forwarded. */
  readonly answer?: Answer
  /** Why there is no such answer: kc-logout answered itself (`own`, `forced`), or the receiver was `silent`. */
  readonly noAnswer?: keyof typeof NO_ANSWER
}

const NO_ANSWER = {
  own: 'kc-logout itself answered, as the specification says.',
  forced: 'kc-logout itself answered, as set with --respond.',
  silent: 'The receiver did not answer.',
}

/** A rule about the answer to a logout token. Admin URLs follow the protocol of Keycloak's adapters instead. */
const aboutAnswer =
  (check: (exchange: Exchange & { readonly answer: Answer }) => true | Departure) =>
  (exchange: Exchange): true | Departure => {
    const { parsed, answer, noAnswer = 'own' } = exchange
    if (!answer) return skip(NO_ANSWER[noAnswer])
    if (parsed.kind === 'admin-action') return skip('Back-Channel Logout does not apply to Admin URLs.')
    if (parsed.kind === 'security-event')
      return skip('Back-Channel Logout does not apply to security event tokens.')
    return check({ ...exchange, answer })
  }

/** A rule about the answer to a security event token. */
const aboutEvent =
  (check: (exchange: Exchange & { readonly answer: Answer }) => true | Departure) =>
  (exchange: Exchange): true | Departure => {
    const { parsed, answer, noAnswer = 'own' } = exchange
    if (parsed.kind !== 'security-event') return skip('It is not a security event token.')
    return answer ? check({ ...exchange, answer }) : skip(NO_ANSWER[noAnswer])
  }

/** The MUST rules that the request itself breaks; a receiver may refuse it then. */
const faultsOf = (exchange: Exchange): string[] =>
  REQUEST_RULES.filter((rule) => {
    const outcome = rule.check(exchange)
    return outcome !== true && outcome.status === 'broken'
  }).map(({ id }) => id)

/** The statuses of a refusal: 400, and those that HTTP itself (RFC 9110) has for such a request. */
const refusals = ({ method, tooLarge, headers }: IncomingRequest): number[] => [
  400,
  ...(method === 'POST' ? [] : [405]),
  ...(tooLarge ? [413] : []),
  ...(isForm(headers['content-type']) ? [] : [415]),
]

const wrongAnswer = (status: number, token: TokenState) => {
  if (status < 300) return `It answered ${status}, which Keycloak does not count as success.`
  return token === 'valid'
    ? `It refused a valid token: ${status}.`
    : `It answered ${status}, which is neither success nor refusal.`
}

/** The rules of the answer: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8 (BCL), and RFC 8935. */
export const ANSWER_RULES: readonly Rule<Exchange>[] = [
  {
    id: 'R05',
    level: 'must',
    reference: 'BCL 2.8; Keycloak (200 and 204)',
    holds: 'A valid token was answered with success.',
    why: 'Keycloak counts 200 and 204 as success and logs everything else at DEBUG only, so it is easily missed.',
    fix: 'Let the application answer 200 with an empty body, and look into its own log for why it did not.',
    check: aboutAnswer((exchange) => {
      const { answer, token } = exchange
      if (faultsOf(exchange).length > 0) return skip('The request is not valid (R06).')
      if (token === undefined || token === 'invalid') return skip('The token is not valid (R06).')
      if (answer.status === 200) return true
      if (answer.status === 204)
        return { status: 'pass', message: 'It answered 204, which Keycloak accepts, too.' }
      const expected = { expected: '200 (or 204)', actual: answer.status }
      if (answer.status === 400 && token === 'replayed')
        return { status: 'pass', message: 'It refused a token that it received before, which is allowed.' }
      if (answer.status === 400 && token === 'unverified')
        return note(
          'It refused a token whose signature was not checked here, so the refusal may be right.',
          expected,
        )
      return broken(wrongAnswer(answer.status, token), expected)
    }),
  },
  {
    id: 'R06',
    level: 'must',
    reference: 'BCL 2.6, 2.8',
    holds: 'An invalid token or request was answered with 400.',
    why: 'If a receiver accepts invalid tokens, anyone can log users out.',
    fix: 'Let the application check the rules that fail above.',
    check: aboutAnswer((exchange) => {
      const { request, answer, token } = exchange
      const faults = faultsOf(exchange)
      if (faults.includes('R01') && token === undefined) return skip('It is not a logout request (R01).')
      if (faults.length === 0 && token !== 'invalid')
        return skip('Nothing wrong with the token is known (R05).')
      if (refusals(request).includes(answer.status)) return true
      const what = faults.length > 0 ? `request (${faults.join(', ')})` : 'token'
      return broken(
        answer.status < 300
          ? `It accepted an invalid ${what}.`
          : `It refused an invalid ${what} with ${answer.status}.`,
        { expected: 400, actual: answer.status },
      )
    }),
  },
  {
    id: 'R07',
    level: 'may',
    reference: 'BCL 2.8; RFC 6749 5.2',
    holds: 'A refusal has no body, or says why as JSON.',
    why: 'Keycloak discards the body, but it helps everyone who reads it here.',
    fix: 'Answer {"error":"invalid_request","error_description":"…"}.',
    check: aboutAnswer(({ answer }) => {
      if (answer.status < 400 || answer.body === '' || /"error"\s*:/.test(answer.body)) return true
      return note('Its refusal is not JSON with "error".', {
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
    holds: 'The answer must not be cached.',
    why: 'A proxy that caches the answer would answer the next logout itself.',
    fix: 'Let the application send Cache-Control: no-store.',
    check: aboutAnswer(({ answer }) => {
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
    holds: 'A user who is already logged out counts as success.',
    why: 'The same user may be logged out twice; that must not look like a failure.',
    fix: 'Answer 200 if there is no session to end.',
    check: () => skip("Only the receiver's own sessions show this: log the same user out twice."),
  },
  {
    id: 'R10',
    level: 'should',
    reference: 'BCL 2.7',
    holds: 'Refresh tokens without offline_access were revoked.',
    why: 'A refresh token that the application keeps would bring the session back.',
    fix: 'Drop the refresh tokens of the session, and keep those with offline_access.',
    check: () => skip('This cannot be seen from outside.'),
  },
  {
    id: 'R11',
    level: 'should',
    reference: 'BCL 2.5',
    holds: 'Failed logout requests are repeated.',
    why: 'Keycloak sends each logout request once; a lost one stays lost.',
    fix: "Make the receiver answer within Keycloak's 5 s.",
    check: () => skip('Keycloak does not repeat requests. For a token that comes twice see L25.'),
  },
  {
    id: 'R12',
    level: 'may',
    reference: 'BCL 2.5',
    holds: 'It was answered without a login, a cookie or a CSRF token.',
    why: 'The request comes from Keycloak, not from a browser: it has no cookie, no CSRF token and no login. A filter that requires one is the classic failure (spring-security #14524, #15227).',
    fix: 'Exempt this path from CSRF protection and from authentication in the application.',
    check: aboutAnswer(({ answer }) => {
      const { status } = answer
      const isLogin = status >= 300 && status < 400
      if (!isLogin && status !== 401 && status !== 403 && status !== 419) return true
      return note(`${status} looks like ${isLogin ? 'a login page' : 'a filter for CSRF or for logins'}.`, {
        actual: status,
      })
    }),
  },
  {
    id: 'R13',
    level: 'must',
    reference: 'RFC 8935 2.2',
    holds: 'A valid security event token was answered with 202.',
    why: 'The transmitter repeats an event until it is acknowledged. Keycloak accepts any status from 200 to 299.',
    fix: 'Let the application answer 202 with an empty body.',
    check: aboutEvent((exchange) => {
      const { answer, token } = exchange
      if (faultsOf(exchange).length > 0 || token === undefined || token === 'invalid')
        return skip('The token is not valid (R14).')
      if (answer.status === 202) return true
      const expected = { expected: 202, actual: answer.status }
      return answer.status === 400 && token === 'unverified'
        ? note(
            'It refused a token whose signature was not checked here, so the refusal may be right.',
            expected,
          )
        : broken(`It answered ${answer.status}.`, expected)
    }),
  },
  {
    id: 'R14',
    level: 'must',
    reference: 'RFC 8935 2.3, 2.4',
    holds: 'An invalid security event token was answered with 400 and an error code.',
    why: 'If a receiver accepts invalid events, anyone can end sessions.',
    fix: 'Let the application check the rules that fail above, and answer {"err":"invalid_request","description":"…"}.',
    check: aboutEvent((exchange) => {
      const { answer, token } = exchange
      if (faultsOf(exchange).length === 0 && token !== 'invalid')
        return skip('Nothing wrong with the token is known (R13).')
      const values = { expected: '400 with {"err":…}', actual: answer.status }
      if (answer.status < 300) return broken('It accepted an invalid token.', values)
      if (answer.status !== 400) return broken(`It refused an invalid token with ${answer.status}.`, values)
      return /"err"\s*:/.test(answer.body) ? true : broken('Its refusal has no "err".', values)
    }),
  },
]
