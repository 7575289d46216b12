import type { Finding } from '../core/finding.ts'
import { usageError } from '../errors.ts'
import { firstFew } from '../util/format.ts'
import { textsOf } from './texts.ts'

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
  throw usageError(first.code, firstFew(messages, 5, '; '), textsOf(first).fix)
}
