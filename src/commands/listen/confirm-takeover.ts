import type { Context } from '../../cli/context.ts'
import { showTarget } from '../../cli/show-target.ts'
import { UserError } from '../../errors.ts'
import { restoreOrReport } from './restore.ts'
import { manualCommands } from './takeover.ts'
import { restoredView, takeoverView } from './takeover.view.ts'
import { abandonedTakeovers, type PlannedTakeover, planTakeover } from './takeover-steps.ts'
import type { TakeoverStore } from './takeover-store.ts'

export interface ConfirmedTakeover {
  readonly planned: PlannedTakeover
  /** All clients of this realm that earlier listeners left over are restored. */
  readonly isEarlierRestored: boolean
}

/** Restores what crashed listeners left over, reads the client, shows the plan and how to undo it, and asks. */
export async function confirmTakeover(
  clientId: string,
  url: string,
  { yes }: { readonly yes?: boolean },
  store: TakeoverStore,
  ctx: Context,
): Promise<ConfirmedTakeover> {
  const keycloak = await ctx.keycloak()
  let isEarlierRestored = true
  for (const takeover of await abandonedTakeovers(keycloak, store)) {
    const restored = await restoreOrReport(takeover, async () => keycloak, store, ctx)
    if (restored instanceof UserError) isEarlierRestored = false
    else ctx.print.plan({ ...restored, earlier: true }, restoredView)
  }
  const planned = await planTakeover(clientId, url, keycloak, store, ctx)
  await showTarget(ctx)
  ctx.print.plan(
    {
      plan: planned.plan,
      manual: manualCommands(planned.takeover),
      path: store.pathOf(planned.takeover),
    },
    takeoverView,
  )
  if (!yes) await ctx.ask.confirm(`Take over client ${clientId} while this runs?`, { flag: '--yes' })
  return { planned, isEarlierRestored }
}
