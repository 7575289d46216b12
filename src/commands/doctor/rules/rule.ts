import type { Finding, Severity } from '../../../core/finding.ts'
import { maskFinding } from '../../../core/mask-finding.ts'

export type Args = NonNullable<Finding['args']>

/** One row: when it applies, what the sentences name. */
export interface Rule<T> {
  readonly code: string
  readonly severity: Severity
  /** The arguments of the finding, or undefined when all is well. Lists give one finding each. */
  readonly check: (subject: T) => Args | readonly Args[] | undefined
}

/** Holds one subject against every row. Credentials of URLs are masked. */
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

/** `check` for a row whose sentences name nothing. */
export const when = (applies: boolean): Args | undefined => (applies ? {} : undefined)
