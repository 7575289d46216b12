import { readdirSync, readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'

const SRC = new URL('../../src/', import.meta.url)

/** A string or template in the sources. */
export interface SourceText {
  /** `src/run.ts:12` */
  readonly place: string
  /** The text; a value in a template is shown as `${}`. */
  readonly text: string
  /** Name of the template's tag, such as `kcLogout`. */
  readonly tag: string | undefined
  /** Is it a template with values, or joined with `+`? */
  readonly hasValues: boolean
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

/** All strings and templates of the source files, without those in imports and types. */
export function sourceTexts(): SourceText[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => textsOf(name, readFileSync(new URL(name, SRC), 'utf8')))
}

function textsOf(name: string, source: string): SourceText[] {
  const found: SourceText[] = []
  const add = (node: Node, text: string, more: Partial<SourceText>) => {
    const line = source.slice(0, node.start).split('\n').length
    found.push({ place: `src/${name}:${line}`, text, tag: undefined, hasValues: false, ...more })
  }
  const visit = (value: unknown, parent?: Node): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, parent)
    if (!isNode(value) || IGNORED.test(value.type)) return
    if (value.type === 'Literal' && typeof value.value === 'string')
      add(value, value.value, { hasValues: parent?.type === 'BinaryExpression' && parent.operator === '+' })
    if (value.type === 'TemplateLiteral') {
      const quasis = value.quasis as { value: { cooked: string } }[]
      const tag = parent?.type === 'TaggedTemplateExpression' ? (parent.tag as { name?: string }) : undefined
      const text = quasis.map((part) => part.value.cooked).join('${}')
      add(value, text, { tag: tag?.name, hasValues: quasis.length > 1 })
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'parent') visit(child, value)
  }
  visit(parseAst(source, { lang: 'ts' }, name))
  return found
}

const IGNORED =
  /^(ImportDeclaration|ImportExpression|ExportAllDeclaration|TSLiteralType|TSTemplateLiteralType)$/

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
