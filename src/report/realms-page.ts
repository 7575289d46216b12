import type { ExitCode, errorFields } from '../errors.ts'
import { formatNumber, joinWords, pluralize } from '../util/format.ts'
import { isUnnotified } from './client-status.ts'
import { type Cell, type Page, piecesOf, quoted, type Section, type Text, type Tone } from './page.ts'
import type { Report, Reported } from './report.ts'
import { EXIT_TEXTS } from './texts.ts'

/** A realm without a report: it could not be read or planned, or a signal came before it. */
export interface FailedRealm {
  readonly realm: string
  readonly error: ReturnType<typeof errorFields>
}

/** With more realms, only those with a problem are described, up to this many. */
const MAX_DESCRIBED = 20
const MAX_NAMES = 3
/** Rows of the table; the JSON lists all. */
const MAX_ROWS = 1000

interface Parts<O extends Reported> {
  readonly reports: readonly Report<O>[]
  readonly failed: readonly FailedRealm[]
  readonly exitCode: ExitCode
}

/** One page for several realms: a line for each, then the sections of each report. */
export function realmsPage<O extends Reported>(
  { reports, failed, exitCode }: Parts<O>,
  toPage: (report: Report<O>) => Page,
): Page {
  const pages = reports.map((report) => ({ report, page: toPage(report) }))
  const described = pages.length <= MAX_DESCRIBED ? pages : pages.filter(({ page }) => isBad(page))
  const names = [...reports.map(({ where }) => where.realm), ...failed.map(({ realm }) => realm)]
  const first = pages[0]?.page
  return {
    title: first?.title ?? 'Realm logout',
    realm: names.length > MAX_NAMES ? `${formatNumber(names.length)} realms` : joinWords(names),
    verdict: {
      tone: failed.length > 0 || pages.some(({ page }) => isBad(page)) ? 'bad' : worstTone(pages),
      headline: `${pluralize(names.length, 'realm')}: exit code ${exitCode}, ${EXIT_TEXTS[exitCode] ?? ''}`,
      notes: pages.flatMap(({ report, page }) => page.verdict.notes.map((note) => noteOf(report, note))),
    },
    sections: [
      overview(pages, failed),
      ...described
        .slice(0, MAX_DESCRIBED)
        .flatMap(({ report, page }) =>
          page.sections.map((section) => ({ ...section, title: `${report.where.realm}: ${section.title}` })),
        ),
    ],
    footer: first?.footer ?? '',
  }
}

const isBad = ({ verdict }: Page) => verdict.tone === 'bad'

const worstTone = (pages: readonly { readonly page: Page }[]): Tone =>
  (['unsure', 'good'] as const).find((tone) => pages.some(({ page }) => page.verdict.tone === tone)) ??
  'plain'

const noteOf = ({ where }: Report<Reported>, note: Text): Text => [
  quoted(where.realm),
  ': ',
  ...piecesOf(note),
]

function overview<O extends Reported>(
  pages: readonly { readonly report: Report<O>; readonly page: Page }[],
  failed: readonly FailedRealm[],
): Section {
  const rows = [
    ...failed.map(({ realm, error }): Cell[] => [
      { text: quoted(realm) },
      { text: quoted(error.message), tone: 'bad' },
      { text: '–' },
    ]),
    ...pages.map(({ report, page }): Cell[] => [
      { text: quoted(report.where.realm) },
      { text: page.verdict.headline, tone: page.verdict.tone },
      { text: formatNumber(report.notified.filter(isUnnotified).length) },
    ]),
  ]
  return {
    title: 'Realms',
    blocks: [
      {
        kind: 'table',
        heads: [{ text: 'Realm' }, { text: 'Result' }, { text: 'Clients not notified', align: 'right' }],
        rows: rows.slice(0, MAX_ROWS),
        more: Math.max(0, rows.length - MAX_ROWS),
      },
    ],
  }
}
