import type { Command } from '@commander-js/extra-typings'
import { collect } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import {
  addLogoutOptions,
  contradiction,
  type LogoutSettings,
  parseLogoutOptions,
} from '../../cli/logout-options.ts'

/** Adds the description and the options of `all`. */
export const declareOptions = (command: Command) =>
  addLogoutOptions(
    command
      .description('Log out all users of the realm and notify every client that can be notified.')
      .option('--exclude-user <who>', 'Leave the sessions of this user (repeatable)', collect),
    'no realm step',
  )
    .option('--cut-off-first', "Set the realm's not-before first: an intruder is out at once")
    .option('--realm-step-only', 'Run only Keycloak\'s own "Logout all": it notifies no backchannel client')
    .option('--no-realm-step', 'Only end sessions one by one (implied by --client, --exclude-user)')
    .option('--force-realm-step', 'Run the realm step even if sessions could not be ended')
    .option('--confirm <realm>', 'Skip the prompt; must match the realm name')
    .option('--report <file>', 'Write a record (.html, .md or .json)')

export type AllOptions = OptionsOf<typeof declareOptions>

/** The same with their defaults. */
export interface AllSettings extends LogoutSettings {
  /** Ids, usernames or e-mail addresses of the users whose sessions stay. */
  readonly excludeUsers: readonly string[]
  readonly cutOffFirst: boolean
  /** Keycloak's own realm logout alone. */
  readonly realmStepOnly: boolean
  readonly noRealmStep: boolean
  /** Run the realm step although sessions could not be ended. */
  readonly forceRealmStep: boolean
}

/**
 * The options with their defaults.
 * @throws {UserError} `contradiction` (2)
 */
export function parseAllOptions(options: AllOptions): AllSettings {
  refuseContradictions(options)
  return {
    ...parseLogoutOptions(options),
    excludeUsers: options.excludeUser ?? [],
    cutOffFirst: options.cutOffFirst ?? false,
    realmStepOnly: options.realmStepOnly ?? false,
    noRealmStep: options.realmStep === false,
    forceRealmStep: options.forceRealmStep ?? false,
  }
}

function refuseContradictions(options: AllOptions): void {
  const { realmStepOnly, realmStep, client, excludeUser, offlineSessions, keepOfflineSessions } = options
  if (realmStepOnly) {
    if (realmStep === false) throw contradiction('--realm-step-only', '--no-realm-step')
    if (client?.length) throw contradiction('--realm-step-only', '--client')
    if (excludeUser?.length) throw contradiction('--realm-step-only', '--exclude-user')
    if (offlineSessions) throw contradiction('--realm-step-only', '--offline-sessions')
    if (keepOfflineSessions) throw contradiction('--realm-step-only', '--keep-offline-sessions')
  }
  // The realm's not-before affects all users and all offline tokens.
  if (options.cutOffFirst) {
    if (client?.length) throw contradiction('--cut-off-first', '--client')
    if (excludeUser?.length) throw contradiction('--cut-off-first', '--exclude-user')
    if (keepOfflineSessions) throw contradiction('--cut-off-first', '--keep-offline-sessions')
  }
}
