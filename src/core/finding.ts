/** How much a finding matters. Only an `error` makes a check fail. */
export type Severity = 'error' | 'warning' | 'info'

/**
 * Something noticed, as a code with arguments. The sentences that explain a code live in `finding-texts.ts`, so that
 * the rules stay pure and tests compare codes rather than prose.
 */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  readonly clientId?: string
  readonly url?: string
  /** What the sentences name: hosts, counts, dates. Values may come from a server: only the printer shows them. */
  readonly args?: Readonly<Record<string, string | number | boolean>>
}
