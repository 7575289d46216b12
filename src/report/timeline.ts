/**
 * The number of client sessions that were left at each client during a run. `at` is milliseconds since the first step
 * began, which is after the confirmation.
 */
export interface Timeline {
  /** ISO 8601. */
  readonly began: string
  /** The clients with the most sessions, and last all others together (`clientId` null). */
  readonly series: readonly {
    readonly clientId: string | null
    /** The number of clients in this series. */
    readonly clients: number
  }[]
  /** A sample holds until the next one. */
  readonly samples: readonly Sample[]
  readonly marks: readonly Mark[]
  /** The number of marks beyond the limit. */
  readonly marksLeftOut: number
}

export interface Sample {
  readonly at: number
  /** One number for each series. */
  readonly left: readonly number[]
}

/**
 * - `phase`: a part of the run began; `detail` is its name
 * - `cut-off`: the realm's not-before was set
 * - `failure`: the first session that could not be ended; `detail` is the error's code
 * - `slow`: the client `detail` does not respond; its sessions are ended in a separate slow lane
 * - `pause`: the server asked for a pause of `detail` seconds
 * - `interrupted`: by the signal `detail`
 * - `stopped`: the run could not continue; `detail` is the error's code
 */
export interface Mark {
  readonly at: number
  readonly what: 'phase' | 'cut-off' | 'failure' | 'slow' | 'pause' | 'interrupted' | 'stopped'
  readonly detail: string
}

/** Records a timeline during a run. `at` is milliseconds since its begin and never decreases. */
export interface TimelineRecorder {
  /** One session ended that these clients (internal ids) took part in. */
  sessionEnded(at: number, clients: readonly string[]): void
  /** The numbers of sessions left by internal client id, as they were read. Replaces what was counted. */
  setRemaining(at: number, left: ReadonlyMap<string, number>): void
  mark(at: number, what: Mark['what'], detail?: string): void
  timeline(at: number): Timeline
}

export interface StartingClient {
  /** Keycloak's internal id. */
  readonly id: string
  readonly clientId: string
  readonly sessions: number
}

/** More areas cannot be distinguished by colour. */
const MAX_SERIES = 6
const MAX_SAMPLES = 240
const MAX_MARKS = 40
/** Milliseconds between samples at first; doubled each time there are too many. */
const FIRST_INTERVAL = 20

/**
 * Records a run in memory that does not grow with the number of sessions: one number for each client, and at most 240
 * samples. When there are more, every other one is dropped and the interval doubles.
 * @param began milliseconds since the epoch
 */
export function timelineRecorder(clients: readonly StartingClient[], began: number): TimelineRecorder {
  const { series, indexOf, sums } = groupBySeries(clients)
  const sampler = createSampler(sums(clients.map(({ id, sessions }) => [id, sessions])))
  const marks: Mark[] = []
  let marksLeftOut = 0
  return {
    sessionEnded(at, ids) {
      sampler.change(at, (left) => {
        for (const id of ids) {
          const index = indexOf(id)
          // A session that started during the run was never counted.
          if (index !== undefined) left[index] = Math.max(0, (left[index] ?? 0) - 1)
        }
      })
    },
    setRemaining: (at, counts) => sampler.replace(at, sums(counts)),
    mark(at, what, detail = '') {
      if (what === 'failure' && marks.some((mark) => mark.what === 'failure')) return
      if (marks.length < MAX_MARKS) marks.push({ at, what, detail })
      else marksLeftOut++
    },
    timeline: (at) => ({
      began: new Date(began).toISOString(),
      series,
      samples: sampler.samplesUntil(at),
      marks,
      marksLeftOut,
    }),
  }
}

/** The series: the largest clients, and all others together. */
function groupBySeries(clients: readonly StartingClient[]) {
  const largest = [...clients].sort((a, b) => b.sessions - a.sessions || (a.clientId < b.clientId ? -1 : 1))
  // A single remaining client needs no "others".
  const named = largest.length === MAX_SERIES + 1 ? largest : largest.slice(0, MAX_SERIES)
  const others = largest.slice(named.length)
  const series: Timeline['series'] = [
    ...named.map(({ clientId }) => ({ clientId, clients: 1 })),
    ...(others.length > 0 ? [{ clientId: null, clients: others.length }] : []),
  ]
  const indices = new Map(largest.map(({ id }, index) => [id, Math.min(index, named.length)]))
  return {
    series,
    indexOf: (id: string) => indices.get(id),
    sums(counts: Iterable<readonly [id: string, count: number]>): number[] {
      const sums = series.map(() => 0)
      for (const [id, count] of counts) {
        const index = indices.get(id)
        if (index !== undefined) sums[index] = (sums[index] ?? 0) + count
      }
      return sums
    },
  }
}

/** Keeps a limited number of samples of numbers that change. */
function createSampler(start: number[]) {
  let left = start
  let samples: Sample[] = [{ at: 0, left: [...left] }]
  let interval = FIRST_INTERVAL
  /** The time of the last change, and whether it is not in a sample yet. */
  let changedAt = 0
  let isPending = false

  const addSample = () => {
    samples.push({ at: changedAt, left: [...left] })
    isPending = false
    if (samples.length <= MAX_SAMPLES) return
    samples = samples.filter((_, index) => index % 2 === 0)
    interval *= 2
  }
  const changed = (at: number) => {
    changedAt = at
    isPending = true
  }

  return {
    /** Changes the numbers. What held until now becomes a sample once per interval. */
    change(at: number, apply: (left: number[]) => void): void {
      if (isPending && at - (samples.at(-1)?.at ?? 0) >= interval) addSample()
      changed(at)
      apply(left)
    },
    /** Replaces the numbers. What held until now always becomes a sample. */
    replace(at: number, next: number[]): void {
      if (isPending) addSample()
      changed(at)
      left = next
    },
    samplesUntil: (at: number): Sample[] => [
      ...samples,
      ...(isPending ? [{ at: changedAt, left: [...left] }] : []),
      ...(at > changedAt ? [{ at, left: [...left] }] : []),
    ],
  }
}
