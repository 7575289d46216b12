import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { kcLogout } from '../../util/shown-command.ts'
import { kcadmFile } from '../files/config-folder.ts'
import type { LockDeps } from '../files/lock.ts'
import type { ProfileValues, Secret } from '../settings.ts'
import { livingToken, readKcadm } from './kcadm.ts'
import type { FiledProfile } from './profile-schema.ts'
import { secretsPath, tokensPath } from './stored-files.ts'
import { readSecrets } from './stored-secrets.ts'
import { readTokens, tokenStore } from './token-store.ts'

/**
 * A profile with its secrets, as settings take it. A stored secret that must not be read is an error only when it is
 * revealed.
 */
export async function profileValues(
  filed: FiledProfile,
  namedBy: string,
  folder: string,
  deps: LockDeps,
): Promise<ProfileValues> {
  const { signIn, kcadmConfig, clientKey, clientCert, caFile, ...profile } = filed
  const { name, server, loginRealm = 'master' } = profile
  return {
    ...profile,
    ...absolutePaths({ clientKey, clientCert, caFile }, folder),
    namedBy,
    ...(await clientSecretOf(secretsPath(folder, name), server, sourceOf(name))),
    ...(signIn === 'kcadm' && server !== undefined && URL.canParse(server)
      ? { token: kcadmToken(server, loginRealm, kcadmConfig, folder, deps) }
      : {}),
    ...(await sessionOf(profile, tokensPath(folder, name), deps)),
  }
}

const sourceOf = (name: string) => `profile "${name}"`

async function sessionOf(
  { name, server, loginRealm = 'master', clientId = 'admin-cli' }: FiledProfile,
  path: string,
  deps: LockDeps,
): Promise<Pick<ProfileValues, 'session'> | Record<string, never>> {
  const words = { source: sourceOf(name), remedy: kcLogout`login --profile ${name}` }
  try {
    const bound = await readTokens(path)
    if (!bound) return {}
    const { origin, loginRealm, clientId } = bound
    const store = tokenStore(path, bound, words, deps)
    return { session: { source: words.source, origin, loginRealm, clientId, store } }
  } catch (error) {
    const fail = () => Promise.reject(error)
    const store = { ...words, read: fail, update: fail }
    return { session: { source: words.source, origin: originOf(server) ?? '', loginRealm, clientId, store } }
  }
}

async function clientSecretOf(
  path: string,
  server: string | undefined,
  source: string,
): Promise<{ readonly clientSecret?: Secret }> {
  const secret = (origin: string, reveal: Secret['reveal']) => ({ clientSecret: { source, origin, reveal } })
  try {
    const stored = await readSecrets(path)
    const value = stored?.clientSecret
    return stored && value !== undefined ? secret(stored.origin, async () => value) : {}
  } catch (error) {
    const origin = originOf(server)
    return origin === undefined ? {} : secret(origin, () => Promise.reject(error))
  }
}

/** Undefined for an invalid URL: that is reported when the server is needed. */
const originOf = (server: string | undefined): string | undefined =>
  server !== undefined && URL.canParse(server) ? new URL(server).origin : undefined

/** kcadm's own token, read when it is needed. kcadm renews it, kc-logout does not. */
function kcadmToken(
  server: string,
  loginRealm: string,
  config: string | undefined,
  folder: string,
  { now }: LockDeps,
): Secret {
  const path = config === undefined ? kcadmFile() : absolute(config, folder)
  return {
    source: `kcadm (${path})`,
    origin: new URL(server).origin,
    reveal: async () => livingToken(await readKcadm(path, { server, loginRealm }), now()),
  }
}

/** Resolves the paths of a profile: relative to its folder, `~/` is the home folder. */
function absolutePaths<T extends Record<string, string | undefined>>(named: T, folder: string) {
  return Object.fromEntries(
    Object.entries(named).flatMap(([key, path]) =>
      path === undefined ? [] : [[key, absolute(path, folder)]],
    ),
  ) as { [K in keyof T]?: string }
}

const absolute = (path: string, folder: string): string => {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2))
  return isAbsolute(path) ? path : resolve(folder, path)
}
