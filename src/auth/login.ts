import { loginConnectionOf } from '../config/connection.ts'
import { kcadmFile } from '../config/files/config-folder.ts'
import { livingToken, readKcadm } from '../config/profiles/kcadm.ts'
import type { FiledProfile, SignIn } from '../config/profiles/profile-schema.ts'
import type { Kept, ProfileStore } from '../config/profiles/profiles.ts'
import type { Settings } from '../config/settings.ts'
import type { DeviceCode } from '../core/connection.ts'
import { usageError } from '../errors.ts'
import { signInOnce } from '../keycloak/auth/sign-in.ts'
import type { OpenDeps } from '../keycloak/http/client-options.ts'
import { profileFrom, profileFromKcadm, profileToWrite, signInOf } from './profile-of-login.ts'

/** The result of a sign-in, and what is stored of it. Contains no secret. */
export interface LoggedIn {
  readonly profile: string
  readonly file: string
  readonly server: string
  readonly realm: string | undefined
  readonly loginRealm: string
  readonly clientId: string
  readonly username: string | undefined
  readonly signIn: SignIn
  /** When an unused sign-in ends, milliseconds since the epoch; undefined where it does not end. */
  readonly expires: number | undefined
  readonly kept: readonly Kept[]
}

interface LoginDeps {
  readonly profiles: ProfileStore
  readonly open: OpenDeps
  readonly named: { readonly name: string } | undefined
  readonly onInsecure: () => Promise<void>
}

/**
 * Signs in and stores the sign-in in a profile. Passwords are not stored.
 * @throws {UserError} `token-not-kept` (2) where only a token was given
 */
export async function login(
  settings: Settings,
  { device }: { readonly device?: (code: DeviceCode) => void },
  { profiles, open, named, onInsecure }: LoginDeps,
): Promise<LoggedIn> {
  if (settings.token && settings.token.origin === undefined) {
    throw usageError(
      'token-not-kept',
      `The token from ${settings.token.source} cannot be used to sign in.`,
      'Omit it, or give a username, a client with a secret, or --device.',
    )
  }
  const connection = loginConnectionOf(settings, { device: device !== undefined })
  if (settings.insecure) await onInsecure()
  const { server, tokens, ...found } = await signInOnce(
    connection,
    settings.realm?.value,
    device ? { device } : {},
    open,
  )
  const signIn = signInOf(settings, device !== undefined)
  const isUser = signIn === 'password' || signIn === 'device'
  const username = found.username ?? (signIn === 'password' ? settings.username?.value : undefined)
  const name = profileToWrite(await profiles.read(), server, named?.name)
  const profile = profileFrom(name, settings, { server, signIn, username: isUser ? username : undefined })
  const kept = await profiles.save(profile, {
    clientSecret: await settings.clientSecret?.reveal(),
    tokens: isUser ? tokens : undefined,
  })
  const expires = isUser ? tokens.refreshExpiresAt : undefined
  return loggedIn(profile, { file: profiles.path, signIn, username, expires, kept })
}

/**
 * Creates a profile that reads kcadm's file on each use.
 * @param settingsAt the settings for a server; for the one that was given, without an argument
 */
export async function loginFromKcadm(
  path: string | undefined,
  settingsAt: (server?: string) => Settings,
  { profiles, named }: Pick<LoginDeps, 'profiles' | 'named'>,
): Promise<LoggedIn> {
  const { server, loginRealm } = settingsAt()
  const wanted = server && { server: server.value, loginRealm: loginRealm.value }
  const found = await readKcadm(path ?? kcadmFile(), wanted)
  livingToken(found, Date.now())
  const settings = settingsAt(found.server)
  const name = profileToWrite(await profiles.read(), found.server, named?.name)
  const profile = profileFromKcadm(name, settings, found, path)
  const kept = await profiles.save(profile, {})
  const { expiresAt: expires } = found
  return loggedIn(profile, { file: profiles.path, signIn: 'kcadm', username: undefined, expires, kept })
}

const loggedIn = (
  profile: FiledProfile,
  result: Pick<LoggedIn, 'file' | 'signIn' | 'username' | 'expires' | 'kept'>,
): LoggedIn => ({
  profile: profile.name,
  server: profile.server ?? '',
  realm: profile.realm,
  loginRealm: profile.loginRealm ?? 'master',
  clientId: profile.clientId ?? 'admin-cli',
  ...result,
})
