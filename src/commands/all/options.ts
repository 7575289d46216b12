import {
  contradiction,
  type LogoutOptions,
  type LogoutSettings,
  parseLogoutOptions,
} from '../../cli/logout-options.ts'

/** The options of `all`, as commander hands them over. */
export interface AllOptions extends LogoutOptions {
  readonly excludeUser?: readonly string[]
  readonly cutOffFirst?: boolean
  readonly realmStepOnly?: boolean
  /** `false` with `--no-realm-step`. */
  readonly realmStep?: boolean
  readonly forceRealmStep?: boolean
  readonly confirm?: string
  readonly report?: string
}

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
