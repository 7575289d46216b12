import type { StopReason } from '../core/client-result.ts'
import type { Context } from './context.ts'

/** Says on stderr why a run could not go on whose result has been printed: stdout holds one document, which names it too. */
export function reportStopped(error: StopReason | undefined, { print }: Pick<Context, 'print'>): void {
  if (error) print.warn(error.hint ? `${error.message} ${error.hint}` : error.message)
}
