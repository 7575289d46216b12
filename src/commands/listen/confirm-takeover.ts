import type { Context } from '../../cli/context.ts'
import { showTarget } from '../../cli/show-target.ts'
import { errorFields, UserError } from '../../errors.ts'
import {
  isOf,
  leftBehind,
  type PlannedTakeover,
  type PutBack,
  planTakeover,
  putBack,
} from './execute-takeover.ts'
import { commandsByHand, frontByHand, type Takeover } from './takeover.ts'
import { putBackView, takeoverView } from './takeover.view.ts'
import type { Takeovers } from './takeover-store.ts'

/** What a listener is about to take over, and whether what earlier ones left behind is all back. */
export interface AgreedTakeover {
  readonly planned: PlannedTakeover
  readonly earlierAreBack: boolean
}

/** Reads the client, puts back what an earlier listener left behind, shows the plan with the way back first, and asks. */
export async function confirmTakeover(
  clientId: string,
  url: string,
  { yes }: { readonly yes?: boolean },
  store: Takeovers,
  ctx: Context,
): Promise<AgreedTakeover> {
  const keycloak = await ctx.keycloak()
  let earlierAreBack = true
  for (const old of await leftBehind(keycloak, store)) {
    const back = await orSaid(putBack(old, keycloak, store), old, ctx)
    if (back instanceof UserError) earlierAreBack = false
    else ctx.print.plan({ ...back, earlier: true }, putBackView)
  }
  const planned = await planTakeover(clientId, url, keycloak, store, ctx)
  await showTarget(ctx)
  ctx.print.plan(
    { plan: planned.plan, byHand: commandsByHand(planned.takeover), path: store.pathOf(planned.takeover) },
    takeoverView,
  )
  if (!yes) await ctx.ask.agree(`Take client ${clientId} over for as long as this runs?`, { flag: '--yes' })
  return { planned, earlierAreBack }
}

/**
 * Puts back what was taken over. Where that fails it says so, with the commands that do it by hand; it never throws for
 * it.
 *
 * @returns whether it is back
 */
export async function restoreClient(
  { takeover }: PlannedTakeover,
  store: Takeovers,
  ctx: Context,
): Promise<boolean> {
  const putting = async () => putBack(takeover, await ctx.keycloakAfterwards(), store)
  const back = await orSaid(putting(), takeover, ctx)
  if (back instanceof UserError) return false
  ctx.print.plan({ ...back, earlier: false }, putBackView)
  return true
}

/**
 * Puts back everything that listeners of this realm left behind, one client after another, whatever fails; those of
 * other realms are named. Shows what it did.
 *
 * @returns whether all is back
 */
export async function restoreAll(store: Takeovers, ctx: Context): Promise<boolean> {
  const all = await store.list()
  if (all.length === 0) {
    ctx.print.result({ restored: [], failed: [], elsewhere: [] }, () => ['Nothing is taken over.'])
    return true
  }
  const keycloak = await ctx.keycloak()
  const restored: PutBack[] = []
  const failed: { clientId: string; error: object }[] = []
  for (const each of all.filter((one) => isOf(one, keycloak))) {
    if (store.isAlive(each))
      ctx.print.warn(`Process ${each.pid}, which took ${each.clientId} over, seems to run still.`)
    const back = await orSaid(putBack(each, keycloak, store), each, ctx)
    if (back instanceof UserError) failed.push({ clientId: each.clientId, error: errorFields(back) })
    else restored.push(back)
  }
  const elsewhere = all
    .filter((each) => !isOf(each, keycloak))
    .map(({ clientId, realm, server }) => ({ clientId, realm, server }))
  for (const { clientId, realm, server } of elsewhere) {
    ctx.print.warn(
      `Client ${clientId} of realm ${realm} at ${server} is not put back: that is another realm.`,
    )
  }
  ctx.print.result({ restored, failed, elsewhere }, ({ restored: done }, screen) =>
    done.flatMap((each) => putBackView({ ...each, earlier: true }, screen)),
  )
  return failed.length === 0 && elsewhere.length === 0
}

/** What came of it, with a warning of what stays; or the error, once it has been said together with the way back by hand. */
async function orSaid(
  putting: Promise<PutBack>,
  takeover: Takeover,
  { print }: Context,
): Promise<PutBack | UserError> {
  const { clientId } = takeover
  try {
    const back = await putting
    if (back.frontStaysOff) {
      print.warn(
        `The front channel logout of ${clientId} stays off, as the listener set it: its Backchannel Logout URL is a new one, which Keycloak would not call with it on. It was on before:`,
      )
      print.warn(`  ${frontByHand(takeover)}`)
    }
    return back
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    print.warn(`Client ${clientId} is NOT back to what it was: ${error.message}`)
    print.warn('kc-logout listen --restore puts it back, or by hand:')
    for (const command of commandsByHand(takeover)) print.warn(`  ${command}`)
    return error
  }
}
