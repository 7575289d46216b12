import type { ClientResult, StopReason } from '../../core/client-result.ts'
import { knownNotifications } from '../../core/known-notifications.ts'
import { exactly, type Notifications } from '../../core/notifications.ts'
import type { NotNotifiedReason } from '../../core/reach.ts'
import { errorFields } from '../../errors.ts'
import type { DrillResult } from './drill.ts'
import type { DrilledApp } from './drill-app.ts'
import type { DrillVerdict, Seen } from './verdict.ts'

/** What is known of one application, as `--json` shows it. */
export interface DrilledClient
  extends Pick<ClientResult, 'channel' | 'expectation' | 'answers' | 'evidence' | 'delivery' | 'ended'> {
  readonly clientId: string
  /** The page that was opened, without its query; null if none is known. */
  readonly url: string | null
  readonly verdict: DrillVerdict
  /** With `out-later`: seconds after the end of the session. */
  readonly seconds?: number
  readonly reason?: NotNotifiedReason
  readonly notifications: Notifications
  readonly seen: Seen
  /** Sessions that were logged out for the verdict; `ended` of them were ended. */
  readonly sessions: readonly string[]
}

/** The result of `drill`. */
export interface DrillOutcome {
  readonly act: 'drill'
  readonly realm: string
  readonly user: string
  readonly clients: readonly DrilledClient[]
  /** Sessions that the drill made and could not end; null if it is unknown whether there are any. */
  readonly sessionsLeft: readonly string[] | null
  readonly traceIds: readonly string[]
  /** Why a source of evidence showed less than it could, in words. */
  readonly evidenceProblems?: readonly string[]
  readonly interrupted: boolean
  /** What stopped the drill. */
  readonly error?: StopReason
  readonly verdict: 'pass' | 'fail'
}

/**
 * @param withSeen adds what evidence showed to the client of an application
 */
export function outcomeOf(
  about: Pick<DrillOutcome, 'realm' | 'user' | 'interrupted'>,
  { drilled, left, stopped }: DrillResult,
  { traceIds, evidenceProblems }: { traceIds: readonly string[]; evidenceProblems: readonly string[] },
  withSeen: (drilled: DrilledApp, client: ClientResult) => ClientResult,
): DrillOutcome {
  return {
    act: 'drill',
    realm: about.realm,
    user: about.user,
    clients: drilled.map((one) => clientOf(one, one.client && withSeen(one, one.client))),
    sessionsLeft: left,
    traceIds,
    ...(evidenceProblems.length > 0 ? { evidenceProblems } : {}),
    interrupted: about.interrupted,
    ...(stopped ? { error: errorFields(stopped) } : {}),
    verdict: isPassed(drilled) && left?.length === 0 ? 'pass' : 'fail',
  }
}

const isPassed = (drilled: readonly DrilledApp[]) =>
  drilled.length > 0 && drilled.every(({ verdict }) => verdict === 'out')

const NOTHING_SENT = {
  channel: 'none',
  expectation: 'not-notified',
  ...knownNotifications(exactly(0)),
  ended: 0,
} as const

function clientOf(
  { app, verdict, seconds, seen, sessionIds }: DrilledApp,
  client: ClientResult | undefined,
): DrilledClient {
  const { channel, expectation, reason, notifications, answers, evidence, delivery, ended } = {
    reason: undefined,
    ...(client ?? NOTHING_SENT),
  }
  return {
    clientId: app.client.clientId,
    url: app.page ? `${app.page.url.origin}${app.page.url.pathname}` : null,
    verdict,
    ...(seconds === undefined ? {} : { seconds }),
    channel,
    expectation,
    ...(reason === undefined ? {} : { reason }),
    notifications,
    answers,
    evidence,
    delivery,
    seen,
    sessions: sessionIds,
    ended,
  }
}
