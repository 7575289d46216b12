import type { Connection, Credentials } from '../core/connection.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import type { Settings } from './settings.ts'

/**
 * The settings as a complete connection. Throws for what is missing: a server or a realm (exit 2), a way to sign in
 * (exit 4). Reveals no secret.
 */
export function connectionOf(settings: Settings): Connection {
  const { server, realm } = settings
  if (!server) {
    throw usageError('no-server', 'No server.', 'Give --server URL, or set KC_LOGOUT_SERVER.')
  }
  if (!realm) {
    throw usageError(
      'no-realm',
      'No realm to act on; there is no default.',
      'Give -r REALM, or set KC_LOGOUT_REALM. (KEYCLOAK_REALM is not read: it means the login realm elsewhere.)',
    )
  }
  refuseForeignSecrets(settings, new URL(server.value).origin)
  return {
    server: server.value,
    realm: realm.value,
    loginRealm: settings.loginRealm.value,
    credentials: credentialsOf(settings),
    caFile: settings.caFile?.value,
    insecure: settings.insecure,
    timeout: settings.timeout,
  }
}

function credentialsOf({ token, username, password, clientId, clientSecret }: Settings): Credentials {
  if (token) return { kind: 'token', token }
  if (username) {
    if (!password) {
      throw usageError(
        'no-password',
        `No password for ${username.value} (from ${username.source}).`,
        'Use --password-stdin, --password-file or KC_LOGOUT_PASSWORD.',
      )
    }
    return {
      kind: 'password',
      clientId: clientId.value,
      username: username.value,
      password,
      clientSecret,
    }
  }
  if (clientSecret) return { kind: 'client', clientId: clientId.value, clientSecret }
  throw new UserError('not-signed-in', 'No way to sign in is given.', {
    exitCode: EXIT.denied,
    hint: 'Give --username with --password-stdin or --password-file, or --client-id with --client-secret-file.',
  })
}

/** The last gate: a stored secret goes to its own origin only. `resolveSettings` offers no other in the first place. */
function refuseForeignSecrets(settings: Settings, origin: string): void {
  for (const secret of [settings.password, settings.clientSecret, settings.token]) {
    if (secret?.origin !== undefined && secret.origin !== origin) {
      throw usageError(
        'foreign-secret',
        `The secret of ${secret.source} was stored for ${secret.origin} and is not sent to ${origin}.`,
        'Sign in there with other credentials.',
      )
    }
  }
}
