import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { EXIT, UserError } from '../../errors.ts'
import { ensurePrivateFolder } from './private-file.ts'

/** What a lock needs to know of this process and of others. */
export interface LockDeps {
  readonly pid: number
  readonly isAlive: (pid: number) => boolean
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** A holder says this often that it still works. */
const BEAT = 1000
/** One that has not said so for this long has gone, whatever its process id says (it may be another machine's). */
const STALE = 10_000
/** Nobody waits longer: a holder waits for Keycloak, which has a time limit of its own. */
const PATIENCE = 120_000

/**
 * Does something that no other process does at the same time, by a file that only one can create. A holder that
 * crashed is noticed by its process id at once, or by its silence after ten seconds.
 */
export async function locked<T>(path: string, deps: LockDeps, act: () => Promise<T>): Promise<T> {
  await ensurePrivateFolder(dirname(path))
  const mark = `${deps.pid} ${Math.random().toString(36).slice(2)}`
  await take(path, mark, deps)
  const beat = setInterval(() => {
    const seconds = deps.now() / 1000
    utimes(path, seconds, seconds).catch(() => {})
  }, BEAT)
  beat.unref()
  try {
    return await act()
  } finally {
    clearInterval(beat)
    // A process that was suspended for long may have lost it to another.
    if ((await readFile(path, 'utf8').catch(() => '')) === mark) await rm(path, { force: true })
  }
}

async function take(path: string, mark: string, deps: LockDeps): Promise<void> {
  const begun = deps.now()
  for (let tries = 0; ; tries++) {
    if (await created(path, mark)) return
    if (await isAbandoned(path, deps)) await breakOpen(path, deps)
    else if (deps.now() - begun > PATIENCE) {
      throw new UserError(
        'profile-busy',
        'Another kc-logout has held the sign-in of this profile for too long.',
        {
          exitCode: EXIT.unreachable,
          hint: `When none is running: rm ${path}`,
        },
      )
    } else await deps.sleep(15 + Math.random() * Math.min(200, 15 * tries))
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
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // Windows says EPERM of a file that is just being deleted.
    if (code === 'EEXIST' || (code === 'EPERM' && platform() === 'win32')) return false
    throw new UserError('not-written', `Cannot write ${path} (${String(code)}).`, {
      hint: 'A sign-in that is renewed has to be kept: make the folder writable, or name another with KC_LOGOUT_CONFIG_DIR.',
      cause: error,
    })
  }
}

async function isAbandoned(path: string, { isAlive, now }: LockDeps): Promise<boolean> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')])
    if (now() - mtimeMs > STALE) return true
    // Empty: it was created this moment.
    const pid = Number(text.split(' ')[0])
    return text !== '' && !isAlive(pid)
  } catch {
    return false
  }
}

/** Takes an abandoned lock away. One at a time, and looked at again: the second would take away a new holder's. */
async function breakOpen(path: string, deps: LockDeps): Promise<void> {
  const breaking = `${path}.breaking`
  if (!(await created(breaking, String(deps.pid)))) {
    if (await isAbandoned(breaking, deps)) await rm(breaking, { force: true })
    await deps.sleep(20)
    return
  }
  try {
    if (await isAbandoned(path, deps)) await rm(path, { force: true })
  } finally {
    await rm(breaking, { force: true })
  }
}
