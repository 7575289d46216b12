import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Jaeger } from './jaeger.ts'
import { cacheFolder } from './keycloak/distribution.ts'
import { keep } from './keycloak/keep.ts'
import { freePorts } from './keycloak/ports.ts'

/**
 * A program of Grafana Tempo that somebody put there: its module has replacements, so that `go build` makes it only in
 * its own sources (`go mod download github.com/grafana/tempo@…`, copy them, `go build ./cmd/tempo`).
 */
export const tempoProgram = (): string => process.env.KC_LOGOUT_TEST_TEMPO ?? join(cacheFolder(), 'tempo-2.8')

/** A real Tempo with its traces on disk, on free ports of loopback. */
export async function startTempo(): Promise<Jaeger> {
  const [query = 0, internal = 0, otlp = 0, members = 0] = await freePorts(4)
  const runs = join(cacheFolder(), 'runs')
  await mkdir(runs, { recursive: true })
  const folder = await mkdtemp(join(runs, 'tempo-'))
  const config = join(folder, 'tempo.yaml')
  await writeFile(config, configOf({ query, internal, otlp, members, folder }))
  const logFile = join(folder, 'tempo.log')
  const args = [`-config.file=${config}`]
  const kept = await keep({ command: tempoProgram(), args, cwd: folder, logFile, folder, env: process.env })
  const queryUrl = `http://127.0.0.1:${query}`
  for (const deadline = Date.now() + 90_000; ; ) {
    // It is ready fifteen seconds after its ingester, which it waits for by itself.
    const isUp = await fetch(`${queryUrl}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return { queryUrl, otlpUrl: `http://127.0.0.1:${otlp}`, stop: kept.stop }
    if (Date.now() > deadline || kept.ended() !== undefined)
      throw new Error(`Tempo did not start: ${logFile}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

interface Places {
  readonly query: number
  readonly internal: number
  readonly otlp: number
  readonly members: number
  readonly folder: string
}

/** JSON is YAML, too. */
const configOf = ({ query, internal, otlp, members, folder }: Places): string => {
  const listen = { http_listen_address: '127.0.0.1', grpc_listen_address: '127.0.0.1' }
  return JSON.stringify({
    server: { ...listen, http_listen_port: query, grpc_listen_port: internal },
    distributor: { receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${otlp}` } } } } },
    storage: {
      trace: {
        backend: 'local',
        local: { path: join(folder, 'blocks') },
        wal: { path: join(folder, 'wal') },
      },
    },
    memberlist: { bind_addr: ['127.0.0.1'], bind_port: members },
    usage_report: { reporting_enabled: false },
  })
}
