import http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Connection } from '../../src/core/connection.ts'
import type { OpenDeps } from '../../src/keycloak/http/client-options.ts'
import type { OpenKeycloak } from '../../src/keycloak/open.ts'
import { openKeycloak } from '../../src/keycloak/open.ts'

export interface Received {
  readonly method: string
  /** Path and query as received. */
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** The answer of a script: a status and a JSON body, or undefined if the script uses the response itself. */
export type Reply =
  | { status?: number; json?: unknown; text?: string; headers?: Record<string, string> }
  | undefined
export type Script = (request: Received, response: http.ServerResponse) => Reply | Promise<Reply>

export interface ScriptedServer {
  readonly url: string
  readonly requests: Received[]
  readonly sockets: Set<Socket>
}

/** A real HTTP(S) server on a free local port that answers with the script; closed after the test. */
export async function scriptedServer(
  script: Script,
  tls?: { key: string; cert: string },
): Promise<ScriptedServer> {
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  const onRequest: http.RequestListener = async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    requests.push(request)
    const reply = await script(request, response)
    if (!reply) return
    const body = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json))
    response.writeHead(reply.status ?? (body === '' ? 204 : 200), {
      ...(reply.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...reply.headers,
    })
    response.end(body)
  }
  const server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests, sockets }
}

/** A script that accepts every sign-in and leaves the admin API to the test. */
export const keycloakScript =
  (admin: Script, { base = '', token = tokenAnswer }: { base?: string; token?: Script } = {}): Script =>
  (request, response) => {
    if (request.path === `${base}/realms/master/.well-known/openid-configuration`) {
      return { json: { issuer: `http://somewhere.else${base}/realms/master` } }
    }
    if (request.path === `${base}/realms/master/protocol/openid-connect/token`)
      return token(request, response)
    if (request.path.startsWith(`${base}/admin/`)) return admin(request, response)
    return { status: 404, json: { error: 'Unable to find matching target resource method' } }
  }

let serial = 0
export const tokenAnswer: Script = () => ({
  json: { access_token: `token-${++serial}`, expires_in: 60, refresh_token: `refresh-${serial}` },
})

export const secret = (value: string, source = 'test') => ({ source, reveal: async () => value })

export function connectionTo(server: string, changes: Partial<Connection> = {}): Connection {
  return {
    server,
    realm: 'customers',
    loginRealm: 'master',
    credentials: {
      kind: 'password',
      clientId: 'admin-cli',
      username: 'admin',
      password: secret('pass word'),
      clientSecret: undefined,
    },
    caFile: undefined,
    insecure: false,
    timeout: 5000,
    ...changes,
  }
}

/** Opens the real connection to a server; closed after the test. */
export async function openAt(
  server: string,
  changes: Partial<Connection> = {},
  deps: Partial<OpenDeps> = {},
): Promise<OpenKeycloak> {
  const files = {
    read: async (path: string) => {
      throw new Error(`unexpected read of ${path}`)
    },
  }
  const keycloak = await openKeycloak(connectionTo(server, changes), {
    files,
    signal: new AbortController().signal,
    ...deps,
  })
  onTestFinished(() => keycloak.close())
  return keycloak
}

/** The value of an operation, or its error. */
export const outcomeOf = <T>(operation: Promise<T>): Promise<unknown> =>
  operation.then(
    (value) => value,
    (error: { code?: string; exitCode?: number; message?: string; hint?: string }) => error,
  )
