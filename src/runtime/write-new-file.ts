import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { UserError, usageError } from '../errors.ts'
import { errnoCode } from '../util/errno.ts'
import { reason } from './fs-error.ts'

/** A disk without room for this has no room for a report either. */
const PROBE = Buffer.alloc(64 * 1024)
const REMEDY = 'Choose a file in a folder that exists, is writable and has free space.'
/** Error codes of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']

/** See `Files.requireFree`. Writes a test file: permissions do not show a read-only file system or a full disk. */
export async function requireFree(path: string): Promise<void> {
  let there: Standing
  try {
    there = await standsAt(path)
    if (there === 'nothing' || there === 'an empty file')
      return await withTemporary(path, PROBE, async () => {})
  } catch (error) {
    throw usageError('not-writable', `Cannot write ${path}: ${reason(error)}.`, REMEDY)
  }
  if (there === 'something else')
    throw usageError('not-writable', `Cannot write ${path}: it is not a regular file.`, REMEDY)
  throw usageError(
    'file-there',
    `${path} already exists.`,
    'Choose another file, or remove this one: a report never overwrites a file.',
  )
}

/** See `Files.write`. */
export async function write(path: string, text: string): Promise<void> {
  try {
    await withTemporary(path, text, (temporary) => moveInto(temporary, path))
  } catch (error) {
    throw new UserError('not-written', `Cannot write ${path}: ${reason(error)}.`, {
      hint: REMEDY,
      cause: error,
    })
  }
}

/** Writes a synced file next to `path`, passes its name on, and removes what is left under that name. */
async function withTemporary(
  path: string,
  content: string | Buffer,
  use: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await use(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A hard link fails if the name is taken; a rename would replace that file. */
async function moveInto(temporary: string, path: string): Promise<void> {
  const there = await standsAt(path)
  if (there === 'an empty file') return rename(temporary, path)
  if (there !== 'nothing') throw Object.assign(new Error(there), { code: 'EEXIST' })
  try {
    await link(temporary, path)
  } catch (error) {
    // The name was free a moment ago.
    if (!NO_LINKS.includes(errnoCode(error) ?? '')) throw error
    await rename(temporary, path)
  }
}

type Standing = 'nothing' | 'an empty file' | 'a file' | 'something else'

/** What is at this path. An empty file (mktemp makes one) has nothing to lose. Does not follow a link. */
async function standsAt(path: string): Promise<Standing> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) return 'something else'
    return found.size > 0 ? 'a file' : 'an empty file'
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return 'nothing'
    throw error
  }
}
