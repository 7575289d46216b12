import type { Command, OptionValues } from '@commander-js/extra-typings'
import { type UserError, usageError } from '../errors.ts'
import { collect, positiveNumber, wholeNumber } from './arguments.ts'
import { addChoosingOptions } from './choosing-options.ts'
import { addEvidenceOptions, type EvidenceOptions, evidenceOptions } from './evidence-options.ts'

/** The options that `user` and `all` share, with their defaults. */
export interface LogoutSettings {
  /** Only sessions that involve one of these clients (clientId). Empty: all sessions. */
  readonly clientIds: readonly string[]
  readonly offlineSessions: boolean
  readonly keepOfflineSessions: boolean
  readonly concurrency: number
  /** Seconds. */
  readonly actTimeout: number
  readonly strict: boolean
  /** Clients (clientId) that may stay without a notification under `strict`. */
  readonly acceptUnnotified: readonly string[]
  readonly dryRun: boolean
  readonly evidence: EvidenceOptions
  /** List each delivery in JSON. */
  readonly deliveries: boolean
}

/**
 * Declares the options that `user` and `all` share. The prompt's options differ (`--yes`, `--confirm`) and stay with the
 * commands.
 * @param keepsOffline what `--keep-offline-sessions` leaves out: `no realm step`
 */
export function addLogoutOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
  keepsOffline: string,
) {
  const chosen = addChoosingOptions(command)
    .option('--offline-sessions', 'End offline sessions too, notifying clients')
    .option('--keep-offline-sessions', `Leave offline sessions usable (${keepsOffline})`)
    .option('--concurrency <n>', 'Sessions to end at the same time (8)', wholeNumber(256))
    .option('--act-timeout <seconds>', 'Seconds to wait for one operation (600)', positiveNumber)
    .option('--strict', 'Exit 3 unless every client is notified')
    .option('--accept-unnotified <client-id>', 'Do not fail --strict for it (repeatable)', collect)
  return addEvidenceOptions(chosen)
    .option('--deliveries', 'List each delivery in JSON')
    .option('--report <file>', 'Write a record (.html, .md, .json or .csv)')
    .option('--reason <text>', 'Why, for the report and the User-Agent')
    .option('--ticket <text>', 'The same: number of a ticket')
    .option('-n, --dry-run', 'Show the plan, change nothing')
}

export type LogoutOptions = ReturnType<ReturnType<typeof addLogoutOptions<[], Record<never, never>>>['opts']>

/**
 * The shared options with their defaults.
 * @throws {UserError} `contradiction` (2)
 */
export function parseLogoutOptions(options: LogoutOptions): LogoutSettings {
  const { offlineSessions = false, keepOfflineSessions = false } = options
  if (offlineSessions && keepOfflineSessions)
    throw contradiction('--offline-sessions', '--keep-offline-sessions')
  return {
    clientIds: options.client ?? [],
    offlineSessions,
    keepOfflineSessions,
    concurrency: options.concurrency ?? 8,
    actTimeout: options.actTimeout ?? 600,
    strict: options.strict ?? false,
    acceptUnnotified: options.acceptUnnotified ?? [],
    dryRun: options.dryRun ?? false,
    evidence: evidenceOptions(options),
    deliveries: options.deliveries ?? false,
  }
}

/** The error (exit 2) for two options that contradict each other. */
export const contradiction = (a: string, b: string): UserError =>
  usageError('contradiction', `${a} and ${b} contradict each other.`, 'Leave one of them out.')
