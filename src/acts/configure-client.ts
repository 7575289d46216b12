import { sideEffects } from '../core/configure/compare.ts'
import { type ClientOutcome, changed, failed } from '../core/configure/outcome.ts'
import { type ClientPlan, planClient } from '../core/configure/plan.ts'
import { type Change, differences, settingsOf } from '../core/configure/settings.ts'
import type { Finding } from '../core/finding.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

/**
 * Carries one plan out: reads the client again, stops when the agreed change is no longer the change that would be made,
 * writes the changed fields alone, reads back, and compares everything else of the client with what it was before.
 * Keycloak has no conditional write: what somebody else writes in the milliseconds between is seen afterwards only.
 * @throws {UserError} when the client could not be read or written: then nothing of it was changed, as far as is known.
 */
export async function configureClient(plan: ClientPlan, keycloak: Keycloak): Promise<ClientOutcome> {
  const { id, clientId, wanted } = plan
  const before = await keycloak.rawClient(id)
  const client = await keycloak.findClient(clientId)
  if (client?.id !== id) return failed(plan, error('client-gone', plan))

  const now = planClient(client, wanted)
  const moved = unlike(plan.changes, now.changes)
  if (moved.length > 0 || now.findings.some(({ severity }) => severity === 'error'))
    return failed(plan, error('changed-meanwhile', plan, { fields: moved.join(', ') || 'its root URL' }))

  await keycloak.updateClient(id, {
    ...Object.fromEntries(now.changes.map(({ field, to }) => [field, to])),
    frontchannelLogout: now.after.frontchannelLogout,
  })

  try {
    const written = await keycloak.findClient(clientId)
    if (written?.id !== id) return failed(plan, error('client-gone', plan))
    const differs = differences(now.after, settingsOf(written)).map(({ field }) => field)
    const others = sideEffects(
      before,
      await keycloak.rawClient(id),
      now.changes.map(({ field }) => field),
    )
    const seen = others
      .filter(({ field }) => field === undefined)
      .map(
        ({ name, byKeycloak }): Finding => ({
          code: 'also-changed',
          severity: byKeycloak ? 'info' : 'warning',
          clientId,
          args: { name, byKeycloak },
        }),
      )
    if (differs.length > 0)
      return failed(plan, error('not-as-written', plan, { fields: differs.join(', ') }), ...seen)
    return changed(plan, seen)
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause
    return failed(plan, error('not-verified', plan, { error: cause.message }))
  }
}

/** The plan's entry when writing threw. */
export const notWritten = (plan: ClientPlan, cause: UserError): ClientOutcome =>
  failed(plan, error('not-written', plan, { error: cause.message }))

/** The plan's entry when nobody tried. */
export const notTried = (plan: ClientPlan): ClientOutcome => failed(plan, error('not-tried', plan))

const error = (code: string, { clientId }: ClientPlan, args?: Finding['args']): Finding => ({
  code,
  severity: 'error',
  clientId,
  ...(args ? { args } : {}),
})

/** Fields that only one of the two would change, or from or to another value. */
const unlike = (agreed: readonly Change[], now: readonly Change[]): string[] => {
  const same = (a: Change, b: Change) => a.field === b.field && a.from === b.from && a.to === b.to
  const missing = (from: readonly Change[], within: readonly Change[]) =>
    from.filter((change) => !within.some((other) => same(change, other))).map(({ field }) => field)
  return [...new Set([...missing(agreed, now), ...missing(now, agreed)])]
}
