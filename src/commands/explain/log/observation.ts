import type { LogRecord } from './record.ts'

/** What Keycloak was trying to do when a request of its own failed. */
export type Act = 'logout' | 'saml-logout' | 'push-revocation' | 'availability-test' | 'broker-logout'

/** One thing that went wrong, once. The sentences for a code are in `texts.ts`. */
export interface Observation {
  readonly code: string
  readonly act?: Act
  readonly clientId?: string
  /** Its name; before 20 the log has the realm's internal id (which may be its name). */
  readonly realm?: string
  readonly url?: string
  /** HTTP status of the application's answer. */
  readonly status?: number
  /** What the sentences are about, where the code alone does not say it. */
  readonly about?: string
  readonly time: string | undefined
  readonly sample: string
}

/** An observation before it has its time and its line. */
export type LogFinding = Omit<Observation, 'time' | 'sample'>

/** Where a cause may stand. */
export const textsOf = ({ message, exceptions }: LogRecord): string[] => [message, ...exceptions]

const LONGEST_SAMPLE = 400
/** A token in a log would be a secret in a report: a URL of a broker's logout holds an ID token. */
const TOKEN = /eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g
export function sampleOf({ line }: LogRecord): string {
  const safe = line.slice(0, 4 * LONGEST_SAMPLE).replace(TOKEN, 'eyJ…')
  return safe.length > LONGEST_SAMPLE ? `${safe.slice(0, LONGEST_SAMPLE)}…` : safe
}
