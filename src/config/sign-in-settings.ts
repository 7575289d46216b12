import { notEmpty } from './checks.ts'
import type { Globals } from './global-options.ts'
import { pickFile, pickSecret, pickText, RANK, type Ranked, type SecretTarget, type Sources } from './pick.ts'
import { fileSecret } from './secrets.ts'
import type { FileSecret, Secret, Setting } from './settings.ts'

/** Everything that was given to sign in with. */
export interface SignInSettings {
  readonly username: Ranked<Setting> | undefined
  readonly password: Ranked<Secret> | undefined
  readonly clientSecret: Ranked<Secret> | undefined
  readonly clientKey: Ranked<FileSecret> | undefined
  readonly clientCert: Ranked<FileSecret> | undefined
  /** Undefined where another way to sign in was given closer to this call. */
  readonly token: Ranked<Secret> | undefined
  /** Was another way than a stored session given by an option or a variable of ours? */
  readonly isExplicit: boolean
}

/** Collects what was given to sign in with at this server. Reads no file yet. */
export function signInSettings(options: Globals, sources: Sources, target: SecretTarget): SignInSettings {
  const { profile } = sources
  const proofs = clientProofs(options, sources, target)
  const password = passwordOf(options, sources, target)
  // A client that is named with its own proof signs in as itself, not as the user of the profile.
  const isClient = Object.values(proofs).some((proof) => proof && proof.rank < RANK.profile)
  const username = pickText(sources, {
    option: ['--username', options.username],
    own: 'KC_LOGOUT_USERNAME',
    stored: isClient ? undefined : profile?.username,
    others: isClient && profile ? [] : ['KEYCLOAK_USER'],
  })
  const token = pickSecret(sources, target, {
    option: fileOption('--token-file', options.tokenFile, sources, 'token'),
    own: 'KC_LOGOUT_TOKEN',
    stored: profile?.token,
    kind: 'token',
  })
  const nearest = Math.min(
    ...[username, password, ...Object.values(proofs)].map((one) => one?.rank ?? RANK.default),
  )
  const usesToken = token !== undefined && token.rank <= nearest
  return {
    username,
    password,
    ...proofs,
    token: usesToken ? token : undefined,
    isExplicit: usesToken || nearest < RANK.profile,
  }
}

function clientProofs(options: Globals, sources: Sources, target: SecretTarget) {
  const { profile } = sources
  return {
    clientSecret: pickSecret(sources, target, {
      option: fileOption('--client-secret-file', options.clientSecretFile, sources),
      own: 'KC_LOGOUT_CLIENT_SECRET',
      stored: profile?.clientSecret,
      others: ['KEYCLOAK_CLIENT_SECRET', 'KC_CLI_CLIENT_SECRET'],
    }),
    clientKey: pickFile(sources, target, {
      option: ['--client-key', options.clientKey],
      own: 'KC_LOGOUT_CLIENT_KEY',
      stored: profile?.clientKey,
    }),
    clientCert: pickFile(sources, target, {
      option: ['--client-cert', options.clientCert],
      own: 'KC_LOGOUT_CLIENT_CERT',
      stored: profile?.clientCert,
    }),
  }
}

const passwordOf = (options: Globals, sources: Sources, target: SecretTarget) =>
  pickSecret(sources, target, {
    option: options.passwordStdin
      ? fileSecret('--password-stdin', '-', sources.read)
      : fileOption('--password-file', options.passwordFile, sources),
    own: 'KC_LOGOUT_PASSWORD',
    stored: sources.profile?.password,
    others: ['KEYCLOAK_PASSWORD', 'KC_CLI_PASSWORD'],
  })

const fileOption = (
  name: string,
  path: string | undefined,
  { read }: Sources,
  kind: 'secret' | 'token' = 'secret',
) => (path === undefined ? undefined : fileSecret(name, notEmpty(name, path), read, kind))
