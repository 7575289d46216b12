import type { Observation } from '../../server-log/observation.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { type LogTexts, textsFor } from './texts.ts'

/** A kind of failure at one client: how often, and what to do about it. */
export interface LogFinding extends LogTexts {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly clientId?: string
  readonly realm?: string
  readonly url?: string
  readonly act?: string
  readonly count: number
  /** As the log has the time, without zone in the text format; null where it has none. */
  readonly first: string | null
  readonly last: string | null
  readonly sample: string
}

interface Entry {
  readonly observation: Observation
  count: number
  last: string | undefined
}

/**
 * At most this many findings. A stranger can make Keycloak log any number of client ids that do not exist; further ones
 * are counted without their client.
 */
const MOST = 2000

/** Counts observations by code, operation, client, realm and status. Its size is bounded, however long the log is. */
export class LogTally {
  readonly #entries = new Map<string, Entry>()

  /** @returns the finding as it stands now */
  add(seen: Observation): LogFinding {
    const isFull = this.#entries.size >= MOST
    const known = this.#entries.get(keyOf(seen))
    const kept = known || !isFull ? seen : withoutClient(seen)
    const entry = known ?? this.#entries.get(keyOf(kept))
    if (entry) {
      entry.count++
      entry.last = seen.time ?? entry.last
      return toFinding({ ...entry, observation: { ...entry.observation, sample: seen.sample } })
    }
    const fresh: Entry = { observation: kept, count: 1, last: seen.time }
    this.#entries.set(keyOf(kept), fresh)
    return toFinding(fresh)
  }

  /** Errors first, then the most frequent. */
  findings(): LogFinding[] {
    const rank = ({ severity }: LogFinding) => (severity === 'error' ? 0 : 1)
    return [...this.#entries.values()].map(toFinding).sort((a, b) => rank(a) - rank(b) || b.count - a.count)
  }
}

const withoutClient = ({ clientId, url, ...rest }: Observation): Observation => rest

const keyOf = ({ code, act, clientId, realm, status, about, url }: Observation): string =>
  JSON.stringify([code, act, clientId, realm, status, about, clientId === undefined ? url : undefined])

/** A failure that leaves users signed in somewhere is an error; a hint, or one without harm, is a warning. */
const WARNINGS = new Set(['no-adapter-session', 'event-refresh-token-invalid', 'event-session-not-found'])

function toFinding({ observation, count, last }: Entry): LogFinding {
  const { code, act, clientId, realm, url, time, sample } = observation
  return {
    code: observation.status === undefined ? code : `${code}-${observation.status}`,
    severity: WARNINGS.has(code) ? 'warning' : 'error',
    ...(clientId === undefined ? {} : { clientId }),
    ...(realm === undefined ? {} : { realm }),
    ...(url === undefined ? {} : { url: maskCredentials(url) }),
    ...(act === undefined ? {} : { act }),
    count,
    first: time ?? null,
    last: last ?? null,
    ...textsFor(observation),
    sample,
  }
}
