import { usageError } from '../errors.ts'
import { pathSegmentProblem } from '../util/path-segment.ts'
import type { Globals } from './global-options.ts'
import { onlyOneReader } from './secrets.ts'
import type { Setting } from './settings.ts'

/** Throws a usage error where two flags contradict each other. */
export function refuseContradictions(flags: Globals): void {
  if (flags.passwordStdin && flags.passwordFile !== undefined) {
    throw usageError(
      'two-passwords',
      '--password-stdin and --password-file both give a password.',
      'Use one.',
    )
  }
  if (flags.tokenFile !== undefined) {
    const other = (
      [
        ['--username', flags.username],
        ['--password-stdin', flags.passwordStdin],
        ['--password-file', flags.passwordFile],
        ['--client-secret-file', flags.clientSecretFile],
      ] as const
    ).find(([, value]) => value !== undefined && value !== false)
    if (other) {
      throw usageError(
        'two-credentials',
        `--token-file and ${other[0]} are two ways of signing in.`,
        'Use one of them.',
      )
    }
  }
  onlyOneReader(flags)
}

/** The value of a flag. Throws a usage error where it is empty: a variable in a script was not set. */
export function notEmpty(source: string, value: string): string {
  if (value === '')
    throw usageError('empty-value', `${source} is empty.`, 'Give it a value, or leave it out.')
  return value
}

/** A realm whose name can stand in a path; a usage error with its source otherwise. */
export function checkedRealm(setting: Setting | undefined): Setting | undefined {
  if (!setting) return undefined
  const problem = pathSegmentProblem(setting.value)
  if (problem) {
    throw usageError(
      'bad-realm',
      `The realm's name ${JSON.stringify(setting.value)} (from ${setting.source}) ${problem}.`,
      'Give the name as it stands in the address of the realm: …/realms/<name>.',
    )
  }
  return setting
}

/** `--timeout` in milliseconds, 30 s where it is not given. */
export function timeoutOf(seconds: string | undefined): number {
  if (seconds === undefined) return 30_000
  const value = /^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) : Number.NaN
  if (!(value >= 0.1 && value <= 3600)) {
    throw usageError(
      'bad-timeout',
      `--timeout ${JSON.stringify(seconds)} is no number of seconds.`,
      'Give a number from 0.1 to 3600, such as --timeout 60.',
    )
  }
  return Math.round(value * 1000)
}
