import { html } from '../../../report/html.ts'
import { markdown } from '../../../report/markdown.ts'
import { safeJson } from '../../../util/escape-invisible.ts'
import { buildPage } from './build-page.ts'
import type { Report } from './report.ts'

export type Format = 'json' | 'md' | 'html'

/** The format by the file extension; undefined for any other. */
export const formatOf = (path: string): Format | undefined =>
  (['json', 'md', 'html'] as const).find((format) => path.toLowerCase().endsWith(`.${format}`))

/** The report as the text of a file. Text of others never becomes markup, and invisible characters are escaped. */
export function render(report: Report, format: Format): string {
  if (format === 'json') return `${safeJson({ schemaVersion: 1, ...report }, 2)}\n`
  return format === 'md' ? markdown(buildPage(report)) : html(buildPage(report))
}
