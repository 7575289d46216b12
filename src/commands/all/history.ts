import type { Context } from '../../cli/context.ts'
import { sessionKey } from '../../core/session-key.ts'
import type { SessionRecord } from '../../report/session-record.ts'
import { type Mark, type Timeline, timelineRecorder } from '../../report/timeline.ts'
import type { EndAnswer } from '../../sessions/end/end-tally.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import type { AllPlan } from './plan.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Records what happens when during a run, for the report. */
export interface RunHistory {
  /** One session ended, or had ended before its turn. */
  sessionEnded(target: SessionTarget, answer: EndAnswer): void
  /** A request for it was sent, and its result is not known. */
  sessionUnknown(target: SessionTarget): void
  /** What came of a session; undefined if no request was sent for it, or if that failed. */
  stateOf(target: Pick<SessionTarget, 'id' | 'offline'>): SessionRecord['state'] | undefined
  /** The number of sessions that are left by internal client id. */
  setRemaining(left: ReadonlyMap<string, number>): void
  mark(what: Mark['what'], detail?: string): void
  /** The same progress; its phases are recorded too. */
  recordPhases(progress: Progress): Progress
  timeline(): Timeline
}

const STATES = { ended: 'ended', gone: 'already-ended', unclear: 'unknown' } as const
/** A history that begins now. */
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
  const states = new Map<string, SessionRecord['state']>()
  const mark: RunHistory['mark'] = (what, detail) => recorder.mark(at(), what, detail)
  const onInterruption = () => mark('interrupted', String(signal.reason))
  if (signal.aborted) onInterruption()
  else signal.addEventListener('abort', onInterruption, { once: true })
  return {
    sessionEnded(target, answer) {
      states.set(sessionKey(target), STATES[answer])
      recorder.sessionEnded(at(), target.clients)
    },
    sessionUnknown: (target) => void states.set(sessionKey(target), 'unknown'),
    stateOf: (target) => states.get(sessionKey(target)),
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
