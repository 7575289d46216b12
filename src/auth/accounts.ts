import { connectionOf, loginConnectionOf } from '../config/connection.ts'
import type { Globals } from '../config/global-options.ts'
import type { ProfileStore } from '../config/profiles/profiles.ts'
import { resolveSettings, type SettingsDeps } from '../config/resolve.ts'
import { understoodAddress } from '../config/server-address.ts'
import type { Environment, ProfileValues, Settings } from '../config/settings.ts'
import type { DeviceCode } from '../core/connection.ts'
import { EXIT, UserError } from '../errors.ts'
import { checkServer, signOut } from '../keycloak/auth/sign-in.ts'
import type { OpenDeps } from '../keycloak/http/client-options.ts'
import { type Identity, identify } from '../keycloak/identity.ts'
import type { Files } from '../runtime/file-access.ts'
import { type LoggedIn, login, loginFromKcadm } from './login.ts'
import { sameOrigin } from './profile-of-login.ts'

export type { LoggedIn }

/** What was typed at a prompt of `login`. */
export type Typed = Partial<Pick<Globals, 'server' | 'realm' | 'loginRealm' | 'username'>>

/** A sign-in that a profile stores and that Keycloak still accepts. */
export interface StoredSignIn {
  readonly server: string
  readonly username: string | undefined
  /** When it ends if it is not used, milliseconds since the epoch; undefined where it does not end. */
  readonly until: number | undefined
}

/** Signing in, and profiles. */
export interface Accounts {
  readonly profiles: ProfileStore
  /** The settings of a sign-in: as for every command, but a named profile may be new. */
  loginSettings(typed?: Typed): Promise<Settings>
  /** The valid sign-in that these options and the active profile lead to. Asks for no password. */
  storedSignIn(): Promise<StoredSignIn | undefined>
  /** Tests the address before a password is asked. Throws as `findServer`. */
  findServer(settings: Settings): Promise<void>
  /** Signs in, stores the sign-in in a profile, and makes it the active one. */
  login(settings: Settings, how?: { readonly device?: (code: DeviceCode) => void }): Promise<LoggedIn>
  /** Creates a profile that uses kcadm's sign-in while that is valid. Copies nothing from kcadm's file. */
  loginFromKcadm(path: string | undefined, typed?: Typed): Promise<LoggedIn>
  /** The settings of a command with `--profile name`. */
  settingsOf(name: string): Promise<Settings>
  /** Who the settings sign in as. Needs no target realm. */
  whoAmI(settings: Settings): Promise<Identity>
  /**
   * Removes a profile and ends its session in Keycloak. `sessionEnded` is undefined without a session, false where
   * ending it failed.
   */
  remove(name: string): Promise<{ readonly sessionEnded: boolean | undefined }>
}

export interface AccountsDeps {
  readonly globals: Globals
  readonly env: Environment
  readonly files: Pick<Files, 'read'>
  readonly askSecret: SettingsDeps['askSecret']
  readonly profiles: ProfileStore
  readonly open: OpenDeps
  /** The profile that was named by the option or the variable. */
  readonly named: { readonly name: string; readonly source: string } | undefined
  /** Called before a request without certificate checks. */
  readonly onInsecure: () => Promise<void>
}

/** Joins stored settings (config) and signing in (keycloak), which do not know each other. */
export function openAccounts(deps: AccountsDeps): Accounts {
  const { globals, env, files, askSecret, profiles, open } = deps
  const settingsWith = (profile: ProfileValues | undefined, typed: Typed = {}) =>
    resolveSettings({ ...globals, ...typed }, env, { files, profile, askSecret })
  const load = (name: string) => profiles.load({ name, source: 'the command line' })

  return {
    profiles,
    login: (settings, how = {}) => login(settings, how, deps),

    async loginSettings(typed) {
      // A new sign-in follows: the stored one, valid or not, has no say.
      const profile = withoutSession(await presentProfile(deps))
      const given = understood({ ...globals, ...typed }, env)
      const settings = settingsWith(profile, given)
      // The active profile is of another server: none of its values is meant.
      const isOther =
        !deps.named && profile?.server !== undefined && !sameOrigin(profile.server, settings.server?.value)
      return isOther ? settingsWith(undefined, given) : settings
    },

    async storedSignIn() {
      const profile = await presentProfile(deps)
      const { password: _, ...settings } = settingsWith(profile, understood(globals, env))
      if (!settings.server || !settings.session) return undefined
      try {
        const connection = connectionOf({ ...settings, password: undefined, realm: settings.loginRealm })
        const { username } = await identify(connection, undefined, open)
        const until = (await settings.session.store.read())?.refreshExpiresAt
        return { server: settings.server.value, username, until }
      } catch (error) {
        if (error instanceof UserError && error.exitCode !== EXIT.interrupted) return undefined
        throw error
      }
    },

    async findServer(settings) {
      if (settings.insecure) await deps.onInsecure()
      await checkServer(loginConnectionOf(settings, { device: true }), open)
    },

    loginFromKcadm(path, typed) {
      // The server in kcadm's file is checked like one that was typed.
      const settingsAt = (server?: string) =>
        settingsWith(undefined, server === undefined ? typed : { ...typed, server })
      return loginFromKcadm(path, settingsAt, deps)
    },

    async settingsOf(name) {
      return settingsWith(await load(name))
    },

    whoAmI(settings) {
      const realm = settings.realm?.value
      const connection = connectionOf(realm ? settings : { ...settings, realm: settings.loginRealm })
      return identify(connection, realm, open)
    },

    async remove(name) {
      const values = await load(name)
      const sessionEnded = values?.session ? await endSession(values, deps) : undefined
      await profiles.remove(name)
      return { sessionEnded }
    },
  }
}

function withoutSession(profile: ProfileValues | undefined): ProfileValues | undefined {
  if (!profile) return undefined
  const { session: _, ...rest } = profile
  return rest
}

/** The options with a server address as people copy it (`understoodAddress`). */
function understood(options: Globals, env: Environment): Globals {
  if (options.server === undefined) return options
  const { server, loginRealm } = understoodAddress(options.server)
  const isGiven = options.loginRealm !== undefined || Boolean(env.KC_LOGOUT_LOGIN_REALM)
  return { ...options, server, ...(isGiven || loginRealm === undefined ? {} : { loginRealm }) }
}

/** The profile to sign in with; undefined where the named one does not exist yet. */
async function presentProfile({ profiles, named }: AccountsDeps): Promise<ProfileValues | undefined> {
  const { profiles: known } = await profiles.read()
  if (named && !known.some(({ name }) => name === named.name)) return undefined
  return profiles.load(named)
}

async function endSession(values: ProfileValues, { globals, files, open, onInsecure }: AccountsDeps) {
  try {
    // Only the timeout is taken from the command line: the profile says where its session is.
    const options = globals.timeout === undefined ? {} : { timeout: globals.timeout }
    const settings = resolveSettings(options, {}, { files, profile: values })
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
