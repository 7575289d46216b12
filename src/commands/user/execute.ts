import pMap from 'p-map'
import type { Certainty } from '../../core/client-result.ts'
import type { Client, Session } from '../../core/model.ts'
import { mayManageUser } from '../../core/roles.ts'
import { sessionKey } from '../../core/session-key.ts'
import { EXIT, UserError } from '../../errors.ts'
import { type EndOptions, endSessions } from '../../sessions/end/end-sessions.ts'
import type { EndFailure } from '../../sessions/end/end-tally.ts'
import { type SessionTarget, targetMapper } from '../../sessions/target.ts'
import { type ActionResult, lockAccount, logOutByKeycloak } from './account-actions.ts'
import { type ExecutionResult, userResult } from './build-outcome.ts'
import type { CallFacts } from './client-calls.ts'
import { endNewSessions } from './end-new-sessions.ts'
import type { UserRun } from './gather.ts'
import type { UserResult } from './outcome.ts'
import type { PlannedUser, UserPlan } from './plan.ts'
import { initialProgress, remainingSessions, type UserProgress } from './user-progress.ts'
import { verify } from './verify.ts'

export interface ExecuteOptions
  extends Pick<EndOptions, 'concurrency' | 'actTimeout' | 'onWaiting' | 'onPause'> {
  readonly onEnded?: (done: number) => void
  /** Keycloak answered that it ended this session. */
  readonly onSessionEnded?: (target: SessionTarget) => void
  readonly onFailed?: (error: EndFailure['error']) => void
  /** Called if single sessions may not be ended: Keycloak's logout of the user ends them instead. */
  readonly onLogoutOnly?: () => void
}

/**
 * Carries the plan out. For all users: locks accounts if asked; ends the sessions one by one, so that clients are notified
 * of each session on every version (keycloak#27359); runs Keycloak's logout of the user, which sets the not-before; reads
 * the sessions again. The own session ends after that, because the sign-in ends with it.
 *
 * A failure for one user is part of that user's result and does not keep the others from being logged out.
 */
export async function execute(
  plan: UserPlan,
  run: UserRun,
  options: ExecuteOptions,
): Promise<ExecutionResult> {
  return new Execution(plan, run, options, await run.keycloak.ownSessionId()).run()
}

class Execution {
  readonly #users: readonly PlannedUser[]
  readonly #run: UserRun
  readonly #options: ExecuteOptions
  readonly #ownSessionId: string | undefined
  readonly #toTarget: (session: Session) => SessionTarget
  readonly #progress: ReadonlyMap<string, UserProgress>
  /** Keys of sessions that have ended by Keycloak's answer. */
  readonly #answered = new Set<string>()
  /** Of these, the sessions that this run ended. */
  readonly #endedHere = new Set<string>()
  /** Requests that ended a session or may have, by its key. */
  readonly #requests = new Map<string, number>()
  #stopped: UserError | undefined
  /** Fine-grained admin permissions allow the logout of these users, but not of single sessions. */
  #isLogoutOnly = false
  #notifiesEachSession = true

  constructor({ users }: UserPlan, run: UserRun, options: ExecuteOptions, ownSessionId: string | undefined) {
    this.#users = users
    this.#run = run
    this.#options = options
    this.#ownSessionId = ownSessionId
    this.#toTarget = targetMapper(run.facts.clients)
    this.#progress = new Map(users.map(({ user }) => [user.id, initialProgress()]))
  }

  async run(): Promise<ExecutionResult> {
    const { concurrency } = this.#options
    const { signal } = this.#run.ctx
    const toLock = this.#users.filter(({ disables }) => disables)
    await pMap(toLock, (planned) => this.#lock(planned), { concurrency })
    await this.#endOthers()
    const others = this.#users.filter(({ endsOwnSession }) => !endsOwnSession)
    await pMap(others, (planned) => this.#logOut(planned), { concurrency })
    const endedAt = (await this.#run.keycloak.serverTime()) ?? this.#run.ctx.now()
    const seen = await this.#verify()
    const clientsAfter = seen && (await this.#clientsAfter())
    for (const planned of this.#users) if (planned.endsOwnSession) await this.#endOwn(planned)
    const users = this.#users.map((planned, index) =>
      this.#resultOf(planned, seen?.[index], { endedAt, clientsAfter }),
    )
    const { facts, choice } = this.#run
    return {
      ...{ users, interrupted: signal.aborted, stopped: this.#stopped },
      expiredUnread: facts.expiredUnread,
      chosen: choice.chosen,
    }
  }

  readonly #isOwn = ({ id, offline }: Session) => !offline && id === this.#ownSessionId
  readonly #hasAnswer = (session: Session) => this.#answered.has(sessionKey(session))

  #progressOf(userId: string): UserProgress {
    return this.#progress.get(userId) ?? initialProgress()
  }

  #canGoOn(): boolean {
    return this.#stopped === undefined && !this.#run.ctx.signal.aborted
  }

  async #lock({ user }: PlannedUser): Promise<void> {
    const progress = this.#progressOf(user.id)
    if (this.#canGoOn())
      progress.disabled = this.#recorded(progress, await lockAccount(user, this.#run.keycloak))
  }

  /** Ends all sessions except the own one. */
  async #endOthers(): Promise<void> {
    const sessions = this.#users.flatMap((planned) => planned.sessions).filter((one) => !this.#isOwn(one))
    // Before 26.4, ending an offline session also ends an online session with the same id, without notification.
    await this.#end(sessions.filter(({ offline }) => !offline))
    await this.#end(sessions.filter(({ offline }) => offline))
  }

  async #end(sessions: readonly Session[]): Promise<void> {
    if (!this.#canGoOn() || (this.#isLogoutOnly && !sessions.some(({ offline }) => offline))) return
    const result = await endSessions(sessions.map(this.#toTarget), this.#run.keycloak, this.#run.ctx, {
      ...this.#options,
      onEnded: (target, answer, requests) => {
        this.#answered.add(sessionKey(target))
        if (answer !== 'gone') this.#requests.set(sessionKey(target), requests)
        if (answer === 'ended') {
          this.#endedHere.add(sessionKey(target))
          this.#options.onSessionEnded?.(target)
        }
        this.#options.onEnded?.(this.#answered.size)
      },
      onUnknown: (target, requests) => void this.#requests.set(sessionKey(target), requests),
      onFailed: ({ target, error }, requests) => {
        const { id, userId } = target
        this.#requests.set(sessionKey(target), requests)
        this.#progressOf(userId).errors.push({ session: id, code: error.code, error: error.message })
        this.#options.onFailed?.(error)
      },
    })
    if (result.stopped?.code === 'role-missing' && this.#canLogOutInstead()) {
      this.#isLogoutOnly = true
      const { userLogoutNotifiesEachSession } = await this.#run.keycloak.capabilities()
      this.#notifiesEachSession = userLogoutNotifiesEachSession === true
      this.#options.onLogoutOnly?.()
    } else this.#stopped ??= result.stopped
  }

  /** Is it enough to log these users out as a whole, and may the caller do that? */
  #canLogOutInstead(): boolean {
    return this.#users.every(
      ({ user, sessions, setsNotBefore }) =>
        mayManageUser(user) === true && setsNotBefore && !sessions.some(({ offline }) => offline),
    )
  }

  /** Runs Keycloak's logout of the user, unless sessions are left that it would end without notification. */
  async #logOut({ user, sessions, setsNotBefore }: PlannedUser): Promise<void> {
    const progress = this.#progressOf(user.id)
    const isSafe = () => this.#canGoOn() && !progress.errors.some(({ session }) => session !== '')
    if (!setsNotBefore || !isSafe()) return
    if (!(await this.#endNew(user, sessions, progress)) || !isSafe()) return
    const { keycloak, ctx } = this.#run
    const result = await logOutByKeycloak(user, keycloak, ctx, this.#options.actTimeout)
    progress.notBeforeSet = this.#recorded(progress, result)
    if (this.#isLogoutOnly && progress.notBeforeSet) this.#ended([...sessions, ...progress.newSessions])
  }

  /** Records sessions that Keycloak's logout of the user has ended, with notifications. */
  #ended(sessions: readonly Session[]): void {
    for (const session of sessions.filter(({ offline }) => !offline)) {
      this.#answered.add(sessionKey(session))
      this.#endedHere.add(sessionKey(session))
      this.#options.onSessionEnded?.(this.#toTarget(session))
    }
    this.#options.onEnded?.(this.#answered.size)
  }

  /** Ends sessions that started after the plan. Returns false if they could not be read. */
  async #endNew(
    user: PlannedUser['user'],
    sessions: readonly Session[],
    progress: UserProgress,
  ): Promise<boolean> {
    const known = new Set(sessions.map(sessionKey))
    const isKnown = (session: Session) => known.has(sessionKey(session)) || this.#isOwn(session)
    const onFound = (session: Session) => {
      known.add(sessionKey(session))
      progress.newSessions.push(session)
    }
    try {
      await endNewSessions(user, { isKnown, onFound }, this.#run.keycloak, (found) => this.#end(found))
      return true
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.#report(progress, error)
      return false
    }
  }

  async #verify(): Promise<Session[][] | undefined> {
    if (this.#run.ctx.signal.aborted) return undefined
    try {
      return await verify(
        this.#users.map(({ user }) => user),
        this.#run,
      )
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.#stopped ??= error
      return undefined
    }
  }

  /** The clients after the run, whose settings may have changed; undefined if they cannot be read. */
  async #clientsAfter(): Promise<Client[] | undefined> {
    try {
      return await this.#run.keycloak.clients()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return undefined
    }
  }

  /** Ends the own session, either with Keycloak's logout of the user or by itself. */
  async #endOwn(planned: PlannedUser): Promise<void> {
    await this.#logOut(planned)
    const own = planned.sessions.filter(this.#isOwn)
    if (!this.#progressOf(planned.user.id).notBeforeSet) return this.#end(own)
    this.#ended(own)
  }

  #recorded(progress: UserProgress, { done, error }: ActionResult): Certainty {
    if (error) this.#report(progress, error)
    return done
  }

  #report(progress: UserProgress, error: UserError): void {
    if (error.code === 'interrupted') return
    // A deleted user needs nothing more.
    if (error.code === 'user-not-found') {
      progress.deleted = true
      return
    }
    progress.errors.push({ session: '', code: error.code, error: error.message })
    this.#options.onFailed?.(error)
    if (error.exitCode === EXIT.denied) this.#stopped ??= error
  }

  #resultOf(
    planned: PlannedUser,
    seen: readonly Session[] | undefined,
    facts: Pick<CallFacts, 'endedAt' | 'clientsAfter'>,
  ): UserResult {
    const progress = this.#progressOf(planned.user.id)
    const answers = { isOwn: this.#isOwn, hasAnswer: this.#hasAnswer }
    const after = {
      ...progress,
      ...facts,
      active: remainingSessions(planned, progress, seen, answers),
      endedHere: this.#endedHere,
      requests: this.#requests,
      lookedAgain: seen !== undefined,
      notifiesEachSession: !this.#isLogoutOnly || this.#notifiesEachSession,
      ownSessionId: this.#ownSessionId,
    }
    return userResult(planned, after, this.#run.facts)
  }
}
