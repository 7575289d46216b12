import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { StoredTokens } from '../../core/connection.ts'
import { UserError } from '../../errors.ts'
import { kcadmFile } from '../files/config-folder.ts'
import { type LockDeps, locked } from '../files/lock.ts'
import type { ProfileValues } from '../resolve.ts'
import type { Secret } from '../settings.ts'
import { livingToken, readKcadm } from './kcadm.ts'
import { changeProfiles, profileNamed, profilePath, readProfiles } from './profile-file.ts'
import { requireProfileName } from './profile-name.ts'
import type { FiledProfile, ProfileFile } from './profile-schema.ts'
import { readSecrets, removeSecrets, writeSecrets } from './stored-secrets.ts'
import { readTokens, removeTokens, tokenStore, writeTokens } from './token-store.ts'

/** What is kept of a sign-in besides the profile itself, and where. No secret stands in it. */
export interface Kept {
  readonly what: 'session' | 'client-secret'
  readonly path: string
  readonly origin: string
  /** When Keycloak ends the session if nobody uses it, milliseconds since the epoch; undefined for no end. */
  readonly until?: number | undefined
}

/** The profiles of one folder, with the secrets that are kept for them in files of their own. */
export interface ProfileStore {
  readonly folder: string
  /** The file of profiles. */
  readonly path: string
  read(): Promise<ProfileFile>
  /** A profile as settings take it: the one that is named, else the active one, else none. */
  load(
    named: { readonly name: string; readonly source: string } | undefined,
  ): Promise<ProfileValues | undefined>
  /** Puts a profile in the place of the one of its name, drops what was kept for that one, and makes it the active one. */
  save(
    profile: FiledProfile,
    secrets: { readonly clientSecret?: string | undefined; readonly tokens?: StoredTokens | undefined },
  ): Promise<Kept[]>
  use(name: string): Promise<void>
  /** Removes the profile and what is kept for it. */
  remove(name: string): Promise<void>
  /** What is kept for a profile; a file that must not be read is left out. */
  kept(name: string): Promise<Kept[]>
}

export function openProfiles(folder: string, deps: LockDeps): ProfileStore {
  const secretsPath = (name: string) => join(folder, 'secrets', `${name}.json`)
  const tokensPath = (name: string) => join(folder, 'tokens', `${name}.json`)
  const changing = <T>(act: () => Promise<T>) => locked(join(folder, 'profiles.lock'), deps, act)
  /** Another process may be renewing the old sign-in: what it stores must not come after what is stored here. */
  const exchange = async (name: string, secrets: () => Promise<void>) =>
    locked(`${tokensPath(name)}.lock`, deps, async () => {
      await removeSecrets(secretsPath(name))
      await removeTokens(tokensPath(name))
      await secrets()
    })

  const store: ProfileStore = {
    folder,
    path: profilePath(folder),
    read: () => readProfiles(folder),

    async load(named) {
      if (named) requireProfileName(named.name, named.source)
      const file = await readProfiles(folder)
      const name = named?.name ?? file.active
      if (name === undefined) return undefined
      const { signIn, kcadmConfig, clientKey, clientCert, caFile, ...profile } = profileNamed(
        file,
        name,
        named?.source ?? file.path,
      )
      const source = `profile "${name}"`
      return {
        ...profile,
        ...paths({ clientKey, clientCert, caFile }, folder),
        namedBy: named?.source ?? `active in ${file.path}`,
        ...(await secretsOf(secretsPath(name), profile.server, source)),
        ...(signIn === 'kcadm' && profile.server !== undefined && URL.canParse(profile.server)
          ? { token: kcadmToken(profile.server, profile.loginRealm ?? 'master', kcadmConfig, folder, deps) }
          : {}),
        ...(await sessionOf(name, profile)),
      }
    },

    save: (profile, { clientSecret, tokens }) =>
      changing(async () => {
        requireProfileName(profile.name, '--profile')
        // Somebody wrote that by hand; how one signs in has nothing to do with it.
        const { accept } = (await readProfiles(folder)).profiles.find(isNamed(profile.name)) ?? {}
        const origin = new URL(profile.server ?? '').origin
        await exchange(profile.name, async () => {
          // In this order, so that at no moment a profile stands beside secrets of another server.
          await changeProfiles(folder, [{ ...(accept ? { accept } : {}), ...profile }], profile.name)
          if (clientSecret !== undefined) {
            await writeSecrets(secretsPath(profile.name), origin, clientSecret)
          }
          if (tokens) {
            const { loginRealm = 'master', clientId = 'admin-cli' } = profile
            await writeTokens(tokensPath(profile.name), { origin, loginRealm, clientId }, tokens)
          }
        })
        return store.kept(profile.name)
      }),

    use: (name) =>
      changing(async () => {
        profileNamed(await readProfiles(folder), name, 'the command line')
        await changeProfiles(folder, [], name)
      }),

    remove: (name) =>
      changing(async () => {
        const file = await readProfiles(folder)
        profileNamed(file, name, 'the command line')
        await exchange(name, () => changeProfiles(folder, [name], file.active === name ? null : undefined))
      }),

    async kept(name) {
      const [tokens, secrets] = await Promise.all([
        readTokens(tokensPath(name)).catch(ignoreUnsafe),
        readSecrets(secretsPath(name)).catch(ignoreUnsafe),
      ])
      return [
        ...(tokens
          ? [
              {
                what: 'session' as const,
                path: tokensPath(name),
                origin: tokens.origin,
                until: tokens.tokens.refreshExpiresAt,
              },
            ]
          : []),
        ...(secrets?.clientSecret
          ? [{ what: 'client-secret' as const, path: secretsPath(name), origin: secrets.origin }]
          : []),
      ]
    },
  }

  async function sessionOf(
    name: string,
    { server, loginRealm = 'master', clientId = 'admin-cli' }: FiledProfile,
  ): Promise<Pick<ProfileValues, 'session'>> {
    const path = tokensPath(name)
    const words = { source: `profile "${name}"`, remedy: `kc-logout login --profile ${name}` }
    try {
      const bound = await readTokens(path)
      if (!bound) return {}
      const { origin, loginRealm, clientId } = bound
      const kept = tokenStore(path, bound, words, deps)
      return { session: { source: words.source, origin, loginRealm, clientId, store: kept } }
    } catch (error) {
      // Said when it is needed, not when something else is done.
      const fail = () => Promise.reject(error)
      const kept = { ...words, read: fail, update: fail }
      const origin = originOf(server) ?? ''
      return { session: { source: words.source, origin, loginRealm, clientId, store: kept } }
    }
  }
  return store
}

async function secretsOf(
  path: string,
  server: string | undefined,
  source: string,
): Promise<Pick<ProfileValues, 'clientSecret'>> {
  const secret = (origin: string, reveal: Secret['reveal']) => ({ clientSecret: { source, origin, reveal } })
  try {
    const stored = await readSecrets(path)
    const value = stored?.clientSecret
    return stored && value !== undefined ? secret(stored.origin, async () => value) : {}
  } catch (error) {
    // Said when it is needed, not when something else is done.
    const origin = originOf(server)
    return origin === undefined ? {} : secret(origin, () => Promise.reject(error))
  }
}

const isNamed = (wanted: string) => (profile: FiledProfile) => profile.name === wanted

/** Undefined where what somebody wrote is no URL: that is said when the server is needed. */
const originOf = (server: string | undefined): string | undefined =>
  server !== undefined && URL.canParse(server) ? new URL(server).origin : undefined

/** kcadm's own token, read when it is needed: kcadm renews it, this program does not. */
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

/** Paths in a profile are relative to its folder; `~/` is the home folder. */
function paths<T extends Record<string, string | undefined>>(named: T, folder: string) {
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

function ignoreUnsafe(error: unknown): undefined {
  if (error instanceof UserError && error.code === 'unsafe-secret-file') return undefined
  throw error
}
