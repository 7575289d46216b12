import { connectionOf, loginConnectionOf } from '../config/connection.ts'
import { kcadmFile } from '../config/files/config-folder.ts'
import type { Globals } from '../config/global-options.ts'
import { livingToken, readKcadm } from '../config/profiles/kcadm.ts'
import type { FiledProfile, SignIn } from '../config/profiles/profile-schema.ts'
import type { Kept, ProfileStore } from '../config/profiles/profiles.ts'
import {
  type Environment,
  type ProfileValues,
  resolveSettings,
  type SettingsDeps,
} from '../config/resolve.ts'
import type { Settings } from '../config/settings.ts'
import type { DeviceCode } from '../core/connection.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import { signInOnce, signOut } from '../keycloak/auth/sign-in.ts'
import type { OpenDeps } from '../keycloak/http/client-options.ts'
import { type Identity, identify } from '../keycloak/identity.ts'
import type { Files } from '../runtime/file-access.ts'
import { profileFrom, profileFromKcadm, profileToWrite, sameOrigin, signInOf } from './profile-of-login.ts'

/** What came of a sign-in, and what is kept of it. Holds no secret. */
export interface LoggedIn {
  readonly profile: string
  readonly file: string
  readonly server: string
  readonly realm: string | undefined
  readonly loginRealm: string
  readonly clientId: string
  readonly username: string | undefined
  readonly signIn: SignIn
  /** When the sign-in ends unless it is used, milliseconds since the epoch; undefined where it does not end. */
  readonly expires: number | undefined
  readonly kept: readonly Kept[]
}

/** What somebody typed at a prompt of `login`. */
export type Typed = Partial<Pick<Globals, 'server' | 'realm' | 'username'>>

/** Signing in, and profiles. */
export interface Accounts {
  readonly profiles: ProfileStore
  /** The settings that a sign-in begins with: as for every command, but a profile that is named need not exist. */
  loginSettings(typed?: Typed): Promise<Settings>
  /** Signs in, keeps it in a profile, and makes that the active one. */
  login(settings: Settings, how?: { readonly device?: (code: DeviceCode) => void }): Promise<LoggedIn>
  /** Makes a profile that uses kcadm's sign-in, as long as that lives. Reads kcadm's file; copies nothing from it. */
  loginFromKcadm(path: string | undefined, typed?: Typed): Promise<LoggedIn>
  /** What a command would use with `--profile name`. */
  settingsOf(name: string): Promise<Settings>
  /** Who the settings sign in as. Needs no realm to act on. */
  whoAmI(settings: Settings): Promise<Identity>
  /** Removes a profile; its session at Keycloak ends too: undefined where there was none, false where that failed. */
  remove(name: string): Promise<{ readonly sessionEnded: boolean | undefined }>
}

export interface AccountsDeps {
  readonly globals: Globals
  readonly env: Environment
  readonly files: Pick<Files, 'read'>
  readonly askSecret: SettingsDeps['askSecret']
  readonly profiles: ProfileStore
  readonly open: OpenDeps
  /** The profile that was named by the flag or the variable. */
  readonly named: { readonly name: string; readonly source: string } | undefined
  /** Called when certificates are not going to be checked. */
  readonly onInsecure: () => Promise<void>
}

/** Brings together what is kept here (settings) and what signs in there (keycloak): those two rooms do not know each other. */
export function openAccounts(deps: AccountsDeps): Accounts {
  const { globals, env, files, askSecret, profiles, open, named, onInsecure } = deps

  const settingsWith = (profile: ProfileValues | undefined, typed: Typed = {}) =>
    resolveSettings({ ...globals, ...typed }, env, { files, profile, askSecret })

  const presentProfile = async (): Promise<ProfileValues | undefined> => {
    const { profiles: there } = await profiles.read()
    if (named && !there.some(({ name }) => name === named.name)) return undefined
    return profiles.load(named)
  }

  const accounts: Accounts = {
    profiles,

    async loginSettings(typed) {
      const profile = await presentProfile()
      const settings = settingsWith(profile, typed)
      // Another server than that of the active profile: nothing of that profile is meant.
      const isOther =
        !named && profile?.server !== undefined && !sameOrigin(profile.server, settings.server?.value)
      return isOther ? settingsWith(undefined, typed) : settings
    },

    async login(settings, { device } = {}) {
      if (settings.token && settings.token.origin === undefined) {
        throw usageError(
          'token-not-kept',
          `The token of ${settings.token.source} is used as it is; there is nothing to sign in with.`,
          'Leave it out, or give a username, a client with a secret, or --device.',
        )
      }
      const connection = loginConnectionOf(settings, { device: device !== undefined })
      if (settings.insecure) await onInsecure()
      const realm = settings.realm?.value
      const found = await signInOnce(connection, realm, device ? { device } : {}, open)
      const signIn = signInOf(settings, device !== undefined)
      const isPerson = signIn === 'password' || signIn === 'device'
      const username = found.username ?? (signIn === 'password' ? settings.username?.value : undefined)
      const name = profileToWrite(await profiles.read(), found.server, named?.name)
      const profile = profileFrom(name, settings, {
        server: found.server,
        signIn,
        username: isPerson ? username : undefined,
      })
      const kept = await profiles.save(profile, {
        clientSecret: await settings.clientSecret?.reveal(),
        tokens: isPerson ? found.tokens : undefined,
      })
      return outcome(profile, signIn, username, isPerson ? found.tokens.refreshExpiresAt : undefined, kept)
    },

    async loginFromKcadm(path, typed) {
      const settings = settingsWith(undefined, typed)
      const wanted = settings.server && {
        server: settings.server.value,
        loginRealm: settings.loginRealm.value,
      }
      const found = await readKcadm(path ?? kcadmFile(), wanted)
      livingToken(found, Date.now())
      // Its server is held to the same rules as one that somebody typed.
      const at = settingsWith(undefined, { ...typed, server: found.server })
      const name = profileToWrite(await profiles.read(), found.server, named?.name)
      const profile = profileFromKcadm(name, at, found, path)
      const kept = await profiles.save(profile, {})
      return outcome(profile, 'kcadm', undefined, found.expiresAt, kept)
    },

    async settingsOf(name) {
      return settingsWith(await profiles.load({ name, source: 'the command line' }))
    },

    whoAmI(settings) {
      const realm = settings.realm?.value
      const connection = connectionOf(realm ? settings : { ...settings, realm: settings.loginRealm })
      return identify(connection, realm, open)
    },

    async remove(name) {
      const values = await profiles.load({ name, source: 'the command line' })
      const sessionEnded = values?.session ? await endSessionOf(values) : undefined
      await profiles.remove(name)
      return { sessionEnded }
    },
  }

  async function endSessionOf(values: ProfileValues): Promise<boolean> {
    try {
      // Of the command line only how long to wait: where the profile's session is, the profile says.
      const patience = globals.timeout === undefined ? {} : { timeout: globals.timeout }
      const settings = resolveSettings(patience, {}, { files, profile: values })
      if (settings.insecure) await onInsecure()
      const refreshToken = (await settings.session?.store.read())?.refreshToken
      if (refreshToken === undefined) return false
      const connection = connectionOf({ ...settings, realm: settings.realm ?? settings.loginRealm })
      return await signOut(connection, refreshToken, open)
    } catch (error) {
      if (error instanceof UserError && error.exitCode !== EXIT.interrupted) return false
      throw error
    }
  }

  const outcome = (
    profile: FiledProfile,
    signIn: SignIn,
    username: string | undefined,
    expires: number | undefined,
    kept: readonly Kept[],
  ): LoggedIn => ({
    profile: profile.name,
    file: profiles.path,
    server: profile.server ?? '',
    realm: profile.realm,
    loginRealm: profile.loginRealm ?? 'master',
    clientId: profile.clientId ?? 'admin-cli',
    username,
    signIn,
    expires,
    kept,
  })

  return accounts
}
