import type { Command } from 'commander'
import type { ExitCode, LastingExit } from '../errors.ts'
import type { Context } from './context.ts'

/** What commander's action hands over to: runs the command in its world and remembers the exit code. */
export type Start = (run: (ctx: Context) => Promise<ExitCode | LastingExit>) => Promise<void>

/** Each command file exports one of these as `register`: it adds its flags to the program and nothing else. */
export type Register = (program: Command, start: Start) => void
