import type { Finding } from '../core/finding.ts'
import type { Client } from '../core/model.ts'
import { mayStillApply, wasNotApplied } from '../core/request-outcome.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type ConfiguredClient, changed, failed } from './outcome.ts'
import { type ClientPlan, planClient } from './plan.ts'
import { type Change, differences, settingsOf } from './settings.ts'
import { sideEffects } from './side-effects.ts'

/**
 * Executes the plan of one client: reads the client again, stops if the change would no longer be the confirmed one,
 * writes the changed fields only, reads back, and compares everything else of the client with its former state.
 * Keycloak has no conditional write: a concurrent change in the milliseconds between is only noticed afterwards.
 * @throws {UserError} if the client could not be read or Keycloak refused the change; then nothing was changed
 */
export async function configureClient(plan: ClientPlan, keycloak: Keycloak): Promise<ConfiguredClient> {
  const { id, clientId, desired } = plan
  const before = await keycloak.rawClient(id)
  const client = await keycloak.findClient(clientId)
  if (client?.id !== id) return failed(plan, error('client-gone', plan))

  const current = planClient(client, desired)
  const moved = movedSince(plan, current)
  if (moved.length > 0) return failed(plan, error('changed-meanwhile', plan, { fields: moved.join(', ') }))

  const doubt = await doubtAfter(() =>
    keycloak.updateClient(id, {
      ...Object.fromEntries(current.changes.map(({ field, to }) => [field, to])),
      frontchannelLogout: current.after.frontchannelLogout,
    }),
  )
  return readBack(plan, { current, client, before, doubt }, keycloak)
}

interface Write {
  /** The plan as it was executed. */
  readonly current: ClientPlan
  readonly client: Client
  readonly before: Readonly<Record<string, unknown>>
  /** The error that leaves open whether the change was written; undefined if Keycloak confirmed it. */
  readonly doubt: UserError | undefined
}

/** Returns the error of a write that may have succeeded (a lost response, for example); throws a refusal. */
async function doubtAfter(write: () => Promise<void>): Promise<UserError | undefined> {
  try {
    await write()
    return undefined
  } catch (cause) {
    if (!(cause instanceof UserError) || wasNotApplied(cause)) throw cause
    return cause
  }
}

async function readBack(
  plan: ClientPlan,
  { current, client, before, doubt }: Write,
  keycloak: Keycloak,
): Promise<ConfiguredClient> {
  const { id, clientId } = plan
  try {
    const written = await clientOf(id, clientId, keycloak)
    if (!written) return failed(plan, error('client-gone', plan, { written: doubt ? 'not-known' : 'yes' }))
    const others = alsoChanged(current, before, await keycloak.rawClient(id))
    const present = settingsOf(written)
    const wrong = differences(current.after, present).map(({ field }) => field)
    if (wrong.length === 0) return changed(plan, others)
    if (!doubt) return failed(plan, error('not-as-written', plan, { fields: wrong.join(', ') }), ...others)
    const isAsBefore = differences(settingsOf(client), present).length === 0
    return isAsBefore && !mayStillApply(doubt)
      ? notWritten(plan, doubt)
      : failed(plan, error('not-known', plan, { error: doubt.message }), ...others)
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause
    return failed(
      plan,
      doubt
        ? error('not-known', plan, { error: doubt.message })
        : error('not-verified', plan, { error: cause.message }),
    )
  }
}

/** The client by its internal id, even if it was renamed in the meantime. */
async function clientOf(id: string, clientId: string, keycloak: Keycloak): Promise<Client | undefined> {
  const named = await keycloak.findClient(clientId)
  return named?.id === id ? named : (await keycloak.clients()).find((client) => client.id === id)
}

const alsoChanged = (
  { clientId, changes }: ClientPlan,
  before: Write['before'],
  after: Write['before'],
): Finding[] =>
  sideEffects(
    before,
    after,
    changes.map(({ field }) => field),
  )
    .filter(({ field }) => field === undefined)
    .map(({ name, byKeycloak }) => ({
      code: 'also-changed',
      severity: byKeycloak ? 'info' : 'warning',
      clientId,
      args: { name, byKeycloak },
    }))

/** The entry of a client to which nothing was written. */
export const notWritten = (plan: ClientPlan, cause: UserError): ConfiguredClient =>
  failed(plan, error('not-written', plan, { error: cause.message }))

/** The entry of a client whose change was not attempted. */
export const notAttempted = (plan: ClientPlan, interrupted: boolean): ConfiguredClient =>
  failed(plan, error('not-tried', plan, { interrupted }))

const error = (code: string, { clientId }: ClientPlan, args?: Finding['args']): Finding => ({
  code,
  severity: 'error',
  clientId,
  ...(args ? { args } : {}),
})

/** What differs between the confirmed plan and the current one; empty if they are the same. */
function movedSince(plan: ClientPlan, current: ClientPlan): string[] {
  const isError = ({ severity }: Finding) => severity === 'error'
  const fields = unlike(plan.changes, current.changes)
  if (fields.length > 0) return fields
  if (current.findings.some(({ code }) => code === 'not-openid-connect')) return ['its protocol']
  return current.findings.some(isError) || resolvedUrls(plan) !== resolvedUrls(current)
    ? ['its root URL']
    : []
}

/** The targets of relative URLs as the plan showed them. */
const resolvedUrls = ({ findings }: ClientPlan) =>
  findings.flatMap(({ code, args }) => (code === 'relative-url' ? [args?.resolved] : [])).join(' ')

/** Fields that only one of the two would change, or that they would change differently. */
const unlike = (confirmed: readonly Change[], current: readonly Change[]): string[] => {
  const same = (a: Change, b: Change) => a.field === b.field && a.from === b.from && a.to === b.to
  const missing = (from: readonly Change[], within: readonly Change[]) =>
    from.filter((change) => !within.some((other) => same(change, other))).map(({ field }) => field)
  return [...new Set([...missing(confirmed, current), ...missing(current, confirmed)])]
}
