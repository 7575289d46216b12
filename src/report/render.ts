import type { ExitCode } from '../errors.ts'
import { csvLine } from '../util/csv.ts'
import { safeJson } from '../util/escape-invisible.ts'
import { csvRows } from './csv.ts'
import { html } from './html.ts'
import { markdown } from './markdown.ts'
import type { Page } from './page.ts'
import { type FailedRealm, realmsPage } from './realms-page.ts'
import type { Report, Reported, ReportKind } from './report.ts'
import type { SessionRecord } from './session-record.ts'

const FORMATS = ['json', 'md', 'html', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** The format by the file extension; undefined for any other. */
export const formatOf = (path: string): Format | undefined =>
  FORMATS.find((format) => path.toLowerCase().endsWith(`.${format}`))

/** The record of one realm. */
export interface RealmRecord<O extends Reported> {
  readonly report: Report<O>
  readonly sessions: readonly SessionRecord[]
}

/** A run over several realms. */
export interface RealmsRecord<O extends Reported> {
  readonly command: O['act']
  readonly records: readonly RealmRecord<O>[]
  readonly failed: readonly FailedRealm[]
  readonly exitCode: ExitCode
}

type ToPage<O extends Reported> = (report: Report<O>) => Page

/** The report as the text of a file. Text of others never becomes markup, and invisible characters are escaped. */
export function render<O extends Reported>(
  record: RealmRecord<O>,
  format: Format,
  { page, csv }: Pick<ReportKind<O>, 'page' | 'csv'>,
): string {
  if (format === 'json') return jsonOf(record.report)
  if (format === 'csv') return [...(csv?.(record.report) ?? csvRows([record]))].map(csvLine).join('')
  return pageText(page(record.report), format)
}

/** The reports of several realms as one. */
export function renderRealms<O extends Reported>(
  { command, records, failed, exitCode }: RealmsRecord<O>,
  format: Format,
  toPage: ToPage<O>,
): string {
  if (format === 'csv') return [...csvRows(records)].map(csvLine).join('')
  const reports = records.map(({ report }) => report)
  if (format === 'json') return jsonOf({ report: command, realms: [...reports, ...failed], exitCode })
  return pageText(realmsPage({ reports, failed, exitCode }, toPage), format)
}

const jsonOf = (document: object) => `${safeJson({ schemaVersion: 1, ...document }, 2)}\n`
const pageText = (page: Page, format: 'md' | 'html') => (format === 'md' ? markdown(page) : html(page))
