import type { Context } from '../../cli/context.ts'
import { errorFields, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { manualCommands, manualFrontChannel, type Takeover } from './takeover.ts'
import { restoredView } from './takeover.view.ts'
import { isOfRealm, type PlannedTakeover, type RestoredClient, restore } from './takeover-steps.ts'
import type { TakeoverStore } from './takeover-store.ts'

/**
 * Restores the client that was taken over, at the end of a run. A failure is reported with the commands that do it by
 * hand, and not thrown.
 * @returns whether it was restored
 */
export async function restoreClient(
  { takeover }: PlannedTakeover,
  store: TakeoverStore,
  ctx: Context,
): Promise<boolean> {
  const restored = await restoreOrReport(takeover, ctx.keycloakAfterwards, store, ctx)
  if (restored instanceof UserError) return false
  ctx.print.plan({ ...restored, earlier: false }, restoredView)
  return true
}

/**
 * `listen --restore`: restores all clients of this realm that listeners left over, and prints the result. A failure at
 * one client does not stop the others; clients of other realms are named.
 * @returns whether all are restored
 */
export async function restoreAll(store: TakeoverStore, ctx: Context): Promise<boolean> {
  const takeovers = await store.list()
  if (takeovers.length === 0) {
    ctx.print.result({ restored: [], failed: [], elsewhere: [] }, () => ['No client is taken over.'])
    return true
  }
  const keycloak = await ctx.keycloak()
  const restored: RestoredClient[] = []
  const failed: { clientId: string; error: object }[] = []
  for (const takeover of takeovers.filter((one) => isOfRealm(one, keycloak))) {
    const { pid, clientId } = takeover
    if (store.isAlive(takeover))
      ctx.print.warn(`Process ${pid}, which took ${clientId} over, still seems to run.`)
    const result = await restoreOrReport(takeover, async () => keycloak, store, ctx)
    if (result instanceof UserError) failed.push({ clientId, error: errorFields(result) })
    else restored.push(result)
  }
  const elsewhere = takeovers
    .filter((takeover) => !isOfRealm(takeover, keycloak))
    .map(({ clientId, realm, server }) => ({ clientId, realm, server }))
  for (const { clientId, realm, server } of elsewhere)
    ctx.print.warn(`Client ${clientId} was not restored: it is in realm ${realm} at ${server}.`)
  ctx.print.result({ restored, failed, elsewhere }, ({ restored: clients }, screen) =>
    clients.flatMap((client) => restoredView({ ...client, earlier: true }, screen)),
  )
  return failed.length === 0 && elsewhere.length === 0
}

/** Restores a client and warns about what stays changed. A failure is reported with the way to do it by hand. */
export async function restoreOrReport(
  takeover: Takeover,
  connect: () => Promise<Keycloak>,
  store: TakeoverStore,
  { print }: Context,
): Promise<RestoredClient | UserError> {
  try {
    const restored = await restore(takeover, await connect(), store)
    if (restored.frontStaysOff) {
      print.warn(
        `The front channel logout of ${takeover.clientId} stays off: with it on, Keycloak would not call the new Backchannel Logout URL of the client. It was on before. To switch it on:`,
      )
      print.warn(`  ${manualFrontChannel(takeover)}`)
    }
    return restored
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    reportFailure(takeover, error, print)
    return error
  }
}

function reportFailure(takeover: Takeover, { message }: UserError, print: Context['print']): void {
  print.warn(`Client ${takeover.clientId} was NOT restored: ${message}`)
  print.warn('Restore it with kc-logout listen --restore, or by hand:')
  for (const command of manualCommands(takeover)) print.warn(`  ${command}`)
}
