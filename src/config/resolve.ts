import type { Files } from '../runtime/file-access.ts'
import { checkedRealm, refuseContradictions, timeoutOf } from './checks.ts'
import type { Globals } from './global-options.ts'
import { pickText, profileSource, RANK, type SecretTarget, type Sources } from './pick.ts'
import { promptedPassword } from './prompted-password.ts'
import { serverUrl } from './server-url.ts'
import type { Environment, ProfileValues, Setting, Settings, StoredSession } from './settings.ts'
import { type SignInSettings, signInSettings } from './sign-in-settings.ts'

export interface SettingsDeps {
  readonly files: Pick<Files, 'read'>
  readonly profile?: ProfileValues | undefined
  /** Asks the user for a password; absent where nobody can be asked. */
  readonly askSecret?: ((question: string) => Promise<string>) | undefined
}

/**
 * The settings of a run: from options, kc-logout's own variables, the profile, variables of other Keycloak tools,
 * defaults, in this order. `KEYCLOAK_REALM` is not read: elsewhere it means the realm to sign in to, and a variable
 * set for another tool must not choose the realm to log out.
 *
 * Reads no file and sends nothing: secrets are fetched when they are revealed. What is missing is undefined (see
 * `connectionOf`).
 * @throws {UserError} (2) for contradictory or invalid values
 */
export function resolveSettings(options: Globals, env: Environment, deps: SettingsDeps): Settings {
  refuseContradictions(options)
  const { profile } = deps
  const sources: Sources = { env, profile, read: deps.files.read }
  const server = serverOf(options, sources)
  const signIn = signInSettings(options, sources, server.target)
  const loginRealm = checkedRealm(
    pickText(sources, {
      option: ['--login-realm', options.loginRealm],
      own: 'KC_LOGOUT_LOGIN_REALM',
      stored: profile?.loginRealm,
    })?.value,
  ) ?? { value: 'master', source: 'default' }
  const realm = pickText(sources, {
    option: ['--realm', options.realm],
    own: 'KC_LOGOUT_REALM',
    stored: profile?.realm,
  })
  const clientId = clientIdOf(options, sources)
  const session = usableSession(profile?.session, signIn, {
    origin: server.target.origin,
    loginRealm: loginRealm.value,
    clientId: clientId.value,
  })
  const { origin } = server.target
  const prompt = { origin, ended: session?.source, askSecret: deps.askSecret }
  return {
    ...server.settings,
    ...credentialsOf(signIn, prompt),
    realm: checkedRealm(realm?.value),
    loginRealm,
    clientId,
    session,
    profile: profile && { value: profile.name, source: profile.namedBy ?? 'default' },
    accept: profile?.accept,
    caFile: pickText(sources, { option: ['--ca-file', options.caFile], stored: profile?.caFile })?.value,
    timeout: timeoutOf(options.timeout),
  }
}

interface ServerSettings {
  readonly settings: Pick<Settings, 'server' | 'insecure' | 'insecureFrom' | 'allowHttp' | 'allowHttpFrom'>
  readonly target: SecretTarget
}

/** The server, and which checks of it are off. A profile switches checks off for its own server only. */
function serverOf(options: Globals, sources: Sources): ServerSettings {
  const { profile } = sources
  const server = pickText(sources, {
    option: ['--server', options.server],
    own: 'KC_LOGOUT_SERVER',
    stored: profile?.server,
    others: ['KEYCLOAK_URL'],
  })
  const fromProfile = server?.rank === RANK.profile
  const sourceOf = (option: string, given: boolean | undefined, stored: boolean | undefined) => {
    if (given === true) return option
    return stored === true && profile && fromProfile ? profileSource(profile) : undefined
  }
  const allowHttpFrom = sourceOf('--allow-http', options.allowHttp, profile?.allowHttp)
  const insecureFrom = sourceOf('--insecure', options.insecure, profile?.insecure)
  const allowHttp = allowHttpFrom !== undefined
  const url = server && serverUrl(server.value, { allowHttp })
  return {
    settings: {
      server: server && url && { value: url.href, source: server.value.source },
      insecure: insecureFrom !== undefined,
      insecureFrom,
      allowHttp,
      allowHttpFrom,
    },
    target: { origin: url?.origin, fromProfile },
  }
}

const clientIdOf = (options: Globals, sources: Sources): Setting =>
  pickText(sources, {
    option: ['--client-id', options.clientId],
    own: 'KC_LOGOUT_CLIENT_ID',
    stored: sources.profile?.clientId,
    others: ['KEYCLOAK_CLIENT_ID'],
  })?.value ?? { value: 'admin-cli', source: 'default' }

/** The stored session, unless another way to sign in was given or it belongs to another server, realm or client. */
function usableSession(
  session: StoredSession | undefined,
  { isExplicit }: SignInSettings,
  wanted: { readonly origin: string | undefined; readonly loginRealm: string; readonly clientId: string },
): StoredSession | undefined {
  const isUsable =
    !isExplicit &&
    session?.origin === wanted.origin &&
    session?.loginRealm === wanted.loginRealm &&
    session.clientId === wanted.clientId
  return isUsable ? session : undefined
}

function credentialsOf(
  { username, password, clientSecret, token, clientKey, clientCert }: SignInSettings,
  prompt: Omit<Parameters<typeof promptedPassword>[0], 'username'>,
) {
  return {
    username: username?.value,
    password: password?.value ?? promptedPassword({ username: username?.value, ...prompt }),
    clientSecret: clientSecret?.value,
    token: token?.value,
    clientKey: clientKey?.value,
    clientCert: clientCert?.value,
  }
}
