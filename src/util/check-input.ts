import * as v from 'valibot'
import { isRecord } from './is-record.ts'
import { didYouMean } from './suggest.ts'

/** Keys and list indices from the top of a document to a value. */
export type InputPath = readonly (string | number)[]

/** One thing that is wrong with a value that was read from a file. */
export interface InputProblem {
  readonly path: InputPath
  /** `clients[2] ("shop"): adminUrl is the number 7, not a URL`; no full stop. */
  readonly message: string
  readonly hint: string | undefined
}

export type CheckedInput<T> =
  | { readonly output: T; readonly problems?: undefined }
  | { readonly output?: undefined; readonly problems: readonly [InputProblem, ...InputProblem[]] }

export interface CheckOptions {
  /** Text behind the index of a list item, to recognise it by: `("shop")`. */
  readonly label?: (item: unknown) => string | undefined
  /** Names that other programs give a known key. */
  readonly otherNames?: Readonly<Record<string, string>>
  /** Overrides the problem of an unknown key, for example one that holds a secret. */
  readonly unknownKey?: (key: string) => { readonly problem: string; readonly hint: string } | undefined
}

/**
 * Checks a parsed YAML or JSON document with a valibot schema: the typed value, or every problem with its path.
 *
 * A schema's message says what is expected, as a noun (`v.boolean('true or false')`); the message of a check in a
 * pipe continues the sentence (`v.check(isHttps, 'is not an https URL')`). A second line of either is the hint.
 * Unknown keys of strict objects are all found, with the known key that was probably meant. valibot skips the keys
 * `__proto__`, `prototype` and `constructor` and takes lists for objects; here these are problems, too. Does not look
 * into unions.
 */
export function checkInput<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  options: CheckOptions = {},
): CheckedInput<v.InferOutput<S>> {
  const result = v.safeParse(schema, value)
  const wrongKeys = keyProblems(schema, value, [], { root: value, options })
  const problems = [
    ...wrongKeys,
    ...(result.issues ?? [])
      .map((issue) => fromIssue(value, issue, options))
      .filter(({ path }) => !wrongKeys.some((other) => isWithin(path, other.path))),
  ]
  const [first, ...others] = problems
  if (first) return { problems: [first, ...others] }
  // Without an issue valibot always has an output; with one there is a problem above.
  return { output: result.output as v.InferOutput<S> }
}

/** A text that is not empty and contains no NUL character, which no name in Keycloak can. */
export const filledText = (expected = 'text') =>
  v.pipe(
    v.string(expected),
    v.nonEmpty('is empty'),
    v.check((text) => !text.includes('\0'), 'contains a NUL character'),
  )

/** The parts of a schema that lead to the schemas of the values inside. */
interface SchemaNode {
  readonly type: string
  readonly message?: unknown
  readonly entries?: Readonly<Record<string, SchemaNode>>
  readonly item?: SchemaNode
  readonly value?: SchemaNode
  readonly wrapped?: SchemaNode
}

interface Walk {
  readonly root: unknown
  readonly options: CheckOptions
}

const SKIPPED_BY_VALIBOT = new Set(['__proto__', 'prototype', 'constructor'])

/**
 * What valibot lets pass: lists in place of sets of keys, keys that it skips, and all unknown keys of an object but
 * the first.
 */
function keyProblems(schema: SchemaNode, value: unknown, path: InputPath, walk: Walk): InputProblem[] {
  const { type, entries, item, wrapped } = schema
  if (wrapped) return keyProblems(wrapped, value, path, walk)
  if (item && Array.isArray(value))
    return value.flatMap((one: unknown, index) => keyProblems(item, one, [...path, index], walk))
  if (type !== 'strict_object' && type !== 'record') return []
  if (Array.isArray(value)) return [wrongType(path, value, String(schema.message ?? 'a set of keys'), walk)]
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, found]) => {
    const at = [...path, key]
    const inside = type === 'record' ? schema.value : ownSchema(entries, key)
    if (!inside) return [unknownKey(at, Object.keys(entries ?? {}), walk)]
    if (SKIPPED_BY_VALIBOT.has(key)) return [unknownKey(at, [], walk)]
    return keyProblems(inside, found, at, walk)
  })
}

const ownSchema = (entries: SchemaNode['entries'], key: string) =>
  entries && Object.hasOwn(entries, key) ? entries[key] : undefined

const isWithin = (path: InputPath, parent: InputPath) => parent.every((step, index) => path[index] === step)

function unknownKey(path: InputPath, known: readonly string[], { root, options }: Walk): InputProblem {
  const { label, otherNames = {} } = options
  const key = String(path.at(-1))
  const special = options.unknownKey?.(key)
  if (special)
    return { path, message: `${placeOf(root, path, label)} ${special.problem}`, hint: special.hint }
  const parent = placeOf(root, path.slice(0, -1), label)
  const message = `${parent === '' ? '' : `${parent}: `}unknown key ${JSON.stringify(key)}`
  if (known.length === 0) return { path, message, hint: 'Use another name.' }
  const other = Object.hasOwn(otherNames, key) ? otherNames[key] : undefined
  const meant = other !== undefined && known.includes(other) ? other : didYouMean(key, known)
  return { path, message, hint: meant ? `Did you mean ${meant}?` : `Known keys: ${known.join(', ')}.` }
}

function wrongType(path: InputPath, value: unknown, message: string, { root, options }: Walk): InputProblem {
  const [expected, hint] = message.split('\n')
  return {
    path,
    message: `${placeOf(root, path, options.label) || WHOLE} is ${kindOf(value)}, not ${expected}`,
    hint,
  }
}

function fromIssue(root: unknown, issue: v.BaseIssue<unknown>, { label }: CheckOptions): InputProblem {
  const { kind, type, input, message } = issue
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const [text = '', hint] = message.split('\n')
  const place = placeOf(root, path, label) || WHOLE
  if (kind !== 'schema') return { path, message: `${place} ${text}`, hint }
  if (input === undefined) return { path, message: `${place} is missing`, hint }
  if (type === 'picklist' || type === 'literal') return { path, message: `${place} is not ${text}`, hint }
  return { path, message: `${place} is ${kindOf(input)}, not ${text}`, hint: hint ?? quoteHint(issue) }
}

const WHOLE = 'the content'

/** `clients[2] ("shop"): adminUrl`, `profiles.prod.realm`; empty for the whole. */
function placeOf(root: unknown, path: InputPath, label: CheckOptions['label']): string {
  let text = ''
  let value = root
  for (const [index, step] of path.entries()) {
    value =
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[step]
        : undefined
    const shown = typeof step === 'number' ? undefined : plainKey(step)
    if (typeof step === 'number') text += `[${step}]${labelled(label?.(value))}`
    else if (text === '') text = shown ?? ''
    else text += `${typeof path[index - 1] === 'number' ? ': ' : '.'}${shown}`
  }
  return text
}

const labelled = (label: string | undefined) => (label === undefined ? '' : ` (${label})`)

const plainKey = (key: string) => (/^[\w.-]+$/.test(key) ? key : JSON.stringify(key))

/** What a value is, without showing a text: it may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === '') return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a set of keys'
  return typeof value === 'string'
    ? 'text'
    : typeof value === 'boolean'
      ? String(value)
      : `the number ${String(value)}`
}

const quoteHint = ({ type, input }: v.BaseIssue<unknown>) =>
  type === 'string' && (typeof input === 'number' || typeof input === 'boolean')
    ? `Write it in quotes: "${input}".`
    : undefined
