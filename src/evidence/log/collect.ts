import { LogReader } from '../../commands/explain/log/reader.ts'
import type { EndedSession, SeenDelivery } from '../delivery.ts'
import { CallObserver, type LoggedCall } from './call-observer.ts'
import { matchLoggedCalls } from './match-calls.ts'

/**
 * Reads Keycloak's log while the run goes on and keeps the calls that it shows.
 * @param batches lines as they come, an empty batch where nothing came for a moment
 */
export function logCollector(batches: AsyncIterable<readonly string[]>) {
  const calls: LoggedCall[] = []
  const sessions: EndedSession[] = []
  const reader = new LogReader()
  const observer = new CallObserver()
  let problem: string | undefined
  let hasEnded = false

  const take = (record: ReturnType<LogReader['push']>) => {
    const call = record && observer.observe(record)
    if (call) calls.push(call)
  }
  const reading = (async () => {
    try {
      for await (const lines of batches) {
        for (const line of lines) take(reader.push(line))
        // An entry is whole when the next one begins, or when nothing has followed for a moment.
        if (lines.length === 0) for (const record of reader.flush()) take(record)
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    for (const record of reader.flush()) take(record)
    hasEnded = true
  })()

  return {
    ended: (session: EndedSession) => void sessions.push(session),
    findings: (): SeenDelivery[] => matchLoggedCalls(calls, sessions),
    /** Has the log ended or could it not be read any further? */
    hasEnded: () => hasEnded,
    /** Why there is less to see than there could be, in words. */
    problem(): string | undefined {
      if (problem !== undefined) return problem
      if (reader.entries === 0) return 'the log held no entries of Keycloak'
      return observer.debugSeen
        ? undefined
        : 'the log has no DEBUG entries of org.keycloak.services.managers.ResourceAdminManager'
    },
    /** Resolves when the log has ended; the reader of `batches` decides when that is. */
    done: () => reading,
  }
}
