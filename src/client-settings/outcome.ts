import type { Finding } from '../core/finding.ts'
import type { ClientPlan } from './plan.ts'
import type { Change } from './settings.ts'
import { type Texts, textsOf } from './texts.ts'

export type Status = 'changed' | 'would-change' | 'unchanged' | 'failed'
export type ConfigureVerdict = 'changed' | 'unchanged' | 'drift' | 'failed'

export type SaidFinding = Finding & Texts

export interface ClientOutcome {
  readonly clientId: string
  readonly status: Status
  readonly changes: readonly Change[]
  /** With their sentences, as `--json` prints them. */
  readonly findings: readonly SaidFinding[]
}

export interface Outcome {
  readonly realm: string
  readonly clients: readonly ClientOutcome[]
  readonly verdict: ConfigureVerdict
}

/** What a plan comes to while nothing is written: a dry run, a check, or nothing to do. */
export const untouched = ({ clientId, changes, findings }: ClientPlan): ClientOutcome => ({
  clientId,
  status: changes.length > 0 ? 'would-change' : 'unchanged',
  changes,
  findings: findings.map(said),
})

export const changed = (plan: ClientPlan, more: readonly Finding[]): ClientOutcome => ({
  ...untouched(plan),
  status: 'changed',
  findings: [...plan.findings, ...more].map(said),
})

/** `changes` stays what was planned, and was not (or not provably) done. */
export const failed = (plan: ClientPlan, ...why: readonly Finding[]): ClientOutcome => ({
  ...untouched(plan),
  status: 'failed',
  findings: [...plan.findings, ...why].map(said),
})

const said = (finding: Finding): SaidFinding => ({ ...finding, ...textsOf(finding) })

export const outcomeOf = (realm: string, clients: readonly ClientOutcome[]): Outcome => ({
  realm,
  clients,
  verdict: verdictOf(clients),
})

/** An error that is there without any change to make (a stored URL that cannot work) is drift too. */
function verdictOf(clients: readonly ClientOutcome[]): ConfigureVerdict {
  const has = (status: Status) => clients.some((client) => client.status === status)
  if (has('failed')) return 'failed'
  if (has('changed')) return 'changed'
  const wrong = clients.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))
  return has('would-change') || wrong ? 'drift' : 'unchanged'
}
