import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StoreProxy {
  readonly url: string
  /** Requests so far. */
  readonly requests: readonly string[]
  /** Answers this status from now on instead of asking the store. */
  refuse(status: number): void
  close(): Promise<void>
}

/** Stands before a trace store as a gateway does that may demand a sign-in. */
export async function startStoreProxy(store: string): Promise<StoreProxy> {
  const requests: string[] = []
  let refusal: number | undefined
  const server = createServer(async (request, response) => {
    requests.push(request.url ?? '')
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    try {
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
