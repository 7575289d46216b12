import { join } from 'node:path'
import type { StoredTokens } from '../../core/connection.ts'
import { type LockDeps, locked } from '../files/lock.ts'
import type { ProfileValues } from '../settings.ts'
import { changeProfiles, profileNamed, profilePath, readProfiles } from './profile-file.ts'
import { requireProfileName } from './profile-name.ts'
import type { FiledProfile, ProfileFile } from './profile-schema.ts'
import { profileValues } from './profile-values.ts'
import { type Kept, keptOf, removeKept, secretsPath, tokensPath } from './stored-files.ts'
import { writeSecrets } from './stored-secrets.ts'
import { writeTokens } from './token-store.ts'

export type { Kept }

/** The profiles of one folder, with their secrets in files of their own. */
export interface ProfileStore {
  readonly folder: string
  /** The file of profiles. */
  readonly path: string
  read(): Promise<ProfileFile>
  /** The values of the named profile, else of the active one; undefined without either. */
  load(
    named: { readonly name: string; readonly source: string } | undefined,
  ): Promise<ProfileValues | undefined>
  /** Replaces the profile of this name and its secrets, and makes it the active one. */
  save(
    profile: FiledProfile,
    secrets: { readonly clientSecret?: string | undefined; readonly tokens?: StoredTokens | undefined },
  ): Promise<Kept[]>
  use(name: string): Promise<void>
  /** Removes the profile and its secrets. */
  remove(name: string): Promise<void>
  /** What is stored for a profile, except files that must not be read. */
  kept(name: string): Promise<Kept[]>
}

const COMMAND_LINE = 'the command line'

export function openProfiles(folder: string, deps: LockDeps): ProfileStore {
  const alone = <T>(change: () => Promise<T>) => locked(join(folder, 'profiles.lock'), deps, change)
  return {
    folder,
    path: profilePath(folder),
    read: () => readProfiles(folder),
    kept: (name) => keptOf(folder, name),

    async load(named) {
      if (named) requireProfileName(named.name, named.source)
      const file = await readProfiles(folder)
      const name = named?.name ?? file.active
      if (name === undefined) return undefined
      const profile = profileNamed(file, name, named?.source ?? file.path)
      return profileValues(profile, named?.source ?? `active in ${file.path}`, folder, deps)
    },

    save: (profile, secrets) =>
      alone(async () => {
        requireProfileName(profile.name, '--profile')
        await replaceProfile(folder, profile, secrets, deps)
        return keptOf(folder, profile.name)
      }),

    use: (name) =>
      alone(async () => {
        profileNamed(await readProfiles(folder), name, COMMAND_LINE)
        await changeProfiles(folder, [], name)
      }),

    remove: (name) =>
      alone(async () => {
        const file = await readProfiles(folder)
        profileNamed(file, name, COMMAND_LINE)
        const active = file.active === name ? null : undefined
        await replaceSecrets(folder, name, deps, () => changeProfiles(folder, [name], active))
      }),
  }
}

async function replaceProfile(
  folder: string,
  profile: FiledProfile,
  { clientSecret, tokens }: Parameters<ProfileStore['save']>[1],
  deps: LockDeps,
): Promise<void> {
  const { name } = profile
  // `accept` was written by hand and has nothing to do with the sign-in.
  const { accept } = (await readProfiles(folder)).profiles.find((one) => one.name === name) ?? {}
  const origin = new URL(profile.server ?? '').origin
  await replaceSecrets(folder, name, deps, async () => {
    // In this order, so that a profile is never stored together with the secrets of another server.
    await changeProfiles(folder, [{ ...(accept ? { accept } : {}), ...profile }], name)
    if (clientSecret !== undefined) await writeSecrets(secretsPath(folder, name), origin, clientSecret)
    if (tokens) {
      const { loginRealm = 'master', clientId = 'admin-cli' } = profile
      await writeTokens(tokensPath(folder, name), { origin, loginRealm, clientId }, tokens)
    }
  })
}

/** Removes the old secrets first, under the lock of token renewal: no process may store renewed old tokens later. */
const replaceSecrets = (folder: string, name: string, deps: LockDeps, write: () => Promise<void>) =>
  locked(`${tokensPath(folder, name)}.lock`, deps, async () => {
    await removeKept(folder, name)
    await write()
  })
