import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './vitest-run.ts'

/**
 * Replaces the generated section of a page in docs/, between the marks `<!-- name: made by … -->` and `<!-- /name -->`.
 */
export async function replaceSection(page: string, name: string, content: string): Promise<void> {
  const file = join(ROOT, 'docs', page)
  const text = await readFile(file, 'utf8')
  const begin = text.indexOf(`<!-- ${name}: `)
  const first = text.indexOf('-->', begin) + 3
  const end = text.indexOf(`<!-- /${name} -->`)
  if (begin < 0 || end < first) throw new Error(`docs/${page} has no section "${name}"`)
  await writeFile(file, `${text.slice(0, first)}\n\n${content.trim()}\n\n${text.slice(end)}`)
}

/** Returns a Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** `2026-11-21` */
export const day = (time: number | Date) => new Date(time).toISOString().slice(0, 10)
