import { isObject } from '../json.ts'
import { LOGOUT_EVENT } from '../kind.ts'
import { broken, note, quote, type Rule, skip, typeOf } from './rule.ts'

/** Rules for the `events` claim of logout tokens (BCL 2.4; RFC 8417 section 2.2). */
export const LOGOUT_EVENT_RULES: readonly Rule[] = [
  {
    id: 'L14',
    level: 'must',
    reference: 'BCL 2.4, 2.6 step 6',
    claim: 'events',
    holds: 'events is an object.',
    why: 'It says what happened. Drafts of 2016 used an array.',
    fix: `The issuer must write {"${LOGOUT_EVENT}":{}}.`,
    check: ({ payload: { events } }) => {
      if (isObject(events)) return true
      if (events === undefined) return broken('events is missing.', { expected: 'an object' })
      return broken(`events is ${typeOf(events)}.`, { expected: 'an object', actual: events })
    },
  },
  {
    id: 'L15',
    level: 'must',
    reference: 'BCL 2.6 step 6',
    claim: 'events',
    holds: 'events names the backchannel logout event.',
    why: 'This member is what makes a token a logout token.',
    fix: `The issuer must name it exactly: ${LOGOUT_EVENT}`,
    check: ({ payload: { events } }) => {
      if (!isObject(events)) {
        return broken('The backchannel logout event is missing.', { expected: LOGOUT_EVENT, actual: events })
      }
      if (Object.hasOwn(events, LOGOUT_EVENT)) return true
      const names = Object.keys(events)
      const near = names.find((name) => plain(name) === plain(LOGOUT_EVENT))
      return broken(
        near === undefined
          ? `events has no member "${LOGOUT_EVENT}".`
          : `events has ${quote(near)}, which is not quite "${LOGOUT_EVENT}": scheme, case, slashes and hyphens matter.`,
        { expected: LOGOUT_EVENT, actual: names },
      )
    },
  },
  {
    id: 'L16',
    level: 'must',
    reference: 'BCL 2.4',
    claim: 'events',
    holds: "The event's value is an object.",
    why: 'Receivers that check it reject null, strings and lists.',
    fix: 'The issuer must write {} as its value.',
    check: ({ payload: { events } }) => {
      const value = isObject(events) && Object.hasOwn(events, LOGOUT_EVENT) ? events[LOGOUT_EVENT] : undefined
      if (value === undefined) return skip('The event is missing (L15).')
      return isObject(value)
        ? true
        : broken(`Its value is ${typeOf(value)}.`, { expected: {}, actual: value })
    },
  },
  {
    id: 'L17',
    level: 'should',
    reference: 'BCL 2.4',
    claim: 'events',
    holds: "The event's value is empty.",
    why: 'The value should be {}; the conformance suite requires it.',
    fix: 'The issuer should write {} as its value.',
    check: ({ payload: { events } }) => {
      const value = isObject(events) ? events[LOGOUT_EVENT] : undefined
      if (!isObject(value)) return skip('The event has no object (L16).')
      return Object.keys(value).length === 0
        ? true
        : broken('Its value is not empty.', { expected: {}, actual: value })
    },
  },
  {
    id: 'L18',
    level: 'may',
    reference: 'BCL 2.4; RFC 8417 2.2',
    claim: 'events',
    holds: 'events has no other member.',
    why: 'Other members are allowed, but strict receivers and the conformance suite accept exactly one.',
    fix: 'If a receiver rejects it: kc-logout configure CLIENT --no-revoke-offline',
    check: ({ payload: { events } }) => {
      const others = isObject(events) ? Object.keys(events).filter((name) => name !== LOGOUT_EVENT) : []
      if (others.length === 0) return true
      const message = others.includes('revoke_offline_access')
        ? 'events also has revoke_offline_access: "Backchannel logout revoke offline sessions" of the client is on.'
        : `events has other members: ${others.slice(0, 5).join(', ')}.`
      return note(message, { expected: [LOGOUT_EVENT], actual: Object.keys(isObject(events) ? events : {}) })
    },
  },
]

const plain = (name: string) =>
  name
    .toLowerCase()
    .replace(/^https:/, 'http:')
    .replace(/[\s_-]/g, '')
    .replace(/\/+$/, '')
