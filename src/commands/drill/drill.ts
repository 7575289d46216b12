import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import {
  attempt,
  clientResult,
  type DrillDeps,
  type DrilledApp,
  endOwn,
  looksAfter,
  type SignedIn,
  sessionsMadeBy,
} from './drill-app.ts'
import type { DrillApp } from './targets.ts'
import { type DrillVerdict, type Seen, seen, verdictOf } from './verdict.ts'

export interface DrillEvents {
  /** Called after each application, with how many are done. */
  readonly onDone: (done: number) => void
  /** Called if sessions of the drill could not be ended, with their ids; null if it is unknown whether there are any. */
  readonly onLeft: (ids: readonly string[] | null) => void
  /** A connection that an interruption does not abort, for ending what is left. */
  readonly afterwards: () => Promise<Keycloak>
}

export interface DrillResult {
  readonly drilled: readonly DrilledApp[]
  /** Ids of sessions that could not be ended; null if it is unknown whether there are any. */
  readonly left: readonly string[] | null
  /** What stopped the drill; undefined also if it was interrupted. */
  readonly stopped: UserError | undefined
}

/**
 * Drills applications: signs in at one after another and ends that session at once, then looks at all of them. Stops
 * typing a password that Keycloak rejected, so that it locks no account. However it ends, every session that it made is
 * ended, and no other one. If it is interrupted or an error stops it, what was not seen until then is `stopped`.
 */
export async function drill(
  apps: readonly DrillApp[],
  deps: DrillDeps,
  events: DrillEvents,
): Promise<DrillResult> {
  const run = new Run(deps, events)
  let left: readonly string[] | null = null
  let drilled: readonly DrilledApp[]
  try {
    drilled = await run.all(apps)
  } finally {
    left = await run.cleanUp()
    if (left?.length !== 0) events.onLeft(left)
  }
  return { drilled, left, stopped: run.stopped }
}

class Run {
  readonly #deps: DrillDeps
  readonly #events: DrillEvents
  readonly #stop = new AbortController()
  readonly #isInterrupted: () => boolean
  readonly #marks = new Set<string>()
  /** A browser ended with whatever session it had. */
  #hasUnknown = false
  readonly #pending: Promise<DrilledApp>[] = []
  #done = 0
  /** The client at which Keycloak rejected the credentials. */
  #rejectedAt: string | undefined
  #stopped: UserError | undefined

  constructor(deps: DrillDeps, events: DrillEvents) {
    const { signal } = deps.ctx
    this.#deps = { ...deps, ctx: { ...deps.ctx, signal: AbortSignal.any([signal, this.#stop.signal]) } }
    this.#events = events
    this.#isInterrupted = () => signal.aborted
  }

  get stopped(): UserError | undefined {
    return this.#stopped
  }

  async all(apps: readonly DrillApp[]): Promise<DrilledApp[]> {
    for (const app of apps) {
      const drilled = await this.#signInUnlessStopped(app)
      const pending = Promise.resolve(drilled instanceof Function ? drilled() : drilled).finally(() =>
        this.#events.onDone(++this.#done),
      )
      pending.catch(() => {}) // awaited below, after the other sign-ins
      this.#pending.push(pending)
    }
    return Promise.all(this.#pending)
  }

  async #signInUnlessStopped(app: DrillApp): Promise<DrilledApp | (() => Promise<DrilledApp>)> {
    const { signal } = this.#deps.ctx
    const stopped = notDrilled(app, 'unknown', seen('stopped'))
    if (signal.aborted) return stopped
    try {
      const drilled = await this.#signInAndEnd(app)
      // Requests that an interruption ends fail in many ways. The application did nothing wrong.
      return signal.aborted && !(drilled instanceof Function) ? stopped : drilled
    } catch (error) {
      this.#stopBecause(error)
      return stopped
    }
  }

  /** @throws anything but a `UserError` */
  #stopBecause(error: unknown): void {
    const wasStopped = this.#deps.ctx.signal.aborted
    this.#stop.abort()
    if (!(error instanceof UserError)) throw error
    if (!wasStopped) this.#stopped = error
  }

  /** Returns the result, or a function that looks at the application until it is known. */
  async #signInAndEnd(app: DrillApp): Promise<DrilledApp | (() => Promise<DrilledApp>)> {
    if (!app.page) return notDrilled(app, 'cannot-sign-in', seen('no-url'))
    if (this.#rejectedAt !== undefined)
      return notDrilled(app, 'cannot-sign-in', seen('not-tried', this.#rejectedAt))
    const marks: string[] = []
    const signedIn = await attempt(app, app.page, this.#deps, (found) => {
      if (found) marks.push(...found)
      else this.#hasUnknown = true
      for (const mark of marks) this.#marks.add(mark)
    })
    if ('what' in signedIn) {
      if (signedIn.what === 'wrong-password') this.#rejectedAt = app.client.clientId
      await endOwn(await sessionsMadeBy(marks, this.#deps), this.#deps)
      return notDrilled(app, 'cannot-sign-in', signedIn)
    }
    const { ended, problem } = await endOwn(signedIn.sessions, this.#deps)
    const client = clientResult(signedIn, ended, this.#deps)
    const known = { app, sessionIds: signedIn.sessions.map(({ id }) => id), client }
    if (problem !== undefined) return { ...known, verdict: 'unknown', seen: seen('not-ended', problem) }
    // The application signed the user out of Keycloak itself: nothing was logged out here.
    if (ended === 0) {
      await signedIn.browser.close()
      return { ...known, verdict: 'unknown', seen: seen('not-ended', 'it had already ended') }
    }
    return async () => ({ ...known, ...(await this.#lookAt(signedIn)) })
  }

  async #lookAt(signedIn: SignedIn) {
    try {
      const looks = await looksAfter(signedIn, this.#deps)
      return verdictOf(looks, this.#deps.ctx.signal.aborted)
    } catch (error) {
      this.#stopBecause(error)
      return verdictOf([], true)
    } finally {
      await signedIn.browser.close()
    }
  }

  /** Ends what is left of the drill's sessions. Returns the ids of those that stay, null if that is unknown; never throws. */
  async cleanUp(): Promise<readonly string[] | null> {
    await Promise.allSettled(this.#pending)
    if (this.#marks.size === 0) return this.#hasUnknown ? null : []
    const marks = [...this.#marks]
    let left: readonly string[] | null = null
    try {
      const keycloak = this.#isInterrupted() ? await this.#events.afterwards() : this.#deps.keycloak
      const { signal } = new AbortController()
      const deps = { ...this.#deps, keycloak, ctx: { ...this.#deps.ctx, signal } }
      const sessions = await sessionsMadeBy(marks, deps)
      left = sessions.map(({ id }) => id)
      if (sessions.length > 0) await endOwn(sessions, deps)
      if (this.#hasUnknown) return null
      return sessions.length === 0 ? left : (await sessionsMadeBy(marks, deps)).map(({ id }) => id)
    } catch {
      return left
    }
  }
}

const notDrilled = (app: DrillApp, verdict: DrillVerdict, seen: Seen): DrilledApp => ({
  app,
  verdict,
  seen,
  sessionIds: [],
  client: undefined,
})
