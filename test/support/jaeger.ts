import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './keycloak/distribution.ts'
import { keep } from './keycloak/keep.ts'
import { freePorts } from './keycloak/ports.ts'

/** What `npm run test:evidence` builds from its Go module. */
export const JAEGER_VERSION = '1.76.0'

export const jaegerProgram = (): string => join(cacheFolder(), `jaeger-${JAEGER_VERSION}`)

export interface Jaeger {
  /** Where traces are asked for. */
  readonly queryUrl: string
  /** Where Keycloak exports to, OTLP over gRPC. */
  readonly otlpUrl: string
  stop(): Promise<void>
}

/** A real Jaeger with its traces in memory, on free ports of loopback. */
export async function startJaeger(): Promise<Jaeger> {
  const [query = 0, queryGrpc = 0, grpc = 0] = await freePorts(3)
  const runs = join(cacheFolder(), 'runs')
  await mkdir(runs, { recursive: true })
  const folder = await mkdtemp(join(runs, 'jaeger-'))
  const config = join(folder, 'jaeger.yaml')
  await writeFile(config, configOf({ query, queryGrpc, grpc }))
  const args = [`--config=${config}`]
  const logFile = join(folder, 'jaeger.log')
  const kept = await keep({ command: jaegerProgram(), args, cwd: folder, logFile, folder, env: process.env })
  const queryUrl = `http://127.0.0.1:${query}`
  for (const deadline = Date.now() + 30_000; ; ) {
    const isUp = await fetch(`${queryUrl}/api/services`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return { queryUrl, otlpUrl: `http://127.0.0.1:${grpc}`, stop: kept.stop }
    if (Date.now() > deadline || kept.ended() !== undefined)
      throw new Error(`Jaeger did not start: ${logFile}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Traces in memory, received over OTLP, asked for over HTTP; JSON is YAML, too. */
const configOf = ({ query, queryGrpc, grpc }: Record<'query' | 'queryGrpc' | 'grpc', number>): string =>
  JSON.stringify({
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        http: { endpoint: `127.0.0.1:${query}` },
        grpc: { endpoint: `127.0.0.1:${queryGrpc}` },
      },
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${grpc}` } } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  })
