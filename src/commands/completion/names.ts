import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { connectionOf } from '../../config/connection.ts'
import { readPrivate, writePrivate } from '../../config/files/private-file.ts'
import type { Globals } from '../../config/global-options.ts'
import type { ProfileStore } from '../../config/profiles/profiles.ts'
import { type Environment, resolveSettings } from '../../config/resolve.ts'
import { stdinReaders } from '../../config/secrets.ts'
import type { Connection } from '../../core/connection.ts'
import type { OpenDeps } from '../../keycloak/http/client-options.ts'
import type { Files } from '../../runtime/file-access.ts'

export interface NamesDeps {
  readonly env: Environment
  readonly files: Pick<Files, 'read'>
  /** `wait` is how it waits for another process, which may be renewing the sign-in. */
  readonly profiles: (wait: (ms: number) => Promise<void>) => Promise<ProfileStore>
  readonly open: Omit<OpenDeps, 'signal'>
  readonly cacheFolder: string
  readonly now: () => number
}

/** For so long a list is taken as it was: somebody who types presses the key more than once. */
const FRESH = 5 * 60_000
/** Milliseconds. Longer than this nobody waits for a completion. */
const PATIENCE = 800

/**
 * Names for completing a command line: profiles from their file, realms and client ids from Keycloak, by what the line,
 * the environment and the profile say, and from a cache of five minutes. Gives an empty list where something is missing
 * or wrong, and within a second where the server is dead; only a stored sign-in that is being renewed is waited for.
 * Asks nobody for anything, and sends no password: a wrong one at each press of the key would lock the account.
 */
export async function namesFor(
  kind: 'realm' | 'client' | 'profile',
  typed: Globals,
  deps: NamesDeps,
): Promise<readonly string[]> {
  const enough = new AbortController()
  const timer = setTimeout(() => enough.abort(), PATIENCE)
  try {
    const profiles = await deps.profiles(async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      enough.signal.throwIfAborted()
    })
    if (kind === 'profile') return (await profiles.read()).profiles.map(({ name }) => name)
    const connection = await connectionFor(typed, profiles, deps)
    return connection ? await cached(kind, connection, enough.signal, deps) : []
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}

async function connectionFor(
  typed: Globals,
  profiles: ProfileStore,
  { env, files }: NamesDeps,
): Promise<Connection | undefined> {
  // What a shell completes has no stdin to give.
  if (stdinReaders(typed).length > 0) return undefined
  const name = typed.profile ?? env.KC_LOGOUT_PROFILE
  const profile = await profiles.load(name ? { name, source: '--profile' } : undefined)
  const settings = resolveSettings(typed, env, { files, profile })
  const connection = connectionOf(settings.realm ? settings : { ...settings, realm: settings.loginRealm })
  const { credentials } = connection
  if (credentials.kind === 'password') return undefined
  return credentials.kind === 'session'
    ? { ...connection, credentials: { ...credentials, password: undefined } }
    : connection
}

async function cached(
  kind: 'realm' | 'client',
  connection: Connection,
  signal: AbortSignal,
  { open, cacheFolder, now }: NamesDeps,
): Promise<readonly string[]> {
  const { server, realm, loginRealm, credentials } = connection
  const who =
    credentials.kind === 'token'
      ? credentials.token.source
      : [credentials.clientId, 'username' in credentials && credentials.username]
  const key = JSON.stringify([kind, server, loginRealm, kind === 'client' && realm, credentials.kind, who])
  const path = join(
    cacheFolder,
    'names',
    `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`,
  )
  const kept = parsed(await readPrivate(path).catch(() => undefined))
  if (kept && now() - kept.at < FRESH && now() >= kept.at) return kept.names
  const { listNames } = await import('./list-names.ts')
  const names = await listNames(kind, connection, { ...open, signal })
  await writePrivate(path, JSON.stringify({ at: now(), names })).catch(() => {})
  return names
}

function parsed(text: string | undefined): { at: number; names: string[] } | undefined {
  try {
    const value = JSON.parse(text ?? '')
    return typeof value.at === 'number' && Array.isArray(value.names) ? value : undefined
  } catch {
    return undefined
  }
}
