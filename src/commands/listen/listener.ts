import type { ListenRun } from './gather.ts'
import { handleRequest } from './handle-request.ts'
import { plainAnswer } from './logout-request.ts'
import { DEFAULT_PORT } from './options.ts'
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
  /** Stops listening; resolves after the requests in flight. */
  close(): Promise<void>
}

/** Opens the port. Takes no request before `start`. */
export async function openListener({ options, tls, forward, ctx }: ListenRun): Promise<Listener> {
  const { host = '127.0.0.1', port = DEFAULT_PORT } = options
  const counter = requestCounter(options.count, ctx.signal)
  let started: { readonly verify: VerifyRequest; readonly former: FormerUrls | undefined } | undefined
  const onLost = (reason: string) => ctx.print.warn(reason)
  const server = await startServer({ host, port, onLost, ...(tls ? { tls } : {}) }, async (request) => {
    if (!started) return plainAnswer(503)
    const tools = { now: ctx.now, sleep: ctx.sleep, forward }
    const { verify, former } = started
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
    close: server.close,
    start(verify, former) {
      started = { verify, former }
    },
  }
}

/** Counts requests until there are `most` of them or the signal is aborted. */
function requestCounter(most: number | undefined, signal: AbortSignal) {
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
    add: () => {
      count++
      if (most !== undefined && count >= most) finish()
    },
  }
}
