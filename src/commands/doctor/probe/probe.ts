import tls from 'node:tls'
import type { HttpLook, Look } from '../facts.ts'
import { challenge } from './challenge.ts'
import type { ForgedFor } from './forged-token.ts'
import { look } from './look.ts'

/** What `doctor` may ask of the network from here. */
export interface Probe {
  /** Name, connection and certificates of a URL; nothing is sent to the application. */
  look(url: string): Promise<Look>
  /** Posts a forged logout token to a Backchannel Logout URL. */
  challenge(url: string, forged: ForgedFor): Promise<HttpLook>
}

const LOOK_MS = 5000
/** Twice as long as Keycloak waits: slow is told from silent. */
const CHALLENGE_MS = 10_000

/** @param ca every authority to trust; undefined means Node's own */
export function openProbe(options: {
  readonly ca: readonly string[] | undefined
  readonly signal: AbortSignal
  readonly userAgent: string
}): Probe {
  const { signal, userAgent, ca = tls.rootCertificates } = options
  return {
    look: (url) => look(url, { signal, timeout: LOOK_MS, ca }),
    challenge: (url, forged) => challenge(url, forged, { signal, timeout: CHALLENGE_MS, ca, userAgent }),
  }
}
