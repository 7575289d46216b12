import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings'
import type { ExitCode, LastingExit } from '../errors.ts'
import type { Context } from './context.ts'

/** Runs a command with its context and keeps its exit code. Called in commander's action. */
export type Start = (run: (ctx: Context) => Promise<ExitCode | LastingExit>) => Promise<void>

/** Adds a command with its arguments and options to the program. Every command file exports one as `register`. */
export type Register = (program: Command, start: Start) => void

/** The options that a command declares. */
export type OptionsOf<Declare extends (...args: never[]) => CommandUnknownOpts> = ReturnType<
  ReturnType<Declare>['opts']
>

/** A command as the first help page lists it. Its code is loaded when it is called. */
export interface CommandEntry {
  readonly name: string
  /** Heading in the list of commands. */
  readonly group: string
  readonly summary: string
  /** Takes `-r` more than once, `--realms`, `--all-realms` and `--profile` more than once. */
  readonly severalRealms?: true
  readonly load: () => Promise<{ readonly register: Register }>
}
