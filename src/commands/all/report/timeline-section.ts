import { type Block, quoted, type Section } from '../../../report/page.ts'
import { elapsed, markText } from '../../../report/texts.ts'
import type { Timeline } from '../../../report/timeline.ts'
import type { AllReport } from './all-report.ts'

/** The remaining sessions over time, as a chart with numbered marks. */
export function timelineSection({ timeline, outcome }: AllReport): Section[] {
  if (!timeline || timeline.series.length === 0) return []
  const notVerified = outcome.after.left === null ? ' (the end could not be checked)' : ''
  return [
    {
      title: `Remaining sessions by client${notVerified}`,
      blocks: [
        {
          kind: 'text',
          text: 'Client sessions that were left. A session used at three clients counts three times, as in Keycloak.',
        },
        { kind: 'timeline', timeline },
        ...markTable(timeline),
      ],
    },
  ]
}

function markTable({ marks, marksLeftOut }: Timeline): Block[] {
  const events = marks.filter(({ what }) => what !== 'phase')
  if (events.length === 0) return []
  return [
    {
      kind: 'table',
      heads: [{ text: 'Mark' }, { text: 'After', align: 'right' }, { text: 'Event' }],
      rows: events.map((mark, index) => {
        const [text, about] = markText(mark)
        return [
          { text: String(index + 1) },
          { text: elapsed(mark.at) },
          { text: about === '' ? text : [`${text}: `, quoted(about)] },
        ]
      }),
      more: marksLeftOut,
    },
  ]
}
