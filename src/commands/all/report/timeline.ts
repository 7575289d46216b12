/**
 * How many client sessions were left at each client as the act went on. `at` is milliseconds since it began, which is
 * after the sessions were read and the plan was agreed to.
 */
export interface Timeline {
  /** ISO 8601. */
  readonly began: string
  /** The clients with the most sessions, and at the end all others together (`clientId` null). */
  readonly series: readonly {
    readonly clientId: string | null
    /** How many clients it stands for. */
    readonly clients: number
  }[]
  /** `left` has a number for each series. What one sample says holds until the next one. */
  readonly samples: readonly Sample[]
  readonly marks: readonly Mark[]
  /** Marks that found no room. */
  readonly marksLeftOut: number
}

export interface Sample {
  readonly at: number
  readonly left: readonly number[]
}

/**
 * - `phase`: a part of the run began; `detail` is its name
 * - `cut-off`: the realm's not-before was set
 * - `failure`: the first session that could not be ended; `detail` is the error's code
 * - `slow`: the receiver of the client `detail` does not answer; its sessions wait in a lane of their own
 * - `pause`: the server asked to be left alone for `detail` seconds
 * - `interrupted`: by the signal `detail`
 * - `stopped`: the run could not go on; `detail` is the error's code
 */
export interface Mark {
  readonly at: number
  readonly what: 'phase' | 'cut-off' | 'failure' | 'slow' | 'pause' | 'interrupted' | 'stopped'
  readonly detail: string
}

/** Draws a timeline while the act goes on. Every `at` is milliseconds since it began and never goes back. */
export interface TimelineRecorder {
  /** One session has ended that these clients (internal ids) took part in. */
  ended(at: number, clients: readonly string[]): void
  /** What is really left at each client (internal id), where somebody looked. */
  looked(at: number, left: ReadonlyMap<string, number>): void
  mark(at: number, what: Mark['what'], detail?: string): void
  timeline(at: number): Timeline
}

export interface StartingClient {
  /** Keycloak's internal id. */
  readonly id: string
  readonly clientId: string
  readonly sessions: number
}

/** More areas than these cannot be told apart by their colours. */
const MOST_SERIES = 6
const MOST_SAMPLES = 240
const MOST_MARKS = 40
/** Milliseconds between samples at first; it doubles whenever there are too many. */
const FIRST_INTERVAL = 20

/**
 * Records an act in a memory that does not grow with its sessions: a number for each client, and at most 240 samples.
 * When there are too many, every other one is dropped and they are taken half as often.
 * @param began milliseconds since the epoch
 */
export function timelineRecorder(clients: readonly StartingClient[], began: number): TimelineRecorder {
  const largest = [...clients].sort((a, b) => b.sessions - a.sessions || (a.clientId < b.clientId ? -1 : 1))
  // One client more needs no "others".
  const named = largest.length === MOST_SERIES + 1 ? largest : largest.slice(0, MOST_SERIES)
  const others = largest.slice(named.length)
  const series: Timeline['series'] = [
    ...named.map(({ clientId }) => ({ clientId, clients: 1 })),
    ...(others.length > 0 ? [{ clientId: null, clients: others.length }] : []),
  ]
  const seriesOf = new Map(largest.map(({ id }, index) => [id, Math.min(index, named.length)]))
  const sumBySeries = (counts: Iterable<readonly [id: string, count: number]>): number[] => {
    const sums = series.map(() => 0)
    for (const [id, count] of counts) {
      const index = seriesOf.get(id)
      if (index !== undefined) sums[index] = (sums[index] ?? 0) + count
    }
    return sums
  }

  let left = sumBySeries(clients.map(({ id, sessions }) => [id, sessions]))
  let samples: Sample[] = [{ at: 0, left: [...left] }]
  let interval = FIRST_INTERVAL
  /** When `left` became what it is, and whether no sample says so yet. */
  let since = 0
  let isNew = false
  const marks: Mark[] = []
  let marksLeftOut = 0

  const take = (at: number) => {
    samples.push({ at, left: [...left] })
    isNew = false
    if (samples.length <= MOST_SAMPLES) return
    samples = samples.filter((_, index) => index % 2 === 0)
    interval *= 2
  }
  const lastAt = () => samples.at(-1)?.at ?? 0
  /** Keeps what held until now, when that is worth a sample of its own. */
  const keep = (at: number) => {
    if (isNew && at - lastAt() >= interval) take(since)
    since = at
    isNew = true
  }

  return {
    ended(at, ids) {
      keep(at)
      for (const id of ids) {
        const index = seriesOf.get(id)
        // One that began meanwhile was never counted.
        if (index !== undefined) left[index] = Math.max(0, (left[index] ?? 0) - 1)
      }
    },
    looked(at, counts) {
      if (isNew) take(since)
      since = at
      isNew = true
      left = sumBySeries(counts)
    },
    mark(at, what, detail = '') {
      if (what === 'failure' && marks.some((mark) => mark.what === 'failure')) return
      if (marks.length < MOST_MARKS) marks.push({ at, what, detail })
      else marksLeftOut++
    },
    timeline(at) {
      const end = [
        ...(isNew ? [{ at: since, left: [...left] }] : []),
        ...(at > since ? [{ at, left: [...left] }] : []),
      ]
      return {
        began: new Date(began).toISOString(),
        series,
        samples: [...samples, ...end],
        marks,
        marksLeftOut,
      }
    },
  }
}
