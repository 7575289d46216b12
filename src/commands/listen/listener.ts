import { pluralize } from '../../util/format.ts'
import { answerOf, plainAnswer } from './answers.ts'
import type { ListenRun } from './gather.ts'
import { handleRequest } from './handle-request.ts'
import { type Answer, forwardUrl, type IncomingRequest, parseRequest } from './logout-request.ts'
import { DEFAULT_PORT, type ListenOptions } from './options.ts'
import type { Forward } from './server/forward.ts'
import { startServer } from './server/server.ts'
import type { FormerUrls } from './takeover-steps.ts'
import type { VerifyRequest } from './verify-requests.ts'
import { requestView } from './view.ts'

/** A running server that answers and prints logout requests. */
export interface Listener {
  readonly port: number
  /** Requests are answered from now on; before, with 503. */
  start(verify: VerifyRequest, former: FormerUrls | undefined): void
  /** The number of requests, once there are `--count` of them or the signal is aborted. */
  readonly done: Promise<number>
  /** Stops listening; resolves after the requests in flight. Reports the requests beyond `--count`. */
  close(): Promise<void>
}

/** Opens the port. Takes no request before `start`. */
export async function openListener({ options, tls, forward, ctx }: ListenRun): Promise<Listener> {
  const { host = '127.0.0.1', port = DEFAULT_PORT } = options
  const counter = requestCounter(options.count, ctx.signal)
  let started: { readonly verify: VerifyRequest; readonly former: FormerUrls | undefined } | undefined
  const surplus = surplusRequests(options, forward)
  const onLost = (reason: string) => ctx.print.warn(reason)
  const server = await startServer({ host, port, onLost, ...(tls ? { tls } : {}) }, async (request) => {
    if (!started) return plainAnswer(503)
    const { verify, former } = started
    if (!counter.accept()) return surplus.answer(request, former)
    const tools = { now: ctx.now, sleep: ctx.sleep, forward }
    const { answer, received } = await handleRequest(request, verify, former, options, tools).catch(
      (error: unknown) => {
        // It counts, although it cannot be shown.
        counter.add()
        throw error
      },
    )
    // Keycloak need not wait until the output is read.
    void ctx.print.item(received, requestView).then(counter.add, counter.fail)
    return answer
  })
  return {
    port: server.port,
    done: counter.done,
    async close() {
      await server.close()
      const message = surplus.message()
      if (message !== undefined) ctx.print.note(message)
    },
    start(verify, former) {
      started = { verify, former }
    },
  }
}

/** Answers requests beyond `--count`: forwards them, so that no logout is lost, or answers 503. */
function surplusRequests({ respond = 'auto', forwardTo }: ListenOptions, forward: Forward) {
  let forwarded = 0
  let refused = 0
  return {
    async answer(request: IncomingRequest, former: FormerUrls | undefined): Promise<Answer> {
      const parsed = parseRequest(request)
      const target = respond === 'auto' ? (forwardTo ?? former?.[parsed.kind]) : undefined
      if (target === undefined) {
        refused++
        return plainAnswer(503)
      }
      forwarded++
      return answerOf(await forward(forwardUrl(target, parsed), request))
    },
    message(): string | undefined {
      const count = forwarded + refused
      if (count === 0) return undefined
      const what = [
        forwarded > 0 ? 'forwarded without a check' : undefined,
        refused > 0 ? 'answered with 503' : undefined,
      ]
      const requests = pluralize(count, 'more request')
      return `${requests} arrived after --count was reached: ${what.filter(Boolean).join(' or ')}.`
    },
  }
}

/** Counts requests until there are `most` of them or the signal is aborted. */
function requestCounter(most: number | undefined, signal: AbortSignal) {
  let accepted = 0
  let count = 0
  let finish: () => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const done = new Promise<number>((resolve, reject) => {
    finish = () => resolve(count)
    fail = reject
  })
  done.catch(() => {})
  if (signal.aborted) finish()
  else signal.addEventListener('abort', finish, { once: true })
  return {
    done,
    fail,
    /** Whether one more request may be taken. */
    accept: () => most === undefined || ++accepted <= most,
    add: () => {
      count++
      if (most !== undefined && count >= most) finish()
    },
  }
}
