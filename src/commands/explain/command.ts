import type { Command } from 'commander'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { pluralize } from '../../util/format.ts'
import { LogExplainer } from './log/explain.ts'
import { explainView, followedView } from './view.ts'

export interface ExplainOptions {
  readonly file?: string
  readonly follow?: boolean
}

const EXAMPLES = examples([
  ['kc-logout explain server.log', 'which logouts failed, where, and why?'],
  ['kubectl logs keycloak-0 | kc-logout explain', 'reads a pipe'],
  ['kc-logout explain --follow server.log', 'as they happen'],
])

/** Adds `explain` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('explain')
    .description("Reads Keycloak's server log: which logouts failed, at which client, why, and what to do.")
    .argument(
      '[file]',
      "the log, or - for stdin (default, when it is a pipe); Keycloak's text or JSON format",
    )
    .option('--follow', 'goes on with what is written to the log; with --json one finding a line')
    .addHelpText('before', EXAMPLES)
    .action((file: string | undefined, flags: Omit<ExplainOptions, 'file'>) =>
      start((ctx) => runExplain({ ...flags, ...(file === undefined ? {} : { file }) }, ctx)),
    )
}

/** Explains a log. Asks no server. Exit 7 with findings, 2 where no log can be read in it. Its memory does not grow with the log. */
export async function runExplain(options: ExplainOptions, ctx: Context): Promise<ExitCode> {
  const path = options.file ?? (ctx.files.stdinIsPiped ? '-' : undefined)
  if (path === undefined)
    throw usageError('no-log', 'There is no log to read.', 'Name a file, or pipe the log in.')

  const explainer = new LogExplainer()
  const follow = options.follow ?? false
  let warned = false
  for await (const lines of ctx.files.logLines(path, { follow })) {
    const seen = lines.flatMap((line) => explainer.push(line))
    if (lines.length === 0) {
      seen.push(...explainer.flush())
      const { lines: read, entries, unread } = explainer.report()
      if (follow && !warned && read > 0 && entries + unread === 0) {
        warned = true
        ctx.print.warn(`${nothingIn(read)} So far nothing can be said of logouts.`)
      }
    }
    if (follow) for (const finding of seen) await ctx.print.item(finding, followedView)
  }
  for (const finding of explainer.flush()) if (follow) await ctx.print.item(finding, followedView)

  const report = explainer.report()
  if (!follow && !ctx.signal.aborted && report.entries + report.unread === 0) throw notALog(report.lines)
  if (!follow) ctx.print.result(report, explainView)
  return report.verdict === 'fail' ? EXIT.checkFailed : EXIT.ok
}

const nothingIn = (lines: number): string =>
  lines === 0
    ? 'The log is empty.'
    : `No entry of a log of Keycloak's can be read in it (${pluralize(lines, 'line')}).`

/** Silence would look like peace: a packed file, a format of one's own, a pipe that was filtered to nothing. */
const notALog = (lines: number) =>
  usageError(
    'no-entries',
    nothingIn(lines),
    "It reads Keycloak's own text and JSON formats, not one set by --log-console-format. Unpack a packed log first: `gzip -dc server.log.gz | kc-logout explain`.",
  )
