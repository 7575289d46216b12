import { strictFailures } from '../../core/not-notified.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import type { UserOutcome } from './outcome.ts'

/** Returns the exit code of a plan or result. With `strict`, clients that are not notified make it 3. */
export function exitCodeOf(
  { verdict, users, error, dryRun }: UserOutcome,
  { strict, acceptUnnotified }: { readonly strict: boolean; readonly acceptUnnotified: readonly string[] },
): ExitCode {
  if (error && error.exitCode !== EXIT.failed) return error.exitCode
  const errors = users.flatMap((user) => user.errors)
  if (errors.length > 0 && errors.every(({ code }) => code === 'still-running')) return EXIT.unreachable
  if (verdict === 'failed') return EXIT.failed
  if (verdict === 'partial') return EXIT.partial
  const clients = users.flatMap((user) => user.clients)
  return strict && strictFailures(clients, acceptUnnotified, dryRun).length > 0 ? EXIT.partial : EXIT.ok
}
