import type { Context } from '../../cli/context.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { RealmQuestion } from './gather.ts'

export interface AllOptions extends RealmQuestion {
  readonly forceRealmStep?: boolean
  readonly concurrency?: number
  /** Seconds. */
  readonly actTimeout?: number
  readonly dryRun?: boolean
  readonly confirm?: string
  readonly strict?: boolean
  readonly report?: string
}

/** Throws a usage error where options contradict each other. */
export function refuseContradictions(options: AllOptions): void {
  const { realmStepOnly, realmStep, client, excludeUser, offlineSessions, keepOfflineSessions } = options
  const contradict = (a: string, b: string) =>
    usageError('contradiction', `${a} and ${b} contradict each other.`, 'Leave one of them out.')
  if (realmStepOnly) {
    if (realmStep === false) throw contradict('--realm-step-only', '--no-realm-step')
    if (client?.length) throw contradict('--realm-step-only', '--client')
    if (excludeUser?.length) throw contradict('--realm-step-only', '--exclude-user')
    if (offlineSessions) throw contradict('--realm-step-only', '--offline-sessions')
    if (keepOfflineSessions) throw contradict('--realm-step-only', '--keep-offline-sessions')
  }
  if (offlineSessions && keepOfflineSessions)
    throw contradict('--offline-sessions', '--keep-offline-sessions')
  // The realm's not-before reaches everybody and every offline token.
  if (options.cutOffFirst) {
    if (client?.length) throw contradict('--cut-off-first', '--client')
    if (excludeUser?.length) throw contradict('--cut-off-first', '--exclude-user')
    if (keepOfflineSessions) throw contradict('--cut-off-first', '--keep-offline-sessions')
  }
}

/** Before any request: a `--confirm` for another realm is the mistake that it is there to catch. */
export async function requireConfirmed({ confirm, dryRun }: AllOptions, ctx: Context): Promise<void> {
  const realm = (await ctx.settings()).realm?.value
  if (realm === undefined) return // signing in says that it is missing
  if (confirm !== undefined && confirm !== realm)
    throw new UserError(
      'confirm-mismatch',
      `--confirm says "${confirm}", the realm acted on is "${realm}".`,
      {
        exitCode: EXIT.declined,
        hint: 'Nothing was sent. Check -r and KC_LOGOUT_REALM.',
      },
    )
  if (confirm === undefined && !dryRun && !ctx.ask.possible)
    throw new UserError(
      'confirmation-wanted',
      'This logs everybody out, and there is no terminal to ask at.',
      {
        exitCode: EXIT.declined,
        hint: `See what would happen with --dry-run, then add --confirm ${realm}. Nothing was sent.`,
      },
    )
}
