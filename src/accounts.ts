import { resolve } from 'node:path'
import type { Files, Globals } from './context.ts'
import type { DeviceCode } from './core/connection.ts'
import { EXIT, UserError, usageError } from './errors.ts'
import { type Identity, identify } from './keycloak/identity.ts'
import type { OpenDeps } from './keycloak/open.ts'
import { signInOnce, signOut } from './keycloak/sign-in.ts'
import { kcadmFile } from './settings/config-folder.ts'
import { connectionOf, loginConnectionOf } from './settings/connection.ts'
import { livingToken, readKcadm } from './settings/kcadm.ts'
import type { FiledProfile, ProfileFile, SignIn } from './settings/profile-file.ts'
import { profileNameFor } from './settings/profile-name.ts'
import type { Kept, ProfileStore } from './settings/profiles.ts'
import {
  type Environment,
  type ProfileValues,
  resolveSettings,
  type SettingsDeps,
} from './settings/resolve.ts'
import type { Settings } from './settings/settings.ts'

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
}

/** Brings together what is kept here (settings) and what signs in there (keycloak): those two rooms do not know each other. */
export function openAccounts(deps: AccountsDeps): Accounts {
  const { globals, env, files, askSecret, profiles, open, named } = deps

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
      const realm = settings.realm?.value
      const found = await signInOnce(connection, realm, device ? { device } : {}, open)
      const signIn = signInOf(settings, device !== undefined)
      const isPerson = signIn === 'password' || signIn === 'device'
      const { clientSecret, clientKey, clientCert, caFile } = settings
      const username = found.username ?? (signIn === 'password' ? settings.username?.value : undefined)
      const profile: FiledProfile = {
        name: nameFor(await profiles.read(), found.server),
        ...compact({
          server: found.server,
          realm,
          loginRealm: settings.loginRealm.value,
          clientId: settings.clientId.value,
          username: isPerson ? username : undefined,
          signIn,
          clientKey: clientKey && keptPath(clientKey.path, clientKey.source),
          clientCert: clientCert && keptPath(clientCert.path, clientCert.source),
          caFile: caFile && keptPath(caFile.value, caFile.source),
          insecure: settings.insecure || undefined,
          allowHttp: settings.allowHttp || undefined,
          accept: settings.accept,
        }),
      }
      const kept = await profiles.save(profile, {
        clientSecret: await clientSecret?.reveal(),
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
      const profile: FiledProfile = {
        name: nameFor(await profiles.read(), found.server),
        ...compact({
          server: found.server.replace(/\/+$/, ''),
          realm: at.realm?.value,
          loginRealm: found.loginRealm,
          clientId: found.clientId,
          signIn: 'kcadm' as const,
          kcadmConfig: path === undefined ? undefined : keptPath(path, '--from-kcadm'),
          caFile: at.caFile && keptPath(at.caFile.value, at.caFile.source),
          insecure: at.insecure || undefined,
          allowHttp: at.allowHttp || undefined,
        }),
      }
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
      const settings = resolveSettings({}, {}, { files, profile: values })
      const refreshToken = (await settings.session?.store.read())?.refreshToken
      if (refreshToken === undefined) return false
      const connection = connectionOf({ ...settings, realm: settings.realm ?? settings.loginRealm })
      return await signOut(connection, refreshToken, open)
    } catch (error) {
      if (error instanceof UserError && error.exitCode !== EXIT.interrupted) return false
      throw error
    }
  }

  /** The profile to write: the one that was named, the active one where it is of this server, else one of the host's name. */
  function nameFor({ active, profiles: there }: ProfileFile, server: string): string {
    if (named) return named.name
    const isHere = (profile: FiledProfile | undefined) =>
      profile?.server !== undefined && sameOrigin(profile.server, server)
    if (active !== undefined && isHere(there.find(({ name }) => name === active))) return active
    const name = profileNameFor(server)
    const taken = there.find((profile) => profile.name === name)
    if (!taken || isHere(taken)) return name
    throw usageError(
      'profile-taken',
      `There is a profile ${name} for another server already.`,
      'Give this one a name: --profile NAME.',
    )
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

function signInOf({ username, clientSecret, clientKey, clientCert }: Settings, device: boolean): SignIn {
  if (device) return 'device'
  if (username) return 'password'
  if (clientCert) return 'client-cert'
  return clientKey && !clientSecret ? 'client-key' : 'client-secret'
}

const sameOrigin = (a: string, b: string | undefined) =>
  b !== undefined && URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin

/** A path that still leads there from another folder. */
function keptPath(path: string, source: string): string {
  if (path === '-') {
    throw usageError(
      'stdin-not-kept',
      `${source} reads stdin, which is not there next time.`,
      'Give it a file.',
    )
  }
  return resolve(path)
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const compact = <T extends Record<string, unknown>>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
