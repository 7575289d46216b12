import { Lexer, Parser, parseDocument } from 'yaml'
import { usageError } from '../errors.ts'

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
  const invalid = (message: string, at?: { line: number; col: number }) =>
    usageError(
      'file-invalid',
      `${name}${at ? `, line ${at.line}, column ${at.col}` : ''}: ${message}`,
      'It has to be YAML or JSON.',
    )
  if (isTooDeep(text)) throw invalid('nested too deeply')
  try {
    const document = parseDocument(text, {
      schema: 'core',
      version: '1.2',
      resolveKnownTags: false,
      uniqueKeys: true,
      stringKeys: true,
      // A lower one would leave out that there is a second document.
      logLevel: 'error',
    })
    const [problem] = [...document.errors, ...document.warnings]
    if (problem) throw invalid(firstLine(problem.message), problem.linePos?.[0])
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (error) {
    if (error instanceof ReferenceError) throw invalid(firstLine(error.message))
    throw error
  }
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
