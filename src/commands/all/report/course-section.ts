import { formatNumber, pluralize } from '../../../util/format.ts'
import { type AllOutcome, leftIn } from '../outcome.ts'
import type { Section, Text } from './page.ts'
import type { Report } from './report.ts'
import { elapsed, STEP_WORDS, unlessNone } from './texts.ts'

/** What was there before anything was done. */
export function foundSection({ outcome: { before } }: Report): Section {
  const facts: [string, Text][] = [
    ['People', formatNumber(before.users)],
    ['Sessions', formatNumber(before.sessions)],
    ['Client sessions', `${formatNumber(before.active)} online, ${formatNumber(before.offline)} offline`],
    ['Clients', `${formatNumber(before.clients)} with sessions`],
    ['Tenants', formatNumber(before.tenants)],
  ]
  return { title: 'What was found', blocks: [{ kind: 'facts', facts }] }
}

/** What was done, or would be. */
export function stepsSection(report: Report): Section {
  const { outcome, planOnly } = report
  const { steps, phases, watch } = outcome
  const cutOff = steps.cutOffFirst ? [cutOffText(report)] : []
  if (planOnly) {
    const lines = [
      ...cutOff,
      `${STEP_WORDS.client}: ${formatNumber(steps.client)}.`,
      ...(steps.offline > 0 ? [`${STEP_WORDS.offline}: ${formatNumber(steps.offline)}.`] : []),
      steps.realm
        ? "Keycloak's logout of the realm would end the rest and call the Admin URLs."
        : "Keycloak's logout of the realm would not run.",
    ]
    return { title: 'What would be done', blocks: lines.map((text) => ({ kind: 'text', text })) }
  }
  return {
    title: 'What was done',
    blocks: [
      ...cutOff.map((text) => ({ kind: 'text' as const, text })),
      {
        kind: 'table',
        heads: [
          { text: 'Step' },
          { text: 'To end', align: 'right' },
          { text: 'Ended', align: 'right' },
          { text: 'Had gone', align: 'right' },
          { text: 'Failed', align: 'right' },
          { text: 'Not tried', align: 'right' },
          { text: 'Took', align: 'right' },
        ],
        rows: phases.map(({ name, sessions, ended, gone, failed, untried, passes, seconds }) => [
          { text: `${STEP_WORDS[name]}${passes && passes > 1 ? ` (${passes} passes)` : ''}` },
          { text: formatNumber(sessions) },
          { text: formatNumber(ended) },
          { text: unlessNone(gone) },
          { text: unlessNone(failed.length), ...(failed.length > 0 ? { tone: 'bad' as const } : {}) },
          { text: unlessNone(untried), ...(untried > 0 ? { tone: 'bad' as const } : {}) },
          { text: elapsed(seconds * 1000) },
        ]),
        more: 0,
      },
      ...(watch ? [{ kind: 'text' as const, text: watchText(watch) }] : []),
    ],
  }
}

function cutOffText({ planOnly, timeline }: Report): string {
  if (planOnly)
    return "First the realm's not-before would be set: what was issued before is refused from then on."
  return timeline?.marks.some(({ what }) => what === 'cut-off')
    ? "First the realm's not-before was set: what was issued before is refused since."
    : "First the realm's not-before was to be set. Keycloak did not confirm it: what was issued before may still be good."
}

const watchText = ({ looks, longestGapMs, events }: NonNullable<AllOutcome['watch']>): string =>
  `While Keycloak's logout of the realm ran, the sessions of the clients that it does not tell were listed ${pluralize(looks, 'time')}, at most ${formatNumber(Math.round(longestGapMs))} ms apart${events ? '; sign-ins were also read from stored events' : '; the realm stores no sign-ins that could be read besides'}.`

/** What is left, and what came since. A plan leaves everything as it is. */
export function leftSection({ outcome, planOnly }: Report): Section[] {
  if (planOnly) return []
  const { after, endedUnnotified, error } = outcome
  const left = leftIn(outcome)
  const known = (value: number | null) => (value === null ? 'not looked at' : formatNumber(value))
  const facts: [string, Text][] = [
    [
      left.looked ? 'Sessions that were to end and live' : "Not ended, as far as Keycloak's answers say",
      formatNumber(left.count),
    ],
    ['Sessions that began since', known(after.startedAfter)],
    [
      'Client sessions now',
      after.active === null
        ? 'not looked at'
        : `${known(after.active)} online, ${known(after.offline)} offline`,
    ],
    ['Sessions ended untold', endedUnnotified === null ? 'not known' : formatNumber(endedUnnotified)],
    ...(error?.hint ? ([['What to do', { quoted: error.hint }]] as [string, Text][]) : []),
    ...(left.count > 0 && !error?.hint
      ? ([['What to do', 'Run the same command again: it goes on with what is left.']] as [string, Text][])
      : []),
  ]
  return [{ title: 'What is left', blocks: [{ kind: 'facts', facts }] }]
}
