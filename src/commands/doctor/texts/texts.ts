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
  const client = shownClient(finding.clientId)
  const text = (part: Row['fix'] | undefined) =>
    typeof part === 'function' ? part(args, client) : (part ?? '')
  const message = text(row?.message) || finding.code
  return {
    ...finding,
    message,
    why: args.onlyFromHere
      ? 'Keycloak itself reached that host, so this is about the connection from here.'
      : text(row?.why),
    fix: text(row?.fix),
    evidence: row?.evidence?.(args) ?? message,
  }
}

/** One sentence for several findings of a code; undefined where their messages are the same. */
export const titleOf = (code: string): string | undefined => ROWS[code]?.title

/** A command names at most this many clients; more are left to the administrator's own loop. */
const MOST_CLIENTS = 20

/**
 * One fix for findings of one code: theirs if it is the same, else one command for all of their clients, else how to fix
 * any of them. Several only where the findings differ in more than client and URL.
 */
export function fixesOf(findings: readonly ExplainedFinding[]): readonly string[] {
  const own = new Set(findings.map(({ fix }) => fix).filter((fix) => fix !== ''))
  const [first] = findings
  if (own.size <= 1 || !first) return [...own]
  const clients = [...new Set(findings.map(({ clientId }) => clientId))]
  const all = ROWS[first.code]?.fixAll
  if (all && clients.length <= MOST_CLIENTS) return [all(clients.map(shownClient))]
  const general = new Set(findings.map((finding) => anyClient(finding).fix))
  return [...general].map((fix) => (fix.includes(ANY_CLIENT) ? `For each: ${fix}` : fix))
}

const ANY_CLIENT = '<client-id>'
const shownClient = (clientId: string | undefined) => ({ value: clientId, orElse: ANY_CLIENT })

/** The finding without its client and URL, which its sentences then show as placeholders. */
function anyClient({ code, severity, args: { url: _url, ...args } = {} }: Finding): ExplainedFinding {
  return explained({ code, severity, args })
}
