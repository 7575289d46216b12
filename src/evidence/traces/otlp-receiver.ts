import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { addTo } from '../../util/group-by.ts'
import { spansOfOtlp } from './otlp-json.ts'
import { decodeOtlp } from './otlp-protobuf.ts'
import type { Span } from './span.ts'
import type { TraceStore } from './store.ts'

/** Bytes of one export request, packed and unpacked. A batch of 512 spans takes about 200 kB. */
const MAX_BYTES = 16 * 1024 * 1024

export interface OtlpReceiver extends TraceStore {
  readonly port: number
  close(): Promise<void>
}

/**
 * Receives OTLP/HTTP (`POST /v1/traces`, protobuf or JSON, gzip allowed) and keeps the spans of traces that are ours:
 * others are dropped at once, so that a busy server costs no memory.
 * @param isOurs says whether a trace id belongs to this run
 * @throws {Error} where the address cannot be listened at
 */
export async function receiveOtlp(
  { host, port }: { readonly host: string; readonly port: number },
  isOurs: (traceId: string) => boolean,
): Promise<OtlpReceiver> {
  const byTrace = new Map<string, Span[]>()
  const take = (spans: readonly Span[]) => {
    for (const span of spans) if (isOurs(span.traceId)) addTo(byTrace, span.traceId, span)
  }
  const server = createServer((request, response) => {
    answer(request, response, take).catch(() => response.destroy())
  })
  await listen(server, host, port)
  const address = server.address()
  return {
    name: `OTLP at ${host}:${port}`,
    port: typeof address === 'object' && address !== null ? address.port : port,
    problem: async () => undefined,
    spans: async (traceId) => byTrace.get(traceId) ?? [],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  take: (spans: readonly Span[]) => void,
): Promise<void> {
  const end = (status: number) => response.writeHead(status).end()
  if (request.url?.split('?')[0] !== '/v1/traces') return void end(404)
  if (request.method !== 'POST') return void end(405)
  const isJson = request.headers['content-type']?.startsWith('application/json') ?? false
  const bytes = await bodyOf(request)
  if (bytes === undefined) return void end(413)
  try {
    const plain =
      request.headers['content-encoding'] === 'gzip'
        ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
        : bytes
    take(spansOfOtlp(isJson ? JSON.parse(plain.toString('utf8')) : decodeOtlp(plain)))
  } catch {
    return void end(400)
  }
  const type = isJson ? 'application/json' : 'application/x-protobuf'
  response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : '')
}

/** The whole body; undefined where it is longer than is taken. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > MAX_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}
