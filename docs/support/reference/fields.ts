import type { Schema } from '../../../src/commands/schema/build.ts'
import { isRecord } from '../../../src/util/is-record.ts'
import { code, table } from './markdown.ts'

/**
 * The members of a document as a table, from its schema.
 * @param closed members that are listed without what is in them
 */
export function fieldsTable(schema: Schema, closed: readonly string[]): string {
  const rows: string[][] = []
  const definitions = isRecord(schema.$defs) ? schema.$defs : {}

  function add(part: unknown, path: string): void {
    const { properties, required } = inner(part, definitions)
    if (!isRecord(properties)) return
    for (const [name, member] of Object.entries(properties)) {
      if (path === '' && name === 'schemaVersion') continue
      const isOptional = !(Array.isArray(required) && required.includes(name))
      const whole = `${path}${name}`
      rows.push([code(`${whole}${isOptional ? '?' : ''}`), typeOf(member, definitions), textOf(member)])
      if (!closed.includes(whole)) add(member, `${whole}${isList(member) ? '[]' : ''}.`)
    }
  }
  add(schema, '')
  return table(['Field', 'Type', 'Meaning'], rows)
}

const isList = (part: unknown): boolean => isRecord(part) && part.type === 'array'

/** What holds the members: through references, items and `or null`. */
function inner(part: unknown, definitions: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(part)) return {}
  if (typeof part.$ref === 'string') return inner(definitions[part.$ref.replace('#/$defs/', '')], definitions)
  if (part.type === 'array') return inner(part.items, definitions)
  if (Array.isArray(part.anyOf)) return inner(part.anyOf[0], definitions)
  return part
}

function typeOf(part: unknown, definitions: Record<string, unknown>): string {
  if (!isRecord(part)) return ''
  if (Array.isArray(part.enum)) return part.enum.map((value) => code(JSON.stringify(value))).join(' ')
  if (part.const !== undefined) return code(JSON.stringify(part.const))
  if (part.type === 'array')
    return isRecord(inner(part, definitions).properties) ? 'list' : listOf(part.items)
  if (Array.isArray(part.anyOf)) return 'object or null'
  if (typeof part.$ref === 'string') return 'object'
  if (part.format === 'date-time') return Array.isArray(part.type) ? 'time or null' : 'time'
  if (Array.isArray(part.type)) return part.type.join(' or ')
  return typeof part.type === 'string' ? part.type : 'any'
}

const listOf = (items: unknown): string =>
  isRecord(items) && typeof items.type === 'string' ? `list of ${items.type}` : 'list'

const textOf = (part: unknown): string =>
  isRecord(part) && typeof part.description === 'string' ? part.description : ''
