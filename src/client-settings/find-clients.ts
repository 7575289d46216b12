import type { Context } from '../cli/context.ts'
import { type FileProblem, readWantedFile, type WantedClient } from '../commands/configure/file.ts'
import type { Finding } from '../core/finding.ts'
import type { Client } from '../core/model.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { mapPool } from '../util/map-pool.ts'
import { didYouMean } from '../util/suggest.ts'
import { type DesiredSettings, URL_FIELDS } from './settings.ts'
import { textsOf } from './texts.ts'
import { checkUrl } from './url-check.ts'

/** A file of settings is a few lines a client; a realm has some thousand clients at most. */
const LARGEST_FILE = 4 * 1024 * 1024
const WIDTH = 8
const MOST_SHOWN = 5

/**
 * The clients that a file names, of these ids if there are any, with what it wants of each. Nothing is asked of a server.
 * @throws {UserError} (2) `file-invalid`, `realm-differs`, `not-in-file`
 */
export async function clientsOfFile(
  path: string,
  clientIds: readonly string[],
  ctx: Pick<Context, 'files' | 'parseFile' | 'settings'>,
): Promise<readonly WantedClient[]> {
  const name = path === '-' ? 'stdin' : path
  const read = readWantedFile(
    await ctx.parseFile(await ctx.files.read(path, { maxBytes: LARGEST_FILE }), name),
  )
  if ('problems' in read) throw inFile(name, read.problems)
  const { realm } = await ctx.settings()
  if (read.realm !== undefined && realm && read.realm !== realm.value)
    throw usageError(
      'realm-differs',
      `${name} is for realm "${read.realm}", and the realm acted on is "${realm.value}" (from ${realm.source}).`,
      `Nothing was changed. For the file's realm: --realm ${read.realm}`,
    )
  const missing = clientIds.find((id) => !read.clients.some(({ clientId }) => clientId === id))
  if (missing !== undefined)
    throw usageError(
      'not-in-file',
      `${name} does not name client "${missing}".`,
      'Client ids beside --file choose among the clients of the file.',
    )
  return clientIds.length === 0
    ? read.clients
    : read.clients.filter(({ clientId }) => clientIds.includes(clientId))
}

/**
 * Refuses URLs that no client may have, before anybody signs in.
 * @throws {UserError} (2) with the code of the first one
 */
export function refuseBadUrls(
  clients: readonly { readonly clientId?: string; readonly wanted: DesiredSettings }[],
) {
  refuse(
    clients.flatMap(({ clientId, wanted }) =>
      URL_FIELDS.flatMap((field) => {
        const url = wanted[field]
        return typeof url === 'string' ? checkUrl(url, field) : []
      }).map((finding) => (clientId === undefined ? finding : { ...finding, clientId })),
    ),
  )
}

/**
 * One error for all findings of severity `error`, if there are any: nothing of what was asked for is done then.
 * @throws {UserError} (2) with the code of the first one
 */
export function refuse(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (!first) return
  const said = errors.map((finding) => {
    const { message, why } = textsOf(finding)
    return `${finding.clientId === undefined ? '' : `${finding.clientId}: `}${[message, why].filter(Boolean).join(' ')}`
  })
  const { fix } = textsOf(first)
  throw usageError(first.code, someOf(said), fix)
}

/**
 * The clients of these names, all of them or none.
 * @throws {UserError} `client-not-found` (5)
 */
export async function findClients(
  clientIds: readonly string[],
  keycloak: Pick<Keycloak, 'findClient' | 'clients' | 'realm'>,
): Promise<Client[]> {
  const found = await mapPool(clientIds, WIDTH, (clientId) => keycloak.findClient(clientId))
  const unknown = clientIds.filter((_, i) => found[i] === undefined)
  if (unknown.length > 0) {
    // Whoever may see no client at all is told of the missing role here.
    const known = (await keycloak.clients()).map(({ clientId }) => clientId)
    const meant = unknown.length === 1 ? didYouMean(unknown[0] ?? '', known) : undefined
    throw new UserError(
      'client-not-found',
      `Realm ${keycloak.realm} has no client ${someOf(
        unknown.map((id) => `"${id}"`),
        ', ',
      )}.`,
      {
        exitCode: EXIT.notFound,
        hint: `${meant === undefined ? 'Client ids are compared with case.' : `Did you mean "${meant}"?`} Nothing was changed.`,
      },
    )
  }
  return found.filter((client) => client !== undefined)
}

function inFile(name: string, problems: readonly FileProblem[]): UserError {
  const said = problems.map(({ message, hint }) => `${message}${hint?.startsWith('Did') ? ` (${hint})` : ''}`)
  return usageError('file-invalid', `${name}: ${someOf(said)}`, problems.find(({ hint }) => hint)?.hint)
}

const someOf = (parts: readonly string[], separator = '; ') =>
  `${parts.slice(0, MOST_SHOWN).join(separator)}${parts.length > MOST_SHOWN ? ` and ${parts.length - MOST_SHOWN} more` : ''}`
