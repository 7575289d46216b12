import { maskCredentialsInText } from '../util/mask-credentials.ts'
import type { LogRecord } from './record.ts'

/** The operation during which a request of Keycloak's own failed. */
export type Operation =
  | 'logout'
  | 'saml-logout'
  | 'push-revocation'
  | 'availability-test'
  | 'broker-logout'
  | 'browser-logout'

/** One failure, once. The sentences for a code belong to the command that shows them. */
export interface Observation {
  readonly code: string
  readonly act?: Operation
  readonly clientId?: string
  /** Its name; before 20 the log has the realm's internal id (which may be its name). */
  readonly realm?: string
  readonly url?: string
  /** HTTP status of the application's answer. */
  readonly status?: number
  /** What the sentences name, where the code alone is not enough: an identity provider, the words of an event. */
  readonly about?: string
  readonly time: string | undefined
  readonly sample: string
}

/** An observation before it has its time and its line. */
export type Observed = Omit<Observation, 'time' | 'sample'>

/** The texts in which a cause may stand. */
export const textsOf = ({ message, exceptions, wrapped }: LogRecord): string[] => [
  message,
  ...exceptions,
  ...wrapped,
]

const LONGEST_SAMPLE = 400
/** Tokens stand in logs as client ids, in URLs (also with `%2E` for a dot) and in the URL of a broker's logout. */
const TOKEN = /eyJ[\w-]{8,}(?:(?:\.|%2[Ee])[\w-]*){0,4}/g

/** The text without tokens: one in a log would be a secret in a report. */
export const withoutTokens = (text: string): string => text.replace(TOKEN, 'eyJ…')

export function sampleOf({ line }: LogRecord): string {
  const safe = withoutTokens(maskCredentialsInText(line.slice(0, 4 * LONGEST_SAMPLE)))
  return safe.length > LONGEST_SAMPLE ? `${safe.slice(0, LONGEST_SAMPLE)}…` : safe
}

/** The same without tokens in what a stranger may have chosen. */
export function masked<T extends Observed>(observed: T): T {
  const { clientId, realm, url, about } = observed
  return {
    ...observed,
    ...(clientId === undefined ? {} : { clientId: withoutTokens(clientId) }),
    ...(realm === undefined ? {} : { realm: withoutTokens(realm) }),
    ...(url === undefined ? {} : { url: withoutTokens(url) }),
    ...(about === undefined ? {} : { about: withoutTokens(about) }),
  }
}
