import { keepNumberSource, numberSource } from '../util/exact-json.ts'
import { duration } from '../util/time.ts'
import { audiences } from './audience.ts'
import type { TokenReport } from './inspect.ts'
import { issuerDifference } from './issuer.ts'
import { isObject, type JsonObject } from './json.ts'

/** One difference between two tokens. */
export interface Difference {
  readonly part: 'kind' | 'header' | 'payload'
  readonly name: string
  /** Null if the member is missing. */
  readonly first: unknown
  readonly second: unknown
  /** Whether a receiver treats the tokens differently because of it; `unknown`: it depends on the application. */
  readonly matters: 'yes' | 'no' | 'unknown'
  readonly why: string
}

/** What two tokens have in common and how they differ. */
export interface Comparison {
  readonly differences: readonly Difference[]
  /** The names of the members that are the same. */
  readonly same: readonly string[]
  /** Whether a difference matters. */
  readonly matters: boolean
}

/** Compares two tokens: which members differ, and whether that matters. Says nothing about their signatures. */
export function compareTokens(first: TokenReport, second: TokenReport): Comparison {
  const header = compareMembers('header', first.header ?? {}, second.header ?? {})
  const payload = compareMembers('payload', first.payload ?? {}, second.payload ?? {})
  const differences = [...kindDifference(first, second), ...header.differences, ...payload.differences]
  return {
    differences,
    same: [...header.same, ...payload.same],
    matters: differences.some(({ matters }) => matters === 'yes'),
  }
}

function kindDifference(first: TokenReport, second: TokenReport): Difference[] {
  if (first.name === second.name) return []
  const why = 'They are different kinds of token, for different receivers.'
  return [{ part: 'kind', name: 'kind', first: first.name, second: second.name, matters: 'yes', why }]
}

function compareMembers(part: 'header' | 'payload', first: JsonObject, second: JsonObject) {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])]
  const differing = names.filter((name) => canonical(first, name) !== canonical(second, name))
  const differences = differing.map((name): Difference => {
    const values = { first: first[name] ?? null, second: second[name] ?? null }
    const difference = { part, name, ...values, ...judgement(part, name, first, second) }
    keepDigits(first, name, difference, 'first')
    keepDigits(second, name, difference, 'second')
    return difference
  })
  return { differences, same: names.filter((name) => !differing.includes(name)) }
}

function keepDigits(holder: JsonObject, name: string, difference: Difference, place: 'first' | 'second') {
  const source = numberSource(holder, name)
  if (source !== undefined) keepNumberSource(difference, place, source)
}

/** A member as JSON without regard to the order of members and of lists of strings; numbers keep their digits. */
function canonical(holder: object, key: string): string {
  const value: unknown = Reflect.get(holder, key)
  if (Array.isArray(value)) {
    const items = value.map((_, index) => canonical(value, String(index)))
    return `[${(value.every((each) => typeof each === 'string') ? items.sort() : items).join()}]`
  }
  if (isObject(value)) {
    const names = Object.keys(value).sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value, name)}`).join()}}`
  }
  return (typeof value === 'number' ? numberSource(holder, key) : undefined) ?? JSON.stringify(value) ?? ''
}

type Judgement = Pick<Difference, 'matters' | 'why'>

const yes = (why: string): Judgement => ({ matters: 'yes', why })
const no = (why: string): Judgement => ({ matters: 'no', why })

function judgement(
  part: 'header' | 'payload',
  name: string,
  first: JsonObject,
  second: JsonObject,
): Judgement {
  const known = part === 'header' ? headerJudgement(name) : payloadJudgement(name, first, second)
  if (known) return known
  const [inFirst, inSecond] = [Object.hasOwn(first, name), Object.hasOwn(second, name)]
  const where = inFirst && inSecond ? '' : `It is only in the ${inFirst ? 'first' : 'second'}. `
  return { matters: 'unknown', why: `${where}Whether that matters depends on the application.` }
}

function headerJudgement(name: string): Judgement | undefined {
  if (name === 'alg') return yes('A receiver accepts only the algorithm that it is configured with.')
  if (name === 'typ') return yes('Strict receivers accept only one type.')
  if (name === 'kid')
    return {
      matters: 'unknown',
      why: 'They name different keys: after a rotation that is normal; otherwise they are from different realms.',
    }
  return undefined
}

/** Claims that are new in every token. */
const NEW_EACH_TIME: readonly string[] = [
  'jti',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'auth_time',
  'txn',
  'asid',
]

const EFFECTS: Readonly<Record<string, string>> = {
  sub: 'They are tokens of different users.',
  sid: 'They belong to different sessions: a logout of one does not end the other.',
  azp: 'They were issued to different clients.',
  client_id: 'They were issued to different clients.',
  typ: 'Keycloak treats them as different kinds of token.',
  acr: 'Their authentication levels differ.',
  cnf: 'They are bound to different keys, or only one of them is bound.',
  events: 'They report different events.',
  sub_id: 'They are about different subjects.',
}

function payloadJudgement(name: string, first: JsonObject, second: JsonObject): Judgement | undefined {
  const [a, b] = [first[name], second[name]]
  if (NEW_EACH_TIME.includes(name)) return no('It differs in every token or sign-in.')
  if (name === 'iat' || name === 'exp' || name === 'nbf') return timeJudgement(name, first, second)
  if (name === 'iss' && typeof a === 'string' && typeof b === 'string')
    return yes(`Their issuers differ: ${issuerDifference(a, b)}.`)
  if (name === 'aud') {
    const changed = changes(audiences(a), audiences(b))
    if (changed === '') return { matters: 'unknown', why: 'One is a string, the other a list.' }
    return yes(`A receiver accepts only a token with its own audience. ${changed}`)
  }
  const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined
  const changed = list ? changes(list(a), list(b)) : ''
  if (changed !== '') return yes(changed)
  return Object.hasOwn(EFFECTS, name) ? yes(EFFECTS[name] ?? '') : undefined
}

function timeJudgement(name: string, first: JsonObject, second: JsonObject): Judgement {
  const [a, b] = [lifetime(first), lifetime(second)]
  if (name !== 'exp' || a === b) return no('They were issued at different times.')
  if (a !== undefined && b !== undefined)
    return yes(`Their lifetimes differ: ${duration(a)} and ${duration(b)}.`)
  return yes('Only one of them expires.')
}

const lifetime = ({ exp, iat }: JsonObject) =>
  typeof exp === 'number' && typeof iat === 'number' ? exp - iat : undefined

/** Claims that are read as lists. */
const LISTS: Readonly<Record<string, (value: unknown) => readonly unknown[]>> = {
  scope: (value) => (typeof value === 'string' ? value.split(' ').filter(Boolean) : []),
  realm_access: (value) => rolesOf(value),
  resource_access: (value) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([client, access]) =>
      rolesOf(access).map((role) => `${client}: ${String(role)}`),
    ),
  groups: (value) => (Array.isArray(value) ? value : []),
  'allowed-origins': (value) => (Array.isArray(value) ? value : []),
}

const rolesOf = (value: unknown): readonly unknown[] =>
  isObject(value) && Array.isArray(value.roles) ? value.roles : []

/** Names the items that only one list has. */
function changes(first: readonly unknown[], second: readonly unknown[]): string {
  const only = (list: readonly unknown[], other: readonly unknown[]) =>
    list.filter((each) => !other.includes(each)).map((each) => JSON.stringify(each))
  const [inFirst, inSecond] = [only(first, second), only(second, first)]
  return [
    inFirst.length > 0 ? `Only in the first: ${inFirst.join(', ')}.` : '',
    inSecond.length > 0 ? `Only in the second: ${inSecond.join(', ')}.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}
