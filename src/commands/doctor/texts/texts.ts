import type { Finding } from '../../../core/finding.ts'
import { ANSWER } from './answer.ts'
import { CLIENT } from './client.ts'
import { PROVIDER } from './provider.ts'
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

/** A finding with its sentences. */
export interface ExplainedFinding extends Finding, Texts {}

const ROWS: Readonly<Record<string, Row>> = { ...REALM, ...PROVIDER, ...CLIENT, ...URL_FROM_HERE, ...ANSWER }

/** All codes of `doctor`, for `--accept`. */
export const CODES: readonly string[] = Object.keys(ROWS)

/** Adds the sentences to a finding. */
export function explained(finding: Finding): ExplainedFinding {
  const row = ROWS[finding.code]
  const args = finding.args ?? {}
  const client = { value: finding.clientId, orElse: '<client-id>' }
  const text = (part: Row['fix'] | undefined) =>
    typeof part === 'function' ? part(args, client) : (part ?? '')
  const fromHere = args.onlyFromHere
    ? ' Keycloak itself reached that host, so this is about the connection from here.'
    : ''
  const message = text(row?.message) || finding.code
  return {
    ...finding,
    message,
    why: `${text(row?.why)}${fromHere}`,
    fix: text(row?.fix),
    evidence: row?.evidence?.(args) ?? message,
  }
}

/** One sentence for several findings of a code; undefined where their messages are the same. */
export const titleOf = (code: string): string | undefined => ROWS[code]?.title
