import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../http.ts'
import { keep } from '../keycloak/keep.ts'
import { freePorts } from '../keycloak/ports.ts'
import type { Application } from './application.ts'

const READY_MS = 90_000

/** Where and at which port a program is to run. */
export interface Place {
  /** A folder of its own, which goes with it. */
  readonly folder: string
  readonly port: number
  /** Without a slash at the end. */
  readonly url: string
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/**
 * Starts an application that is a program of its own, on a free port of loopback. It ends with `close()`, and cannot
 * outlive this process. Ready as soon as it answers anything at `/me`.
 */
export async function startProgram(prepare: (place: Place) => Promise<Program>): Promise<Application> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-application-'))
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const program = await prepare({ folder, port, url }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  const logFile = join(folder, 'program.log')
  const { command, args, env = {}, cwd = folder } = program
  const kept = await keep({
    command,
    args,
    cwd,
    logFile,
    folder,
    env: { ...process.env, ...env },
    graceMs: 5_000,
  })
  const deadline = Date.now() + READY_MS
  for (;;) {
    const answered = await send('GET', `${url}/me`, { timeoutMs: 5_000 }).then(
      () => true,
      () => false,
    )
    if (answered) return { url, close: kept.stop }
    if (kept.ended() === undefined && Date.now() < deadline) await sleep(200)
    else {
      const log = await readFile(logFile, 'utf8').catch(() => '')
      const end = kept.ended()
      await kept.stop()
      const why =
        end === undefined ? `did not answer within ${READY_MS / 1000} s` : `ended by itself (${end})`
      throw new Error(`${command} ${why}:\n${log.split('\n').slice(-25).join('\n')}`)
    }
  }
}

/** Who an application is to Keycloak. */
export interface ClientOfApplication {
  readonly issuer: string
  readonly clientId: string
  readonly secret: string
}
