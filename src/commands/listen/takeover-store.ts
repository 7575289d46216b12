import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HostFacts } from '../../cli/host.ts'
import { EXIT, UserError } from '../../errors.ts'
import { errnoCode } from '../../util/errno.ts'
import { isRecord } from '../../util/is-record.ts'
import type { Takeover } from './takeover.ts'

/** The clients that listeners took over and have not restored yet, each in a file that only its owner can read. */
export interface TakeoverStore {
  /** All stored takeovers. Unreadable files are left out. */
  list(): Promise<Takeover[]>
  /** Writes a takeover to the disk. Throws `taken-over` (exit 2) if the client already has one. */
  keep(takeover: Takeover): Promise<void>
  /** Deletes a takeover, after everything is restored. */
  forget(takeover: Takeover): Promise<void>
  /** Whether the process that listened still runs. */
  isAlive(takeover: Takeover): boolean
  /** The path of the file, to be shown. */
  pathOf(takeover: Takeover): string
  /** This process. */
  readonly pid: number
}

/** The folder for state that must survive this run (XDG Base Directory Specification). */
function stateFolder(env: HostFacts['env']): string {
  if (env.KC_LOGOUT_CONFIG_DIR) return env.KC_LOGOUT_CONFIG_DIR
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'kc-logout')
}

/** Reads and writes nothing until it is used. */
export function openTakeoverStore({ env, pid, isAlive }: HostFacts): TakeoverStore {
  const folder = stateFolder(env)
  const pathOf = ({ server, realm, clientId }: Takeover) => {
    const name = createHash('sha256')
      .update(JSON.stringify([server, realm, clientId]))
      .digest('hex')
      .slice(0, 16)
    return join(folder, `takeover-${name}.json`)
  }
  return {
    pid,
    pathOf,
    isAlive: (takeover) => isAlive(takeover.pid),

    async list() {
      const names = await readdir(folder).catch(() => [])
      const files = names.filter((name) => /^takeover-[0-9a-f]{16}\.json$/.test(name)).sort()
      const takeovers = await Promise.all(
        files.map((name) => readFile(join(folder, name), 'utf8').then(parseTakeover, () => undefined)),
      )
      return takeovers.filter((takeover) => takeover !== undefined)
    },

    async keep(takeover) {
      try {
        await write(folder, pathOf(takeover), takeover)
      } catch (error) {
        throw errnoCode(error) === 'EEXIST'
          ? new UserError(
              'taken-over',
              `Client ${takeover.clientId} is already taken over (${pathOf(takeover)}).`,
              { exitCode: EXIT.usage, hint: 'kc-logout listen --restore', cause: error },
            )
          : new UserError(
              'not-written',
              `Cannot store the former settings of the client in ${folder}: ${error instanceof Error ? error.message : error}`,
              { hint: 'Set KC_LOGOUT_CONFIG_DIR to a writable folder.', cause: error },
            )
      }
    },

    forget: (takeover) => rm(pathOf(takeover), { force: true }),
  }
}

async function write(folder: string, path: string, takeover: Takeover): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // `wx`: of two listeners that start at the same time, one gets the file.
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(takeover, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Accepts only files that this program wrote, because their values are written into a client. */
function parseTakeover(text: string): Takeover | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isTakeover(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTakeover = (value: unknown): value is Takeover =>
  isRecord(value) &&
  value.version === 1 &&
  ['server', 'realm', 'clientId', 'id', 'since'].every((name) => typeof value[name] === 'string') &&
  Number.isInteger(value.pid) &&
  Array.isArray(value.changes)
