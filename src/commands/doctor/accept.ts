import type { Finding } from '../../core/finding.ts'

/** An accepted finding: a code, of one client or of all. */
export interface Accepted {
  readonly code: string
  readonly clientId: string | undefined
}

/** Reads `CODE` or `CODE:client-id`; undefined for anything else. A client id may hold colons. */
export function parseAccept(text: string): Accepted | undefined {
  const match = /^([a-z0-9][a-z0-9-]*)(?::(.+))?$/s.exec(text)
  return match?.[1] === undefined ? undefined : { code: match[1], clientId: match[2] }
}

export const isAccepted = ({ code, clientId }: Finding, accepted: readonly Accepted[]): boolean =>
  accepted.some((one) => one.code === code && (one.clientId === undefined || one.clientId === clientId))
