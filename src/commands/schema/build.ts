/** A JSON Schema (draft 2020-12), or a part of one. */
export type Schema = Readonly<Record<string, unknown>>

/** A member that is not always there. */
interface Optional {
  readonly optional: Schema
}

type Members = Readonly<Record<string, Schema | Optional>>

/** A named part that several places share; it becomes an entry of `$defs`. */
export interface Definition {
  readonly name: string
  readonly schema: Schema
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

const typed =
  (type: string) =>
  (description: string): Schema => ({ type, description })

export const string = typed('string')
export const number = typed('number')
export const integer = typed('integer')
export const boolean = typed('boolean')

/** A count: a whole number, 0 or more. */
export const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description })

/** ISO 8601 in UTC, as `Date.toISOString` writes it. */
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description })

/** Any JSON value. */
export const anything = (description: string): Schema => ({ description })

/** An object whose members are not known beforehand. */
export const map = (description: string, values: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: values,
  description,
})

/** One of a few words. */
export const oneOf = (description: string, ...values: readonly (string | boolean)[]): Schema => ({
  enum: values,
  description,
})

/** Exactly this value. */
export const constant = (value: string | number | boolean, description: string): Schema => ({
  const: value,
  description,
})

/** The same, or null; `description` says what null means. */
export function nullable(schema: Schema): Schema {
  if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] }
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] }
  const { description, ...rest } = schema
  return { anyOf: [rest, { type: 'null' }], ...(description === undefined ? {} : { description }) }
}

export const list = (description: string, items: Schema): Schema => ({ type: 'array', items, description })

export const optional = (schema: Schema): Optional => ({ optional: schema })

/** An object with these members and no others; all but the optional ones are always there. */
export function object(description: string, members: Members): Schema {
  const entries = Object.entries(members)
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(
      entries.map(([name, member]) => [name, isOptional(member) ? member.optional : member]),
    ),
    required: entries.filter(([, member]) => !isOptional(member)).map(([name]) => name),
    additionalProperties: false,
  }
}

const isOptional = (member: Schema | Optional): member is Optional =>
  'optional' in member && typeof member.optional === 'object'

/** What refers to a definition. `description` says what it is in this place. */
export const ref = ({ name }: Definition, description?: string): Schema => ({
  $ref: `#/$defs/${name}`,
  ...(description === undefined ? {} : { description }),
})

/** The schema of a whole document, complete in itself. */
export function document(
  title: string,
  description: string,
  members: Members,
  definitions: readonly Definition[] = [],
): Schema {
  const version = { schemaVersion: constant(1, 'Version of this format') }
  return {
    $schema: DRAFT,
    title,
    ...object(description, { ...version, ...members }),
    ...(definitions.length > 0
      ? { $defs: Object.fromEntries(definitions.map(({ name, schema }) => [name, schema])) }
      : {}),
  }
}
