import { quoted, type Section, type Text } from '../../../report/page.ts'
import { pluralize } from '../../../util/format.ts'
import type { AllReport } from './all-report.ts'

/** Rows of the table; the JSON lists all. */
const MAX_FAILURES = 100

/** The sessions that could not be ended, with the cause of each. */
export function failuresSection({ outcome }: AllReport): Section[] {
  const failures = outcome.phases.flatMap(({ failed }) => failed)
  if (failures.length === 0) return []
  return [
    {
      title: `Failures: ${pluralize(failures.length, 'session')}`,
      blocks: [
        { kind: 'text', text: causesText(failures.map(({ code }) => code)) },
        {
          kind: 'table',
          heads: [{ text: 'Session' }, { text: 'User' }, { text: 'Code' }, { text: 'Cause' }],
          rows: failures
            .slice(0, MAX_FAILURES)
            .map(({ session, user, code, error }) =>
              [session, user, code, error].map((text) => ({ text: quoted(text) })),
            ),
          more: Math.max(0, failures.length - MAX_FAILURES),
        },
      ],
    },
  ]
}

/** The causes, the most frequent first. */
function causesText(codes: readonly string[]): Text {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  const causes = [...counts]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([code, count], index) => [index > 0 ? ', ' : '', quoted(code), ` ${pluralize(count, 'time')}`])
  return ['By cause: ', ...causes, '.']
}
