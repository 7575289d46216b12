import type { Files } from '../runtime/file-access.ts'
import { checkedRealm, notEmpty, refuseContradictions, timeoutOf } from './checks.ts'
import type { Globals } from './global-options.ts'
import { promptedPassword } from './prompted-password.ts'
import { fileSecret, givenSecret } from './secrets.ts'
import { serverUrl } from './server-url.ts'
import type { Secret, Setting, Settings, StoredSession } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What a profile holds. Its secrets carry the origin that they were stored for. */
export interface ProfileValues {
  readonly name: string
  readonly server?: string
  readonly realm?: string
  readonly loginRealm?: string
  readonly clientId?: string
  readonly username?: string
  readonly password?: Secret
  readonly clientSecret?: Secret
  readonly token?: Secret
  /** Files, at the profile's own server alone. */
  readonly clientKey?: string
  readonly clientCert?: string
  readonly session?: StoredSession
  readonly caFile?: string
  readonly insecure?: boolean
  readonly allowHttp?: boolean
  readonly accept?: readonly string[]
  /** What named the profile: `--profile`, `KC_LOGOUT_PROFILE`, or its file. */
  readonly namedBy?: string
}

export interface SettingsDeps {
  readonly files: Pick<Files, 'read'>
  readonly profile?: ProfileValues | undefined
  /** Asks the person for a password; absent when nobody can be asked. */
  readonly askSecret?: ((question: string) => Promise<string>) | undefined
}

/** Where a value may come from, in the contract's order: the first wins. */
const RANK = { flag: 0, own: 1, profile: 2, others: 3, default: 4 } as const
type Rank = (typeof RANK)[keyof typeof RANK]
type Ranked<T> = { readonly rank: Rank; readonly value: T }

/**
 * Where each value of the connection comes from: flags, this program's own variables, the profile, the variables of
 * other Keycloak tools, defaults. `KEYCLOAK_REALM` is not read at all: elsewhere it means the realm signed in to, and
 * a realm must never be logged out because a variable for another tool was set.
 *
 * Reads nothing and sends nothing: secrets are fetched when they are revealed. What contradicts itself or cannot be
 * right throws a usage error (exit 2); what is missing is undefined (see `connectionOf`).
 */
export function resolveSettings(flags: Globals, env: Environment, deps: SettingsDeps): Settings {
  refuseContradictions(flags)
  const { profile } = deps
  const fromProfile = profile && `profile "${profile.name}"`

  const pick = (
    flag: readonly [name: string, value: string | undefined],
    own: string | undefined,
    stored: string | undefined,
    others: readonly string[] = [],
  ): Ranked<Setting> | undefined => {
    if (flag[1] !== undefined) return ranked(RANK.flag, notEmpty(flag[0], flag[1]), flag[0])
    if (own && env[own]) return ranked(RANK.own, env[own], own)
    if (stored && fromProfile) return ranked(RANK.profile, stored, fromProfile)
    for (const name of others) if (env[name]) return ranked(RANK.others, env[name], name)
    return undefined
  }

  const server = pick(['--server', flags.server], 'KC_LOGOUT_SERVER', profile?.server, ['KEYCLOAK_URL'])
  // Only for the server that the profile names: not checking certificates is no habit to carry elsewhere.
  const laxFrom = (name: string, flag: boolean | undefined, stored: boolean | undefined) => {
    if (flag === true) return name
    return stored === true && server?.rank === RANK.profile ? fromProfile : undefined
  }
  const allowHttpFrom = laxFrom('--allow-http', flags.allowHttp, profile?.allowHttp)
  const insecureFrom = laxFrom('--insecure', flags.insecure, profile?.insecure)
  const allowHttp = allowHttpFrom !== undefined
  const url = server && serverUrl(server.value, { allowHttp })

  const pickSecret = (
    flag: Secret | undefined,
    own: string,
    stored: Secret | undefined,
    others: readonly string[] = [],
    kind: 'secret' | 'token' = 'secret',
  ): Ranked<Secret> | undefined => {
    if (flag) return { rank: RANK.flag, value: flag }
    if (env[own]) return { rank: RANK.own, value: givenSecret(own, env[own], kind) }
    // A stored secret belongs to the server that it was stored for, whatever a flag or a variable says.
    if (stored && (stored.origin === undefined || stored.origin === url?.origin)) {
      return { rank: RANK.profile, value: stored }
    }
    // A profile's server is not the one that another tool's variable was set for.
    if (server?.rank === RANK.profile) return undefined
    for (const name of others) {
      if (env[name]) return { rank: RANK.others, value: givenSecret(name, env[name]) }
    }
    return undefined
  }

  // A file that the profile names is for the profile's server, as a stored secret is.
  const isOwnServer = profile?.server !== undefined && originOf(profile.server) === url?.origin
  const pickFile = (flag: string, path: string | undefined, own: string, stored: string | undefined) => {
    if (path !== undefined) return { rank: RANK.flag, value: fileSecret(flag, notEmpty(flag, path), read) }
    const named = env[own]
    if (named) return { rank: RANK.own, value: fileSecret(own, named, read) }
    if (!stored || !fromProfile || !isOwnServer) return undefined
    return { rank: RANK.profile, value: fileSecret(fromProfile, stored, read) }
  }

  const read = deps.files.read
  const file = (name: string, path: string | undefined, kind: 'secret' | 'token' = 'secret') =>
    path === undefined ? undefined : fileSecret(name, notEmpty(name, path), read, kind)

  const password = pickSecret(
    flags.passwordStdin
      ? fileSecret('--password-stdin', '-', read)
      : file('--password-file', flags.passwordFile),
    'KC_LOGOUT_PASSWORD',
    profile?.password,
    ['KEYCLOAK_PASSWORD', 'KC_CLI_PASSWORD'],
  )
  const clientSecret = pickSecret(
    file('--client-secret-file', flags.clientSecretFile),
    'KC_LOGOUT_CLIENT_SECRET',
    profile?.clientSecret,
    ['KEYCLOAK_CLIENT_SECRET', 'KC_CLI_CLIENT_SECRET'],
  )
  const clientKey = pickFile('--client-key', flags.clientKey, 'KC_LOGOUT_CLIENT_KEY', profile?.clientKey)
  const clientCert = pickFile('--client-cert', flags.clientCert, 'KC_LOGOUT_CLIENT_CERT', profile?.clientCert)
  // A client that is named with its proof signs in as itself: the person of the profile is not meant.
  const isClient = [clientSecret, clientKey, clientCert].some((proof) => proof && proof.rank < RANK.profile)
  const username = pick(
    ['--username', flags.username],
    'KC_LOGOUT_USERNAME',
    isClient ? undefined : profile?.username,
    isClient && profile ? [] : ['KEYCLOAK_USER'],
  )
  const token = pickSecret(
    file('--token-file', flags.tokenFile, 'token'),
    'KC_LOGOUT_TOKEN',
    profile?.token,
    [],
    'token',
  )
  // A token is taken unless somebody nearer to this call named another way of signing in.
  const nearest = Math.min(
    username?.rank ?? RANK.default,
    password?.rank ?? RANK.default,
    clientSecret?.rank ?? RANK.default,
    clientKey?.rank ?? RANK.default,
    clientCert?.rank ?? RANK.default,
  )
  const useToken = token !== undefined && token.rank <= nearest

  const loginRealm = checkedRealm(
    pick(['--login-realm', flags.loginRealm], 'KC_LOGOUT_LOGIN_REALM', profile?.loginRealm)?.value,
  ) ?? { value: 'master', source: 'default' }
  const clientId = pick(['--client-id', flags.clientId], 'KC_LOGOUT_CLIENT_ID', profile?.clientId, [
    'KEYCLOAK_CLIENT_ID',
  ])?.value ?? { value: 'admin-cli', source: 'default' }
  const session = profile?.session
  // What somebody signed in with earlier, unless a flag or a variable of ours names another way, or another place.
  const useSession =
    session !== undefined &&
    !useToken &&
    nearest >= RANK.profile &&
    session.origin === url?.origin &&
    session.loginRealm === loginRealm.value &&
    session.clientId === clientId.value

  return {
    server: server && url && { value: url.href, source: server.value.source },
    realm: checkedRealm(pick(['--realm', flags.realm], 'KC_LOGOUT_REALM', profile?.realm)?.value),
    loginRealm,
    clientId,
    username: username?.value,
    password:
      password?.value ??
      promptedPassword(
        username?.value,
        url?.origin,
        useSession ? session?.source : undefined,
        deps.askSecret,
      ),
    clientSecret: clientSecret?.value,
    token: useToken ? token.value : undefined,
    clientKey: clientKey?.value,
    clientCert: clientCert?.value,
    session: useSession ? session : undefined,
    profile: profile && { value: profile.name, source: profile.namedBy ?? 'default' },
    accept: profile?.accept,
    caFile: pick(['--ca-file', flags.caFile], undefined, profile?.caFile)?.value,
    insecure: insecureFrom !== undefined,
    insecureFrom,
    allowHttp,
    allowHttpFrom,
    timeout: timeoutOf(flags.timeout),
  }
}

const originOf = (server: string) => (URL.canParse(server) ? new URL(server).origin : undefined)

const ranked = (rank: Rank, value: string, source: string): Ranked<Setting> => ({
  rank,
  value: { value, source },
})
