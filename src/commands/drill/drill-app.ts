import type { Context } from '../../cli/context.ts'
import type { ClientResult } from '../../core/client-result.ts'
import { knownNotifications } from '../../core/known-notifications.ts'
import type { Client, Realm, Session, User } from '../../core/model.ts'
import { expectedCalls, plannedClients } from '../../core/planned-client.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { endSessions } from '../../sessions/end/end-sessions.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import { type SessionTarget, targetMapper } from '../../sessions/target.ts'
import type { Browser } from './browser.ts'
import type { AllowedHosts } from './hosts.ts'
import { type AppPage, look } from './look.ts'
import { madeBy } from './own-session.ts'
import { signIn } from './sign-in.ts'
import type { DrillApp } from './targets.ts'
import { type DrillVerdict, type Seen, seen, type TimedLook } from './verdict.ts'

/** What the drill of each application needs. */
export interface DrillDeps {
  readonly keycloak: Keycloak
  readonly ctx: Pick<Context, 'signal' | 'sleep' | 'now'>
  readonly user: User
  readonly password: string
  readonly clients: readonly Client[]
  readonly realm: Realm
  /** Milliseconds after the end of the session until the last look. */
  readonly wait: number
  readonly allowHttp: boolean
  readonly hostsOf: (app: DrillApp) => AllowedHosts
  readonly open: (hosts: AllowedHosts) => Promise<Browser>
  /** Keycloak answered that it ended this session. */
  readonly onEnded: (target: SessionTarget) => void
}

/** What came of one application. */
export interface DrilledApp {
  readonly app: DrillApp
  readonly verdict: DrillVerdict
  readonly seconds?: number
  readonly seen: Seen
  /** Sessions that the drill made there. */
  readonly sessionIds: readonly string[]
  /** What Keycloak sends this client at the end of its session; undefined if none was ended. */
  readonly client: ClientResult | undefined
}

/** An application at which the drill is signed in. */
export interface SignedIn {
  readonly app: DrillApp
  readonly page: AppPage
  readonly browser: Browser
  readonly hosts: AllowedHosts
  /** Where its page led when signed in. */
  readonly landing: string | undefined
  readonly sessions: readonly Session[]
}

/**
 * Signs in at one application. The browser stays open only if it returns `SignedIn`.
 * @param onMarks called with what names the session at Keycloak, undefined if unknown, however the sign-in ends
 */
export async function attempt(
  app: DrillApp,
  page: AppPage,
  deps: DrillDeps,
  onMarks: (marks: readonly string[] | undefined) => void,
): Promise<SignedIn | Seen> {
  const hosts = deps.hostsOf(app)
  const browser = await deps.open(hosts)
  const user = { username: deps.user.username, password: deps.password }
  let isOpen = false
  try {
    const result = await signIn(browser, page, { user, hosts, allowHttp: deps.allowHttp })
    if (result.kind === 'not-in') return withoutPassword(result.seen, deps.password)
    const sessions = await sessionsMadeBy((await browser.marks()) ?? [], deps)
    if (sessions.length === 0) return seen('no-session')
    isOpen = true
    return { app, page, browser, hosts, landing: result.landing, sessions }
  } finally {
    onMarks(await browser.marks())
    if (!isOpen) await browser.close()
  }
}

/** A page may show what was typed. */
const withoutPassword = ({ what, detail }: Seen, password: string): Seen =>
  seen(what, detail?.replaceAll(password, '…') ?? null)

/** The user's sessions that these marks name, online ones first: an offline session may have the same id. */
export async function sessionsMadeBy(
  marks: readonly string[],
  { user, clients, keycloak }: Pick<DrillDeps, 'user' | 'clients' | 'keycloak'>,
): Promise<Session[]> {
  const [read] = await readSessions([user], clients, keycloak)
  return madeBy(marks, read?.sessions ?? []).sort((a, b) => Number(a.offline) - Number(b.offline))
}

/** Seconds to wait for an operation that continues in Keycloak. */
const ACT_TIMEOUT = 120

/** Ends sessions as `user --session` does. Returns how many this run ended, and what went wrong. */
export async function endOwn(
  sessions: readonly Session[],
  { keycloak, ctx, clients, onEnded }: Pick<DrillDeps, 'keycloak' | 'ctx' | 'clients' | 'onEnded'>,
): Promise<{ readonly ended: number; readonly problem: string | undefined }> {
  const toTarget = targetMapper(clients)
  let ended = 0
  for (const session of sessions) {
    const result = await endSessions([toTarget(session)], keycloak, ctx, {
      concurrency: 1,
      actTimeout: ACT_TIMEOUT,
      onEnded: (target, answer) => {
        if (answer === 'ended') onEnded(target)
      },
    })
    if (result.stopped) throw result.stopped
    ended += result.ended
    const [failed] = result.failed
    if (failed) return { ended, problem: failed.error.message }
  }
  return { ended, problem: undefined }
}

/** What Keycloak sends the client of an application when these sessions end. */
export function clientResult(
  { app, sessions }: SignedIn,
  ended: number,
  { clients, realm }: DrillDeps,
): ClientResult | undefined {
  const planned = plannedClients(sessions, { clients, realm }).find(
    ({ clientId }) => clientId === app.client.clientId,
  )
  return planned && { ...planned, ended, ...knownNotifications(expectedCalls(planned.expectation, ended)) }
}

const MIN_PAUSE_MS = 1000
const MAX_PAUSE_MS = 5000

/**
 * Opens the page again, at once and until it is out or the time is over, each time with the cookies of the last look that
 * was in.
 */
export async function looksAfter(
  { page, hosts, landing, browser }: SignedIn,
  { ctx, wait }: Pick<DrillDeps, 'ctx' | 'wait'>,
): Promise<TimedLook[]> {
  const from = ctx.now()
  const looks: TimedLook[] = []
  let current = browser
  for (;;) {
    const seconds = (ctx.now() - from) / 1000
    const next = await current.copy()
    let visit = await look(next, page, hosts, landing)
    // Another node of the application may still know the session: out counts if it is seen twice.
    if (visit.state === 'out') visit = await look(await current.copy(), page, hosts, landing)
    if (visit.state === 'in') current = next
    looks.push({ state: visit.state, seen: visit.seen, seconds })
    const elapsed = ctx.now() - from
    if (visit.state === 'out' || elapsed >= wait || ctx.signal.aborted) return looks
    const pause = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, elapsed / 10))
    await ctx.sleep(Math.min(pause, wait - elapsed))
  }
}
