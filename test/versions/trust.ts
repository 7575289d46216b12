/**
 * npm run test:trust [-- --write]
 *
 * Runs the suites in test/trust: faults, attacks, user mistakes. KC_LOGOUT_TEST_TRUST sets their extent (`quick`, `usual`,
 * `full`). `--write` updates the table in docs/reliability.md.
 */
import { EXTENT } from '../trust/extent.ts'
import { day, replaceSection, table } from './generated.ts'
import { type Report, readReport, runVitest } from './vitest-run.ts'

const REPORT = 'trust.json'

/** Claims, and the tests that check them: a file in test/trust and a pattern for test names. */
const CLAIMS: readonly (readonly [claim: string, file: string, tests: RegExp])[] = [
  ['An id is one segment of a request path, or nothing is sent.', 'paths', /./],
  [
    'With a broken server, each command ends in time with the right exit code and retries nothing unsafe.',
    'faults',
    /each fault/,
  ],
  ['Without a server, every command reports that.', 'faults', /no server at all/],
  ['Unusual but valid answers are accepted.', 'faults', /odd but right/],
  [
    'Whatever the server does, completion prints no error, and `profile remove` claims no sign-out that it did not see.',
    'sweep',
    /broken server/,
  ],
  ['These sweeps include every command.', 'sweep', /every command/],
  [
    'A run with eight workers that outlasts its tokens: no session fails.',
    'tokens',
    /workers|stored sign-in, tokens/,
  ],
  ['The session of the sign-in is ended: one new sign-in, or exit 4 with a summary.', 'tokens', /killed/],
  ['A clock that is ten minutes wrong or jumps has no effect.', 'tokens', /clock/],
  ['No control, bidi or invisible character is printed.', 'terminal', /./],
  ['No secret appears in output, in other files, in the process list or in a crash message.', 'secrets', /./],
  [
    'Stored files are private with any umask; links and files readable by others are refused.',
    'files',
    /umask|another user/,
  ],
  [
    'After `kill -9` during a token refresh, either the old or the new tokens are stored, complete.',
    'files',
    /kill -9/,
  ],
  [
    'After `kill -9` during `all` and a second run, no session is missed and no client is notified twice.',
    'mistakes',
    /kill -9/,
  ],
  ['Ctrl-C, once or twice: exit 130 at once, with a message.', 'mistakes', /Ctrl-C/],
  ['A dry run sends only the sign-in and reads.', 'mistakes', /a dry run/],
  ['`yes \\|` does not confirm.', 'mistakes', /yes \|/],
  ['A wrong realm, server or user is detected.', 'mistakes', /wrong realm|wrong person|looks like an option/],
  [
    'Files with a byte order mark, Windows line breaks, tabs, aliases or typos are read, or refused with line and column.',
    'mistakes',
    /not as it should be/,
  ],
  [
    'Two concurrent runs; a client is changed or removed during a run.',
    'mistakes',
    /two at once|twenty processes/,
  ],
  ['A full disk or a closed pipe is reported and interrupts no operation.', 'mistakes', /nowhere to write/],
  [
    'Each TLS error has its own message; only `--insecure` ignores it; proxies and client certificates work.',
    'tls',
    /./,
  ],
  [
    'The package has no dependencies or install scripts; builds are reproducible; licences are included.',
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
  const head = ['claim', 'test file', 'tests', 'tried', 'failures']
  await replaceSection('reliability.md', 'trust', `${made}\n\n${table(head, rows)}`)
}

/** The last three cells of a row: number of tests, what they tried, failures. */
function outcomeOf(report: Report, file: string, tests: RegExp): string[] {
  const results = report.testResults
    .filter(({ name }) => name.endsWith(`/trust/${file}.test.ts`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => tests.test(fullName))
  const run = results.filter(({ status }) => status === 'passed' || status === 'failed')
  if (run.length === 0) return ['–', 'not run', 'unknown']
  const figures = new Map<string, number>()
  for (const [what, number] of run.flatMap(({ meta }) => Object.entries(meta.tried ?? {})))
    figures.set(what, (figures.get(what) ?? 0) + number)
  const words = [...figures].map(([what, number]) => `${number.toLocaleString('en')} ${what}`)
  const failed = run.filter(({ status }) => status === 'failed').length
  return [`${run.length}`, words.join(', '), failed === 0 ? 'none' : `**${failed} tests failed**`]
}
