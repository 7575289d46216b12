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

/** `&anchor` and `*alias` may save typing, not multiply a small file into a large one. */
const MOST_ALIASES = 100
/** Ours need five. Thousands exhaust the stack, and Node.js then ends at once instead of throwing. */
const DEEPEST = 50

/**
 * Parses YAML 1.2 or JSON, which is a part of it. One document; no key twice; no tags, which stand for types that only
 * the writer knows. Reads no other file and resolves nothing.
 * @param name how the text is called in messages: a path, or `stdin`
 * @throws {UserError} `file-invalid` (2) with line and column
 */
export function parseStructured(text: string, name: string): unknown {
  return parsePlaced(text, name).value
}

/** A parsed text that still knows where each of its keys stands. */
export interface Located {
  readonly value: unknown
  /** `path, line 3, column 5` of a key; of the text as a whole when the path leads nowhere. */
  at(path: readonly (string | number)[]): string
  /** The text with one value set, or taken away by `undefined`; comments and everything else stay as they are. */
  edited(changes: readonly { readonly path: readonly string[]; readonly value: unknown }[]): string
}

/** As `parseStructured`, for a text whose keys are judged one by one, or changed. */
export function parsePlaced(text: string, name: string): Located {
  const invalid = (message: string, at?: { line: number; col: number }) =>
    usageError(
      'file-invalid',
      `${name}${at ? `, line ${at.line}, column ${at.col}` : ''}: ${message}`,
      'It has to be YAML or JSON.',
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
      // A lower one would leave out that there is a second document.
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

/** An alias outlives no change of what it stands for, so each becomes what it means. */
function writeOutAliases(document: Document): void {
  visit(document, {
    Alias: (_, alias) => document.createNode(alias.toJS(document, { maxAliasCount: MOST_ALIASES })),
  })
}

/** Makes a key that has nothing, or `{}`, ready to hold others, one a line. */
function makeRoom(document: Document, path: readonly string[]): void {
  for (let length = 0; length < path.length; length++) {
    const above = path.slice(0, length)
    const node = length === 0 ? document.contents : document.getIn(above, true)
    if (isMap(node)) node.flow = node.flow === true && node.items.length > 0
    else if (length > 0) document.setIn(above, document.createNode({}))
  }
}

/** Where the last key of a path begins. */
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

/** Looks at the text's structure before it is made into values: this part of the parser keeps a list, not a stack. */
function isTooDeep(text: string): boolean {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > DEEPEST) return true
  }
  return false
}

/** The message without the excerpt that follows it, and without the position that we put in front. */
const firstLine = (message: string) =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/:$/, '')
