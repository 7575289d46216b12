import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface StoreProxy {
  readonly url: string
  /** Requests so far. */
  readonly requests: readonly string[]
  /** Answers this status from now on instead of asking the store. */
  refuse(status: number): void
  /** Waits this many milliseconds before each answer from now on. */
  delay(ms: number): void
  close(): Promise<void>
}

/** Stands before a trace store as a gateway does that may demand a sign-in. */
export async function startStoreProxy(store: string): Promise<StoreProxy> {
  const requests: string[] = []
  let refusal: number | undefined
  let delayMs = 0
  const server = createServer(async (request, response) => {
    requests.push(request.url ?? '')
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    try {
      if (delayMs > 0) await sleep(delayMs)
      const answer = await fetch(`${store}${request.url}`)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refuse(status) {
      refusal = status
    },
    delay(ms) {
      delayMs = ms
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
