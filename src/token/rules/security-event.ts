import { duration } from '../../util/time.ts'
import { audiences } from '../audience.ts'
import { isObject } from '../json.ts'
import { headerType } from '../kind.ts'
import { eventMeaning, eventTypes, isSharedSignal } from '../security-event.ts'
import { checkAlgNone, checkAudience, checkIssuer, checkSignature, checkText } from './checks.ts'
import { broken, fail, quote, type Rule, skip } from './rule.ts'
import { SECURITY_EVENT_SUBJECT_RULES } from './security-event-subject.ts'
import { checkIssuedAt } from './time-checks.ts'

/** Rules for security event tokens: RFC 8417 (SET), the Shared Signals Framework 1.0 (SSF) and CAEP 1.0. */
export const SECURITY_EVENT_RULES: readonly Rule[] = [
  {
    id: 'S01',
    level: 'should',
    reference: 'RFC 8417 2.3; SSF 1.0 4.1',
    claim: 'typ',
    holds: 'Its header says typ "secevent+jwt".',
    why: 'The type prevents using a security event token as another kind. SSF requires it.',
    fix: 'Configure the transmitter to write it.',
    check: ({ header, payload, decoded }) => {
      if (decoded.form === 'claims') return skip('Claims alone have no header.')
      const typ = headerType(header)
      if (typ === 'secevent+jwt') return true
      const values = { expected: 'secevent+jwt', actual: header.typ }
      if (typ !== undefined && typ !== 'jwt')
        return fail(`Its header says typ ${quote(header.typ)}: this is not a security event token.`, values)
      const message = typ === undefined ? 'Its header has no typ.' : 'Its header says typ "JWT".'
      return eventTypes(payload).some(isSharedSignal) ? fail(message, values) : broken(message, values)
    },
  },
  {
    id: 'S02',
    level: 'must',
    reference: 'RFC 8417 2.2',
    claim: 'iss',
    holds: 'iss is the expected issuer.',
    why: 'It names the transmitter of the event.',
    fix: 'Configure exactly this issuer in the receiver.',
    check: checkIssuer,
  },
  {
    id: 'S03',
    level: 'must',
    reference: 'RFC 8417 2.2; SSF 1.0 4.1',
    claim: 'aud',
    holds: 'aud contains the receiver.',
    why: 'A receiver must ignore events for others. Keycloak writes the audience of the stream.',
    fix: 'Set the audience of the stream to what the receiver expects.',
    check: (subject) =>
      subject.payload.aud === undefined
        ? { status: 'note', message: 'aud is missing, which RFC 8417 allows.', expected: 'aud' }
        : checkAudience(subject),
  },
  {
    id: 'S04',
    level: 'must',
    reference: 'RFC 8417 2.2',
    claim: 'iat',
    holds: 'iat is present and not in the future.',
    why: 'It is the time at which the event was written.',
    fix: 'Set the clocks of Keycloak and of this machine (NTP).',
    check: checkIssuedAt,
  },
  {
    id: 'S05',
    level: 'must',
    reference: 'RFC 8417 2.2',
    claim: 'jti',
    holds: 'jti is a string.',
    why: 'The receiver acknowledges the event with it and recognises repetitions (RFC 8936).',
    fix: 'The transmitter must write a unique jti.',
    check: (subject) => checkText(subject, 'jti'),
  },
  {
    id: 'S06',
    level: 'must',
    reference: 'RFC 8417 2.2',
    claim: 'events',
    holds: 'events is an object with at least one event.',
    why: 'It says what happened.',
    fix: 'The transmitter must write the event type as a member of events.',
    check: ({ payload: { events } }) =>
      isObject(events) && Object.keys(events).length > 0
        ? true
        : broken(events === undefined ? 'events is missing.' : `events is ${quote(events)}.`, {
            expected: 'an object with an event type',
            actual: events,
          }),
  },
  {
    id: 'S07',
    level: 'must',
    reference: 'RFC 8417 2.2',
    claim: 'events',
    holds: 'Each event type is a URI and its value an object.',
    why: 'Receivers recognise events by their URI and read its value.',
    fix: 'The transmitter must write {"URI":{…}}.',
    check: ({ payload: { events } }) => {
      const wrong = Object.entries(isObject(events) ? events : {}).flatMap(([type, value]) => [
        ...(/^[A-Za-z][A-Za-z0-9+.-]*:./.test(type) ? [] : [`${quote(type)} is not a URI`]),
        ...(isObject(value) ? [] : [`the value of ${quote(type)} is not an object`]),
      ])
      return wrong.length === 0 ? true : broken(`${wrong.join('; ')}.`, { actual: events })
    },
  },
  {
    id: 'S08',
    level: 'may',
    reference: 'RFC 8417 2.2; CAEP 1.0 3; RISC 1.0 2',
    claim: 'events',
    holds: 'Its event is known.',
    why: 'A receiver ignores events that it does not know.',
    fix: 'Look the event type up in the documentation of the transmitter.',
    check: ({ payload }) => {
      const types = eventTypes(payload)
      const unknown = types.filter((type) => eventMeaning(type) === undefined)
      if (unknown.length > 0)
        return {
          status: 'note',
          message: `kc-logout does not know the event ${unknown.join(', ')}.`,
          actual: unknown,
        }
      const known = types.map((type) => `${type.split('/').at(-1)}: ${eventMeaning(type)}`)
      return { status: 'pass', message: `It reports ${known.join('; ')}.`, actual: types }
    },
  },
  {
    id: 'S09',
    level: 'should',
    reference: 'RFC 8417 2.2; SSF 1.0 4.1.7',
    claim: 'exp',
    holds: 'There is no exp.',
    why: 'An event does not expire; without exp it cannot be used as an ID or access token. SSF forbids exp.',
    fix: 'Remove exp in the transmitter.',
    check: ({ payload }) => {
      if (payload.exp === undefined) return true
      const values = { expected: 'no exp', actual: payload.exp }
      return eventTypes(payload).some(isSharedSignal)
        ? fail('It has an exp.', values)
        : broken('It has an exp.', values)
    },
  },
  ...SECURITY_EVENT_SUBJECT_RULES,
  {
    id: 'S14',
    level: 'must',
    reference: 'RFC 8417 5.1; RFC 7515 5.2',
    holds: 'The signature is valid.',
    why: 'Without it, anyone who finds the URL could end sessions.',
    fix: "Compare the receiver's JWKS URL with the realm that sent the token, and refresh its keys.",
    check: checkSignature,
  },
  {
    id: 'S15',
    level: 'must',
    reference: 'RFC 8417 5.1; SSF 1.0 4.1',
    claim: 'alg',
    holds: 'It is signed (alg is not "none").',
    why: 'RFC 8417 allows unsigned tokens; with them anyone could end sessions.',
    fix: 'Refuse it. Set a signature algorithm in the transmitter.',
    check: checkAlgNone,
  },
  {
    id: 'S16',
    level: 'may',
    reference: 'RFC 8417 2.2; RFC 8935 2',
    claim: 'jti',
    holds: 'Its jti was not received before.',
    why: 'A transmitter repeats a delivery until it is acknowledged; the receiver must process it once.',
    fix: 'Answer 202 within the timeout of the transmitter.',
    check: ({ payload: { iss, jti }, expect }) => {
      if (!expect.seenBefore) return skip('Only a receiver knows; `kc-logout listen` checks it.')
      if (typeof jti !== 'string') return skip('It has no jti.')
      const before = expect.seenBefore(String(iss), jti)
      return before === undefined
        ? true
        : {
            status: 'note',
            message: `This jti was received ${duration(Math.max(0, expect.now - before))} ago.`,
            actual: jti,
          }
    },
  },
  {
    id: 'S17',
    level: 'may',
    reference: 'SSF 1.0 4.1',
    claim: 'aud',
    holds: 'It has one audience.',
    why: 'Several audiences are allowed only for receivers of the same owner.',
    fix: 'Use one stream for each receiver.',
    check: ({ payload: { aud } }) =>
      audiences(aud).length > 1
        ? { status: 'note', message: `aud has ${audiences(aud).length} values.`, actual: aud }
        : true,
  },
]
