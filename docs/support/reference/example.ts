import { isRecord } from '../../../src/util/is-record.ts'
import { block } from './markdown.ts'

/** The longest text of an example; more is cut. */
const LONGEST = 90
const COLUMNS = 100

/** A document as an example: shorter lists and texts, still what its schema says. */
export const exampleBlock = (document: unknown): string => block('json', laidOut(shortened(document, 0), 0))

/** Two items of an outer list, one of the lists inside. */
function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
  if (Array.isArray(value))
    return value.slice(0, depth <= 1 ? 2 : 1).map((item) => shortened(item, depth + 1))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, shortened(member, depth + 1)]),
  )
}

/** JSON in as few lines as fit. */
function laidOut(value: unknown, indent: number): string {
  const line = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ')
  if (indent > 0 && line.length + indent <= COLUMNS) return line
  const pad = ' '.repeat(indent + 2)
  const end = `\n${' '.repeat(indent)}`
  if (Array.isArray(value) && value.length > 0)
    return `[\n${value.map((item) => pad + laidOut(item, indent + 2)).join(',\n')}${end}]`
  if (isRecord(value) && Object.keys(value).length > 0)
    return `{\n${Object.entries(value)
      .map(([name, member]) => `${pad}${JSON.stringify(name)}: ${laidOut(member, indent + 2)}`)
      .join(',\n')}${end}}`
  return line
}
