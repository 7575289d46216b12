import { brokerFailures, browserFailures } from './broker-logouts.ts'
import { causeOf } from './cause.ts'
import { LOGGERS } from './loggers.ts'
import { logoutErrors } from './logout-events.ts'
import { notLoggedOut } from './not-logged-out.ts'
import { masked, type Observation, type Observed, sampleOf, textsOf } from './observation.ts'
import { matchMessage } from './read-message.ts'
import type { LogRecord } from './record.ts'
import { readResourceAdmin } from './resource-admin.ts'
import { fallbackClient, samlFailures } from './saml-logouts.ts'
import { Threads } from './threads.ts'

const OF_LOGOUTS: ReadonlySet<string> = new Set(Object.values(LOGGERS))
/** Client ids with a comma that the log names; a realm has few. */
const MOST_NAMED = 1000

/**
 * Finds failed logouts in a server's log, entry by entry. Some entries only make sense together with the one before them
 * in the same thread, so it remembers the client, URL and failure of each thread. It cannot see refusals by HTTP status
 * while ResourceAdminManager is not at DEBUG, and nothing that Keycloak does not log.
 */
export class Observer {
  readonly #threads = new Threads()
  readonly #withComma = new Set<string>()
  #debugSeen = false

  /** Was there a DEBUG entry of ResourceAdminManager, so that refusals by HTTP status can be seen? */
  get debugSeen(): boolean {
    return this.#debugSeen
  }

  observe(record: LogRecord): Observation[] {
    // Where the log names no thread, only entries that follow one another belong together.
    const isBreak = record.thread === '' && !OF_LOGOUTS.has(record.logger)
    const left = isBreak ? this.#threads.end(record) : this.#threads.makeRoom()
    const before = left.map(({ observed, record: earlier }) => observation(observed, earlier))
    return [...before, ...this.#read(record).map((observed) => this.#named(observation(observed, record)))]
  }

  /** Failures that still wait for a line that names their client: at the end of a log, or when nothing has followed. */
  flush(): Observation[] {
    return this.#threads.all().map(({ observed, record }) => observation(observed, record))
  }

  #named(seen: Observation): Observation {
    const { clientId } = seen
    if (clientId?.includes(', ') && this.#withComma.size < MOST_NAMED) this.#withComma.add(clientId)
    return seen
  }

  #read(record: LogRecord): Observed[] {
    switch (record.logger) {
      case LOGGERS.services:
        return this.#services(record)
      case LOGGERS.resourceAdmin:
        return this.#resourceAdmin(record)
      case LOGGERS.authentication:
        return this.#notLoggedOut(record)
      case LOGGERS.saml:
        return this.#saml(record)
      case LOGGERS.httpClient:
        if (record.level === 'WARN') this.#threads.of(record).failure = textsOf(record)
        return []
      case LOGGERS.errorHandler:
        return this.#serverError(record)
      case LOGGERS.events:
        return logoutErrors(record)
      default:
        return brokerFailures(record)
    }
  }

  #services(record: LogRecord): Observed[] {
    if (/^KC-SERVICES0051: /.test(record.message)) return this.#skippedClient(record)
    const logout = matchMessage(/^KC-SERVICES0057: Logout for client '(.*)' failed(?::|$)/s, record)
    const isLogout = /^KC-SERVICES0057: /.test(record.message)
    const isRevocation = /^KC-SERVICES0058: /.test(record.message)
    const test = matchMessage(/^KC-SERVICES0059: .* uri '(.*)'/s, record)
    if (!isLogout && !isRevocation && !test) return []
    const state = this.#threads.of(record)
    const own = causeOf(textsOf(record))
    const code = own === 'unknown' && state.failure ? causeOf(state.failure) : own
    // The client of a revocation is named at DEBUG only.
    const turn = state.turn?.of === 'http' ? state.turn : undefined
    const clientId = isLogout ? logout?.[1] : turn?.client
    const url = test?.[1] ?? (turn?.client === clientId ? turn?.url : undefined)
    this.#threads.endTurn(record)
    return [
      {
        code,
        act: isLogout ? 'logout' : isRevocation ? 'push-revocation' : 'availability-test',
        ...(clientId === undefined ? {} : { clientId }),
        ...(url === undefined ? {} : { url }),
      },
    ]
  }

  /** `Failed to logout client, continuing: …`: what Java says may name the client, the next lines list it. */
  #skippedClient(record: LogRecord): Observed[] {
    const texts = textsOf(record)
    const { turn, explained } = this.#threads.of(record)
    const named = texts
      .map((text) => /clientId='(.*?)' clientSessionId=/s.exec(text)?.[1])
      .find((id) => id !== undefined)
    const url = texts
      .map((text) => / at index \d+: (\S+)/.exec(text)?.[1])
      .find((found) => found !== undefined)
    const clientId = named ?? (turn?.of === 'http' ? turn.client : undefined)
    const observed: Observed = {
      code: causeOf(texts),
      act: 'logout',
      ...(url === undefined ? {} : { url }),
      ...(clientId === undefined ? {} : { clientId }),
    }
    this.#threads.endTurn(record)
    if (clientId !== undefined) {
      explained.add(clientId)
      return [observed]
    }
    this.#threads.addUnnamed(record, observed)
    return []
  }

  /**
   * `Some clients have not been logged out`: for some of them the entries before it have the cause; where as many causes
   * as clients are left, they belong together. The sentence itself says nothing of why.
   */
  #notLoggedOut(record: LogRecord): Observed[] {
    const found = notLoggedOut(record, (clientId) => this.#withComma.has(clientId))
    if (!found) return brokerFailures(record)
    const { realm, clientIds } = found
    const { explained } = this.#threads.of(record)
    const open = clientIds.filter((clientId) => !explained.has(clientId))
    const causes = this.#threads.end(record).map(({ observed }) => observed)
    const isOneCause = new Set(causes.map(({ code }) => code)).size === 1
    if (causes.length === open.length && isOneCause)
      return open.map((clientId) => ({
        ...(causes.length === 1 ? causes[0] : undefined),
        code: causes[0]?.code ?? 'unknown',
        act: 'logout',
        clientId,
        realm,
      }))
    return [
      ...causes.map((cause) => ({ ...cause, realm })),
      ...open.map((clientId): Observed => ({ code: 'not-notified', act: 'logout', clientId, realm })),
    ]
  }

  #resourceAdmin(record: LogRecord): Observed[] {
    if (record.level === 'DEBUG' || record.level === 'TRACE') this.#debugSeen = true
    const state = this.#threads.of(record)
    const { turn, observed, isOver } = readResourceAdmin(record, state.turn)
    if (isOver) this.#threads.endTurn(record)
    if (turn) {
      state.turn = turn
      if (turn.client?.includes(', ')) this.#withComma.add(turn.client)
    }
    return [...observed]
  }

  #saml(record: LogRecord): Observed[] {
    const client = fallbackClient(record)
    const state = this.#threads.of(record)
    if (client !== undefined) {
      state.turn = { of: 'saml', client }
      return []
    }
    const failures = samlFailures(record, state.turn?.of === 'saml' ? state.turn.client : undefined)
    if (failures.length > 0) this.#threads.endTurn(record)
    for (const { clientId } of failures) if (clientId !== undefined) state.explained.add(clientId)
    return failures
  }

  #serverError(record: LogRecord): Observed[] {
    const { turn } = this.#threads.of(record)
    this.#threads.endTurn(record)
    if (!textsOf(record).some((text) => /application\.session\.host/.test(text)))
      return browserFailures(record)
    const known = turn?.client !== undefined && turn.url?.includes('application.session.host')
    return [{ code: 'session-host', ...(known ? { clientId: turn.client } : {}) }]
  }
}

const observation = (observed: Observed, record: LogRecord): Observation => ({
  ...masked(observed),
  time: record.time,
  sample: sampleOf(record),
})
