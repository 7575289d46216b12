import { constants, type Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { platform, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { EXIT, UserError } from '../../errors.ts'
import { errnoCode } from '../../util/errno.ts'

/** Windows has no file modes; there the user's folder protects secrets and tokens. */
const hasModes = platform() !== 'win32'
/** Bytes. */
const LARGEST = 256 * 1024
/** Group or others can read, write or enter. */
const OTHERS = 0o077
/** Group or others can add files to a folder. */
const OTHERS_WRITE = 0o022

/**
 * The text of a private file; undefined where it is missing. Refuses symbolic links, files of other owners or readable
 * by others, and folders writable by others: another user could know the secret, or have put it there.
 * @throws {UserError} `unsafe-secret-file` (4)
 */
export async function readPrivate(path: string): Promise<string | undefined> {
  const folder = await stats(dirname(path))
  if (!folder) return undefined
  requireOwnFolder(folder, dirname(path))
  // Check the opened file, not the path: it could be replaced in between.
  const file = await openFile(path)
  if (!file) return undefined
  try {
    const found = await file.stat()
    if (!found.isFile()) throw refused(path, 'is not a regular file', REMOVE)
    requireOwner(found, path)
    if (hasModes && (found.mode & OTHERS) !== 0) {
      throw refused(
        path,
        `is readable by others (mode ${(found.mode & 0o777).toString(8)})`,
        `chmod 600 ${path}, and renew the secret: another user may have read it.`,
      )
    }
    if (found.size > LARGEST) throw refused(path, 'is larger than any file that kc-logout writes', REMOVE)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/**
 * Writes a file with mode 0600 in a folder with mode 0700, whatever the umask. Atomic: written to a temporary file,
 * synced, then renamed, so that readers and a crash see the old text or the new one.
 * @throws {UserError} `not-written` (1), `unsafe-secret-file` (4)
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await ensurePrivateFolder(folder)
  const present = await stats(path)
  if (present && !present.isFile())
    throw refused(path, 'is not a regular file', 'Remove it, then run the command again.')
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

/** Removes a private file, if there is one. */
export const removePrivate = (path: string): Promise<void> => rm(path, { force: true })

/** Creates a folder with mode 0700, or takes access from others. @throws {UserError} `not-written` (1), `unsafe-secret-file` (4) */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw notWritten(folder, error)
  }
  const found = await stats(folder)
  if (!found?.isDirectory())
    throw refused(folder, 'is a link, not a folder', 'Remove it, then run the command again.')
  requireOwner(found, folder)
  if (hasModes && (found.mode & OTHERS) !== 0) await chmod(folder, 0o700)
}

async function openFile(path: string) {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    if (isCode(error, 'ELOOP', 'EMLINK'))
      throw refused(path, 'is a symbolic link', 'Replace it with the file itself.')
    throw refused(path, `cannot be read (${codeOf(error)})`, 'Make it readable for its owner.')
  }
}

function requireOwnFolder(found: Stats, path: string): void {
  if (!found.isDirectory())
    throw refused(path, 'is a link, not a folder', 'Replace it with the folder itself.')
  requireOwner(found, path)
  if (hasModes && (found.mode & OTHERS_WRITE) !== 0)
    throw refused(path, 'is writable by others', `chmod 700 ${path}, and check that its files are yours.`)
}

function requireOwner({ uid }: Stats, path: string): void {
  const mine = hasModes ? userInfo().uid : uid
  if (uid !== mine && uid !== 0)
    throw refused(path, 'belongs to another user', 'Use a folder of your own: KC_LOGOUT_CONFIG_DIR.')
}

/** Windows cannot replace a file while another process has it open. */
async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      if (hasModes || attempt === 20 || !isCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error
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
      `cannot be checked (${codeOf(error)})`,
      'Use a folder of your own: KC_LOGOUT_CONFIG_DIR.',
    )
  }
}

const REMOVE = 'Remove it, then: kc-logout login'
const refused = (path: string, why: string, hint: string) =>
  new UserError('unsafe-secret-file', `${path} ${why}.`, { exitCode: EXIT.denied, hint })

const notWritten = (path: string, error: unknown) =>
  error instanceof UserError
    ? error
    : new UserError('not-written', `Cannot write ${path} (${codeOf(error)}).`, {
        hint: 'Name another folder with KC_LOGOUT_CONFIG_DIR.',
        cause: error,
      })

const codeOf = (error: unknown) => errnoCode(error) ?? String(error)
const isCode = (error: unknown, ...codes: string[]) => codes.includes(codeOf(error))
