import type { Command } from '@commander-js/extra-typings'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { pluralize } from '../../util/format.ts'
import { LogExplainer, type LogReport } from './explain.ts'
import { explainView, followedView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout explain server.log', 'which logouts failed, where, and why?'],
  ['kc-logout explain server.log.gz', 'a packed log'],
  ['kubectl logs keycloak-0 | kc-logout explain', 'from a pipe'],
  ['kc-logout explain --follow server.log', 'as they happen'],
])

const declare = (program: Command) =>
  program
    .command('explain')
    .description("Find failed logouts in Keycloak's server log: which client, why, and what to do")
    .argument(
      '[file]',
      'the log, or - for stdin (default, when it is a pipe): text, JSON, gzip, or as a log store exports it',
    )
    .option('--follow', 'Keep reading as the log grows; with --json one finding per line')
    .addHelpText('before', EXAMPLES)

export type ExplainOptions = OptionsOf<typeof declare> & { readonly file?: string | undefined }

/** Adds `explain` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((file, flags) => start((ctx) => runExplain({ ...flags, file }, ctx)))
}

/**
 * Explains a log, without a request to any server and in memory that does not grow with the log. Exit 7 with findings.
 * Without any, exit 2 where a line about a failed logout could not be read.
 * @throws {UserError} exit 2 if the text is not a log of Keycloak, or is packed with something else than gzip
 */
export async function runExplain(options: ExplainOptions, ctx: Context): Promise<ExitCode> {
  const path = options.file ?? (ctx.files.stdinIsPiped ? '-' : undefined)
  if (path === undefined) throw usageError('no-log', 'No log given.', 'Name a file, or pipe the log in.')
  return options.follow ? follow(path, ctx) : explain(path, ctx)
}

async function explain(path: string, ctx: Context): Promise<ExitCode> {
  const explainer = new LogExplainer()
  for await (const chunk of ctx.files.logText(path, { follow: false })) explainer.push(chunk)
  explainer.end()
  const report = explainer.report()
  if (!ctx.signal.aborted && !explainer.isLog) throw notALog(report)
  ctx.print.result(report, explainView)
  return exitCodeOf(report)
}

async function follow(path: string, ctx: Context): Promise<ExitCode> {
  const explainer = new LogExplainer({ isLive: true })
  let isWarned = false
  for await (const chunk of ctx.files.logText(path, { follow: true })) {
    const seen = chunk === '' ? explainer.idle() : explainer.push(chunk)
    if (chunk === '' && !isWarned && !explainer.isLog && explainer.lines > 0) {
      isWarned = true
      ctx.print.warn(`${nothingIn(explainer.lines)} No failed logout can be found so far.`)
    }
    for (const finding of seen) await ctx.print.item(finding, followedView)
  }
  for (const finding of explainer.end()) await ctx.print.item(finding, followedView)
  return exitCodeOf(explainer.report())
}

function exitCodeOf({ verdict }: LogReport): ExitCode {
  if (verdict === 'fail') return EXIT.checkFailed
  return verdict === 'unknown' ? EXIT.usage : EXIT.ok
}

const nothingIn = (lines: number): string =>
  lines === 0 ? 'The log is empty.' : `Found no log entry of Keycloak in ${pluralize(lines, 'line')}.`

/** An empty list of findings must not read as "no failures" for a text that is not a log, or in a custom format. */
const notALog = ({ lines }: LogReport) =>
  usageError(
    'no-entries',
    nothingIn(lines),
    "kc-logout reads Keycloak's own text and JSON formats and what log stores make of them, not a format with another order (--log-console-format). Unpack other files than gzip first: `bzip2 -dc server.log.bz2 | kc-logout explain`.",
  )
