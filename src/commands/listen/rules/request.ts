import { broken, quote, type Rule, skip } from '../../../token/rules/rule.ts'
import { type IncomingRequest, isForm, type ParsedRequest } from '../logout-request.ts'

export interface RequestSubject {
  readonly request: IncomingRequest
  readonly parsed: ParsedRequest
}

/** The rules of the request: OpenID Connect Back-Channel Logout 1.0 section 2.5 (BCL). */
export const REQUEST_RULES: readonly Rule<RequestSubject>[] = [
  {
    id: 'R01',
    level: 'must',
    reference: 'BCL 2.5',
    holds: 'It is a POST.',
    why: 'A logout request is a POST. Anything else is something different, such as a browser or a health check.',
    fix: 'Find out who calls this URL.',
    check: ({ request: { method } }) =>
      method === 'POST' ? true : broken(`It is a ${method}.`, { expected: 'POST', actual: method }),
  },
  {
    id: 'R02',
    level: 'must',
    reference: 'BCL 2.5; RFC 8935 2.1',
    claim: 'logout_token',
    holds: 'It carries its token in the right place.',
    why: 'Receivers read one form parameter, logout_token. Below an Admin URL Keycloak posts the signed text alone.',
    fix: 'Check what is between Keycloak and this receiver.',
    check: ({ request, parsed }) => {
      if (request.method !== 'POST') return skip('It is not a POST (R01).')
      if (request.tooLarge)
        return broken('The body is larger than any logout request.', { expected: 'at most 256 KB' })
      if (parsed.kind !== 'logout') {
        const expected = parsed.kind === 'admin-action' ? 'the signed action' : 'the security event token'
        return parsed.token === undefined ? broken('The body is empty.', { expected }) : true
      }
      const type = request.headers['content-type']
      if (!isForm(type)) {
        const isAction = /^ey[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(request.body)
        return broken(
          isAction
            ? 'It is a token as Keycloak posts it below an Admin URL, but at another path.'
            : `Its content type is ${type === undefined ? 'missing' : quote(type)}.`,
          { expected: 'application/x-www-form-urlencoded', actual: type },
        )
      }
      return parsed.token === undefined
        ? broken('The form has no logout_token.', {
            expected: 'logout_token',
            actual: parsed.parameters.map(([name]) => name),
          })
        : true
    },
  },
  {
    id: 'R03',
    level: 'must',
    reference: 'BCL 2.5',
    holds: 'It has no other parameters, which a receiver would have to ignore.',
    why: 'Receivers must ignore parameters that they do not know; the conformance suite sends one on purpose.',
    fix: 'Nothing to do.',
    check: ({ parsed }) => {
      const others = parsed.parameters.map(([name]) => name).filter((name) => name !== 'logout_token')
      if (others.length === 0) return true
      return { status: 'pass', message: `Ignored: ${others.slice(0, 8).join(', ')}.`, actual: others }
    },
  },
  {
    id: 'R04',
    level: 'must',
    reference: 'RFC 6749 3.2',
    claim: 'logout_token',
    holds: 'It has one logout_token.',
    why: 'If there are two, two programs may read different ones.',
    fix: 'Find out who sends it.',
    check: ({ parsed }) => {
      if (parsed.kind === 'admin-action') return skip('An action is not a form.')
      if (parsed.kind === 'security-event') return skip('A security event token is not in a form.')
      const count = parsed.parameters.filter(([name]) => name === 'logout_token').length
      if (count === 0) return skip('It has no logout_token (R02).')
      return count === 1
        ? true
        : broken(`It has ${count} parameters logout_token.`, { expected: 1, actual: count })
    },
  },
]
