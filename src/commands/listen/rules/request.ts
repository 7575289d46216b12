import { broken, quote, type Rule, skip } from '../../../token/rules/rule.ts'
import { type IncomingRequest, isForm, type Reading } from '../logout-request.ts'

/** A request at a receiver, and what it was read as. */
export interface Received {
  readonly request: IncomingRequest
  readonly reading: Reading
}

/** The request itself: OpenID Connect Back-Channel Logout 1.0 section 2.5 (BCL). */
export const REQUEST_RULES: readonly Rule<Received>[] = [
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
      if (reading.kind === 'admin-action') return skip('An action is no form.')
      const times = reading.parameters.filter(([name]) => name === 'logout_token').length
      if (times === 0) return skip('There is none (R02).')
      return times === 1
        ? true
        : broken(`logout_token is there ${times} times.`, { expected: 1, actual: times })
    },
  },
]
