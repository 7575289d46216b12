import { EXIT, type ExitCode } from '../../errors.ts'

/** Codes of a realm in which nothing could be done. */
const FAILURES: readonly ExitCode[] = [EXIT.failed, EXIT.usage, EXIT.denied, EXIT.notFound, EXIT.unreachable]

/**
 * The exit code of several realms: that of a signal; the one that all share; 7 if a check failed and no realm has an
 * error; 1 if each realm failed in a way of its own; else 3, done in part.
 */
export function exitCodeOfRealms(codes: readonly ExitCode[]): ExitCode {
  const signal = codes.find((code) => code > EXIT.declined)
  if (signal !== undefined) return signal
  const different = [...new Set(codes)]
  const [first = EXIT.ok, ...others] = different
  if (others.length === 0) return first
  if (different.every((code) => code === EXIT.ok || code === EXIT.checkFailed)) return EXIT.checkFailed
  return different.every((code) => FAILURES.includes(code)) ? EXIT.failed : EXIT.partial
}

/** From the best to the worst. */
export const VERDICTS = [
  'nothing-to-do',
  'unchanged',
  'pass',
  'planned',
  'done',
  'drift',
  'fail',
  'partial',
  'failed',
] as const
export type RealmsVerdict = (typeof VERDICTS)[number]

/** The worst verdict of several realms; `partial` if one failed and another did not. */
export function verdictOfRealms(verdicts: readonly RealmsVerdict[]): RealmsVerdict {
  const has = new Set(verdicts)
  if (has.has('failed') && has.size > 1) return 'partial'
  return VERDICTS.findLast((verdict) => has.has(verdict)) ?? 'nothing-to-do'
}
