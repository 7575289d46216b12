import type { Connection, Credentials } from '../core/connection.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import { shellQuote } from '../util/shell-quote.ts'
import type { Setting, Settings } from './settings.ts'

/**
 * The settings as a complete connection. Reveals no secret.
 * @throws {UserError} `no-server`, `no-realm`, `no-password`, `foreign-secret` (2); `not-signed-in` (4)
 */
export function connectionOf(settings: Settings): Connection {
  const { realm } = settings
  requireServer(settings)
  if (!realm) {
    throw usageError(
      'no-realm',
      'No realm given; there is no default.',
      'Give -r REALM, or set KC_LOGOUT_REALM. KEYCLOAK_REALM is not read: elsewhere it means the login realm.',
    )
  }
  return connectionWith(settings, realm.value, credentialsOf(settings))
}

/**
 * The connection for a new sign-in, ignoring any stored one. Needs no target realm.
 * @param device sign in with the device flow: no password, only the client
 * @throws {UserError} as `connectionOf`, without `no-realm`
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
      'No server given.',
      'Give --server URL, set KC_LOGOUT_SERVER, or store a sign-in: kc-logout login.',
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
        `No password given for ${username.value} (from ${username.source}).`,
        orClient(
          clientId,
          'Use --password-stdin, --password-file or KC_LOGOUT_PASSWORD, or store a sign-in: kc-logout login.',
        ),
      )
    }
    return { kind: 'password', ...proof, username: username.value, password }
  }
  if (clientSecret || clientKey || clientCert) return { kind: 'client', ...proof }
  throw new UserError('not-signed-in', 'Not signed in.', {
    exitCode: EXIT.denied,
    hint: orClient(
      clientId,
      'kc-logout login; or give --username with --password-stdin, or --client-id with --client-secret-file.',
    ),
  })
}

/** A hint for somebody who wrote --client-id, with nothing to sign in with, and may mean --client. */
const orClient = ({ value, source }: Setting, hint: string): string =>
  source === '--client-id'
    ? `--client-id names the client to sign in with. Did you mean --client ${shellQuote(value) ?? '…'}? ${hint}`
    : hint

/** The client's proof. With a certificate the key belongs to it, for TLS; alone it signs an assertion. */
const proofOf = ({ clientSecret, clientKey, clientCert }: Settings) => ({
  clientSecret,
  clientKey: clientCert ? undefined : clientKey,
})

const certificateOf = ({ clientCert, clientKey }: Settings) =>
  clientCert ? { certificate: clientCert, key: clientKey ?? clientCert } : undefined

/** The last check: a stored secret is sent to its own origin only. `resolveSettings` offers no other. */
function refuseForeignSecrets(settings: Settings, origin: string): void {
  const { password, clientSecret, token, clientKey, clientCert, session } = settings
  for (const secret of [password, clientSecret, token, clientKey, clientCert, session]) {
    if (secret?.origin !== undefined && secret.origin !== origin) {
      throw usageError(
        'foreign-secret',
        `The secret of ${secret.source} was stored for ${secret.origin}; it is not sent to ${origin}.`,
        'Sign in there with other credentials.',
      )
    }
  }
}
