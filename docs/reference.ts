import { readdir, readFile, writeFile } from 'node:fs/promises'
import { footer } from '../src/cli/help.ts'
import { HELP_TOPICS } from '../src/cli/help-topics.ts'
import { SCHEMAS } from '../src/commands/schema/documents.ts'
import { COMMANDS } from '../src/registry.ts'
import { sampleDocuments } from '../test/support/documents.ts'
import { exampleBlock } from './support/reference/example.ts'
import { fieldsTable } from './support/reference/fields.ts'
import { type HelpRow, helpPage } from './support/reference/help-page.ts'
import { block, code, table } from './support/reference/markdown.ts'

/**
 * docs/reference/*.md: prose by hand, and between `<!-- docs: … -->` and `<!-- /docs -->` what comes from the program.
 * `npm run docs` writes these parts, a test compares them.
 */
const FOLDER = new URL('reference/', import.meta.url)
const PART = /<!-- docs: (\w+)(?: ([^\n]*?))? -->\n[\s\S]*?<!-- \/docs -->/g

type Samples = Awaited<ReturnType<typeof sampleDocuments>>

/** Every page of the reference by its file name, as it should be. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  const samples = await sampleDocuments()
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.md')).sort()
  const pages: Record<string, string> = {}
  for (const name of names) pages[name] = await filled(await readFile(new URL(name, FOLDER), 'utf8'), samples)
  return pages
}

async function filled(page: string, samples: Samples): Promise<string> {
  const parts = await Promise.all(
    [...page.matchAll(PART)].map(([, kind = '', words = '']) => part(kind, words, samples)),
  )
  return page.replace(PART, (_, kind: string, words?: string) => {
    const head = words === undefined ? kind : `${kind} ${words}`
    return `<!-- docs: ${head} -->\n\n${parts.shift()}\n\n<!-- /docs -->`
  })
}

async function part(kind: string, words: string, samples: Samples): Promise<string> {
  switch (kind) {
    case 'help':
      return helpPart(words)
    case 'examples':
      return block('sh', examplesOf((await helpPage(words)).examples))
    case 'options':
      return rowsTable('Option', (await helpPage()).groups.get(words) ?? [])
    case 'topic':
      return topicPart(words)
    case 'commands':
      return commandsPart()
    case 'schemas':
      return table(
        ['Name', 'Document'],
        Object.entries(SCHEMAS).map(([name, { title }]) => [
          `[${name}](../schemas/${name}.json)`,
          String(title),
        ]),
      )
    case 'json': {
      const [name = '', closed = ''] = words.split(' without ')
      const schema = SCHEMAS[name]
      if (!schema) throw new Error(`There is no schema ${name}`)
      return `${exampleBlock(samples[name])}\n\n${fieldsTable(schema, closed.split(', '))}`
    }
    default:
      throw new Error(`A page asks for ${kind} ${words}`)
  }
}

/** Synopsis, arguments and options, roles, exit codes. */
async function helpPart(name: string): Promise<string> {
  const { usage, groups } = await helpPage(name)
  const options = [...groups].filter(([heading]) => heading !== 'Arguments').flatMap(([, rows]) => rows)
  const foot = new Map(footer(name))
  const args = groups.get('Arguments') ?? []
  return [
    block('text', usage),
    ...(args.length > 0 ? [rowsTable('Argument', args)] : []),
    rowsTable('Option', options),
    `**Roles**: ${(foot.get('Roles:') ?? []).join('; ')}`,
    `**Exit codes**: ${(foot.get('Exit:') ?? []).join(' · ')}`,
  ].join('\n\n')
}

const rowsTable = (head: string, rows: readonly HelpRow[]) =>
  table(
    [head, 'Meaning'],
    rows.map(({ term, text }) => [code(term), text]),
  )

/** Examples as a shell takes them: what each is for stands above it. */
function examplesOf(lines: readonly string[]): string {
  return lines
    .map((line) => line.replace(/^\$ /, '').replace(/^(\S.*?\S) {2,}(\S.*)$/, '# $2\n$1'))
    .join('\n')
}

function topicPart(name: string): string {
  const topic = HELP_TOPICS.find((each) => each.name === name)
  if (!topic) throw new Error(`There is no topic ${name}`)
  return `${topic.intro}\n\n${table(
    [topic.title, 'Meaning'],
    topic.rows.map(([term, text]) => [code(term), text]),
  )}`
}

function commandsPart(): string {
  const groups = [...new Set(COMMANDS.map(({ group }) => group))]
  const rows = groups.flatMap((group) => [
    [`**${group}**`, ''],
    ...COMMANDS.filter((each) => each.group === group).map(({ name, summary }) => [
      `[${name}](${name}.md)`,
      summary,
    ]),
  ])
  return table(['Command', ''], rows)
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(await referencePages()))
    await writeFile(new URL(name, FOLDER), text)
}
