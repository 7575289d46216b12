import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Context } from '../../cli/context.ts'
import { connectionOf } from '../../config/connection.ts'
import { cacheFolder, configFolder } from '../../config/files/config-folder.ts'
import { readPrivate, writePrivate } from '../../config/files/private-file.ts'
import type { Globals } from '../../config/global-options.ts'
import { openProfiles, type ProfileStore } from '../../config/profiles/profiles.ts'
import { resolveSettings } from '../../config/resolve.ts'
import { stdinReaders } from '../../config/secrets.ts'
import type { Connection } from '../../core/connection.ts'
import type { NameKind } from './candidates.ts'

type NamesContext = Pick<Context, 'host' | 'files' | 'now'>

/** Names of one kind; `typed` are the options that are already on the line. */
export type FindNames = (
  kind: NameKind | 'profile',
  typed: Globals,
  ctx: NamesContext,
) => Promise<readonly string[]>

/** Milliseconds that a cached list is used: completing one line presses the key several times. */
const FRESH = 5 * 60_000
/** Milliseconds after which a completion without an answer is of no use. */
const PATIENCE = 800

/**
 * Names for completing a command line: profiles from their file, other names from Keycloak, found with the
 * options on the line, the environment and the profile, and cached for five minutes. Never throws: returns an empty list
 * if something is missing or wrong, within a second if the server does not respond. It waits longer only for a stored
 * sign-in that is being renewed. Never prompts and never sends a password: a wrong one would lock the account.
 */
export const findNames: FindNames = async (kind, typed, ctx) => {
  const enough = new AbortController()
  const timer = setTimeout(() => enough.abort(), PATIENCE)
  try {
    const { env, pid, isAlive } = ctx.host
    const sleep = async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      enough.signal.throwIfAborted()
    }
    const profiles = openProfiles(configFolder(env), { pid, isAlive, now: ctx.now, sleep })
    if (kind === 'profile') return (await profiles.read()).profiles.map(({ name }) => name)
    const connection = await connectionFor(typed, profiles, ctx)
    return connection ? await cached(kind, connection, enough.signal, ctx) : []
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}

async function connectionFor(
  typed: Globals,
  profiles: ProfileStore,
  { host: { env }, files }: NamesContext,
): Promise<Connection | undefined> {
  // A completion has no stdin to read.
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
  kind: NameKind,
  connection: Connection,
  signal: AbortSignal,
  { host: { env }, files, now }: NamesContext,
): Promise<readonly string[]> {
  const { server, realm, loginRealm, credentials } = connection
  const who =
    credentials.kind === 'token'
      ? credentials.token.source
      : [credentials.clientId, 'username' in credentials && credentials.username]
  const key = JSON.stringify([kind, server, loginRealm, kind !== 'realm' && realm, credentials.kind, who])
  const path = join(
    cacheFolder(env),
    'names',
    `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`,
  )
  const kept = parsed(await readPrivate(path).catch(() => undefined))
  if (kept && now() - kept.at < FRESH && now() >= kept.at) return kept.names
  const { listNames } = await import('./list-names.ts')
  const names = await listNames(kind, connection, { env, files, signal })
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
