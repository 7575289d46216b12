import type { Finding } from '../core/finding.ts'
import { maskFinding } from '../core/mask-finding.ts'
import type { SessionCount } from '../core/model.ts'
import type { ClientSight } from '../core/not-visible.ts'
import { maskCredentials } from '../util/mask-credentials.ts'
import type { ClientPlan } from './plan.ts'
import type { Change } from './settings.ts'
import { type FindingTexts, textsOf } from './texts.ts'

export type ConfigureStatus = 'changed' | 'would-change' | 'unchanged' | 'failed'
export type ConfigureVerdict = 'changed' | 'unchanged' | 'incomplete' | 'drift' | 'failed'

/** A finding with its text, as `--json` prints it. */
export type ExplainedFinding = Finding & FindingTexts

export interface ConfiguredClient {
  readonly clientId: string
  readonly status: ConfigureStatus
  readonly changes: readonly Change[]
  readonly findings: readonly ExplainedFinding[]
}

/** The document of `configure` (docs/reference/configure.md). */
export interface ConfigureOutcome {
  readonly realm: string
  readonly clients: readonly ConfiguredClient[]
  /** With a check of all clients: clients with sessions that the account may not view. */
  readonly notVisible?: readonly SessionCount[]
  /** `incomplete`: nothing differs in what the account sees, and it may not see all. */
  readonly verdict: ConfigureVerdict
}

/** The entry of a client to which nothing is written: a dry run, a check, or no change. */
export const untouched = ({ clientId, changes, findings }: ClientPlan): ConfiguredClient => ({
  clientId,
  status: changes.length > 0 ? 'would-change' : 'unchanged',
  changes: changes.map(maskChange),
  findings: findings.map(explained),
})

/** A change to be shown, without credentials of URLs. */
export function maskChange({ field, from, to }: Change): Change {
  const masked = (value: Change['from']) => (typeof value === 'string' ? maskCredentials(value) : value)
  return { field, from: masked(from), to: masked(to) }
}

export const changed = (plan: ClientPlan, more: readonly Finding[]): ConfiguredClient => ({
  ...untouched(plan),
  status: 'changed',
  findings: [...plan.findings, ...more].map(explained),
})

/** The entry of a client whose planned `changes` were not, or not provably, written. */
export const failed = (plan: ClientPlan, ...reasons: readonly Finding[]): ConfiguredClient => ({
  ...untouched(plan),
  status: 'failed',
  findings: [...plan.findings, ...reasons].map(explained),
})

const explained = (finding: Finding): ExplainedFinding => ({ ...maskFinding(finding), ...textsOf(finding) })

export const outcomeOf = (realm: string, clients: readonly ConfiguredClient[]): ConfigureOutcome => ({
  realm,
  clients,
  verdict: verdictOf(clients),
})

/** The outcome of a check of all clients, of which the account may see a part. */
export const asSeen = (outcome: ConfigureOutcome, { isAll, notVisible }: ClientSight): ConfigureOutcome =>
  isAll === true
    ? outcome
    : {
        ...outcome,
        notVisible,
        verdict: outcome.verdict === 'unchanged' ? 'incomplete' : outcome.verdict,
      }

/** An error finding without a change (a stored URL that cannot work) counts as drift, too. */
function verdictOf(clients: readonly ConfiguredClient[]): ConfigureVerdict {
  const has = (status: ConfigureStatus) => clients.some((client) => client.status === status)
  if (has('failed')) return 'failed'
  if (has('changed')) return 'changed'
  const hasError = clients.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))
  return has('would-change') || hasError ? 'drift' : 'unchanged'
}
