import { usageError } from '../errors.ts'
import { realmNameProblem } from '../util/path-segment.ts'
import type { Globals } from './global-options.ts'
import { requireOneStdinReader } from './secrets.ts'
import type { Setting } from './settings.ts'

/** @throws {UserError} `two-passwords`, `two-credentials`, `two-stdin-readers` (2) */
export function refuseContradictions(options: Globals): void {
  if (options.passwordStdin && options.passwordFile !== undefined) {
    throw usageError(
      'two-passwords',
      '--password-stdin and --password-file both give a password.',
      'Use one of them.',
    )
  }
  if (options.tokenFile !== undefined) {
    const other = (
      [
        ['--username', options.username],
        ['--password-stdin', options.passwordStdin],
        ['--password-file', options.passwordFile],
        ['--client-secret-file', options.clientSecretFile],
      ] as const
    ).find(([, value]) => value !== undefined && value !== false)
    if (other) {
      throw usageError(
        'two-credentials',
        `--token-file and ${other[0]} are two ways to sign in.`,
        'Use one of them.',
      )
    }
  }
  requireOneStdinReader(options)
}

/** Returns the value of an option. @throws {UserError} `empty-value` (2): usually an unset shell variable */
export function notEmpty(source: string, value: string): string {
  if (value === '') throw usageError('empty-value', `${source} is empty.`, 'Give it a value, or omit it.')
  return value
}

/** A realm name that can be a path segment. @throws {UserError} `bad-realm` (2) with its source */
export function checkedRealm(setting: Setting | undefined): Setting | undefined {
  if (!setting) return undefined
  const problem = realmNameProblem(setting.value)
  if (problem) {
    throw usageError(
      'bad-realm',
      `The realm name ${JSON.stringify(setting.value)} (from ${setting.source}) ${problem}.`,
      'Give the name as in the address of the realm: …/realms/<name>.',
    )
  }
  return setting
}

/** `--timeout` in milliseconds; 30 s by default. @throws {UserError} `bad-timeout` (2) */
export function timeoutOf(seconds: string | undefined): number {
  if (seconds === undefined) return 30_000
  const value = /^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) : Number.NaN
  if (!(value >= 0.1 && value <= 3600)) {
    throw usageError(
      'bad-timeout',
      `--timeout ${JSON.stringify(seconds)} is not a valid number of seconds.`,
      'Give a number from 0.1 to 3600, for example --timeout 60.',
    )
  }
  return Math.round(value * 1000)
}
