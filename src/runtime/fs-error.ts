import { errnoCode } from '../util/errno.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EEXIST: 'a file with this name exists',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'no space left on the disk',
  EROFS: 'the file system is read-only',
}

/** Why a file could not be read or written, in words. Falls back to the error's own message. */
export const reason = (error: unknown): string =>
  REASONS[errnoCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error))
