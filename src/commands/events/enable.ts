import type { Context } from '../../cli/context.ts'
import { showTarget } from '../../cli/show-target.ts'
import { eventsConfigChanges } from '../../core/events/events-config.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { type StoringDocument, storingView } from './view.ts'

/**
 * Has Keycloak store events about logouts, after a confirmation; other settings of events stay as they are.
 * @throws {UserError} exit 1 where Keycloak accepts the change and its settings differ afterwards
 */
export async function enableEvents(
  { dryRun, yes }: { readonly dryRun?: boolean; readonly yes?: boolean },
  ctx: Context,
): Promise<ExitCode> {
  const keycloak = await ctx.keycloak()
  const present = await keycloak.eventsConfig()
  const changes = eventsConfigChanges(present)
  const document = (verdict: StoringDocument['verdict']): StoringDocument => ({
    realm: keycloak.realm,
    events: [],
    changes: Object.entries(changes).map(([field, to]) => ({
      field,
      from: present[field as keyof typeof changes],
      to,
    })),
    eventsExpiration: present.eventsExpiration ?? null,
    verdict,
  })
  if (Object.keys(changes).length === 0) {
    ctx.print.result(document('unchanged'), storingView)
    return EXIT.ok
  }
  await showTarget(ctx)
  if (dryRun) {
    ctx.print.result(document('planned'), storingView)
    return EXIT.ok
  }
  if (!yes) {
    ctx.print.plan(document('planned'), storingView)
    await ctx.ask.confirm(`Store events about logouts in realm ${keycloak.realm}?`, { flag: '--yes' })
  }
  await keycloak.setEventsConfig(changes)
  if (Object.keys(eventsConfigChanges(await keycloak.eventsConfig())).length > 0)
    throw new UserError(
      'not-set',
      'Keycloak accepted the change, but its settings of events are different.',
      {
        hint: 'Another administrator may have changed them at the same time: run the command again.',
      },
    )
  ctx.print.result(document('changed'), storingView)
  return EXIT.ok
}
