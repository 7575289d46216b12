import type { Context } from '../../cli/context.ts'
import { type Mark, type Timeline, timelineRecorder } from '../../report/timeline.ts'
import type { Progress } from '../../ui/output.ts'
import type { AllPlan } from './plan.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Records what happens when during a run, for the report. */
export interface RunHistory {
  /** One session ended that these clients (internal ids) took part in. */
  sessionEnded(clients: readonly string[]): void
  /** The number of sessions that are left by internal client id. */
  setRemaining(left: ReadonlyMap<string, number>): void
  mark(what: Mark['what'], detail?: string): void
  /** The same progress; its phases are recorded too. */
  recordPhases(progress: Progress): Progress
  timeline(): Timeline
}

/** A history that begins now. Its size depends on the number of clients, not of sessions. */
export function startHistory(
  { byClient }: Pick<AllPlan, 'byClient'>,
  { clients }: Pick<RealmSnapshot, 'clients'>,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): RunHistory {
  const began = now()
  let last = 0
  // The clock may be set back during the run.
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
    sessionEnded: (ids) => recorder.sessionEnded(at(), ids),
    setRemaining: (left) => recorder.setRemaining(at(), left),
    mark,
    recordPhases: (progress) => ({
      ...progress,
      phase(name, total) {
        mark('phase', name)
        progress.phase(name, total)
      },
    }),
    timeline: () => recorder.timeline(at()),
  }
}
