import { CommanderError } from '@commander-js/extra-typings'
import type { CommandEntry } from './cli/command.ts'
import type { Context } from './cli/context.ts'
import type { Globals } from './config/global-options.ts'
import {
  EXIT,
  type ExitCode,
  interrupted,
  interruption,
  type LastingExit,
  UserError,
  usageError,
} from './errors.ts'
import { buildProgram } from './program.ts'
import { COMMANDS, HIDDEN } from './registry.ts'
import { errnoCode } from './util/errno.ts'
import { kcLogout } from './util/shown-command.ts'

/** What a run needs from the process: contexts for commands, output, error reports and the signal. */
export interface RunHost {
  context(globals: Globals): Promise<Context>
  /** Writes help and version, which no command prints. */
  writeOut(text: string): void
  /** Reports an error, as text or as JSON. */
  report(error: UserError, how: { json: boolean }): void
  readonly signal: AbortSignal
  readonly columns: number
  /** Where the documentation is installed: of a command, or the first page. */
  manual?(command?: string): string | undefined
  /** The error that kept part of the result from being written. It is reported at the end. */
  lost?(): Error | undefined
}

/**
 * Runs a command line and returns its exit code. The only place where errors become messages. It does not touch the
 * process, so that tests can run whole command lines.
 */
export async function main(
  argv: readonly string[],
  host: RunHost,
  commands: readonly CommandEntry[] = COMMANDS,
  hidden: readonly CommandEntry[] = HIDDEN,
): Promise<ExitCode> {
  let ended: ExitCode | LastingExit = EXIT.ok
  const program = buildProgram({
    commands,
    hidden,
    writeOut: host.writeOut,
    columns: () => host.columns,
    manual: host.manual,
    start: async (globals, run) => {
      ended = await run(await host.context(globals))
    },
  })
  try {
    await program.parse(argv)
    return exitOf(ended, host.signal)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    if (isClosedPipe(error)) return EXIT.ok
    if (error === host.lost?.()) return EXIT.failed
    if (host.signal.aborted) {
      host.report(interrupted(host.signal), { json: asksForJson(argv) })
      return interruption(host.signal)
    }
    const reported = withHint(toUserError(error), argv)
    host.report(reported, { json: asksForJson(argv) })
    return reported.exitCode
  }
}

const exitOf = (ended: ExitCode | LastingExit, signal: AbortSignal): ExitCode => {
  if (typeof ended === 'object') return ended.lasting
  return signal.aborted ? interruption(signal) : ended
}

/** Reports an error that was not caught like any other; Node itself would print a page of our source. */
export const reportCrash = (
  error: unknown,
  { argv, report }: Pick<RunHost, 'report'> & { argv: readonly string[] },
): void => report(toUserError(error), { json: asksForJson(argv) })

function toUserError(error: unknown): UserError {
  if (error instanceof UserError) return error
  if (error instanceof CommanderError) return fromCommander(error)
  return new UserError('internal', `Unexpected: ${error instanceof Error ? error.message : String(error)}`, {
    hint: 'This is a bug in kc-logout. Run with --debug for a stack trace. Steps not reported above may or may not have run.',
    cause: error,
  })
}

/** commander writes "error: unknown option '--foo'\n(Did you mean --force?)". */
function fromCommander({ code, message }: CommanderError): UserError {
  if (code === 'commander.help')
    return usageError('usage', 'The command is missing.', 'kc-logout --help lists the commands.')
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n')
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '')
  const meant = code === 'commander.unknownCommand' ? commandLike(first, COMMANDS) : undefined
  return (
    invalidValue(first) ??
    usageError('usage', first, suggestion || (meant ? `Did you mean ${meant}?` : undefined))
  )
}

/** "option '--by <field>' argument 'x' is invalid. Use …": the problem as the message, the rest as the hint. */
function invalidValue(message: string): UserError | undefined {
  const [, option, given, hint] =
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)$/.exec(message) ?? []
  if (option !== undefined)
    return usageError('usage', `${JSON.stringify(given)} is not a valid value for ${option}.`, hint)
  const [, value, argument, words] =
    /^command-argument value '(.*)' is invalid for argument '([\w-]+)'\. (.*)$/.exec(message) ?? []
  if (argument === undefined) return undefined
  return usageError('usage', `${JSON.stringify(value)} is not a valid <${argument}>.`, words)
}

/** commander only suggests for typing errors; half a name (`inspect`) is as frequent. */
function commandLike(message: string, commands: readonly { readonly name: string }[]): string | undefined {
  const [, typed = ''] = /'(.{3,}?)'/.exec(message) ?? []
  return typed === '' ? undefined : commands.find(({ name }) => name.includes(typed))?.name
}

/** A usage error without a hint points to `--help`. */
function withHint(error: UserError, argv: readonly string[]): UserError {
  if (error.hint !== undefined || error.exitCode !== EXIT.usage) return error
  const { code, message, exitCode, cause } = error
  const name = argv.find((word) => COMMANDS.some((command) => command.name === word))
  return new UserError(code, message, {
    exitCode,
    cause,
    hint: `See ${name ? kcLogout`${name} --help` : 'kc-logout --help'}.`,
  })
}

/** A reader that closed its end (`| head`) needs no more output. */
const isClosedPipe = (error: unknown) =>
  error instanceof Error && errnoCode(error) === 'EPIPE' && error.name !== 'TransportError'

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? undefined : end).includes('--json')
}
