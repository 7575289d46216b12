import type { Finding, Severity } from '../../core/finding.ts'
import { groupBy } from '../../util/group-by.ts'
import { type ExplainedFinding, fixesOf, titleOf } from './texts/texts.ts'

/** All findings of one code, shown once. */
export interface FindingGroup {
  readonly code: string
  readonly severity: Severity
  /** One sentence for them all. */
  readonly title: string
  /** One fix for them all, or one for each variant of the finding. */
  readonly fixes: readonly string[]
  readonly findings: readonly ExplainedFinding[]
}

/** One client, or what is not about a client, with its findings. */
export interface Subject {
  /** Undefined for server, realm and identity providers. */
  readonly clientId: string | undefined
  readonly worst: ExplainedFinding
  readonly errors: number
  readonly warnings: number
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/** Errors first; within a severity in the order of the findings. */
export function groupByCode(findings: readonly ExplainedFinding[]): FindingGroup[] {
  return [...groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()]
    .flatMap((group) => {
      const [first] = group
      if (!first) return []
      const { code, severity, message } = first
      const isOneMessage = group.every((finding) => finding.message === message)
      const title = isOneMessage ? message : (titleOf(code) ?? message)
      return [{ code, severity, title, fixes: fixesOf(group), findings: group }]
    })
    .sort((a, b) => RANK[a.severity] - RANK[b.severity])
}

/** Clients with an error or a warning, the worst first. */
export function worstByClient(findings: readonly ExplainedFinding[]): Subject[] {
  const subjects = new Map<string | undefined, Subject>()
  for (const finding of findings) {
    if (finding.severity === 'info') continue
    const { clientId } = finding
    const known = subjects.get(clientId) ?? { clientId, worst: finding, errors: 0, warnings: 0 }
    subjects.set(clientId, {
      clientId,
      worst: isWorse(finding, known.worst) ? finding : known.worst,
      errors: known.errors + (finding.severity === 'error' ? 1 : 0),
      warnings: known.warnings + (finding.severity === 'warning' ? 1 : 0),
    })
  }
  return [...subjects.values()].sort(
    (a, b) =>
      RANK[a.worst.severity] - RANK[b.worst.severity] || b.errors - a.errors || b.warnings - a.warnings,
  )
}

const isWorse = (a: Finding, b: Finding) => RANK[a.severity] < RANK[b.severity]

/** At most this many findings, of as many clients as possible, in their order. */
export function sampleOf(findings: readonly ExplainedFinding[], most: number): readonly ExplainedFinding[] {
  if (findings.length <= most) return findings
  const byClient = groupBy(findings, ({ clientId }) => clientId)
  const chosen = new Set<ExplainedFinding>()
  for (let turn = 0; turn < most && chosen.size < most; turn++)
    for (const list of byClient.values()) {
      const next = list[turn]
      if (next && chosen.size < most) chosen.add(next)
    }
  return findings.filter((finding) => chosen.has(finding))
}
