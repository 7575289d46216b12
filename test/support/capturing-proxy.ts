import { createServer, type IncomingMessage } from 'node:http'
import { send } from './http.ts'

export interface Captured {
  readonly path: string
  /** As it was sent. */
  readonly body: string
  readonly status: number
  readonly answer: string
}

export interface CapturingProxy {
  /** Without a slash at the end. */
  readonly url: string
  /** All that was captured since the last time, as soon as there is anything; it is forgotten then. */
  take(): Promise<Captured[]>
  clear(): void
  close(): Promise<void>
}

/** Stands between Keycloak and an application, hands its requests on, and keeps them with the application's answer. */
export async function startCapturingProxy(target: () => string): Promise<CapturingProxy> {
  const captured: Captured[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const handOn = async () => {
      const body = await bodyOf(request)
      const type = request.headers['content-type']
      const options = { body, headers: type === undefined ? {} : { 'content-type': type } }
      const answer = await send(request.method ?? 'POST', `${target()}${path}`, options)
      captured.push({ path, body, status: answer.status, answer: answer.text })
      response.writeHead(answer.status).end(answer.text)
    }
    handOn().catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async take() {
      for (const deadline = Date.now() + 10_000; captured.length === 0; ) {
        if (Date.now() > deadline) throw new Error('Nothing came within 10 s')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return captured.splice(0)
    },
    clear: () => void captured.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
