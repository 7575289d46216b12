import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Files, Globals } from './context.ts'
import type { Connection } from './core/connection.ts'
import type { OpenDeps } from './keycloak/open.ts'
import { connectionOf } from './settings/connection.ts'
import { readPrivate, writePrivate } from './settings/private-file.ts'
import type { ProfileStore } from './settings/profiles.ts'
import { type Environment, resolveSettings } from './settings/resolve.ts'
import { stdinReaders } from './settings/secrets.ts'

export interface NamesDeps {
  readonly env: Environment
  readonly files: Pick<Files, 'read'>
  readonly profiles: ProfileStore
  readonly open: Omit<OpenDeps, 'signal'>
  readonly cacheFolder: string
  readonly now: () => number
}

/** For so long a list is taken as it was: somebody who types presses the key more than once. */
const FRESH = 5 * 60_000
/** Longer than this nobody waits for a completion. */
const PATIENCE = 5000

/**
 * Names for completing a command line: profiles from their file, realms and client ids from Keycloak, by what the line,
 * the environment and the profile say, and from a cache of five minutes. Asks nobody for anything, and gives an empty
 * list where something is missing or wrong.
 */
export async function namesFor(
  kind: 'realm' | 'client' | 'profile',
  typed: Globals,
  deps: NamesDeps,
): Promise<readonly string[]> {
  try {
    if (kind === 'profile') return (await deps.profiles.read()).profiles.map(({ name }) => name)
    const connection = await connectionFor(typed, deps)
    return connection ? await cached(kind, connection, deps) : []
  } catch {
    return []
  }
}

async function connectionFor(
  typed: Globals,
  { env, files, profiles }: NamesDeps,
): Promise<Connection | undefined> {
  // What a shell completes has no stdin to give.
  if (stdinReaders(typed).length > 0) return undefined
  const name = typed.profile ?? env.KC_LOGOUT_PROFILE
  const profile = await profiles.load(name ? { name, source: '--profile' } : undefined)
  const settings = resolveSettings(typed, env, { files, profile })
  return connectionOf(settings.realm ? settings : { ...settings, realm: settings.loginRealm })
}

async function cached(
  kind: 'realm' | 'client',
  connection: Connection,
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
  const { listNames } = await import('./keycloak/names.ts')
  // Nothing cuts it short but its time-out: a sign-in that is renewed just then would be lost.
  const { signal } = new AbortController()
  const names = await listNames(kind, { ...connection, timeout: PATIENCE }, { ...open, signal })
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
