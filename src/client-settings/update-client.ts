import type { Finding } from '../core/finding.ts'
import type { Client } from '../core/model.ts'
import { mayStillApply, wasNotApplied } from '../core/request-outcome.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type ClientOutcome, changed, failed } from './outcome.ts'
import { type ClientPlan, planClient } from './plan.ts'
import { type Change, differences, settingsOf } from './settings.ts'
import { sideEffects } from './side-effects.ts'

/**
 * Carries one plan out: reads the client again, stops when the agreed change is no longer the change that would be made,
 * writes the changed fields alone, reads back, and compares everything else of the client with what it was before.
 * Keycloak has no conditional write: what somebody else writes in the milliseconds between is seen afterwards only.
 * @throws {UserError} when the client could not be read, or Keycloak refused the change: nothing of it was changed then.
 */
export async function configureClient(plan: ClientPlan, keycloak: Keycloak): Promise<ClientOutcome> {
  const { id, clientId, wanted } = plan
  const before = await keycloak.rawClient(id)
  const client = await keycloak.findClient(clientId)
  if (client?.id !== id) return failed(plan, error('client-gone', plan))

  const now = planClient(client, wanted)
  const moved = movedSince(plan, now)
  if (moved.length > 0) return failed(plan, error('changed-meanwhile', plan, { fields: moved.join(', ') }))

  const doubt = await unlessRefused(() =>
    keycloak.updateClient(id, {
      ...Object.fromEntries(now.changes.map(({ field, to }) => [field, to])),
      frontchannelLogout: now.after.frontchannelLogout,
    }),
  )
  return readBack(plan, { now, client, before, doubt }, keycloak)
}

interface Written {
  /** The plan as it was carried out. */
  readonly now: ClientPlan
  readonly client: Client
  readonly before: Readonly<Record<string, unknown>>
  /** Why Keycloak's answer does not say whether it was carried out. */
  readonly doubt: UserError | undefined
}

/** A lost answer is no failure, and no success either: what is there now tells. */
async function unlessRefused(write: () => Promise<void>): Promise<UserError | undefined> {
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
  { now, client, before, doubt }: Written,
  keycloak: Keycloak,
): Promise<ClientOutcome> {
  const { id, clientId } = plan
  try {
    const written = await clientOf(id, clientId, keycloak)
    if (!written) return failed(plan, error('client-gone', plan, { written: doubt ? 'not-known' : 'yes' }))
    const seen = alsoChanged(plan, now, before, await keycloak.rawClient(id))
    const present = settingsOf(written)
    const differs = differences(now.after, present).map(({ field }) => field)
    if (differs.length === 0) return changed(plan, seen)
    if (!doubt) return failed(plan, error('not-as-written', plan, { fields: differs.join(', ') }), ...seen)
    const isAsBefore = differences(settingsOf(client), present).length === 0
    return isAsBefore && !mayStillApply(doubt)
      ? notWritten(plan, doubt)
      : failed(plan, error('not-known', plan, { error: doubt.message }), ...seen)
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

/** Somebody may have given it another name meanwhile; it still is the one that was written. */
async function clientOf(id: string, clientId: string, keycloak: Keycloak): Promise<Client | undefined> {
  const named = await keycloak.findClient(clientId)
  return named?.id === id ? named : (await keycloak.clients()).find((client) => client.id === id)
}

const alsoChanged = (
  { clientId }: ClientPlan,
  { changes }: ClientPlan,
  before: Written['before'],
  after: Written['before'],
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

/** The plan's entry when it was not written. */
export const notWritten = (plan: ClientPlan, cause: UserError): ClientOutcome =>
  failed(plan, error('not-written', plan, { error: cause.message }))

/** The plan's entry when nobody tried. */
export const notTried = (plan: ClientPlan, interrupted: boolean): ClientOutcome =>
  failed(plan, error('not-tried', plan, { interrupted }))

const error = (code: string, { clientId }: ClientPlan, args?: Finding['args']): Finding => ({
  code,
  severity: 'error',
  clientId,
  ...(args ? { args } : {}),
})

/** What is no longer as it was agreed to. */
function movedSince(plan: ClientPlan, now: ClientPlan): string[] {
  const isError = ({ severity }: Finding) => severity === 'error'
  const fields = unlike(plan.changes, now.changes)
  if (fields.length > 0) return fields
  if (now.findings.some(({ code }) => code === 'not-openid-connect')) return ['its protocol']
  return now.findings.some(isError) || resolved(plan) !== resolved(now) ? ['its root URL'] : []
}

/** Where relative URLs lead, as the plan showed it. */
const resolved = ({ findings }: ClientPlan) =>
  findings.flatMap(({ code, args }) => (code === 'relative-url' ? [args?.resolved] : [])).join(' ')

/** Fields that only one of the two would change, or from or to another value. */
const unlike = (agreed: readonly Change[], now: readonly Change[]): string[] => {
  const same = (a: Change, b: Change) => a.field === b.field && a.from === b.from && a.to === b.to
  const missing = (from: readonly Change[], within: readonly Change[]) =>
    from.filter((change) => !within.some((other) => same(change, other))).map(({ field }) => field)
  return [...new Set([...missing(agreed, now), ...missing(now, agreed)])]
}
