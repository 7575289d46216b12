import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const KEEPER = fileURLToPath(new URL('keeper.mjs', import.meta.url))

const GRACE_MS = 15_000

export interface Kept {
  /** Leader of the server's process group: the start script, or java if the script replaced itself. */
  readonly pid: number
  /** How the server ended, if it ended by itself. */
  ended(): string | undefined
  /** Ends the process group and removes the folder; resolves when both are gone. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts a server that cannot outlive this process, however it ends (see keeper.mjs).
 * @param task.folder removed when the server stops
 * @param task.graceMs how long the server may take to end before it is killed, default 15 s
 * @param task.env the server's whole environment
 */
export async function keep(task: {
  command: string
  args: readonly string[]
  cwd: string
  logFile: string
  folder: string
  env: NodeJS.ProcessEnv
  graceMs?: number
}): Promise<Kept> {
  const { env, ...rest } = task
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify({ graceMs: GRACE_MS, ...rest })], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env,
  })
  const gone = once(keeper, 'exit')
  let end: string | undefined

  const pid = await new Promise<number>((resolve, reject) => {
    keeper.once('error', reject)
    keeper.once('exit', () =>
      reject(new Error(`the keeper of ${task.command} ended before the server was there`)),
    )
    createInterface(keeper.stdout).on('line', (line) => {
      const message: { pid?: number; exit?: string | number } = JSON.parse(line)
      if (message.pid) return resolve(message.pid)
      end = String(message.exit)
      reject(new Error(`${task.command} could not be started: ${end}`))
    })
  }).catch(async (error: unknown) => {
    keeper.stdin.end()
    if (keeper.exitCode === null && keeper.pid !== undefined) await gone
    throw error
  })
  // A running server must not keep this process alive: the keeper notices its end.
  keeper.unref()
  for (const pipe of [keeper.stdin, keeper.stdout]) if (pipe instanceof Socket) pipe.unref()

  return {
    pid,
    ended: () => end,
    async stop() {
      keeper.ref()
      keeper.stdin.end()
      await gone
    },
  }
}
