import { UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'

export type Json = Record<string, unknown>

/** The value of a JSON text; undefined for invalid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error for a success that is not the expected document: a login page of a proxy, half a list. */
export const badAnswer = (what: string, got: string) =>
  new UserError('bad-answer', `The server's answer is not ${what}: it is ${got}.`, {
    hint: 'Something between here and Keycloak may have answered instead. --debug shows each request.',
  })

/** @throws {UserError} `bad-answer` (1) */
export function record(value: unknown, what: string): Json {
  if (!isRecord(value)) throw badAnswer(what, kindOf(value))
  return value
}

/** @throws {UserError} `bad-answer` (1) */
export function list<T>(value: unknown, what: string, item: (entry: Json) => T): T[] {
  if (!Array.isArray(value)) throw badAnswer(what, kindOf(value))
  return value.map((entry: unknown) => item(record(entry, what)))
}

/** A required text field. @throws {UserError} `bad-answer` (1) */
export function text(from: Json, field: string, what: string): string {
  const value = from[field]
  if (typeof value !== 'string') throw badAnswer(what, `without a ${field}`)
  return value
}

/** A text that is not empty; Keycloak keeps `""` for a URL that was removed. */
export const optionalText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A number, or a number written as text (as Keycloak's counts are). */
export function optionalNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
}

/** @throws {UserError} `bad-answer` (1) */
export function requireNumber(value: unknown, what: string): number {
  const found = optionalNumber(value)
  if (found === undefined) throw badAnswer(what, 'without a number')
  return found
}

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []

export function kindOf(value: unknown): string {
  if (value === '' || value === undefined || value === null) return 'empty'
  if (typeof value === 'string') return /^\s*</.test(value) ? 'a web page' : 'text'
  return Array.isArray(value) ? 'a list' : `a JSON ${typeof value}`
}
