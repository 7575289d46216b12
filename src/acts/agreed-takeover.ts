import type { Context } from '../context.ts'
import { commandsByHand } from '../core/takeover.ts'
import { UserError } from '../errors.ts'
import { putBackView, takeoverView } from '../terminal/views/takeover.ts'
import { isOf, leftBehind, type PlannedTakeover, planTakeover, putBack } from './take-over.ts'
import { showWhere } from './where.ts'

/** Reads the client, puts back what an earlier listener left behind, shows the plan with the way back first, and asks. */
export async function agreeOnTakeover(
  clientId: string,
  url: string,
  { yes }: { readonly yes?: boolean },
  ctx: Context,
): Promise<PlannedTakeover> {
  const keycloak = await ctx.keycloak()
  const store = await ctx.takeovers()
  for (const old of await leftBehind(keycloak, store)) {
    const back = await putBack(old, keycloak, store)
    ctx.print.plan({ ...back, earlier: true }, putBackView)
  }
  const planned = await planTakeover(clientId, url, keycloak, ctx)
  await showWhere(ctx)
  ctx.print.plan(
    { plan: planned.plan, byHand: commandsByHand(planned.takeover), path: store.pathOf(planned.takeover) },
    takeoverView,
  )
  if (!yes) await ctx.ask.agree(`Take client ${clientId} over for as long as this runs?`, { flag: '--yes' })
  return planned
}

/**
 * Puts back what was taken over. Where that fails it says so, with the commands that do it by hand; it never throws for
 * it.
 *
 * @returns whether it is back
 */
export async function giveBack({ takeover }: PlannedTakeover, ctx: Context): Promise<boolean> {
  try {
    const back = await putBack(takeover, await ctx.keycloakAfterwards(), await ctx.takeovers())
    ctx.print.plan({ ...back, earlier: false }, putBackView)
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    ctx.print.warn(`Client ${takeover.clientId} is NOT back to what it was: ${error.message}`)
    ctx.print.warn('kc-logout listen --restore puts it back, or by hand:')
    for (const command of commandsByHand(takeover)) ctx.print.warn(`  ${command}`)
    return false
  }
}

/** Puts back everything that listeners of this realm left behind, those of other realms are named. Shows what it did. */
export async function restoreAll(ctx: Context): Promise<void> {
  const store = await ctx.takeovers()
  const all = await store.list()
  if (all.length === 0) {
    ctx.print.result({ restored: [] }, () => ['Nothing is taken over.'])
    return
  }
  const keycloak = await ctx.keycloak()
  const here = all.filter((each) => isOf(each, keycloak))
  const restored = []
  for (const each of here) {
    if (store.isAlive(each))
      ctx.print.warn(`Process ${each.pid}, which took ${each.clientId} over, seems to run still.`)
    restored.push(await putBack(each, keycloak, store))
  }
  for (const { clientId, realm, server } of all.filter((each) => !isOf(each, keycloak))) {
    ctx.print.warn(
      `Client ${clientId} of realm ${realm} at ${server} is not put back: that is another realm.`,
    )
  }
  ctx.print.result({ restored }, ({ restored: done }, screen) =>
    done.flatMap((each) => putBackView({ ...each, earlier: true }, screen)),
  )
}
