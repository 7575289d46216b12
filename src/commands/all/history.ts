import type { Context } from '../../cli/context.ts'
import type { Progress } from '../../ui/output.ts'
import { type Mark, type Timeline, timelineRecorder } from './report/timeline.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Is told of what happens while a realm is logged out, and remembers when it did. */
export interface RunHistory {
  /** One session has ended that these clients (internal ids) took part in. */
  ended(clients: readonly string[]): void
  /** What is left at each client (internal id). */
  looked(left: ReadonlyMap<string, number>): void
  mark(what: Mark['what'], detail?: string): void
  /** The same progress, whose phases are remembered too. */
  watching(progress: Progress): Progress
  timeline(): Timeline
}

/** A history that begins now. It grows with the clients, not with their sessions. */
export function historyOf(
  { clients, byClient }: Pick<RealmSnapshot, 'clients' | 'byClient'>,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): RunHistory {
  const began = now()
  let last = 0
  // Somebody may set the clock meanwhile.
  const at = () => {
    last = Math.max(last, now() - began)
    return last
  }
  const recorder = timelineRecorder(
    clients
      .map(({ id, clientId }) => ({ id, clientId, sessions: byClient.get(id) ?? 0 }))
      .filter(({ sessions }) => sessions > 0),
    began,
  )
  const mark: RunHistory['mark'] = (what, detail) => recorder.mark(at(), what, detail)
  const onInterruption = () => mark('interrupted', String(signal.reason))
  if (signal.aborted) onInterruption()
  else signal.addEventListener('abort', onInterruption, { once: true })
  return {
    ended: (ids) => recorder.ended(at(), ids),
    looked: (left) => recorder.looked(at(), left),
    mark,
    watching: (progress) => ({
      ...progress,
      phase(name, total) {
        mark('phase', name)
        progress.phase(name, total)
      },
    }),
    timeline: () => recorder.timeline(at()),
  }
}
