import { UserError } from '../../errors.ts'
import type { AccessToken } from '../auth/access-token.ts'
import { type GuardedResponse, guardedFetch } from '../http/fetch.ts'
import type { Server } from '../http/find-server.ts'
import { httpFailure, stillRunning } from '../http/http-failures.ts'
import { badAnswer } from '../http/json.ts'
import type { HttpAnswer } from '../http/messages.ts'
import { networkFailure } from '../http/network-failures.ts'
import {
  type Expectation,
  expectations,
  expectedSegments,
  type Method,
  type PathParams,
} from '../http/path-guard.ts'
import { pauseAfter, pauseAfterClosed } from '../http/retry.ts'
import type { Transport } from '../http/transport.ts'
import { TransportError } from '../http/transport-error.ts'

/** One call of the admin API, stated before it is made. */
export interface Call {
  readonly method: Method
  /** `/admin/realms/{realm}/sessions/{session}`; `{realm}` is filled in by itself. */
  readonly path: string
  readonly params?: PathParams
  /** In words that follow "for": `ending a session`. */
  readonly what: string
  /** The role of `realm-management` that is enough for it. */
  readonly role: string | undefined
  /** Keycloak calls applications meanwhile: an answer that does not come in time means "still running". */
  readonly act?: boolean
  /** May it be sent again after a 5xx? Unless said otherwise: a GET may, nothing else. */
  readonly repeatable?: boolean
  /** Called before it is sent again though it may have been carried out already. Not after a 401, which says that not. */
  readonly onRepeat?: () => void
  readonly maxBytes?: number
  /** W3C Trace Context: the trace that Keycloak is to record this request in, where it records traces. */
  readonly traceparent?: string | undefined
}

export interface CallDeps {
  readonly transport: Transport
  readonly server: Server
  readonly token: AccessToken
  readonly realm: string
  readonly loginRealm: string
  readonly sleep: (ms: number) => Promise<void>
}

export interface Calls {
  /** Lets `send` make exactly the stated request (through the admin client) and no other. */
  call<T>(call: Call, send: () => Promise<T>): Promise<T>
  /** As `call`, for a request that has to be answered 204 with nothing in it. */
  act(call: Call, send: () => Promise<unknown>): Promise<void>
  /** The stated request by ourselves, for what the admin client has no method, or a wrong one. */
  own(call: Call, request?: OwnRequest): Promise<unknown>
  /** As `own`, for a request that has to be answered 204 with nothing in it. */
  ownAct(call: Call, request?: OwnRequest): Promise<void>
}

export interface OwnRequest {
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
}

export function createCalls(deps: CallDeps): Calls {
  const run = async <T>(call: Call, send: (expectation: Expectation) => Promise<T>): Promise<T> => {
    const params: PathParams = { realm: ['realm', deps.realm], ...call.params }
    const segments = expectedSegments(deps.server.base, call.path, params)
    const repeatable = isRepeatable(call)
    let renewed = false
    for (let tries = 1; ; ) {
      const expectation: Expectation = {
        transport: deps.transport,
        origin: deps.server.origin,
        method: call.method,
        segments,
        maxBytes: call.maxBytes,
        traceparent: call.traceparent,
        // Another try goes over a connection of its own: the other kept ones may have gone, too.
        repeatable: repeatable && tries === 1,
        onRepeat: call.onRepeat,
      }
      try {
        return await expectations.run(expectation, () => send(expectation))
      } catch (error) {
        const answer = expectation.sent?.answer
        const status = isSuccess(answer) ? undefined : answer?.status
        // Not accepted means not executed: once more with another token does no harm, whatever the call.
        if (status === 401 && !renewed && (await deps.token.renew(tokenOf(expectation)))) {
          renewed = true
          continue
        }
        const pause = pauseBeforeNext(call, error, answer, tries)
        if (pause !== undefined) {
          tries++
          call.onRepeat?.()
          await deps.sleep(pause)
          continue
        }
        throw failure(error, answer, call)
      }
    }
  }

  const pauseBeforeNext = (call: Call, error: unknown, answer: HttpAnswer | undefined, tries: number) => {
    const isQuestion = call.method === 'GET' && !call.act
    // A node of a cluster that dies takes its connections along; another one answers.
    if (isQuestion && error instanceof TransportError && error.kind === 'closed')
      return pauseAfterClosed(tries)
    if (!answer || !isRepeatable(call) || (call.act && answer.status === 504)) return undefined
    return pauseAfter(answer, tries)
  }

  const failure = (error: unknown, answer: HttpAnswer | undefined, call: Call): unknown => {
    if (error instanceof UserError) return error
    const outlasted =
      (error instanceof TransportError && error.kind === 'read-timeout') || answer?.status === 504
    if (call.act && outlasted) return stillRunning(sentence(call.what))
    if (error instanceof TransportError) return networkFailure(error)
    if (answer && !isSuccess(answer))
      return httpFailure(answer, {
        what: call.what,
        role: call.role,
        realm: deps.realm,
        loginRealm: deps.loginRealm,
      })
    return error
  }

  /** Only within `run`, which announces it. */
  const sendOwn = async (call: Call, { query, body }: OwnRequest = {}): Promise<GuardedResponse> => {
    const url = deps.server.url(call.path, { realm: ['realm', deps.realm], ...call.params }, query)
    const headers: Record<string, string> = { authorization: `Bearer ${await deps.token.get()}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await guardedFetch(url, { method: call.method, headers, ...text })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return response
  }

  const act = (call: Call, send: () => Promise<unknown>) =>
    run(call, async (expectation) => {
      await send()
      const status = expectation.sent?.answer?.status
      if (status !== 204) throw badAnswer('the empty one expected', `HTTP ${status}`)
    })

  return {
    call: (call, send) => run(call, send),
    act,
    own: (call, request) =>
      run(call, async () => {
        const text = await (await sendOwn(call, request)).text()
        if (text === '') return ''
        try {
          return JSON.parse(text) as unknown
        } catch {
          return text
        }
      }),
    ownAct: (call, request) => act(call, () => sendOwn(call, request)),
  }
}

const isRepeatable = ({ repeatable, method }: Call) => repeatable ?? method === 'GET'

const isSuccess = (answer: HttpAnswer | undefined) =>
  answer !== undefined && answer.status >= 200 && answer.status < 300

const tokenOf = ({ sent }: Expectation) => sent?.authorization?.replace(/^Bearer /, '') ?? ''

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
