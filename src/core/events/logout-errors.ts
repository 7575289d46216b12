/** A LOGOUT_ERROR, from a stored event or a line of the server log. */
export interface LogoutError {
  readonly error: string | undefined
  /** From Keycloak 24 on (12 to 22 log only the error). */
  readonly reason: string | undefined
  readonly clientId: string | undefined
  /** Present if the client authenticated: the request was a POST with a refresh token. */
  readonly clientAuthMethod: string | undefined
}

/** What a LOGOUT_ERROR means and how to fix it. */
export interface Explanation {
  /** A stable code for scripts. */
  readonly code: string
  readonly explanation: string
  readonly fix: string
}

interface Row extends Explanation {
  readonly applies: (error: LogoutError) => boolean
}

const REFRESH_TOKEN =
  'A refresh token is valid as long as its session, and only once if "Revoke Refresh Token" is on. An application that posts its refresh token on every logout gets this error if the session was ended elsewhere first; that is harmless. Otherwise send the newest refresh token of this client.'
const HINT =
  'Send the ID token exactly as Keycloak issued it at sign-in in this realm. `kc-logout inspect-token --kind id` shows what is wrong with it.'

/**
 * The meaning of each LOGOUT_ERROR. Read from LogoutEndpoint of Keycloak 26.7.4 and, unless marked, seen in its events.
 * The first match wins.
 */
const ROWS: readonly Row[] = [
  {
    code: 'redirect-not-allowed',
    applies: ({ error, clientId }) => error === 'invalid_redirect_uri' && clientId !== undefined,
    explanation:
      'The application sent a post_logout_redirect_uri that is not configured for this client. The user saw "Invalid redirect uri" and stays signed in.',
    fix: 'Add the exact URI to the client\'s "Valid post logout redirect URIs" (`kc-logout logout-url --client … --post-logout-redirect-uri …` checks it), or fix the application.',
  },
  {
    code: 'redirect-of-no-client',
    applies: ({ error }) => error === 'invalid_redirect_uri',
    explanation:
      'A post_logout_redirect_uri was sent, but `client_id` is not an existing client. Before Keycloak 18: no client of the realm has this URI configured.',
    fix: 'Send the `client_id` of an existing client, or an `id_token_hint`.',
  },
  {
    code: 'hint-missing',
    applies: ({ error, reason }) => error === 'invalid_request' && /id_token_hint/.test(reason ?? ''),
    explanation:
      'The application sent a post_logout_redirect_uri without `client_id` or `id_token_hint`. The user saw an error and stays signed in.',
    fix: 'Also send `id_token_hint` (preferred: Keycloak then asks no confirmation) or `client_id`. One of them is required from Keycloak 18 on. `kc-logout logout-url` builds such a URL.',
  },
  {
    code: 'hint-not-an-id-token',
    applies: ({ reason }) => /Token type is incorrect/.test(reason ?? ''),
    explanation: 'The `id_token_hint` is not an ID token. It is usually the access token.',
    fix: 'Send the `id_token` of the token response. It is issued only with the scope `openid`.',
  },
  {
    code: 'hint-of-another-client',
    applies: ({ reason }) => /client_id is different/.test(reason ?? ''),
    explanation: 'The `id_token_hint` was issued to a different client than `client_id`.',
    fix: 'Leave `client_id` out, or send the ID token of that client.',
  },
  {
    code: 'hint-invalid',
    applies: ({ reason }) => /Invalid ID ?Token/i.test(reason ?? ''),
    explanation:
      'This realm cannot verify the `id_token_hint`: it is malformed, truncated, from another realm or server, or signed with a key that the realm no longer has.',
    fix: HINT,
  },
  {
    code: 'refresh-token-of-another-client',
    applies: ({ reason }) => /authorized client don't match/.test(reason ?? ''),
    // Not seen in events; from the sources of 26.7.4.
    explanation: 'A client posted a refresh token that was issued to another client.',
    fix: 'Each client logs out with its own refresh token.',
  },
  {
    code: 'refresh-token-stale',
    applies: ({ reason }) => /stale|not active|issued before/i.test(reason ?? ''),
    // Not seen in events; from the sources of 26.7.4.
    explanation:
      'The refresh token is no longer valid: its session has ended, or it is older than the not-before of the realm, client or user.',
    fix: 'None needed after a logout. `kc-logout not-before show` shows the not-before values and how to undo them.',
  },
  {
    code: 'refresh-token-invalid',
    applies: ({ reason }) => /refresh token/i.test(reason ?? ''),
    explanation:
      'A client posted an invalid refresh token to end its session: already used, from an ended session, or from another realm.',
    fix: REFRESH_TOKEN,
  },
  {
    code: 'certificate-bound',
    applies: ({ error }) => error === 'not_allowed',
    // Not seen in events; from the sources of 26.7.4.
    explanation:
      'The refresh token is bound to a client certificate, and the request had none or a different one.',
    fix: 'Send the logout with the same TLS client certificate as the token request.',
  },
  {
    code: 'client-not-authenticated',
    applies: ({ error }) =>
      /^(invalid_client|invalid_client_credentials|unauthorized_client|client_not_found|client_disabled)$/.test(
        error ?? '',
      ),
    explanation:
      'The client could not authenticate to end its session: its secret is wrong or was rotated, or the client is unknown or disabled.',
    fix: "Configure the application with the client's current secret and the correct client id.",
  },
  {
    code: 'logout-token-not-sent',
    applies: ({ reason }) => reason === 'No logout token',
    explanation:
      "A request to this realm's backchannel logout endpoint had no `logout_token`. It came from an identity provider without OpenID Connect Back-Channel Logout, or from a scanner.",
    fix: "Keycloak's endpoint is for identity providers that the realm brokers. The Backchannel Logout URL of a client must be a URL of the application, not of Keycloak.",
  },
  {
    code: 'logout-token-of-no-provider',
    applies: ({ reason }) => /No Identity Provider has been found/.test(reason ?? ''),
    explanation: 'The issuer of a received logout token is not an identity provider of this realm.',
    fix: "Set the identity provider's issuer to the `iss` of its tokens (`kc-logout inspect-token` shows it). If the token is from this realm itself, a client's Backchannel Logout URL points to Keycloak.",
  },
  {
    code: 'logout-token-rejected',
    applies: ({ reason }) => /logout ?token|sid or sub/i.test(reason ?? ''),
    explanation:
      'This realm rejected the logout token of an identity provider. The reason names the rule that failed.',
    fix: 'Run `kc-logout inspect-token --kind logout` on the token: it shows all rules that fail, not only the first.',
  },
  {
    code: 'local-logout-failed',
    applies: ({ reason }) => /local logout/.test(reason ?? ''),
    // Not seen in events; from the sources of 26.7.4.
    explanation:
      'Keycloak accepted the logout token of an identity provider, but failed to end the sessions.',
    fix: "Look for the exception in Keycloak's server log at that time.",
  },
  {
    code: 'confirmation-too-late',
    applies: ({ error }) => error === 'session_expired' || error === 'expired_code',
    // Not seen in events; from the sources of 26.7.4.
    explanation:
      'The user confirmed the logout too late, or the browser did not return the cookie. No session ended.',
    fix: "Send an `id_token_hint`: then Keycloak asks no confirmation. Otherwise check whether Keycloak's cookies are lost (proxy, SameSite, http).",
  },
  {
    code: 'logout-failed',
    applies: ({ error }) => error === 'logout_failed',
    // Not seen in events; from the sources of 26.7.4.
    explanation: 'Keycloak could not finish a logout in the browser.',
    fix: "Look for details in Keycloak's server log at that time.",
  },
  {
    code: 'session-not-found',
    applies: ({ error }) => error === 'user_session_not_found',
    // Not seen in events; from the sources of 26.7.4.
    explanation: 'The session had already ended.',
    fix: 'None needed: the session was ended elsewhere first.',
  },
  {
    code: 'saml-message-rejected',
    applies: ({ error }) => /^invalid_(saml|signature|logout)/.test(error ?? ''),
    // Not seen in events; from the sources of 26.7.4.
    explanation: 'A SAML logout message was rejected: its signature, its format or its destination.',
    fix: 'Compare the certificate and logout URLs of the SAML client with its metadata. Keycloak logs the reason at DEBUG (org.keycloak.protocol.saml).',
  },
  {
    code: 'https-required',
    applies: ({ error }) => error === 'ssl_required',
    // Not seen in events; from the sources of 26.7.4.
    explanation:
      'The realm requires https, but the request used http, or a proxy did not forward the scheme.',
    fix: 'Call Keycloak over https. Behind a proxy, send X-Forwarded-Proto and set `--proxy-headers`.',
  },
  // Events up to 22.0.5 have no reason, in 24.0.5 one in seven has: only the client authentication method is left.
  {
    code: 'refresh-token-invalid',
    applies: ({ error, reason, clientAuthMethod }) =>
      error === 'invalid_token' && reason === undefined && clientAuthMethod !== undefined,
    explanation:
      'The client authenticated and posted an invalid or missing refresh token: its session had already ended, or the token was already used.',
    fix: REFRESH_TOKEN,
  },
  {
    code: 'token-invalid',
    applies: ({ error, reason }) => error === 'invalid_token' && reason === undefined,
    explanation:
      'Keycloak rejected the token of a logout request: an `id_token_hint`, or the logout token of an identity provider. Versions before 25 rarely say which.',
    fix: HINT,
  },
]

/** Explains a LOGOUT_ERROR. For an unknown one, quotes Keycloak's error and reason (code `other`). */
export function explainLogoutError(error: LogoutError): Explanation {
  const row = ROWS.find(({ applies }) => applies(error))
  if (row) return { code: row.code, explanation: row.explanation, fix: row.fix }
  const words = [error.error, error.reason].filter((word) => word !== undefined).join(': ')
  return {
    code: 'other',
    explanation: words ? `Keycloak's message: "${words}".` : 'Keycloak gives no reason.',
    fix: "Keycloak's server log may have details at that time.",
  }
}
