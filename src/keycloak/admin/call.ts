import { UserError } from '../../errors.ts'
import type { AccessToken } from '../auth/access-token.ts'
import { sendExpected } from '../http/fetch.ts'
import type { Server } from '../http/find-server.ts'
import { httpFailure, stillRunning } from '../http/http-failures.ts'
import { badAnswer } from '../http/json.ts'
import type { HttpAnswer } from '../http/messages.ts'
import { networkFailure } from '../http/network-failures.ts'
import {
  announce,
  type Expectation,
  expectedSegments,
  type Method,
  type PathParams,
} from '../http/path-guard.ts'
import { pauseAfter, pauseAfterClosed } from '../http/retry.ts'
import type { Transport } from '../http/transport.ts'
import { TransportError } from '../http/transport-error.ts'

/** One call of the admin API, described before it is made. */
export interface Call {
  readonly method: Method
  /** `/admin/realms/{realm}/sessions/{session}`; `{realm}` is filled in. */
  readonly path: string
  readonly params?: PathParams
  /** Words that follow "for": `ending a session`. */
  readonly what: string
  /** The role of `realm-management` that is enough for it. */
  readonly role: string | undefined
  /** Keycloak calls applications during the request: a timeout means that it is still running. */
  readonly act?: boolean
  /** May it be sent again after a 5xx? By default only a GET. */
  readonly repeatable?: boolean
  /**
   * Called before it is sent again although it may have been carried out. Not after a 401, which excludes that. With it,
   * the request goes over a kept connection, whatever its method, and again over another if the server had closed that.
   */
  readonly onRepeat?: (() => void) | undefined
  readonly maxBytes?: number
  /** W3C Trace Context: the trace in which Keycloak records this request, if it records traces. */
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
  /** Lets `send` make exactly the described request (through the admin client) and no other. */
  call<T>(call: Call, send: () => Promise<T>): Promise<T>
  /** As `call`, for a request whose only success is an empty 204. */
  act(call: Call, send: () => Promise<unknown>): Promise<void>
  /** Sends the described request without the admin client, where that has no method for it, or a wrong one. */
  own(call: Call, request?: OwnRequest): Promise<unknown>
  /** As `own`, for a request whose only success is an empty 204. */
  ownAct(call: Call, request?: OwnRequest): Promise<void>
}

export interface OwnRequest {
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
}

export function createCalls(deps: CallDeps): Calls {
  return {
    call: (call, send) => run(call, deps, (expectation) => announce(expectation, send)),
    act: (call, send) =>
      run(call, deps, async (expectation) => {
        await announce(expectation, send)
        requireEmpty(expectation.sent?.answer)
      }),
    own: (call, request) =>
      run(call, deps, async (expectation) => {
        const { body } = await sendOwn(expectation, call, request, deps)
        if (body === '') return ''
        try {
          return JSON.parse(body) as unknown
        } catch {
          return body
        }
      }),
    ownAct: (call, request) =>
      run(call, deps, async (expectation) => requireEmpty(await sendOwn(expectation, call, request, deps))),
  }
}

function requireEmpty(answer: HttpAnswer | undefined): void {
  if (answer?.status !== 204) throw badAnswer('the expected empty one', `HTTP ${answer?.status}`)
}

/** Makes one call: renews the token after a 401, and retries where that is safe. */
async function run<T>(
  call: Call,
  deps: CallDeps,
  send: (expectation: Expectation) => Promise<T>,
): Promise<T> {
  let isRenewed = false
  for (let attempt = 1; ; ) {
    const expectation = expectationOf(call, deps, attempt)
    try {
      return await send(expectation)
    } catch (error) {
      const answer = expectation.sent?.answer
      const status = isSuccess(answer) ? undefined : answer?.status
      // A 401 was not executed: any call may be repeated with another token.
      if (status === 401 && !isRenewed && (await deps.token.renew(tokenOf(expectation)))) {
        isRenewed = true
        continue
      }
      const pause = pauseBeforeNext(call, error, answer, attempt)
      if (pause === undefined) throw failure(error, answer, call, deps)
      attempt++
      call.onRepeat?.()
      await deps.sleep(pause)
    }
  }
}

const expectationOf = (call: Call, { transport, server, realm }: CallDeps, attempt: number): Expectation => ({
  transport,
  origin: server.origin,
  method: call.method,
  segments: expectedSegments(server.base, call.path, { realm: ['realm', realm], ...call.params }),
  maxBytes: call.maxBytes,
  traceparent: call.traceparent,
  // Further attempts use a connection of their own: the other kept ones may be closed, too.
  repeatable: (isRepeatable(call) || call.onRepeat !== undefined) && attempt === 1,
  onRepeat: call.onRepeat,
})

function pauseBeforeNext(
  call: Call,
  error: unknown,
  answer: HttpAnswer | undefined,
  attempt: number,
): number | undefined {
  if (!isRepeatable(call)) return undefined
  // A cluster node that dies closes its connections; another one answers.
  const isClosed = error instanceof TransportError && error.kind === 'closed'
  if (isClosed && call.method === 'GET' && !call.act) return pauseAfterClosed(attempt)
  if (!answer || (call.act && answer.status === 504)) return undefined
  return pauseAfter(answer, attempt)
}

function failure(
  error: unknown,
  answer: HttpAnswer | undefined,
  { act, what, role }: Call,
  { realm, loginRealm }: CallDeps,
): unknown {
  if (error instanceof UserError) return error
  const isTimeout =
    (error instanceof TransportError && error.kind === 'read-timeout') || answer?.status === 504
  if (act && isTimeout) return stillRunning(what.charAt(0).toUpperCase() + what.slice(1))
  if (error instanceof TransportError) return networkFailure(error)
  return answer && !isSuccess(answer) ? httpFailure(answer, { what, role, realm, loginRealm }) : error
}

async function sendOwn(
  expectation: Expectation,
  { method, path, params }: Call,
  { query, body }: OwnRequest = {},
  { server, realm, token }: CallDeps,
): Promise<HttpAnswer> {
  const answer = await sendExpected(expectation, {
    method,
    url: server.url(path, { realm: ['realm', realm], ...params }, query),
    headers: {
      authorization: `Bearer ${await token.get()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!isSuccess(answer)) throw new Error(`HTTP ${answer.status}`)
  return answer
}

const isRepeatable = ({ repeatable, method }: Call) => repeatable ?? method === 'GET'

const isSuccess = (answer: HttpAnswer | undefined) =>
  answer !== undefined && answer.status >= 200 && answer.status < 300

const tokenOf = ({ sent }: Expectation) => sent?.authorization?.replace(/^Bearer /, '') ?? ''
