/** Severity of a finding. Only `error` makes a check fail. */
export type Severity = 'error' | 'warning' | 'info'

/**
 * A problem that was found, as a code with arguments. The sentences for a code are kept apart, in the texts of each
 * command, so that rules stay pure and tests compare codes, not prose.
 */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  readonly clientId?: string
  readonly url?: string
  /** Values for the sentences: hosts, counts, dates. They may come from a server: only the printer may show them. */
  readonly args?: Readonly<Record<string, string | number | boolean>>
}
