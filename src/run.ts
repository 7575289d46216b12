import { CommanderError } from 'commander'
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

/** The side of the process that a run uses: contexts for commands, output, errors, the signal. */
export interface RunHost {
  context(globals: Globals): Promise<Context>
  /** Writes help and version, which no command prints. */
  writeOut(text: string): void
  /** Reports an error, as text or JSON. */
  report(error: UserError, how: { json: boolean }): void
  readonly signal: AbortSignal
  readonly columns: number
  /** The error that kept part of the result from being written; it is reported at the end. */
  lost?(): Error | undefined
}

/**
 * One command line in, one exit code out. The only place where errors become messages; nothing here touches the
 * process, so tests can run whole command lines in their own.
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
    const said = withNextStep(toUserError(error), argv)
    host.report(said, { json: asksForJson(argv) })
    return said.exitCode
  }
}

const exitOf = (ended: ExitCode | LastingExit, signal: AbortSignal): ExitCode => {
  if (typeof ended === 'object') return ended.lasting
  return signal.aborted ? interruption(signal) : ended
}

/** Says what nobody caught, as any other error is said: Node itself would show a page of our source. */
export const reportCrash = (
  error: unknown,
  { argv, report }: Pick<RunHost, 'report'> & { argv: readonly string[] },
): void => report(toUserError(error), { json: asksForJson(argv) })

function toUserError(error: unknown): UserError {
  if (error instanceof UserError) return error
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help')
      return usageError('usage', 'A command is missing.', '`kc-logout --help` lists them.')
    // "error: unknown option '--foo'\n(Did you mean --force?)"
    const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
    const suggestion = rest.join(' ').replace(/^\(|\)$/g, '')
    const meant = error.code === 'commander.unknownCommand' ? closest(first, COMMANDS) : undefined
    return (
      valueNotTaken(first) ??
      usageError('usage', first, suggestion || (meant ? `Did you mean ${meant}?` : undefined))
    )
  }
  return new UserError('internal', `Unexpected: ${error instanceof Error ? error.message : String(error)}`, {
    hint: 'This is a fault in kc-logout itself. --debug shows where; nothing is known of what was not reported above.',
    cause: error,
  })
}

/** "option '--by <what>' argument 'x' is invalid. It takes …": what was wrong, and what it takes as the next step. */
function valueNotTaken(message: string): UserError | undefined {
  const [, option, given, taken] =
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)$/.exec(message) ?? []
  const [, value, argument, words] =
    /^command-argument value '(.*)' is invalid for argument '([\w-]+)'\. (.*)$/.exec(message) ?? []
  if (option !== undefined)
    return usageError('usage', `${option} does not take ${JSON.stringify(given)}.`, taken)
  if (argument === undefined) return undefined
  return usageError('usage', `<${argument}> does not take ${JSON.stringify(value)}.`, words)
}

/** commander looks for slips of the fingers only: half a name is meant as often. */
function closest(message: string, commands: readonly { readonly name: string }[]): string | undefined {
  const [, typed = ''] = /'(.{3,}?)'/.exec(message) ?? []
  return typed === '' ? undefined : commands.find(({ name }) => name.includes(typed))?.name
}

/** Nobody is left with what is wrong alone: a mistake of usage that names no remedy names the page that does. */
function withNextStep(error: UserError, argv: readonly string[]): UserError {
  if (error.hint !== undefined || error.exitCode !== EXIT.usage) return error
  const { code, message, exitCode, cause } = error
  const name = argv.find((word) => COMMANDS.some((command) => command.name === word))
  return new UserError(code, message, {
    exitCode,
    cause,
    hint: `See \`kc-logout ${name ? `${name} ` : ''}--help\`.`,
  })
}

/** A reader that closed its end (`| head`) has what it wanted. */
const isClosedPipe = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE' && error.name !== 'TransportError'

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? undefined : end).includes('--json')
}
