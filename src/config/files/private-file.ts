import { constants, type Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { platform, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { EXIT, UserError } from '../../errors.ts'

/** Files that nobody but their owner may read: secrets and tokens. Windows has no such modes; there the user's folder is what protects them. */
const hasModes = platform() !== 'win32'
const LARGEST = 256 * 1024
/** Group or others may read, write or enter. */
const OTHERS = 0o077
/** Group or others may put something else into a folder. */
const OTHERS_WRITE = 0o022

/**
 * The text of a private file; undefined when there is none. Refuses, with exit 4 and what to do, a symbolic link, a
 * file of somebody else or that others may read, and a folder into which others may write: somebody else may then have
 * put the secret there, or know it.
 */
export async function readPrivate(path: string): Promise<string | undefined> {
  const folder = await stats(dirname(path))
  if (!folder) return undefined
  requireOwnFolder(folder, dirname(path))
  // What is opened is what is judged: nothing can be put in its place in between.
  const file = await openFile(path)
  if (!file) return undefined
  try {
    const found = await file.stat()
    if (!found.isFile()) throw refused(path, 'is no ordinary file', `Remove it, then: kc-logout login`)
    requireOwner(found, path)
    if (hasModes && (found.mode & OTHERS) !== 0) {
      throw refused(
        path,
        `may be read by others (mode ${(found.mode & 0o777).toString(8)})`,
        `chmod 600 ${path}; whoever may have read it knows the secret: renew it.`,
      )
    }
    if (found.size > LARGEST)
      throw refused(path, 'is larger than any that is written here', 'Remove it, then: kc-logout login')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/**
 * Writes a file that its owner alone may read (0600, in a folder of 0700), whatever the umask: beside its place first,
 * onto the disk, then moved, so that readers see the old text or the new one and a crash leaves one of them.
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await ensurePrivateFolder(folder)
  const present = await stats(path)
  if (present && !present.isFile()) throw refused(path, 'is no ordinary file', 'Remove it, and try again.')
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await replace(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw notWritten(path, error)
  }
}

/** Removes a private file; nothing happens when there is none. */
export const removePrivate = (path: string): Promise<void> => rm(path, { force: true })

export async function ensurePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw notWritten(folder, error)
  }
  const found = await stats(folder)
  if (!found?.isDirectory()) throw refused(folder, 'is a link, not a folder', 'Remove it, and try again.')
  requireOwner(found, folder)
  if (hasModes && (found.mode & OTHERS) !== 0) await chmod(folder, 0o700)
}

async function openFile(path: string) {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    if (isCode(error, 'ELOOP', 'EMLINK'))
      throw refused(path, 'is a symbolic link', 'Put the file itself there.')
    throw refused(path, `cannot be read (${codeOf(error)})`, 'Give its owner the right to read it.')
  }
}

function requireOwnFolder(found: Stats, path: string): void {
  if (!found.isDirectory()) throw refused(path, 'is a link, not a folder', 'Put the folder itself there.')
  requireOwner(found, path)
  if (hasModes && (found.mode & OTHERS_WRITE) !== 0)
    throw refused(path, 'may be written by others', `chmod 700 ${path}; look whether what is in it is yours.`)
}

function requireOwner({ uid }: Stats, path: string): void {
  const mine = hasModes ? userInfo().uid : uid
  if (uid !== mine && uid !== 0)
    throw refused(path, 'belongs to somebody else', 'Use a folder of your own: KC_LOGOUT_CONFIG_DIR.')
}

/** Windows refuses to replace a file that somebody has open just then. */
async function replace(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      if (hasModes || tries === 20 || !isCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function stats(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw refused(
      path,
      `cannot be looked at (${codeOf(error)})`,
      'Use a folder of your own: KC_LOGOUT_CONFIG_DIR.',
    )
  }
}

const refused = (path: string, why: string, hint: string) =>
  new UserError('unsafe-secret-file', `${path} ${why}.`, { exitCode: EXIT.denied, hint })

const notWritten = (path: string, error: unknown) =>
  error instanceof UserError
    ? error
    : new UserError('not-written', `Cannot write ${path} (${codeOf(error)}).`, {
        hint: 'KC_LOGOUT_CONFIG_DIR names another folder.',
        cause: error,
      })

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
const isCode = (error: unknown, ...codes: string[]) => codes.includes(codeOf(error))
