import { createServer } from 'node:http'

/** Applications as cheap as they can be: they answer 200 and count, for each client, which sessions they were told of. */
export interface Receivers {
  /** The Backchannel Logout URL of a client. */
  urlOf(clientId: string): string
  /** How often each session was told of, by its `sid`. */
  readonly notified: ReadonlyMap<string, number>
  /** When each client was told of how many sessions: `performance.now()` of each. */
  readonly times: ReadonlyMap<string, readonly number[]>
  /** The claims that logout tokens had, sorted, as one text each. One, where all are alike. */
  readonly claims: ReadonlySet<string>
  /** Logout tokens whose audience is not the client that they came to; always empty unless something is wrong. */
  readonly strays: readonly string[]
  /** The receiver of this client reads and never answers, once so many sessions were told of. */
  hang(clientId: string | undefined, after?: number): void
  clear(): void
  close(): Promise<void>
}

/** One server for all clients. It reads the tokens and does not verify them: the tests do. */
export async function startReceivers(): Promise<Receivers> {
  const notified = new Map<string, number>()
  const times = new Map<string, number[]>()
  const claims = new Set<string>()
  const strays: string[] = []
  let hanging: { readonly clientId: string | undefined; readonly after: number } | undefined
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const clientId = decodeURIComponent(request.url?.slice(1) ?? '')
      const payload = body.slice('logout_token='.length).split('.')[1] ?? ''
      const token = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
      const { sid, aud } = token
      claims.add(Object.keys(token).sort().join(' '))
      if (aud !== clientId) strays.push(clientId)
      notified.set(sid, (notified.get(sid) ?? 0) + 1)
      if (clientId === hanging?.clientId && notified.size > hanging.after) return
      const at = times.get(clientId)
      if (at) at.push(performance.now())
      else times.set(clientId, [performance.now()])
      response.writeHead(200, { 'content-length': '0' }).end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The receivers have no port')
  return {
    urlOf: (clientId) => `http://127.0.0.1:${address.port}/${encodeURIComponent(clientId)}`,
    notified,
    times,
    claims,
    strays,
    hang(clientId, after = 0) {
      hanging = { clientId, after }
    },
    clear() {
      notified.clear()
      times.clear()
      claims.clear()
      strays.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
