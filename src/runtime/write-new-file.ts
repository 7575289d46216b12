import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { UserError, usageError } from '../errors.ts'
import { codeOf, reason } from './fs-error.ts'

/** A disk that has no room for so much has none for a record either. */
const PROBE = Buffer.alloc(64 * 1024)
const REMEDY = 'Name a file in a folder that exists, is writable and has room.'
/** What file systems without hard links say. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']

/** See `Files.requireFree`. Tries it, as rights alone do not tell of read-only file systems and of full disks. */
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
    throw usageError('not-writable', `Cannot write ${path}: it is no ordinary file.`, REMEDY)
  throw usageError(
    'file-there',
    `${path} is there already.`,
    'Name another file, or remove it: a record is never written over another one.',
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

/** Writes beside the place, onto the disk, and hands the name over; whatever is left under that name then is removed. */
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

/** A new name for the same file fails where the name is taken; a rename would replace what stands there. */
async function moveInto(temporary: string, path: string): Promise<void> {
  const there = await standsAt(path)
  if (there === 'an empty file') return rename(temporary, path)
  if (there !== 'nothing') throw Object.assign(new Error(there), { code: 'EEXIST' })
  try {
    await link(temporary, path)
  } catch (error) {
    // Nothing stood there a moment ago.
    if (!NO_LINKS.includes(codeOf(error))) throw error
    await rename(temporary, path)
  }
}

type Standing = 'nothing' | 'an empty file' | 'a file' | 'something else'

/** An empty file, as mktemp makes it, holds nothing that could be lost. A link is not followed. */
async function standsAt(path: string): Promise<Standing> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) return 'something else'
    return found.size > 0 ? 'a file' : 'an empty file'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing'
    throw error
  }
}
