import type { Context } from '../context.ts'
import type { ExitCode, UserError } from '../errors.ts'

/**
 * Says on stderr why a run could not go on whose result has been printed: stdout holds one document, which names the
 * error as well. Returns the error's exit code.
 */
export function reportStopped(
  { message, hint, exitCode }: UserError,
  { print }: Pick<Context, 'print'>,
): ExitCode {
  print.warn(hint ? `${message} ${hint}` : message)
  return exitCode
}
