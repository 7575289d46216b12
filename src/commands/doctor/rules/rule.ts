import type { Finding, Severity } from '../../../core/finding.ts'
import { maskFinding } from '../../../core/mask-finding.ts'

export type Args = NonNullable<Finding['args']>

/** A rule: when it applies, and the values that its sentences name. */
export interface Rule<T> {
  readonly code: string
  readonly severity: Severity
  /** The arguments of the finding, or undefined without one. A list gives one finding for each element. */
  readonly check: (subject: T) => Args | readonly Args[] | undefined
}

/** The findings of all rules about one subject. Credentials of URLs are masked. */
export function runRules<T>(rules: readonly Rule<T>[], subject: T, about: Partial<Finding> = {}): Finding[] {
  return rules.flatMap(({ code, severity, check }) => {
    const found = check(subject)
    const all = found === undefined ? [] : Array.isArray(found) ? (found as readonly Args[]) : [found as Args]
    return all.map((args) =>
      maskFinding({
        code,
        severity,
        ...about,
        ...(Object.keys(args).length > 0 ? { args } : {}),
      }),
    )
  })
}

/** The result of `check` for a rule whose sentences name nothing. */
export const when = (applies: boolean): Args | undefined => (applies ? {} : undefined)
