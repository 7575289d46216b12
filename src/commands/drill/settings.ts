import type { Context } from '../../cli/context.ts'
import { type EvidenceOptions, evidenceOptions } from '../../cli/evidence-options.ts'
import { fileSecret } from '../../config/secrets.ts'
import { usageError } from '../../errors.ts'
import { evidenceSources, refuseSecondReader } from '../../evidence/open.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import { httpUrl, URL_HINT } from './hosts.ts'
import type { DrillOptions } from './options.ts'
import type { FileApp } from './targets.ts'

/** The options with their defaults, checked. */
export interface DrillSettings {
  readonly clientIds: readonly string[]
  readonly user: string
  readonly password: string
  readonly url: URL | undefined
  readonly fileApps: readonly FileApp[] | undefined
  /** Milliseconds. */
  readonly wait: number
  readonly evidence: EvidenceOptions
  readonly sources: readonly EvidenceSource[]
}

const DEFAULT_WAIT = 120
const MAX_FILE_BYTES = 1024 * 1024

/**
 * Checks the options and reads the files. Sends nothing; asks for the password if no file is given.
 * @throws {UserError} `user-missing`, `one-user`, `bad-url`, `file-invalid`, `not-in-file`, `bad-evidence`,
 *   `stdin-twice`, `password-missing` (2)
 */
export async function readSettings(
  options: DrillOptions,
  ctx: Pick<Context, 'files' | 'ask'>,
): Promise<DrillSettings> {
  const { clientIds, user, file, wait = DEFAULT_WAIT } = options
  if (!user)
    throw usageError(
      'user-missing',
      'No user is given.',
      'Name a user without administrative roles: --user NAME.',
    )
  if (user === '-') throw usageError('one-user', '--user names one user: - is not possible.', 'Give a name.')
  const url = urlOf(options)
  const sources = evidenceSources(options)
  refuseSecondReader([file, options.userPasswordFile], sources)
  const fileApps = file === undefined ? undefined : await readFile(file, ctx.files)
  const missing = fileApps && clientIds.find((id) => !fileApps.some(({ clientId }) => clientId === id))
  if (missing !== undefined)
    throw usageError(
      'not-in-file',
      `${file} does not contain client "${missing}".`,
      'With --file, client ids select clients of the file.',
    )
  const password = await passwordOf(user, options, ctx)
  return {
    clientIds,
    user,
    password,
    url,
    fileApps,
    wait: wait * 1000,
    evidence: evidenceOptions(options),
    sources,
  }
}

function urlOf({ clientIds, url, file }: DrillOptions): URL | undefined {
  if (url === undefined) return undefined
  if (clientIds.length !== 1 || file !== undefined)
    throw usageError(
      'bad-url',
      '--url is the page of one client.',
      'Name one client id, or use a drill file for several.',
    )
  const found = httpUrl(url)
  if (found) return found
  throw usageError('bad-url', 'The URL of --url is not valid.', URL_HINT)
}

async function readFile(path: string, files: Context['files']): Promise<FileApp[]> {
  const name = path === '-' ? 'stdin' : path
  const text = await files.read(path, { maxBytes: MAX_FILE_BYTES })
  const { parseStructured } = await import('../../config/files/yaml-file.ts')
  const { readDrillFile } = await import('./drill-file.ts')
  return readDrillFile(parseStructured(text, name), name)
}

async function passwordOf(
  user: string,
  { userPasswordFile }: DrillOptions,
  { files, ask }: Pick<Context, 'files' | 'ask'>,
): Promise<string> {
  if (userPasswordFile !== undefined)
    return fileSecret('--user-password-file', userPasswordFile, files.read).reveal()
  if (ask.possible) return ask.secret(`Password of the drill user ${user}`)
  throw usageError(
    'password-missing',
    `The password of ${user} is missing.`,
    'Write it into a file that only you can read, and name it with --user-password-file.',
  )
}
