import { availableParallelism } from 'node:os'
import type { Effort } from './side.ts'

interface Run {
  readonly version: string
  readonly keycloak: string
  /** `2026-11-21`. */
  readonly date: string
  readonly rounds: number
  /** Load average of the last minute. */
  readonly load: number
}

/** The measured part of the page: effort, steps, and what each way shows about each application. */
export function efforts(
  found: Readonly<Record<string, readonly Effort[]>>,
  answers: Answers,
  { version, keycloak, date, rounds, load }: Run,
): string {
  const names = Object.keys(found)
  const first = (name: string) => (found[name] ?? [])[0]
  const row = (head: string, cell: (effort: Effort, all: readonly Effort[]) => string | number) =>
    `| ${[head, ...names.map((name) => cell(first(name) as Effort, found[name] ?? []))].join(' | ')} |`
  const applications = Object.keys(first('kc-logout')?.says ?? {}).sort()
  return `Run on ${date} with \`npm run comparison\`: kc-logout ${version} and Keycloak ${keycloak}, ${rounds} runs each, in turns, on a shared machine with ${availableParallelism()} CPUs (load ${load.toFixed(1)}).

| | ${names.join(' | ')} |
|---|${'---|'.repeat(names.length)}
${[
  row('steps: clicks and pages read, or commands', ({ done }) => done.length),
  row('requests to Keycloak', (_, all) => range(all.map(({ requests }) => requests))),
  row('wall-clock seconds: median (all)', (_, all) => spread(all.map(({ seconds }) => seconds))),
  row('CPU seconds: median (all)', (_, all) =>
    spread(all.map(({ cpu }) => cpu).filter((cpu) => cpu !== null)),
  ),
  ...applications.map((client) =>
    row(`\`${client}\` notified?`, ({ says }) => says[client] ?? 'shows nothing'),
  ),
].join('\n')}

The clicks: ${(first('console')?.done ?? []).join(' → ')}.

The commands of kcadm:

\`\`\`text
${(first('kcadm')?.done ?? []).map(anonymous).join('\n')}
\`\`\`

${answersSection(answers)}`
}

interface Answers {
  readonly kcadm: string
  readonly 'kc-logout': string
}

/** What kcadm and kc-logout print about sessions. */
export const answersSection = (
  answers: Answers,
): string => `## Before the logout: who is signed in where, and which clients would be notified?

kcadm, \`kcadm.sh get client-session-stats -r customers\`:

\`\`\`json
${anonymous(answers.kcadm).trim()}
\`\`\`

kc-logout, \`kc-logout sessions\`:

\`\`\`text
${anonymous(answers['kc-logout']).trim()}
\`\`\`
`

/** Replaces IDs and names of this run. */
const anonymous = (command: string) =>
  command
    .replace(/(?<=users\/)[0-9a-f]{8}-[0-9a-f-]{27}/g, 'USER-ID')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    .replace(/test-[0-9a-f]{12}/g, 'customers')
    .replace(/--password \S+/, '--password …')

const range = (values: readonly number[]) =>
  [...new Set([Math.min(...values), Math.max(...values)])].join(' to ')

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'not counted'
  const sorted = [...values].sort((a, b) => a - b)
  const shown = (value = 0) => value.toFixed(value < 1 ? 2 : 1)
  return `${shown(sorted[Math.floor(sorted.length / 2)])} (${values.map(shown).join(', ')})`
}
