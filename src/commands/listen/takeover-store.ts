import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HostFacts } from '../../cli/host.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Takeover } from './takeover.ts'

/** The clients that listeners have taken over and not put back yet, each in a file that only its owner can read. */
export interface Takeovers {
  /** All that are there. Files that cannot be read are left out. */
  list(): Promise<Takeover[]>
  /** Written to the disk before the client is changed. Throws when this client has one already. */
  keep(takeover: Takeover): Promise<void>
  /** Gone once everything is back. */
  forget(takeover: Takeover): Promise<void>
  /** Does the process that listened still run? */
  isAlive(takeover: Takeover): boolean
  /** Where one is kept, for people. */
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
export function openTakeovers({ env, pid, isAlive }: HostFacts): Takeovers {
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
      const read = await Promise.all(
        files.map((name) => readFile(join(folder, name), 'utf8').then(parsed, () => undefined)),
      )
      return read.filter((each) => each !== undefined)
    },

    async keep(takeover) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        // `wx`: of two that start at the same time, one gets it.
        const file = await open(pathOf(takeover), 'wx', 0o600)
        try {
          await file.writeFile(`${JSON.stringify(takeover, null, 2)}\n`)
          await file.sync()
        } finally {
          await file.close()
        }
      } catch (error) {
        const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
        throw new UserError(
          exists ? 'taken-over' : 'not-written',
          exists
            ? `Client ${takeover.clientId} is taken over already (${pathOf(takeover)}).`
            : `Cannot keep what the client was set to in ${folder}: ${error instanceof Error ? error.message : error}`,
          {
            exitCode: exists ? EXIT.usage : EXIT.failed,
            hint: exists
              ? 'kc-logout listen --restore'
              : 'Set KC_LOGOUT_CONFIG_DIR to a folder that can be written.',
            cause: error,
          },
        )
      }
    },

    forget: (takeover) => rm(pathOf(takeover), { force: true }),
  }
}

/** Only files that are what this program writes: their values are written into a client. */
function parsed(text: string): Takeover | undefined {
  try {
    const value = JSON.parse(text)
    const strings = ['server', 'realm', 'clientId', 'id', 'since'].every(
      (name) => typeof value[name] === 'string',
    )
    return value.version === 1 && strings && Number.isInteger(value.pid) && Array.isArray(value.changes)
      ? value
      : undefined
  } catch {
    return undefined
  }
}
