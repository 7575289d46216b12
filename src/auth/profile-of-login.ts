import { resolve } from 'node:path'
import type { KcadmSignIn } from '../config/profiles/kcadm.ts'
import { profileNameFor } from '../config/profiles/profile-name.ts'
import type { FiledProfile, ProfileFile, SignIn } from '../config/profiles/profile-schema.ts'
import type { Settings } from '../config/settings.ts'
import { usageError } from '../errors.ts'

/** What a sign-in leaves in the file of profiles. */
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
      ...wayTo(settings),
    }),
  }
}

/** A profile that uses kcadm's sign-in; the settings say what it is to act on and how the server is reached. */
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
      ...wayTo(settings),
    }),
  }
}

const wayTo = ({ caFile, insecure, allowHttp }: Settings) => ({
  caFile: caFile && keptPath(caFile.value, caFile.source),
  insecure: insecure || undefined,
  allowHttp: allowHttp || undefined,
})

/** The profile to write: the one that is named, the active one where it is of this server, else one of the host's name. */
export function profileToWrite(
  { active, profiles }: ProfileFile,
  server: string,
  named: string | undefined,
): string {
  if (named !== undefined) return named
  const isHere = (profile: FiledProfile | undefined) =>
    profile?.server !== undefined && sameOrigin(profile.server, server)
  if (active !== undefined && isHere(profiles.find(({ name }) => name === active))) return active
  const name = profileNameFor(server)
  const taken = profiles.find((profile) => profile.name === name)
  if (!taken || isHere(taken)) return name
  throw usageError(
    'profile-taken',
    `There is a profile ${name} for another server already.`,
    'Give this one a name: --profile NAME.',
  )
}

/** By what these settings sign in. */
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
