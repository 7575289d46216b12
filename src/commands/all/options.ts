import type { Command } from '@commander-js/extra-typings'
import { collect, oneOf, wholeNumber } from '../../cli/arguments.ts'
import { choosingOptionsIn, parseCriteria } from '../../cli/choosing-options.ts'
import type { OptionsOf } from '../../cli/command.ts'
import {
  addLogoutOptions,
  contradiction,
  type LogoutSettings,
  parseLogoutOptions,
} from '../../cli/logout-options.ts'
import type { Criteria } from '../../core/choice.ts'
import { usageError } from '../../errors.ts'

/** What happens to the other sessions of a client whose calls fail one after another. `no`: they end like all others. */
export const HOLD_BACK = ['cut-off', 'leave', 'no'] as const
export type HoldBackMode = (typeof HOLD_BACK)[number]

/** Adds the description and the options of `all`. */
export const declareOptions = (command: Command) =>
  addLogoutOptions(
    command.description('Log out all users of the realm and notify every client that can be notified.'),
    'no realm step',
  )
    .option('--cut-off-first', "Set the realm's not-before before all else")
    .option('--realm-step-only', 'Run only Keycloak\'s own "Logout all": it notifies no backchannel client')
    .option('--no-realm-step', 'Only end sessions one by one')
    .option('--force-realm-step', 'Run the realm step even if sessions are left')
    .option('--hold-back <how>', 'Failing clients: cut-off, leave or no', oneOf(...HOLD_BACK))
    .option('--confirm <realm>', 'Skip the prompt; must match the realm name', collect)
    .option('--confirm-count <n>', 'Skip the prompt; must be the number of realms', wholeNumber(100_000))

export type AllOptions = OptionsOf<typeof declareOptions>

/** The same with their defaults. */
export interface AllSettings extends LogoutSettings {
  /** Whose sessions end, and which. */
  readonly criteria: Criteria
  readonly cutOffFirst: boolean
  /** Keycloak's own realm logout alone. */
  readonly realmStepOnly: boolean
  readonly noRealmStep: boolean
  /** Run the realm step although sessions could not be ended. */
  readonly forceRealmStep: boolean
  /** With evidence: what happens to the other sessions of a client whose calls fail one after another. */
  readonly holdBack: HoldBackMode
}

/**
 * The options with their defaults.
 * @param now milliseconds since the epoch
 * @throws {UserError} `contradiction`, `time-in-future` (2)
 */
export function parseAllOptions(options: AllOptions, now: number): AllSettings {
  const criteria = parseCriteria(options, now)
  refuseContradictions(options)
  return {
    ...parseLogoutOptions(options),
    criteria,
    cutOffFirst: options.cutOffFirst ?? false,
    realmStepOnly: options.realmStepOnly ?? false,
    noRealmStep: options.realmStep === false,
    forceRealmStep: options.forceRealmStep ?? false,
    holdBack: options.holdBack ?? 'no',
  }
}

function refuseContradictions(options: AllOptions): void {
  const { realmStepOnly, realmStep, offlineSessions, keepOfflineSessions } = options
  const [chosen] = choosingOptionsIn(options)
  if (options.holdBack !== undefined && options.holdBack !== 'no') {
    if (realmStepOnly) throw contradiction('--realm-step-only', '--hold-back')
    if (!options.evidence?.length)
      throw usageError(
        'hold-back-without-evidence',
        '--hold-back needs --evidence: without it no failure is seen.',
        'Add --evidence (kc-logout help evidence), or leave --hold-back out.',
      )
  }
  if (realmStepOnly) {
    if (realmStep === false) throw contradiction('--realm-step-only', '--no-realm-step')
    if (chosen) throw contradiction('--realm-step-only', chosen)
    if (offlineSessions) throw contradiction('--realm-step-only', '--offline-sessions')
    if (keepOfflineSessions) throw contradiction('--realm-step-only', '--keep-offline-sessions')
  }
  // The realm's not-before affects all users and all offline tokens.
  if (options.cutOffFirst) {
    if (chosen) throw contradiction('--cut-off-first', chosen)
    if (keepOfflineSessions) throw contradiction('--cut-off-first', '--keep-offline-sessions')
  }
}
