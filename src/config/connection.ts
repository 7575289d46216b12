import type { Connection, Credentials } from '../core/connection.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import type { Settings } from './settings.ts'

/**
 * The settings as a complete connection. Throws for what is missing: a server or a realm (exit 2), a way to sign in
 * (exit 4). Reveals no secret.
 */
export function connectionOf(settings: Settings): Connection {
  const { realm } = settings
  requireServer(settings)
  if (!realm) {
    throw usageError(
      'no-realm',
      'No realm to act on; there is no default.',
      'Give -r REALM, or set KC_LOGOUT_REALM. (KEYCLOAK_REALM is not read: it means the login realm elsewhere.)',
    )
  }
  return connectionWith(settings, realm.value, credentialsOf(settings))
}

/**
 * The connection by which somebody signs in anew, whatever sign-in is stored. Needs no realm to act on.
 * @param device nobody types a password here: the client alone asks for a code
 */
export function loginConnectionOf(settings: Settings, { device }: { device: boolean }): Connection {
  requireServer(settings)
  const { token: _token, session: _session, ...fresh } = settings
  const credentials: Credentials = device
    ? { kind: 'client', clientId: fresh.clientId.value, ...proofOf(settings) }
    : credentialsOf({ ...fresh, token: undefined })
  return connectionWith(settings, settings.realm?.value ?? settings.loginRealm.value, credentials)
}

function requireServer({ server }: Settings): void {
  if (!server) {
    throw usageError(
      'no-server',
      'No server.',
      'Give --server URL, set KC_LOGOUT_SERVER, or sign in once and for all: kc-logout login.',
    )
  }
}

function connectionWith(settings: Settings, realm: string, credentials: Credentials): Connection {
  const server = settings.server?.value ?? ''
  refuseForeignSecrets(settings, new URL(server).origin)
  return {
    server,
    realm,
    loginRealm: settings.loginRealm.value,
    credentials,
    clientCertificate: certificateOf(settings),
    caFile: settings.caFile?.value,
    insecure: settings.insecure,
    timeout: settings.timeout,
  }
}

function credentialsOf(settings: Settings): Credentials {
  const { token, session, username, password, clientId, clientSecret, clientKey, clientCert } = settings
  const proof = { clientId: clientId.value, ...proofOf(settings) }
  if (token) return { kind: 'token', token }
  if (session) {
    const { store } = session
    return { kind: 'session', ...proof, username: username?.value, store, password }
  }
  if (username) {
    if (!password) {
      throw usageError(
        'no-password',
        `No password for ${username.value} (from ${username.source}).`,
        'Use --password-stdin, --password-file or KC_LOGOUT_PASSWORD; or sign in once: kc-logout login.',
      )
    }
    return { kind: 'password', ...proof, username: username.value, password }
  }
  if (clientSecret || clientKey || clientCert) return { kind: 'client', ...proof }
  throw new UserError('not-signed-in', 'No way to sign in is given.', {
    exitCode: EXIT.denied,
    hint: 'kc-logout login; or give --username with --password-stdin, or --client-id with --client-secret-file.',
  })
}

/** With a certificate the key is the certificate's: it proves the client in TLS. Alone, it signs. */
const proofOf = ({ clientSecret, clientKey, clientCert }: Settings) => ({
  clientSecret,
  clientKey: clientCert ? undefined : clientKey,
})

const certificateOf = ({ clientCert, clientKey }: Settings) =>
  clientCert ? { certificate: clientCert, key: clientKey ?? clientCert } : undefined

/** The last gate: a stored secret goes to its own origin only. `resolveSettings` offers no other in the first place. */
function refuseForeignSecrets(settings: Settings, origin: string): void {
  const { password, clientSecret, token, clientKey, clientCert, session } = settings
  for (const secret of [password, clientSecret, token, clientKey, clientCert, session]) {
    if (secret?.origin !== undefined && secret.origin !== origin) {
      throw usageError(
        'foreign-secret',
        `The secret of ${secret.source} was stored for ${secret.origin} and is not sent to ${origin}.`,
        'Sign in there with other credentials.',
      )
    }
  }
}
