import { formatTime, looksLikeMilliseconds } from '../../util/time.ts'
import { isObject } from '../json.ts'
import {
  eventTypes,
  isKnownFormat,
  isSharedSignal,
  SESSION_REVOKED,
  subjectOf,
  subjectProblem,
  userAndSession,
} from '../security-event.ts'
import { broken, fail, note, quote, type Rule, skip, typeOf } from './rule.ts'

const INITIATORS = ['admin', 'user', 'policy', 'system']

/** Rules for the subject of security event tokens (RFC 9493, SSF 1.0) and for CAEP session-revoked. */
export const SECURITY_EVENT_SUBJECT_RULES: readonly Rule[] = [
  {
    id: 'S10',
    level: 'must',
    reference: 'SSF 1.0 4.1.2',
    claim: 'sub',
    holds: 'There is no sub; sub_id names the subject.',
    why: 'SSF forbids sub, so that the token cannot be used as an ID or access token.',
    fix: 'The transmitter must write sub_id instead.',
    check: ({ payload }) => {
      if (payload.sub === undefined) return true
      const values = { expected: 'no sub', actual: payload.sub }
      return eventTypes(payload).some(isSharedSignal)
        ? fail('It has a sub.', values)
        : note('It has a sub.', values)
    },
  },
  {
    id: 'S11',
    level: 'must',
    reference: 'RFC 9493 3; SSF 1.0 3, 4.1.2',
    claim: 'sub_id',
    holds: 'sub_id is a valid subject identifier.',
    why: 'It names the subject of the event.',
    fix: 'The transmitter must write a format and its members, such as {"format":"iss_sub","iss":…,"sub":…}.',
    check: ({ payload }) => {
      const subject = subjectOf(payload)
      if (!subject)
        return eventTypes(payload).some(isSharedSignal)
          ? broken('sub_id is missing.', { expected: 'a subject identifier' })
          : skip('It has no sub_id, which RFC 8417 allows.')
      const problem = subjectProblem(
        subject.value,
        subject.from === 'sub_id' ? 'sub_id' : 'The subject of the event',
      )
      if (problem !== undefined) return broken(`${problem}.`, { actual: subject.value })
      return subject.from === 'sub_id'
        ? true
        : note('The subject is in the event, as before SSF 1.0.', {
            expected: 'sub_id',
            actual: subject.value,
          })
    },
  },
  {
    id: 'S12',
    level: 'may',
    reference: 'RFC 9493 3.2; SSF 1.0 3',
    claim: 'sub_id',
    holds: 'The format of its subject is known.',
    why: 'A receiver cannot find a subject of a format that it does not know.',
    fix: 'Configure a format in the stream that the receiver supports.',
    check: ({ payload }) => {
      const value = subjectOf(payload)?.value
      const format = isObject(value) ? value.format : undefined
      if (typeof format !== 'string') return skip('It has no format.')
      return isKnownFormat(format)
        ? true
        : note(`The format ${quote(format)} is not a standard one.`, { actual: format })
    },
  },
  {
    id: 'S13',
    level: 'should',
    reference: 'CAEP 1.0 2, 3.1',
    claim: 'events',
    holds: 'It ends no sessions.',
    why: 'The receiver must end the sessions of this subject. Keycloak notifies only receivers with a stream.',
    fix: 'End the sessions named here in the application.',
    check: ({ payload }) => {
      const { events } = payload
      const event = isObject(events) ? events[SESSION_REVOKED] : undefined
      if (event === undefined) return skip('It is not a session-revoked event.')
      const wrong = isObject(event) ? detailProblems(event) : []
      if (wrong.length > 0) return broken(`${wrong.join('; ')}.`, { actual: event })
      const { user, session } = userAndSession(payload)
      if (user === null && session === null)
        return broken('Its subject names neither a user nor a session.', { actual: payload.sub_id })
      const what =
        session === null
          ? `It ends all sessions of ${user}`
          : `It ends session ${session}${user ? ` of ${user}` : ''}`
      return { status: 'pass', message: `${what}${detailsOf(event)}.` }
    },
  },
]

function detailProblems({
  event_timestamp: at,
  initiating_entity: by,
}: Readonly<Record<string, unknown>>): string[] {
  return [
    ...(at === undefined || typeof at === 'number' ? [] : [`event_timestamp is ${typeOf(at)}`]),
    ...(typeof at === 'number' && looksLikeMilliseconds(at)
      ? ['event_timestamp looks like milliseconds']
      : []),
    ...(by === undefined || INITIATORS.includes(String(by))
      ? []
      : [`initiating_entity is ${quote(by)}, not ${INITIATORS.join(', ')}`]),
  ]
}

function detailsOf(event: unknown): string {
  if (!isObject(event)) return ''
  const { event_timestamp: at, initiating_entity: by, reason_admin: reason } = event
  const words = isObject(reason) ? Object.values(reason).find((text) => typeof text === 'string') : reason
  return [
    typeof at === 'number' ? `, at ${formatTime(at)}` : '',
    typeof by === 'string' ? `, by ${by}` : '',
    typeof words === 'string' ? `, reason: ${words}` : '',
  ].join('')
}
