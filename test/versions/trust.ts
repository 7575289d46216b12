/**
 * npm run test:trust [-- --write]
 *
 * Runs the suites of test/trust: faults, attacks, mistakes. KC_LOGOUT_TEST_TRUST says how much they try (`quick`,
 * `usual`, `full`). `--write` puts what was tried, and what came of it, into docs/reliability.md.
 */
import { EXTENT } from '../trust/extent.ts'
import { day, replaceSection, table } from './generated.ts'
import { type Report, readReport, runVitest } from './vitest-run.ts'

const REPORT = 'trust.json'

/** What is claimed, and the tests that hold it: a file of test/trust, and those of its tests whose name fits. */
const CLAIMS: readonly (readonly [claim: string, file: string, tests: RegExp])[] = [
  ['An id is one segment of its call’s path, or nothing is sent.', 'paths', /./],
  [
    'A broken server: each command ends in time, with the right code, and repeats nothing that could do harm.',
    'faults',
    /each fault/,
  ],
  ['No server at all: every command says so.', 'faults', /no server at all/],
  ['What is odd but right is no fault.', 'faults', /odd but right/],
  [
    'Completion stays silent, and `profile remove` claims no end that it did not see, whatever the server does.',
    'sweep',
    /broken server/,
  ],
  ['Every command is in these sweeps.', 'sweep', /every command/],
  [
    'A run that outlives its tokens, eight workers: no session fails.',
    'tokens',
    /workers|stored sign-in, tokens/,
  ],
  [
    'The session behind the sign-in is killed: one new sign-in, or exit 4 with the summary.',
    'tokens',
    /killed/,
  ],
  ['A clock that is wrong by ten minutes, or jumps, changes nothing.', 'tokens', /clock/],
  ['No control, bidi or invisible character reaches an output.', 'terminal', /./],
  [
    'No secret reaches an output, a file that is not its own, the process list, or the words of a crash.',
    'secrets',
    /./,
  ],
  [
    'What is kept is private, whatever the umask; links and files that others may read are refused.',
    'files',
    /umask|somebody else/,
  ],
  ['`kill -9` while a sign-in is renewed: what is kept is the old or the new, whole.', 'files', /kill -9/],
  [
    '`kill -9` in the middle of `all`, and run again: no session is lost, none is told twice.',
    'mistakes',
    /kill -9/,
  ],
  ['Ctrl-C, once and twice: exit 130 at once, with its word.', 'mistakes', /Ctrl-C/],
  ['A dry run sends questions and the sign-in, nothing else.', 'mistakes', /a dry run/],
  ['`yes \\|` is no answer.', 'mistakes', /yes \|/],
  [
    'The wrong realm, server or person is noticed.',
    'mistakes',
    /wrong realm|wrong person|looks like an option/,
  ],
  [
    'Files with a byte order mark, Windows’ line breaks, tabs, aliases, typos: read, or refused with line and column.',
    'mistakes',
    /not as it should be/,
  ],
  [
    'Two runs at once; somebody else edits or removes a client meanwhile.',
    'mistakes',
    /two at once|twenty processes/,
  ],
  ['A full disk, a closed pipe: said, and no act is cut short.', 'mistakes', /nowhere to write/],
  [
    'Each fault of TLS has its own message; nothing but `--insecure` goes on; proxies and client certificates work.',
    'tls',
    /./,
  ],
  [
    'An install is one package that runs nothing; the bundle is the same byte for byte; licences are shipped.',
    'supply-chain',
    /./,
  ],
]

process.exitCode = await runVitest({
  node: [process.execPath],
  args: ['--project', 'trust', ...process.argv.slice(2).filter((arg) => arg !== '--write')],
  env: {},
  report: REPORT,
})

if (process.argv.includes('--write')) {
  const report = await readReport(REPORT)
  const rows = CLAIMS.map(([claim, file, tests]) => [
    claim,
    `\`trust/${file}.test.ts\``,
    ...outcomeOf(report, file, tests),
  ])
  const made = `Run on ${day(report.startTime)} with \`npm run test:trust\` (${EXTENT}) on Node ${process.version}.`
  const head = ['what is claimed', 'held by', 'tests', 'tried', 'lost']
  await replaceSection('reliability.md', 'trust', `${made}\n\n${table(head, rows)}`)
}

/** How many tests, what they tried, and what was lost: nothing, or how many failed. */
function outcomeOf(report: Report, file: string, tests: RegExp): string[] {
  const results = report.testResults
    .filter(({ name }) => name.endsWith(`/trust/${file}.test.ts`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => tests.test(fullName))
  const run = results.filter(({ status }) => status === 'passed' || status === 'failed')
  if (run.length === 0) return ['–', 'not run', 'not known']
  const figures = new Map<string, number>()
  for (const [what, number] of run.flatMap(({ meta }) => Object.entries(meta.tried ?? {})))
    figures.set(what, (figures.get(what) ?? 0) + number)
  const words = [...figures].map(([what, number]) => `${number.toLocaleString('en')} ${what}`)
  const failed = run.filter(({ status }) => status === 'failed').length
  return [`${run.length}`, words.join(', '), failed === 0 ? 'nothing' : `**${failed} tests failed**`]
}
