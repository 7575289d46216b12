import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MEASURE = fileURLToPath(new URL('measure.py', import.meta.url))

/** What a program cost from its start to its end. */
export interface Cost {
  /** Seconds of user and system time, of the program alone. */
  readonly cpu: number
  /** Seconds. */
  readonly wall: number
  /** Bytes, the most that was resident at any moment. */
  readonly rss: number
  /** 128 + N for signal N. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface MeasureOptions {
  env?: Readonly<Record<string, string>>
  /** Called with the program's process id as soon as it runs. */
  onStart?: (pid: number) => void
}

/**
 * Runs a program to its end and says what it cost, by the kernel's own account (wait4 in python3: Node does not give the
 * account of a finished child). The environment holds no setting of kc-logout or Keycloak but those given.
 */
export async function measure(command: readonly string[], options: MeasureOptions = {}): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-bench-'))
  const [out, err] = [join(folder, 'out'), join(folder, 'err')]
  try {
    const child = spawn('python3', [MEASURE, out, err, ...command], {
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let cost: Omit<Cost, 'stdout' | 'stderr'> | undefined
    createInterface(child.stdout).on('line', (line) => {
      const said: { pid?: number } & Omit<Cost, 'stdout' | 'stderr'> = JSON.parse(line)
      if (said.pid === undefined) cost = said
      else options.onStart?.(said.pid)
    })
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => resolve())
    })
    if (!cost) throw new Error(`${command.join(' ')} could not be measured (python3 is needed)`)
    return { ...cost, stdout: await readFile(out, 'utf8'), stderr: await readFile(err, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same, for a program that has to succeed. */
export async function measureOk(command: readonly string[], options: MeasureOptions = {}): Promise<Cost> {
  const cost = await measure(command, options)
  if (cost.code === 0) return cost
  throw new Error(`${command.join(' ')} ended with ${cost.code}:\n${cost.stderr}${cost.stdout.slice(-2000)}`)
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(KC_|KEYCLOAK_|FORCE_COLOR$|NO_COLOR$|NODE_|npm_)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  // A folder that is not there: nobody's profile takes part.
  return { ...env, KC_LOGOUT_CONFIG_DIR: join(tmpdir(), 'kc-logout-no-such-folder') }
}
