import { LogReader } from '../../server-log/reader.ts'
import type { EndedSession, SeenDelivery } from '../delivery.ts'
import { CallObserver, type LoggedCall } from './call-observer.ts'
import { matchLoggedCalls } from './match-calls.ts'

/**
 * Reads Keycloak's log while the run goes on and keeps the calls that it shows.
 * @param chunks text as it comes, an empty chunk where nothing came for a moment
 */
export function logCollector(chunks: AsyncIterable<string>) {
  const calls: LoggedCall[] = []
  const sessions: EndedSession[] = []
  const reader = new LogReader({ isLive: true })
  const observer = new CallObserver()
  let problem: string | undefined
  let hasEnded = false
  let looked = 0

  const take = (records: ReturnType<LogReader['push']>) => {
    for (const record of records) {
      const call = observer.observe(record)
      // A copy: V8 keeps the whole text that a part of it was cut from.
      if (call) calls.push(structuredClone(call))
    }
  }
  const reading = (async () => {
    try {
      // An entry is whole when the next one begins, or when nothing has followed for a moment.
      for await (const chunk of chunks) take(chunk === '' ? reader.idle() : reader.push(chunk))
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    take(reader.end())
    hasEnded = true
  })()

  return {
    ended: (session: EndedSession) => void sessions.push(session),
    findings(): SeenDelivery[] {
      // A pipe does not say that nothing came: the last entry is whole when nothing has followed since the last look.
      if (!hasEnded && reader.lines === looked) take(reader.idle())
      looked = reader.lines
      return matchLoggedCalls(calls, sessions)
    },
    /** Has the log ended or could it not be read any further? */
    hasEnded: () => hasEnded,
    /** Why there is less to see than there could be, in words. */
    problem(): string | undefined {
      if (problem !== undefined) return problem
      if (reader.entries === 0) return 'it held no entries of Keycloak'
      if (!observer.debugSeen)
        return 'it has no DEBUG entries of org.keycloak.services.managers.ResourceAdminManager'
      const expected = sessions.flatMap(({ clients }) =>
        clients.filter(({ isExpected }) => isExpected),
      ).length
      const found = matchLoggedCalls(calls, sessions).length
      if (found >= expected) return undefined
      const end = hasEnded ? ', and ended during the run' : ''
      if (found > 0) return `it does not show ${expected - found} of ${expected} expected calls${end}`
      return `it shows none of ${expected} expected calls${end || ': it may be the log of another server or node'}`
    },
    /** Resolves when the log has ended. */
    done: () => reading,
  }
}
