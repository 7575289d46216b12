import type { Context } from '../../cli/context.ts'
import { type UserError, usageError } from '../../errors.ts'
import type { InputProblem } from '../../util/check-input.ts'
import { firstFew } from '../../util/format.ts'
import { kcLogout } from '../../util/shown-command.ts'
import { type ClientRequest, readSettingsFile } from './settings-file.ts'

/** A client takes a few lines; a realm has some thousand clients. */
const LARGEST_FILE = 4 * 1024 * 1024

/**
 * Reads the desired settings from a file; only those of `clientIds` unless the list is empty. Sends nothing.
 * @throws {UserError} `file-invalid`, `realm-differs`, `not-in-file` (exit 2)
 */
export async function readFileRequest(
  path: string,
  clientIds: readonly string[],
  ctx: Pick<Context, 'files' | 'settings'>,
): Promise<readonly ClientRequest[]> {
  const name = path === '-' ? 'stdin' : path
  const text = await ctx.files.read(path, { maxBytes: LARGEST_FILE })
  const { parseStructured } = await import('../../config/files/yaml-file.ts')
  const file = readSettingsFile(parseStructured(text, name))
  if ('problems' in file) throw invalid(name, file.problems)
  const { realm } = await ctx.settings()
  if (file.realm !== undefined && realm && file.realm !== realm.value)
    throw usageError(
      'realm-differs',
      `${name} is for realm "${file.realm}", but the target realm is "${realm.value}" (from ${realm.source}).`,
      `Nothing was changed. For the realm of the file: ${kcLogout`configure --file ${path} -r ${file.realm}`}`,
    )
  const missing = clientIds.find((id) => !file.clients.some(({ clientId }) => clientId === id))
  if (missing !== undefined)
    throw usageError(
      'not-in-file',
      `${name} does not contain client "${missing}".`,
      'With --file, client ids select clients of the file.',
    )
  return clientIds.length === 0
    ? file.clients
    : file.clients.filter(({ clientId }) => clientIds.includes(clientId))
}

function invalid(name: string, problems: readonly InputProblem[]): UserError {
  const messages = problems.map(
    ({ message, hint }) => `${message}${hint?.startsWith('Did') ? ` (${hint})` : ''}`,
  )
  return usageError(
    'file-invalid',
    `${name}: ${firstFew(messages, 5, '; ')}`,
    problems.find(({ hint }) => hint)?.hint,
  )
}
