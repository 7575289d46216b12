import { causeOf } from './cause.ts'
import { type LogFinding, type Observation, sampleOf, textsOf } from './observation.ts'
import type { LogRecord } from './record.ts'
import { brokerFailures, logoutErrors, notNotifiedClients } from './single-lines.ts'

/** So many threads are remembered; a server has some hundred. */
const MOST_THREADS = 512

interface Thread {
  /** Whose turn it is, told by a line before the one that fails. */
  turn?: { readonly of: 'http' | 'saml'; readonly client?: string; readonly url?: string }
  /** Why the last request failed, told by the HTTP client before the line that names the act. */
  failure?: readonly string[]
}

/**
 * Finds what went wrong with logouts in a server's log, entry by entry. Some lines only make sense together with the
 * line before them in the same thread, so it remembers one client, URL and failure for each thread. What it cannot
 * know: a refusal by HTTP status when ResourceAdminManager is not at DEBUG, and anything that Keycloak does not log.
 */
export class Observer {
  readonly #threads = new Map<string, Thread>()
  #debugSeen = false

  /** Did any line of ResourceAdminManager's own come by, so that refusals by HTTP status can be seen? */
  get debugSeen(): boolean {
    return this.#debugSeen
  }

  observe(record: LogRecord): Observation[] {
    const base = { time: record.time, sample: sampleOf(record) }
    return this.#read(record).map((found) => ({ ...found, ...base }))
  }

  #read(record: LogRecord): LogFinding[] {
    switch (record.logger) {
      case 'org.keycloak.services':
        return this.#services(record)
      case 'org.keycloak.services.managers.ResourceAdminManager':
        return this.#resourceAdminManager(record)
      case 'org.keycloak.services.managers.AuthenticationManager':
        return notNotifiedClients(record)
      case 'org.keycloak.protocol.saml.SamlProtocol':
        return this.#saml(record)
      case 'org.keycloak.connections.httpclient.DefaultHttpClientFactory':
        if (record.level === 'WARN') this.#thread(record).failure = textsOf(record)
        return []
      case 'org.keycloak.services.error.KeycloakErrorHandler':
        return this.#serverError(record)
      case 'org.keycloak.events':
        return logoutErrors(record)
      default:
        return brokerFailures(record)
    }
  }

  #services(record: LogRecord): LogFinding[] {
    const { message } = record
    const logout = /^KC-SERVICES0057: Logout for client '(.*)' failed(?:: |$)/s.exec(message)
    const revocation = /^KC-SERVICES0058: /.test(message)
    const test = /^KC-SERVICES0059: .* uri '(.*)'/s.exec(message)
    if (!logout && !revocation && !test) return []
    const thread = this.#thread(record)
    const own = causeOf(textsOf(record))
    const code = own === 'unknown' && thread.failure ? causeOf(thread.failure) : own
    // The client of a revocation is named at DEBUG only.
    const turn = thread.turn?.of === 'http' ? thread.turn : undefined
    const clientId = logout ? logout[1] : turn?.client
    const url = test?.[1] ?? (turn?.client === clientId ? turn?.url : undefined)
    this.#forget(record)
    return [
      {
        code,
        act: logout ? 'logout' : revocation ? 'push-revocation' : 'availability-test',
        ...(clientId === undefined ? {} : { clientId }),
        ...(url === undefined ? {} : { url }),
      },
    ]
  }

  #resourceAdminManager(record: LogRecord): LogFinding[] {
    if (record.level === 'DEBUG' || record.level === 'TRACE') this.#debugSeen = true
    const { message } = record
    const answer =
      /^Received response for .*?clientId='(.*)' clientSessionId='.*' backchannelLogoutUrl='(.*)' status=(\d+) success=(true|false)/s.exec(
        message,
      )
    if (answer) {
      this.#forget(record)
      const [, clientId = '', url = '', status, success] = answer
      if (success === 'true') return []
      return [{ code: 'answered', act: 'logout', clientId, url, status: Number(status) }]
    }
    // Up to 26.4, and for Admin URLs in all versions: first which client, then whether, without the status.
    const turn =
      /^(?:logout|push revocation|testNodes availability) resource:? (.*) url: (\S*)(?: sessionIds:.*)?$/s.exec(
        message,
      ) ?? /^Sending .*?clientId='(.*)' clientSessionId='.*' backchannelLogoutUrl='(.*)'/s.exec(message)
    if (turn) {
      this.#thread(record).turn = { of: 'http', client: turn[1] ?? '', url: turn[2] ?? '' }
      return []
    }
    const pushed = /^Sending push revocation to URLS: \[([^,\]]*)\]$/.exec(message)
    if (pushed) {
      this.#thread(record).turn = { of: 'http', url: pushed[1] ?? '' }
      return []
    }
    const outcome = /^(logout|push revocation|testAvailability) success for (\S+): (true|false)$/.exec(
      message,
    )
    if (outcome) {
      const { turn: notified } = this.#thread(record)
      this.#forget(record)
      if (outcome[3] === 'true') return []
      const act =
        outcome[1] === 'logout'
          ? 'logout'
          : outcome[1] === 'testAvailability'
            ? 'availability-test'
            : 'push-revocation'
      return [
        {
          code: 'answered',
          act,
          ...(notified?.client !== undefined && notified.url === outcome[2]
            ? { clientId: notified.client }
            : {}),
          url: outcome[2] ?? '',
        },
      ]
    }
    if (/no logged adapter sessions/.test(message)) return [{ code: 'no-adapter-session', act: 'logout' }]
    return []
  }

  #saml(record: LogRecord): LogFinding[] {
    const { message } = record
    const unreachable = /No SingleLogoutService POST Binding registered for client:? (.*)$/s.exec(message)
    if (unreachable) return [{ code: 'saml-no-url', act: 'saml-logout', clientId: unreachable[1] ?? '' }]
    const fallback = /No SingleLogoutService SOAP Binding registered for client:? (.*); fallback/s.exec(
      message,
    )
    if (fallback) {
      this.#thread(record).turn = { of: 'saml', client: fallback[1] ?? '' }
      return []
    }
    if (!/^failed to send saml logout/.test(message)) return []
    const { turn } = this.#thread(record)
    const client = turn?.of === 'saml' ? turn.client : undefined
    this.#forget(record)
    return [
      {
        code: causeOf(textsOf(record)),
        act: 'saml-logout',
        ...(client === undefined ? {} : { clientId: client }),
      },
    ]
  }

  #serverError(record: LogRecord): LogFinding[] {
    const { turn } = this.#thread(record)
    this.#forget(record)
    if (!textsOf(record).some((text) => /application\.session\.host/.test(text))) return []
    const known = turn?.client !== undefined && turn.url?.includes('application.session.host')
    return [{ code: 'session-host', ...(known ? { clientId: turn.client } : {}) }]
  }

  #thread({ thread }: LogRecord): Thread {
    const known = this.#threads.get(thread)
    if (known) return known
    if (this.#threads.size >= MOST_THREADS) this.#threads.clear()
    const fresh: Thread = {}
    this.#threads.set(thread, fresh)
    return fresh
  }

  #forget({ thread }: LogRecord): void {
    this.#threads.delete(thread)
  }
}
