import { strictFailures } from '../../core/not-notified.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import type { AllSettings } from './options.ts'
import type { AllOutcome } from './outcome.ts'

/** The exit code of a plan or an outcome. */
export function exitCodeOf(
  { verdict, clients, adminUrls, phases, endedUnnotified, interrupted, error, dryRun }: AllOutcome,
  { strict, acceptUnnotified }: Pick<AllSettings, 'strict' | 'acceptUnnotified'>,
): ExitCode {
  if (interrupted) return EXIT.interrupted
  if (error && error.exitCode !== EXIT.failed) return error.exitCode
  const failures = phases.flatMap(({ failed }) => failed)
  // A session that the realm step ended later is not still running.
  if (endedUnnotified === 0 && failures.length > 0 && failures.every(({ code }) => code === 'still-running'))
    return EXIT.unreachable
  if (verdict === 'failed') return EXIT.failed
  if (verdict === 'partial') return EXIT.partial
  if (!strict) return EXIT.ok
  const isUnconfirmed = adminUrls.some(
    ({ clientId, reached }) => reached !== 'yes' && !acceptUnnotified.includes(clientId),
  )
  return isUnconfirmed || strictFailures(clients, acceptUnnotified, dryRun).length > 0
    ? EXIT.partial
    : EXIT.ok
}
