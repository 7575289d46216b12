import { createServer, type IncomingMessage } from 'node:http'
import { send } from './http.ts'

export interface Captured {
  readonly path: string
  /** As sent. */
  readonly body: string
  readonly status: number
  readonly answer: string
}

export interface CapturingProxy {
  /** Without a trailing slash. */
  readonly url: string
  /** Waits for captured requests, then returns and forgets them. */
  take(): Promise<Captured[]>
  clear(): void
  close(): Promise<void>
}

/** Forwards requests of Keycloak to an application, and records them with the application's answers. */
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
        if (Date.now() > deadline) throw new Error('No request within 10 s')
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
