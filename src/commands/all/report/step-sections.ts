import type { Block, Section, Table, Text } from '../../../report/page.ts'
import { elapsed, numberOrDash, STEP_TEXTS } from '../../../report/texts.ts'
import { formatNumber, pluralize } from '../../../util/format.ts'
import { type AllOutcome, leftIn } from '../outcome.ts'
import type { AllReport } from './all-report.ts'

/** The sessions before the logout. */
export function beforeSection({ outcome: { before } }: AllReport): Section {
  const facts: [string, Text][] = [
    ['Users', formatNumber(before.users)],
    ['Sessions', formatNumber(before.sessions)],
    ['Client sessions', `${formatNumber(before.active)} online, ${formatNumber(before.offline)} offline`],
    ['Clients', `${formatNumber(before.clients)} with sessions`],
    ['Hosts', formatNumber(before.tenants)],
  ]
  return { title: 'Before', blocks: [{ kind: 'facts', facts }] }
}

/** The steps, planned or done. */
export function stepsSection(report: AllReport): Section {
  const { outcome, planOnly } = report
  const cutOff = outcome.steps.cutOffFirst ? [cutOffText(report)] : []
  const texts = (lines: readonly string[]): Block[] => lines.map((text) => ({ kind: 'text', text }))
  if (planOnly) return { title: 'Planned steps', blocks: texts([...cutOff, ...plannedSteps(outcome)]) }
  const watch = outcome.watch ? [watchText(outcome.watch)] : []
  return { title: 'Steps', blocks: [...texts(cutOff), phaseTable(outcome), ...texts(watch)] }
}

const plannedSteps = ({ steps }: AllOutcome): string[] => [
  `${STEP_TEXTS.client}: ${formatNumber(steps.client)}.`,
  ...(steps.offline > 0 ? [`${STEP_TEXTS.offline}: ${formatNumber(steps.offline)}.`] : []),
  steps.realm
    ? "Keycloak's realm logout will end the remaining sessions and call the Admin URLs."
    : "Keycloak's realm logout will not run.",
]

const phaseTable = ({ phases }: AllOutcome): Table => ({
  kind: 'table',
  heads: [
    { text: 'Step' },
    { text: 'Planned', align: 'right' },
    { text: 'Ended', align: 'right' },
    { text: 'Already ended', align: 'right' },
    { text: 'Failed', align: 'right' },
    { text: 'Unknown', align: 'right' },
    { text: 'Not tried', align: 'right' },
    { text: 'Duration', align: 'right' },
  ],
  rows: phases.map(({ name, sessions, ended, gone, failed, unknown, untried, passes, seconds }) => [
    { text: `${STEP_TEXTS[name]}${passes && passes > 1 ? ` (${passes} passes)` : ''}` },
    { text: formatNumber(sessions) },
    { text: formatNumber(ended) },
    { text: numberOrDash(gone) },
    { text: numberOrDash(failed.length), ...(failed.length > 0 ? { tone: 'bad' as const } : {}) },
    { text: numberOrDash(unknown), ...(unknown > 0 ? { tone: 'unsure' as const } : {}) },
    { text: numberOrDash(untried), ...(untried > 0 ? { tone: 'bad' as const } : {}) },
    { text: elapsed(seconds * 1000) },
  ]),
  more: 0,
})

function cutOffText({ planOnly, timeline }: AllReport): string {
  if (planOnly)
    return "First the realm's not-before will be set: everything issued before is rejected from then on."
  return timeline?.marks.some(({ what }) => what === 'cut-off')
    ? "First the realm's not-before was set: everything issued before is rejected since then."
    : "Setting the realm's not-before was the first step. Keycloak did not confirm it: tokens issued before may still be valid."
}

const watchText = ({ looks, longestGapMs, events }: NonNullable<AllOutcome['watch']>): string => {
  const gap = `at most ${formatNumber(Math.round(longestGapMs))} ms apart`
  const rest = events
    ? 'Stored sign-in events were read, too.'
    : 'Sign-in events are not stored or cannot be read, so a very short session could be missed.'
  return `New sessions were looked for ${pluralize(looks, 'time')} during the realm logout, ${gap}. ${rest}`
}

/** The sessions after the logout. Empty for a plan. */
export function afterSection({ outcome, planOnly }: AllReport): Section[] {
  if (planOnly) return []
  const { after, endedUnnotified, error } = outcome
  const left = leftIn(outcome)
  const numberOr = (value: number | null, otherwise: string) =>
    value === null ? otherwise : formatNumber(value)
  const facts: [string, Text][] = [
    [left.verified ? 'Still active' : "Not ended, by Keycloak's answers", formatNumber(left.count)],
    ['Started after the logout', numberOr(after.startedAfter, 'not checked')],
    [
      'Client sessions',
      after.active === null
        ? 'not checked'
        : `${formatNumber(after.active)} online, ${numberOr(after.offline, 'not checked')} offline`,
    ],
    ['Ended without notification', numberOr(endedUnnotified, 'unknown')],
  ]
  if (error?.hint) facts.push(['Next step', { quoted: error.hint }])
  else if (left.count > 0)
    facts.push(['Next step', 'Run the same command again to continue with what is left.'])
  return [{ title: 'After', blocks: [{ kind: 'facts', facts }] }]
}
