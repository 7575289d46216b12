import type { Finding } from '../core/finding.ts'
import { usageError } from '../errors.ts'
import { textsOf } from './texts.ts'

const MOST_SHOWN = 5

/**
 * Throws one error for all findings of severity `error`; returns if there are none.
 * @throws {UserError} with the code of the first one (exit 2)
 */
export function refuse(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (!first) return
  const messages = errors.map((finding) => {
    const { message, why } = textsOf(finding)
    return `${finding.clientId === undefined ? '' : `${finding.clientId}: `}${[message, why].filter(Boolean).join(' ')}`
  })
  throw usageError(first.code, firstFew(messages), textsOf(first).fix)
}

/** The first few parts of a list that may be long: `a; b and 3 more`. */
export const firstFew = (parts: readonly string[], separator = '; ') =>
  `${parts.slice(0, MOST_SHOWN).join(separator)}${parts.length > MOST_SHOWN ? ` and ${parts.length - MOST_SHOWN} more` : ''}`
