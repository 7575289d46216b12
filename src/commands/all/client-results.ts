import { changedClients } from '../../core/changed-clients.ts'
import type { ClientResult } from '../../core/client-result.ts'
import {
  type KnownNotifications,
  knownNotifications,
  plannedNotifications,
} from '../../core/known-notifications.ts'
import type { Client } from '../../core/model.ts'
import { atMost, type ExpectedCalls, exactly, plus } from '../../core/notifications.ts'
import { reach } from '../../core/reach.ts'
import { withReceivers } from '../../core/ssf.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { CallCounter, type ClientCalls } from './calls.ts'
import { expiryRule } from './client-parts.ts'
import { added, countEach } from './counts.ts'
import type { Execution } from './execute.ts'
import { type AllOutcome, type Phase, type RealmCall, realmCallOf } from './outcome.ts'
import { type AllPlan, planClients, targetsOfClientStep } from './plan.ts'
import type { RealmSnapshot } from './snapshot.ts'
import type { Verification } from './verify.ts'

/** Each client with sessions: what is planned for it, or with `result`, what is known of its notification. */
export function clientResults(
  plan: AllPlan,
  snapshot: RealmSnapshot,
  phases: readonly Phase[],
  result: { readonly execution: Execution; readonly verification: Verification } | undefined,
): ClientResult[] {
  const { execution, verification } = result ?? {}
  const sessions = execution ? added(plan.byClient, execution.newByClient) : plan.byClient
  const counted = execution?.calls ?? plannedCalls(plan, snapshot)
  const call = execution ? realmCallOf(phases) : plan.realmStep ? 'done' : undefined
  const byId = new Map(snapshot.clients.map((client) => [client.id, client]))
  const after = new Map(verification?.clients?.map((client) => [client.id, client]))
  const changed = verification?.clients && changedClients(snapshot.clients, verification.clients)
  const invalidated = execution?.invalidatedByClient ?? plannedInvalidation(plan, snapshot)
  const unconnected = verification?.unconnected ?? new Set()
  const seen = { ...snapshot, notVisible: [...snapshot.notVisible, ...(verification?.notVisible ?? [])] }
  const rows = planClients(plan.operation, seen, sessions, invalidated).map(
    ({ id, ...planned }): ClientResult => {
      const one = counted.of(id)
      const client = byId.get(id)
      const expected = expectedCalls(client, one.calls, call)
      const hidden =
        planned.reason === 'not-visible' ? atMost(one.calls.max + realmCalls(UNKNOWN, call).max) : undefined
      if (!execution)
        return { ...planned, ended: 0, ...doubtOf(planned, one), ...plannedNotifications(hidden ?? expected) }
      const { ended } = one
      const used = { ...planned, ...channelUsed(client, ended, call) }
      if (hidden) return { ...used, ended, ...knownNotifications(hidden) }
      if (changed?.has(id)) {
        const most = Math.max(expected.max, expectedCalls(after.get(id), one.calls, call).max)
        return { ...used, ended, ...CHANGED, ...knownNotifications(atMost(most)) }
      }
      const doubt = doubtOf(used, one)
      const isDead = unconnected.has(id) && used.expectation === 'notified' && used.channel !== 'admin-url'
      if (isDead)
        return { ...used, ended, ...doubt, ...NO_CONNECTION, ...knownNotifications(atMost(expected.max)) }
      return { ...used, ended, ...doubt, ...known(used, expected, execution.adminUrls) }
    },
  )
  return withEventRows(rows, plan, snapshot, execution !== undefined)
}

/** Receivers of security events get one for each session that ends one by one. */
function withEventRows(
  rows: readonly ClientResult[],
  { before, offlineStep, operation }: AllPlan,
  { clients, offline }: RealmSnapshot,
  hasRun: boolean,
): ClientResult[] {
  const sessions = before.sessions + (offlineStep ? offline.targets.size : 0)
  return withReceivers(rows, clients, { sessions, operation }, (row) => {
    const expected = exactly(row.expectation === 'notified' ? sessions : 0)
    return { ...row, ended: 0, ...(hasRun ? knownNotifications(expected) : plannedNotifications(expected)) }
  })
}

/** What keeps a client that is notified at each session's end from being notified, in some sessions or in all. */
function doubtOf(
  { channel, expectation }: Pick<ClientResult, 'channel' | 'expectation'>,
  { ended, expired, doubtful, calls }: ClientCalls,
): Partial<Pick<ClientResult, 'expectation' | 'reason' | 'expired'>> {
  if (expectation !== 'notified' || channel === 'admin-url') return {}
  const count = expired > 0 ? { expired } : {}
  if (ended > 0 && calls.max === 0) return { ...count, ...SESSION_EXPIRED }
  if (calls.min === calls.max) return count
  return { ...count, expectation: 'uncertain', reason: doubtful > 0 ? 'may-have-expired' : 'unconfirmed-end' }
}

/** Offline sessions that the plan makes unusable without ending them, by internal client id. */
function plannedInvalidation(plan: AllPlan, snapshot: RealmSnapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  if (plan.offlineStep || !(plan.realmStep || plan.cutOffFirst)) return counts
  const ended = new Set(targetsOfClientStep(plan, snapshot).map(({ id }) => id))
  for (const { id, clients } of snapshot.offline.targets.values())
    if (!ended.has(id)) countEach(counts, clients)
  return counts
}

/** The calls of the steps that end sessions one by one, if every session ends with one request. */
function plannedCalls(plan: AllPlan, snapshot: RealmSnapshot): CallCounter {
  const calls = new CallCounter()
  const rule = expiryRule(snapshot.clients, snapshot.realm)
  const partsOf = (target: SessionTarget) =>
    new Map(rule(target, snapshot.readAt).map(({ id }) => [id, 'unknown' as const]))
  const offline = plan.offlineStep ? [...snapshot.offline.targets.values()] : []
  for (const target of [...targetsOfClientStep(plan, snapshot), ...offline])
    calls.ended(target, 1, partsOf(target))
  return calls
}

/**
 * The calls to a client: one to its Backchannel Logout URL, or its SAML logout URL, for each session that ended one by
 * one, and one to its Admin URL in the realm step.
 */
function expectedCalls(
  client: Client | undefined,
  calls: ClientCalls['calls'],
  call: RealmCall | undefined,
): ExpectedCalls {
  if (!client) return exactly(0)
  const bySession = reach(client, 'user').notified ? calls : exactly(0)
  return plus(bySession, reach(client, 'realm-step').notified ? realmCalls(client, call) : exactly(0))
}

/** Keycloak calls each registered node instead of the Admin URL's host, if the registration is still valid. */
function realmCalls({ registeredNodes }: Pick<Client, 'registeredNodes'>, call: RealmCall | undefined) {
  if (call !== 'done' && call !== 'unknown') return exactly(0)
  if (registeredNodes.length > 0) return atMost(registeredNodes.length)
  return call === 'done' ? exactly(1) : atMost(1)
}

/** What decides about its calls changed during the run: any of them may have been made. */
const CHANGED = { expectation: 'uncertain', reason: 'changed' } as const
/** Its host accepts no connection from this machine: Keycloak may not reach it either. */
const NO_CONNECTION = { expectation: 'uncertain', reason: 'no-connection' } as const
/** A client of which nothing is known. */
const UNKNOWN = { registeredNodes: [] }
const SESSION_EXPIRED = { expectation: 'not-notified', reason: 'session-expired' } as const

/**
 * A client with both URLs is notified by the Backchannel Logout URL when a session ends one by one, and only by it if the
 * realm step did not run.
 */
function channelUsed(client: Client | undefined, ended: number, call: RealmCall | undefined) {
  if (!client || ended === 0 || call === 'done' || call === 'unknown') return {}
  const { channel, url, notified } = reach(client, 'user')
  return notified ? { channel, url: url && maskCredentials(url) } : {}
}

/**
 * That Keycloak reaches an Admin URL right after the realm step does not show that its logout call was accepted; that
 * neither Keycloak nor this machine reaches it shows that it failed.
 */
function known(
  { clientId, channel }: Pick<ClientResult, 'clientId' | 'channel'>,
  expected: ExpectedCalls,
  adminUrls: AllOutcome['adminUrls'],
): KnownNotifications {
  const isUnreached = adminUrls.some((entry) => entry.clientId === clientId && entry.reached === 'no')
  return channel === 'admin-url' && expected.max > 0 && isUnreached
    ? knownNotifications(expected, {
        outcomes: [{ kind: 'failed', error: 'not-reached' }],
        evidence: ['push'],
      })
    : knownNotifications(expected)
}
