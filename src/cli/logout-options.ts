import type { Command } from 'commander'
import { type UserError, usageError } from '../errors.ts'
import { collect, positiveNumber, wholeNumber } from './arguments.ts'

/** The options that `user` and `all` share, as commander hands them over. */
export interface LogoutOptions {
  readonly client?: readonly string[]
  readonly offlineSessions?: boolean
  readonly keepOfflineSessions?: boolean
  readonly concurrency?: number
  /** Seconds. */
  readonly actTimeout?: number
  readonly strict?: boolean
  readonly acceptUnnotified?: readonly string[]
  readonly dryRun?: boolean
}

/** The same with their defaults. */
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
}

/**
 * Declares the options that `user` and `all` share. The prompt's options differ (`--yes`, `--confirm`) and stay with the
 * commands.
 * @param keepsOffline what `--keep-offline-sessions` leaves out: `no realm step`
 */
export function addLogoutOptions(command: Command, keepsOffline: string): Command {
  return command
    .option('--client <client-id>', 'Only sessions that involve this client (repeatable)', collect)
    .option('--offline-sessions', 'End offline sessions too, notifying clients')
    .option('--keep-offline-sessions', `Leave offline sessions usable (${keepsOffline})`)
    .option('--concurrency <n>', 'Sessions to end at the same time (8)', wholeNumber(256))
    .option('--act-timeout <seconds>', 'Seconds to wait for one operation (600)', positiveNumber)
    .option('--strict', 'Exit 3 if a client is not notified or a delivery is unconfirmed')
    .option('--accept-unnotified <client-id>', 'Do not fail --strict for this client (repeatable)', collect)
    .option('-n, --dry-run', 'Show the plan, change nothing')
}

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
  }
}

/** The error (exit 2) for two options that contradict each other. */
export const contradiction = (a: string, b: string): UserError =>
  usageError('contradiction', `${a} and ${b} contradict each other.`, 'Leave one of them out.')
