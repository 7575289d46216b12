import { pluralize } from '../../../util/format.ts'
import { shellQuote } from '../../../util/shell-quote.ts'
import { adminUrlsSection, clientsSection } from './clients-section.ts'
import { foundSection, leftSection, stepsSection } from './course-section.ts'
import { verdictOf } from './headline.ts'
import { type Block, type Page, piecesOf, quoted, type Section, type Text } from './page.ts'
import type { Report } from './report.ts'
import { EXIT_WORDS, elapsed, markText, momentText } from './texts.ts'

/** Rows of a long list; the JSON has them all. */
const MOST_FAILURES = 100

/** The report as a page: what a reader of the ticket wants to know first comes first. */
export function buildPage(report: Report): Page {
  return {
    title: report.planOnly ? 'Plan of a logout of the realm' : 'Logout of the realm',
    realm: report.where.realm,
    verdict: verdictOf(report),
    sections: [
      runSection(report),
      ...courseSections(report),
      foundSection(report),
      stepsSection(report),
      clientsSection(report),
      ...adminUrlsSection(report),
      ...failuresSection(report),
      ...leftSection(report),
    ],
    footer: `Written by kc-logout ${report.kcLogout.version}. It holds the names of people and clients: keep it where those may be kept.`,
  }
}

function runSection({ by, when, where, kcLogout, exitCode, planOnly }: Report): Section {
  const facts: [string, Text][] = [
    ['Realm', [quoted(where.realm), ` (from ${where.realmSource})`]],
    ['Server', [quoted(where.server), ` (from ${where.serverSource})`]],
    [
      'Keycloak',
      where.keycloakVersion === null
        ? 'version not known: this caller may not read it'
        : quoted(where.keycloakVersion),
    ],
    ['Run by', whoText(by)],
    ['Began', momentText(when.began, when.utcOffset)],
    ['Ended', momentText(when.ended, when.utcOffset)],
    ['Took', elapsed(when.seconds * 1000)],
    ['Command', quoted(commandText(kcLogout))],
    ['kc-logout', kcLogout.version],
    ['Exit code', `${exitCode}: ${EXIT_WORDS[exitCode] ?? 'see docs/reference/exit-codes.md'}`],
    ...(where.insecure
      ? ([['Certificates', 'were not checked: whoever was in between may have answered for Keycloak']] as [
          string,
          Text,
        ][])
      : []),
  ]
  return { title: planOnly ? 'The plan' : 'The run', blocks: [{ kind: 'facts', facts }] }
}

/** As it can be typed again. */
const commandText = ({ command, options }: Report['kcLogout']): string =>
  ['kc-logout', command, ...options.map((word) => shellQuote(word) ?? word)].join(' ')

const whoText = ({ username, clientId, loginRealm }: Report['by']): Text => [
  ...(username === null ? ['a user that the sign-in does not name'] : [quoted(username)]),
  ', signed in to the realm ',
  quoted(loginRealm),
  ...(clientId === null ? [] : [' with the client ', quoted(clientId)]),
]

function courseSections({ timeline, outcome }: Report): Section[] {
  if (!timeline || timeline.series.length === 0) return []
  const events = timeline.marks.filter(({ what }) => what !== 'phase')
  const blocks: Block[] = [
    {
      kind: 'text',
      text: 'Client sessions left at each client: a session that is used at three clients counts at each of them, as in Keycloak.',
    },
    { kind: 'timeline', timeline },
    ...(events.length > 0
      ? [
          {
            kind: 'table' as const,
            heads: [{ text: 'Mark' }, { text: 'After', align: 'right' as const }, { text: 'What happened' }],
            rows: events.map((mark, index) => {
              const [words, about] = markText(mark)
              return [
                { text: String(index + 1) },
                { text: elapsed(mark.at) },
                { text: about === '' ? words : [`${words}: `, quoted(about)] },
              ]
            }),
            more: timeline.marksLeftOut,
          },
        ]
      : []),
  ]
  const lost = outcome.after.left === null ? ' (the end was not looked at)' : ''
  return [{ title: `Sessions left, by client${lost}`, blocks }]
}

function failuresSection({ outcome }: Report): Section[] {
  const failures = outcome.phases.flatMap(({ failed }) => failed)
  if (failures.length === 0) return []
  const causes = new Map<string, number>()
  for (const { code } of failures) causes.set(code, (causes.get(code) ?? 0) + 1)
  const summary = [...causes]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([code, times], index): Text[] => [
      index > 0 ? ', ' : '',
      quoted(code),
      ` ${pluralize(times, 'time')}`,
    ])
  return [
    {
      title: `What failed: ${pluralize(failures.length, 'session')}`,
      blocks: [
        { kind: 'text', text: ['By cause: ', ...summary.flatMap(piecesOf), '.'] },
        {
          kind: 'table',
          heads: [{ text: 'Session' }, { text: 'Person' }, { text: 'Code' }, { text: 'Cause' }],
          rows: failures
            .slice(0, MOST_FAILURES)
            .map(({ session, user, code, error }) => [
              { text: quoted(session) },
              { text: quoted(user) },
              { text: quoted(code) },
              { text: quoted(error) },
            ]),
          more: Math.max(0, failures.length - MOST_FAILURES),
        },
      ],
    },
  ]
}
