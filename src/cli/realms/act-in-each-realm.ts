import { type ExitCode, interrupted } from '../../errors.ts'
import type { Ask } from '../../ui/output.ts'
import type { Context, RealmOfSeveral } from '../context.ts'
import { attempt, type Kept } from './attempt.ts'
import { openRealms, printRealms, severalAtOnce } from './in-each-realm.ts'
import { prefixed } from './realm-print.ts'
import type { RealmEntry, RealmSummary } from './realm-result.ts'
import { realmsView } from './realms.view.ts'
import type { UnreachedServers } from './unreached-servers.ts'

/** A command that plans, asks and then changes a realm. */
export interface RealmAction<D extends object> {
  /** Runs in one realm; waits at `ctx.ask.confirm` until the plans of all realms are confirmed. */
  readonly run: (ctx: Context) => Promise<ExitCode>
  readonly summary: RealmSummary<D>
  /** Checks before anything is read in these realms whether a confirmation is given or possible. */
  readonly requireConfirmation: (realms: readonly string[]) => void
  /** Called when all realms are planned, before the plan is shown. Throws if nothing is to be done in any. */
  readonly planned?: () => void
  /** Called with what came of each realm, before it is printed. */
  readonly ended?: (entries: readonly RealmEntry<D>[]) => void
  /**
   * Asks once for all realms in which something is to be done.
   * @param plans of these realms
   * @param realms how many realms the command line means
   */
  readonly confirm: (ask: Ask, plans: readonly D[], realms: number) => Promise<void>
}

/**
 * Runs a command that changes something in the target realm, or in each of several: one plan, one confirmation, realm by
 * realm, one result. A realm that fails does not stop the others; a signal does.
 */
export async function actInEachRealm<D extends object>(
  ctx: Context,
  action: RealmAction<D>,
): Promise<ExitCode> {
  if (!ctx.several) return action.run(ctx)
  const { realms, visible } = await openRealms(ctx.several, (names) => action.requireConfirmation(names))
  const runs = await severalAtOnce(ctx, 'planning realms', realms, async (realm, progress, servers) => {
    const begun = new RealmRun<D>(realm, action.run, servers)
    await begun.plan(progress)
    return begun
  })
  if (ctx.signal.aborted) throw interrupted(ctx.signal)
  action.planned?.()
  const waiting = runs.filter((run) => run.isWaiting)
  const { summary } = action
  if (waiting.length > 0) {
    const entries = runs.map((run) => run.planned())
    ctx.print.plan(entries, (_, screen) =>
      realmsView({ entries, visible, summary, isReadable: true }, screen),
    )
    const plans = waiting.map((run) => run.planned())
    const documents = plans.flatMap((entry) => ('result' in entry ? [entry.result.document] : []))
    await action.confirm(ctx.ask, documents, realms.length)
  }
  const entries: RealmEntry<D>[] = []
  for (const run of runs) entries.push(await run.carryOut())
  action.ended?.(entries)
  return printRealms(ctx, { entries, visible, summary, isReadable: waiting.length === 0 })
}

/** The run of a command in one realm, which stops at its confirmation. */
class RealmRun<D extends object> {
  readonly #realm: RealmOfSeveral
  readonly #run: (ctx: Context) => Promise<ExitCode>
  readonly #servers: UnreachedServers
  readonly #kept: Kept<D> = {}
  #entry: RealmEntry<D> | undefined
  #ended: Promise<RealmEntry<D>> | undefined
  #progress: (name: string) => ReturnType<typeof prefixed>
  #resume: { readonly go: () => void; readonly stop: (error: Error) => void } | undefined

  constructor(realm: RealmOfSeveral, run: (ctx: Context) => Promise<ExitCode>, servers: UnreachedServers) {
    this.#realm = realm
    this.#run = run
    this.#servers = servers
    this.#progress = (name) => prefixed(name, realm.ctx.print.progress())
  }

  get isWaiting(): boolean {
    return this.#resume !== undefined
  }

  /** Runs until the confirmation is due, or until the end of a run that needs none. */
  async plan(progress: (name: string) => ReturnType<typeof prefixed>): Promise<void> {
    const later = this.#progress
    this.#progress = progress
    const isDue = new Promise<void>((resolve) => {
      const confirm = () =>
        new Promise<void>((go, stop) => {
          this.#resume = { go, stop }
          resolve()
        })
      const { name, ctx } = this.#realm
      const asking = { name, ctx: { ...ctx, ask: { ...ctx.ask, confirm } } }
      const progress = (of: string) => this.#progress(of)
      this.#ended = attempt(asking, progress, this.#run, this.#servers, this.#kept)
    })
    const ended = this.#ended?.then((entry) => {
      this.#entry = entry
    })
    await Promise.race([isDue, ended])
    this.#progress = later
  }

  /** The plan, or what came of a run that has ended. */
  planned(): RealmEntry<D> {
    const { name } = this.#realm
    if (this.#entry) return this.#entry
    const { planned } = this.#kept
    if (planned) return { realm: name, result: { ...planned, exitCode: 0 } }
    throw new Error(`no plan of ${name}`)
  }

  /** Goes on after the confirmation, unless a signal came or the server has gone. */
  async carryOut(): Promise<RealmEntry<D>> {
    const { signal } = this.#realm.ctx
    const stopped = signal.aborted ? interrupted(signal) : await this.#servers.errorFor(this.#realm)
    if (stopped) this.#resume?.stop(stopped)
    else this.#resume?.go()
    return this.#entry ?? (await (this.#ended as Promise<RealmEntry<D>>))
  }
}
