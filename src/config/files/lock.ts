import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { EXIT, UserError } from '../../errors.ts'
import { errnoCode } from '../../util/errno.ts'
import { ensurePrivateFolder } from './private-file.ts'

/** What a lock needs to know of this process and of others. */
export interface LockDeps {
  readonly pid: number
  readonly isAlive: (pid: number) => boolean
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Heartbeat interval, in milliseconds. */
const HEARTBEAT = 1000
/** A lock without a heartbeat for this long is stale, whatever its process id says (it may be another machine's). */
const STALE = 10_000
/** The longest wait; longer than a holder waits for Keycloak. */
const LONGEST_WAIT = 120_000

/**
 * Runs `work` while no other process holds the lock file. A holder that crashed is detected by its process id at once,
 * or by a missing heartbeat after ten seconds.
 * @throws {UserError} `profile-busy` (6) after two minutes, `not-written` (1)
 */
export async function locked<T>(path: string, deps: LockDeps, work: () => Promise<T>): Promise<T> {
  await ensurePrivateFolder(dirname(path))
  const mark = `${deps.pid} ${Math.random().toString(36).slice(2)}`
  await acquire(path, mark, deps)
  const heartbeat = setInterval(() => {
    const seconds = deps.now() / 1000
    utimes(path, seconds, seconds).catch(() => {})
  }, HEARTBEAT)
  heartbeat.unref()
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    // After a long suspension another process may hold the lock.
    if ((await readFile(path, 'utf8').catch(() => '')) === mark) await rm(path, { force: true })
  }
}

async function acquire(path: string, mark: string, deps: LockDeps): Promise<void> {
  const startedAt = deps.now()
  for (let attempt = 0; ; attempt++) {
    if (await created(path, mark)) return
    if (await isStale(path, deps)) await removeStale(path, deps)
    else if (deps.now() - startedAt > LONGEST_WAIT) {
      throw new UserError(
        'profile-busy',
        'Another kc-logout has used the sign-in of this profile for too long.',
        {
          exitCode: EXIT.unreachable,
          hint: `If none is running: rm ${path}`,
        },
      )
    } else await deps.sleep(15 + Math.random() * Math.min(200, 15 * attempt))
  }
}

async function created(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(mark)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    const code = errnoCode(error)
    // Windows reports EPERM for a file that is being deleted.
    if (code === 'EEXIST' || (code === 'EPERM' && platform() === 'win32')) return false
    throw new UserError('not-written', `Cannot write ${path} (${String(code)}).`, {
      hint: 'A renewed sign-in must be stored: make the folder writable, or name another with KC_LOGOUT_CONFIG_DIR.',
      cause: error,
    })
  }
}

async function isStale(path: string, { isAlive, now }: LockDeps): Promise<boolean> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')])
    if (now() - mtimeMs > STALE) return true
    // Empty: just created, not yet written.
    const pid = Number(text.split(' ')[0])
    return text !== '' && !isAlive(pid)
  } catch {
    return false
  }
}

/** Removes a stale lock. Under a lock of its own and after a second look: it could be a new holder's by now. */
async function removeStale(path: string, deps: LockDeps): Promise<void> {
  const removal = `${path}.breaking`
  if (!(await created(removal, String(deps.pid)))) {
    if (await isStale(removal, deps)) await rm(removal, { force: true })
    await deps.sleep(20)
    return
  }
  try {
    if (await isStale(path, deps)) await rm(path, { force: true })
  } finally {
    await rm(removal, { force: true })
  }
}
