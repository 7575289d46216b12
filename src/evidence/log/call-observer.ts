import type { SeenOutcome } from '../../core/notifications.ts'
import { causeOf } from '../../server-log/cause.ts'
import type { LogRecord } from '../../server-log/record.ts'

/** One call of Keycloak to an application, as its log shows it. */
export interface LoggedCall {
  /** From 26.7 on; before, the log does not say for which session a call was made. */
  readonly session: { readonly id: string; readonly clientUuid: string } | undefined
  readonly clientId: string | undefined
  readonly url: string | undefined
  readonly outcome: SeenOutcome
  /** As the log has it. */
  readonly time: string | undefined
}

const MANAGER = 'org.keycloak.services.managers.ResourceAdminManager'
const MOST_THREADS = 1024
const MOST_TURNS = 16

/** A call that was begun. */
interface Turn {
  readonly session?: LoggedCall['session']
  readonly clientId: string
  readonly url: string
}

/**
 * Finds Keycloak's calls to applications in the entries of its log (`ResourceAdminManager` at DEBUG). A call that failed
 * without an answer is two entries of one thread: "Sending …", which names session and client, then KC-SERVICES0057 with
 * the exception (measured on 26.7.4: 124 of 124).
 *
 * Where the logs of nodes come in one that tells them apart in no way, or lines are lost, a thread may have several calls
 * that were begun: a failure that any of them may have had is left out. It does not claim that a call was not made.
 */
export class CallObserver {
  readonly #turns = new Map<string, readonly Turn[]>()
  #debugSeen = false
  #namesSessions = false

  /** Did any entry of ResourceAdminManager at DEBUG come by? Without one, silence says nothing. */
  get debugSeen(): boolean {
    return this.#debugSeen
  }

  observe(record: LogRecord): LoggedCall | undefined {
    if (record.logger === MANAGER) return this.#manager(record)
    if (record.logger === 'org.keycloak.services') return this.#failure(record)
    return undefined
  }

  #manager({ level, message, thread, time }: LogRecord): LoggedCall | undefined {
    if (level === 'DEBUG' || level === 'TRACE') this.#debugSeen = true
    const answer =
      /^Received response for backchannel-logout .*?clientId='(.*)' clientSessionId='(.*)' backchannelLogoutUrl='(.*)' status=(\d+) success=(?:true|false)/s.exec(
        message,
      )
    if (answer) {
      const [, clientId = '', id = '', url = '', status] = answer
      const session = sessionOf(id)
      this.#namesSessions = true
      this.#take(thread, (turn) => isSame(turn, { clientId, url, session }))
      return call({ clientId, url, session }, answered(Number(status)), time)
    }
    const sending =
      /^Sending backchannel-logout .*?clientId='(.*)' clientSessionId='(.*)' backchannelLogoutUrl='(.*)'/s.exec(
        message,
      )
    if (sending) {
      const [, clientId = '', session = '', url = ''] = sending
      this.#namesSessions = true
      this.#remember(thread, { clientId, url, session: sessionOf(session) })
      return undefined
    }
    // Up to 26.5, and for Admin URLs in all versions: which client, then whether, without session and status.
    const turn = /^logout resource:? (.*) url: (\S*)(?: sessionIds:.*)?$/s.exec(message)
    if (turn) {
      this.#remember(thread, { clientId: turn[1] ?? '', url: turn[2] ?? '' })
      return undefined
    }
    const outcome = /^logout success for (\S+): (true|false)$/.exec(message)
    if (!outcome) return undefined
    const url = outcome[1] ?? ''
    const whose = this.#take(thread, (turn) => turn.session === undefined && turn.url === url)
    return call(
      whose ?? { clientId: undefined, url },
      outcome[2] === 'true' ? answered(200) : NOT_ACCEPTED,
      time,
    )
  }

  #failure({ message, exceptions, thread, time }: LogRecord): LoggedCall | undefined {
    const failed = /^KC-SERVICES0057: Logout for client '(.*)' failed(?:: (.*))?$/s.exec(message)
    if (!failed) return undefined
    const [, clientId = '', said = ''] = failed
    const known = this.#take(thread, (turn) => turn.clientId === clientId)
    if (!known && this.#namesSessions) return undefined
    const error = causeOf([said, ...exceptions])
    return call(known ?? { clientId, url: undefined }, { kind: 'failed', error }, time)
  }

  #remember(thread: string, turn: Turn): void {
    if (this.#turns.size >= MOST_THREADS) this.#turns.clear()
    this.#turns.set(thread, [...(this.#turns.get(thread) ?? []), turn].slice(-MOST_TURNS))
  }

  /** Ends the calls of a thread that an outcome may belong to; returns it where that is one, or all are alike. */
  #take(thread: string, fits: (turn: Turn) => boolean): Turn | undefined {
    const turns = this.#turns.get(thread) ?? []
    const [first, ...others] = turns.filter(fits)
    const left = turns.filter((turn) => !fits(turn))
    if (left.length > 0) this.#turns.set(thread, left)
    else this.#turns.delete(thread)
    return first && others.every((turn) => isSame(turn, first)) ? first : undefined
  }
}

const isSame = (a: Turn, b: Turn): boolean =>
  a.clientId === b.clientId &&
  a.url === b.url &&
  a.session?.id === b.session?.id &&
  a.session?.clientUuid === b.session?.clientUuid

/** The entry says that the application did not accept it, not whether it answered. */
const NOT_ACCEPTED: SeenOutcome = { kind: 'failed', error: 'not-accepted' }

const answered = (status: number): SeenOutcome => ({ kind: 'answered', status })

const call = (
  { session, clientId, url }: Partial<Pick<LoggedCall, 'session' | 'clientId' | 'url'>>,
  outcome: LoggedCall['outcome'],
  time: string | undefined,
): LoggedCall => ({ session, clientId, url, outcome, time })

/** `SID::CLIENT-UUID` */
function sessionOf(clientSessionId: string): LoggedCall['session'] {
  const split = clientSessionId.lastIndexOf('::')
  if (split < 0) return undefined
  return { id: clientSessionId.slice(0, split), clientUuid: clientSessionId.slice(split + 2) }
}
