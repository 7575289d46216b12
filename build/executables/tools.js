import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end and returns its output. @throws with its stderr if it fails */
export async function run(command, args, options = {}) {
  const { stdout } = await execute(command, args, { maxBuffer: 64 * 1024 * 1024, ...options })
  return stdout
}

/** The hash of a file, in hex or another encoding. */
export async function hashOf(file, algorithm = 'sha256', encoding = 'hex') {
  const hash = createHash(algorithm)
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest(encoding)
}

/** A tar whose bytes depend on names, modes and content alone. `from` is a folder. */
export const tar = (file, from, seconds, more = []) =>
  run('tar', [
    ...['--create', '--file', file, '--directory', from, '--sort=name', `--mtime=@${seconds}`],
    ...['--owner=0', '--group=0', '--numeric-owner', '--format=ustar', ...more, '.'],
  ])

/** Compresses in place, without name and time. */
export const gzip = (file) => run('gzip', ['--no-name', '--force', '-6', file])
