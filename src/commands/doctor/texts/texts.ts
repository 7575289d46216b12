import type { Finding } from '../../../core/finding.ts'
import { shellQuote } from '../../../util/shell-quote.ts'
import { ANSWER } from './answer.ts'
import { CLIENT } from './client.ts'
import { REALM } from './realm.ts'
import type { Row } from './row.ts'
import { URL_FROM_HERE } from './url.ts'

/** What is wrong, why it matters, what to do, and what was seen. */
export interface Texts {
  readonly message: string
  readonly why: string
  readonly fix: string
  readonly evidence: string
}

export interface SaidFinding extends Finding, Texts {}

/** Every finding of `doctor`, by its code. */
const ROWS: Readonly<Record<string, Row>> = { ...REALM, ...CLIENT, ...URL_FROM_HERE, ...ANSWER }

/** The codes that there are, for `--accept`. */
export const CODES: readonly string[] = Object.keys(ROWS)

export function said(finding: Finding): SaidFinding {
  const row = ROWS[finding.code]
  const args = finding.args ?? {}
  const client = (finding.clientId !== undefined && shellQuote(finding.clientId)) || '<client-id>'
  const text = (part: Row['fix'] | undefined) =>
    typeof part === 'function' ? part(args, client) : (part ?? '')
  const fromHere = args.onlyFromHere
    ? ' Keycloak itself reached that host, so this is about the way from here.'
    : ''
  return {
    ...finding,
    message: row?.message(args) ?? finding.code,
    why: `${text(row?.why)}${fromHere}`,
    fix: text(row?.fix),
    evidence: row?.evidence?.(args) ?? row?.message(args) ?? '',
  }
}
