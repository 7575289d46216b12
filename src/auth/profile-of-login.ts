import { resolve } from 'node:path'
import type { KcadmSignIn } from '../config/profiles/kcadm.ts'
import { profileNameFor } from '../config/profiles/profile-name.ts'
import type { FiledProfile, ProfileFile, SignIn } from '../config/profiles/profile-schema.ts'
import type { Settings } from '../config/settings.ts'
import { usageError } from '../errors.ts'

/** The profile of a sign-in. */
export function profileFrom(
  name: string,
  settings: Settings,
  found: { readonly server: string; readonly signIn: SignIn; readonly username: string | undefined },
): FiledProfile {
  const { clientKey, clientCert, realm, loginRealm, clientId, accept } = settings
  return {
    name,
    ...compact({
      server: found.server,
      realm: realm?.value,
      loginRealm: loginRealm.value,
      clientId: clientId.value,
      username: found.username,
      signIn: found.signIn,
      clientKey: clientKey && keptPath(clientKey.path, clientKey.source),
      clientCert: clientCert && keptPath(clientCert.path, clientCert.source),
      accept,
      ...reachOf(settings),
    }),
  }
}

/** A profile that uses kcadm's sign-in. Target realm and TLS options come from the settings. */
export function profileFromKcadm(
  name: string,
  settings: Settings,
  { server, loginRealm, clientId }: KcadmSignIn,
  path: string | undefined,
): FiledProfile {
  return {
    name,
    ...compact({
      server: server.replace(/\/+$/, ''),
      realm: settings.realm?.value,
      loginRealm,
      clientId,
      signIn: 'kcadm' as const,
      kcadmConfig: path === undefined ? undefined : keptPath(path, '--from-kcadm'),
      ...reachOf(settings),
    }),
  }
}

const reachOf = ({ caFile, insecure, allowHttp }: Settings) => ({
  caFile: caFile && keptPath(caFile.value, caFile.source),
  insecure: insecure || undefined,
  allowHttp: allowHttp || undefined,
})

/**
 * The name of the profile to write: the given one, the active one if it is of this server, else one from the host.
 * @throws {UserError} `profile-taken` (2)
 */
export function profileToWrite(
  { active, profiles }: ProfileFile,
  server: string,
  named: string | undefined,
): string {
  if (named !== undefined) return named
  const isOfServer = (profile: FiledProfile | undefined) =>
    profile?.server !== undefined && sameOrigin(profile.server, server)
  if (active !== undefined && isOfServer(profiles.find(({ name }) => name === active))) return active
  const name = profileNameFor(server)
  const taken = profiles.find((profile) => profile.name === name)
  if (!taken || isOfServer(taken)) return name
  throw usageError(
    'profile-taken',
    `Profile ${name} already exists, for another server.`,
    'Give the new one a name: --profile NAME.',
  )
}

/** How these settings sign in. */
export function signInOf(
  { username, clientSecret, clientKey, clientCert }: Settings,
  device: boolean,
): SignIn {
  if (device) return 'device'
  if (username) return 'password'
  if (clientCert) return 'client-cert'
  return clientKey && !clientSecret ? 'client-key' : 'client-secret'
}

export const sameOrigin = (a: string, b: string | undefined) =>
  b !== undefined && URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin

/** The absolute path, valid from any folder. @throws {UserError} `stdin-not-kept` (2) */
function keptPath(path: string, source: string): string {
  if (path === '-') {
    throw usageError(
      'stdin-not-kept',
      `${source} reads stdin, which a profile cannot use again.`,
      'Give a file.',
    )
  }
  return resolve(path)
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const compact = <T extends Record<string, unknown>>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
