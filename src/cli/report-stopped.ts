import type { StopReason } from '../core/client-result.ts'
import type { Context } from './context.ts'

/** Warns on stderr why a run stopped early. Its result, on stdout, has the reason too. */
export function reportStopped(error: StopReason | undefined, { print }: Pick<Context, 'print'>): void {
  if (error) print.warn(error.hint ? `${error.message} ${error.hint}` : error.message)
}
