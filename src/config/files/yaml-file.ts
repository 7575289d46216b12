import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  visit,
} from 'yaml'
import { usageError } from '../../errors.ts'

/** Limits aliases, so that a small file cannot expand into a huge one. */
const MOST_ALIASES = 100
/** Our files need five levels. Thousands exhaust the stack, which ends Node.js without an exception. */
const DEEPEST = 50

/**
 * Parses YAML 1.2 or JSON. One document, no duplicate keys, no tags. Reads no other file.
 * @param name of the text in messages: a path, or `stdin`
 * @throws {UserError} `file-invalid` (2) with line and column
 */
export function parseStructured(text: string, name: string): unknown {
  return parseLocated(text, name).value
}

/** A parsed text that knows the position of each key. */
export interface Located {
  readonly value: unknown
  /** `path, line 3, column 5` of a key or list item; only the name of the text for an unknown path. */
  at(path: readonly (string | number)[]): string
  /** The text with values set, or removed by `undefined`. Comments and everything else stay. */
  edited(changes: readonly { readonly path: readonly string[]; readonly value: unknown }[]): string
}

/** As `parseStructured`, with the positions of its keys, and editable. */
export function parseLocated(text: string, name: string): Located {
  const invalid = (message: string, at?: { line: number; col: number }) =>
    usageError(
      'file-invalid',
      `${name}${at ? `, line ${at.line}, column ${at.col}` : ''}: ${message}`,
      'Write valid YAML or JSON.',
    )
  if (isTooDeep(text)) throw invalid('nested too deeply')
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, {
      schema: 'core',
      version: '1.2',
      resolveKnownTags: false,
      uniqueKeys: true,
      stringKeys: true,
      // A lower level would not report a second document.
      logLevel: 'error',
      lineCounter: lines,
    })
    const [problem] = [...document.errors, ...document.warnings]
    if (problem) throw invalid(firstLine(problem.message), problem.linePos?.[0])
    return {
      value: document.toJS({ maxAliasCount: MOST_ALIASES }),
      at(path) {
        const offset = offsetOf(document, path)
        if (offset === undefined) return name
        const { line, col } = lines.linePos(offset)
        return `${name}, line ${line}, column ${col}`
      },
      edited(changes) {
        writeOutAliases(document)
        for (const { path, value } of changes) {
          if (value !== undefined) makeRoom(document, path)
          if (value === undefined) document.deleteIn(path)
          else document.setIn(path, document.createNode(value))
        }
        return document.toString()
      },
    }
  } catch (error) {
    if (error instanceof ReferenceError) throw invalid(firstLine(error.message))
    throw error
  }
}

/** Replaces aliases with their values: an alias would break when its anchor is changed. */
function writeOutAliases(document: Document): void {
  visit(document, {
    Alias: (_, alias) => document.createNode(alias.toJS(document, { maxAliasCount: MOST_ALIASES })),
  })
}

/** Turns empty values and `{}` on the path into block maps. */
function makeRoom(document: Document, path: readonly string[]): void {
  for (let length = 0; length < path.length; length++) {
    const above = path.slice(0, length)
    const node = length === 0 ? document.contents : document.getIn(above, true)
    if (isMap(node)) node.flow = node.flow === true && node.items.length > 0
    else if (length > 0) document.setIn(above, document.createNode({}))
  }
}

/** The offset of the last key of a path. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
  const last = path.at(-1)
  if (typeof last === 'number') {
    const item = isSeq(parent) ? parent.items[last] : undefined
    return isNode(item) ? item.range?.[0] : undefined
  }
  if (!isMap(parent)) return undefined
  const pair = parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === last)
  return pair && isNode(pair.key) ? pair.key.range?.[0] : undefined
}

/** Checks the depth before the text is composed: this part of the parser does not recurse. */
function isTooDeep(text: string): boolean {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > DEEPEST) return true
  }
  return false
}

/** The message without its excerpt and position. */
const firstLine = (message: string) =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/:$/, '')
