import { escapeInvisible } from '../util/escape-invisible.ts'
import { formatNumber } from '../util/format.ts'
import { type Block, type Page, piecesOf, type Table, type Text } from './page.ts'
import { timelineTable } from './timeline-rows.ts'

/** The page as GitHub Flavored Markdown. */
export function markdown({ title, realm, verdict, sections, footer }: Page): string {
  const parts = [
    `# ${inline([`${title} `, { quoted: realm }])}`,
    [`> **${inline(verdict.headline)}**`, ...verdict.notes.map((note) => `> ${inline(note)}`)].join('\n>\n'),
    ...sections.flatMap((section) => [`## ${inline(section.title)}`, ...section.blocks.map(blockText)]),
    '---',
    inline(footer),
  ]
  return `${parts.join('\n\n')}\n`
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return inline(block.text)
    case 'facts':
      return rows([
        ['', ''],
        ['---', '---'],
        ...block.facts.map(([name, value]) => [inline(name), inline(value)]),
      ])
    case 'table':
      return tableText(block)
    case 'timeline':
      return tableText(timelineTable(block.timeline))
  }
}

const tableText = ({ heads, rows: body, more }: Table): string =>
  rows([
    heads.map(({ text }) => inline(text)),
    heads.map(({ align }) => (align === 'right' ? '---:' : '---')),
    ...body.map((cells) =>
      cells.map(({ text, tone, share }) =>
        tone === 'bad' && share === undefined ? `**${inline(text)}**` : inline(text),
      ),
    ),
  ]) + (more > 0 ? `\n\n… and ${formatNumber(more)} more. The JSON report lists all.` : '')

const rows = (cells: readonly (readonly string[])[]): string =>
  cells.map((row) => `| ${row.join(' | ')} |`).join('\n')

const inline = (text: Text): string =>
  piecesOf(text)
    .map((piece) => (typeof piece === 'string' ? own(piece) : code(piece.quoted)))
    .join('')

/** Our own words, with characters that could be markup escaped. */
const own = (text: string): string => escapeInvisible(text).replace(/[\\`*_[\]<>|~#&$]/g, '\\$&')

/**
 * Text of others as code: no markup, HTML, links or mentions there. Characters that would end the code or the cell of a
 * table are shown as `\uXXXX`, like invisible characters.
 */
function code(text: string): string {
  const safe = escapeInvisible(text).replace(/[`|]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`)
  return safe.trim() === '' ? '(empty)' : `\`${safe}\``
}
