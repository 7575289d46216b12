import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { showTarget } from '../../cli/show-target.ts'
import { EXIT, type ExitCode, errorFields, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { execute, push } from './execute.ts'
import { gather } from './gather.ts'
import {
  declareOptions,
  type NotBeforeOperation,
  type NotBeforeOptions,
  refuseContradictions,
} from './options.ts'
import type { PushedUrl } from './outcome.ts'
import { type DesiredNotBefore, plan } from './plan.ts'
import { showNotBefore } from './show.ts'
import { verify } from './verify.ts'
import { notBeforeView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout not-before show', 'what makes older tokens stale'],
  ['kc-logout not-before show --client shop --user ada', 'for tokens of ada at the shop'],
  ['kc-logout not-before set', 'make everything issued before now stale'],
  ['kc-logout not-before set --client shop', 'the tokens of one client only'],
  ['kc-logout not-before clear', 'undo'],
])

/** Adds `not-before` to the command line. */
export function register(program: Command, start: Start): void {
  declareOptions(program.command('not-before'))
    .addHelpText('before', EXAMPLES)
    .action((operation, flags) => start((ctx) => runNotBefore(operation, flags, ctx)))
}

/**
 * Shows or changes a not-before. Roles: view-realm and view-clients to show, view-users with `--user`; manage-realm to
 * set and clear, with `--client` manage-clients.
 */
export async function runNotBefore(
  operation: NotBeforeOperation,
  options: NotBeforeOptions,
  ctx: Context,
): Promise<ExitCode> {
  refuseContradictions(operation, options)
  if (operation === 'show') return showNotBefore(options, ctx)
  const facts = await gather(operation, options, ctx)
  const { desired, document } = plan(facts)

  const withPush = options.push ?? false
  const planned = { ...document, dryRun: options.dryRun ?? false, ...(withPush ? { push: [] } : {}) }
  const isSet = desired.from === desired.to
  await showTarget(ctx)
  if (options.dryRun || (isSet && !withPush)) {
    ctx.print.result({ ...planned, verdict: isSet && !withPush ? 'unchanged' : 'planned' }, notBeforeView)
    return EXIT.ok
  }
  ctx.print.plan({ ...planned, verdict: 'planned' }, notBeforeView)
  if (!options.yes) await confirm(operation, desired, ctx)

  // From here on every error belongs to the result, because the not-before was set or may have been.
  const { keycloak, clock } = facts
  const doubt = isSet ? undefined : await execute(desired, keycloak)
  const { levels, error } = await verify(desired, { clock, doubt, before: document.levels }, keycloak)
  const pushed = withPush && error === undefined ? await pushResult(desired, keycloak) : { push: [] }
  const failure = error ?? pushed.error
  const isComplete = failure === undefined && pushed.push.every(({ delivery }) => delivery === 'confirmed')
  ctx.print.result(
    {
      ...planned,
      levels,
      ...(withPush ? { push: pushed.push } : {}),
      ...(failure ? { error: errorFields(failure) } : {}),
      verdict: !isComplete ? 'partial' : isSet ? 'unchanged' : 'changed',
    },
    notBeforeView,
  )
  return isComplete ? EXIT.ok : EXIT.partial
}

async function confirm(
  operation: NotBeforeOperation,
  { level, name, from, to }: DesiredNotBefore,
  { ask }: Context,
): Promise<void> {
  const verb = from === to ? 'Push' : operation === 'set' ? 'Set' : 'Clear'
  await ask.confirm(`${verb} the not-before of ${level} ${name}?`, { flag: '--yes' })
}

async function pushResult(
  desired: DesiredNotBefore,
  keycloak: Keycloak,
): Promise<{ push: readonly PushedUrl[]; error?: UserError }> {
  try {
    return { push: await push(desired, keycloak) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { push: [], error }
  }
}
