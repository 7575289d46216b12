/** What is known of a LOGOUT_ERROR, from a stored event or from a line of the server log. */
export interface LogoutError {
  readonly error: string | undefined
  /** From 24 on (versions 12 to 22 say the error alone). */
  readonly reason: string | undefined
  readonly clientId: string | undefined
  /** Present when the client signed in to send this request: it then was a POST with a refresh token. */
  readonly clientAuthMethod: string | undefined
}

export interface Explanation {
  /** One word for scripts. */
  readonly code: string
  readonly explanation: string
  readonly fix: string
}

interface Row extends Explanation {
  readonly applies: (error: LogoutError) => boolean
}

const REFRESH_TOKEN =
  'A refresh token lives as long as its session, and with "Revoke Refresh Token" on it works once. An application that answers its own logout by posting its refresh token meets this when somebody else ended the session first: harmless then. Otherwise send the newest refresh token of this very client.'
const HINT =
  'Send the ID token exactly as Keycloak gave it at sign-in, one that this realm signed: `kc-logout inspect-token --kind id` says what is wrong with it.'

/**
 * What each LOGOUT_ERROR means. Read from Keycloak 26.7.4's LogoutEndpoint and, unless marked, seen in its events.
 * First match wins.
 */
const ROWS: readonly Row[] = [
  {
    code: 'redirect-not-allowed',
    applies: ({ error, clientId }) => error === 'invalid_redirect_uri' && clientId !== undefined,
    explanation:
      'The application asked to come back to an address that this client does not list: the person saw "Invalid redirect uri", and stays signed in.',
    fix: 'Add the address to the client\'s "Valid post logout redirect URIs", character by character (`kc-logout logout-url --client … --post-logout-redirect-uri …` checks it), or mend the application.',
  },
  {
    code: 'redirect-of-no-client',
    applies: ({ error }) => error === 'invalid_redirect_uri',
    explanation:
      'An address to come back to was given, but no client that lists it: `client_id` names none that exists and is enabled. Before 18: no client of the realm lists the address.',
    fix: 'Send the `client_id` of a client that exists and is enabled, or an `id_token_hint`.',
  },
  {
    code: 'hint-missing',
    applies: ({ error, reason }) => error === 'invalid_request' && /id_token_hint/.test(reason ?? ''),
    explanation:
      'The application asked to come back to an address without saying for which client: neither `client_id` nor `id_token_hint`. The person saw an error and stays signed in.',
    fix: 'Send `id_token_hint` (best: no question is asked) or `client_id` with it. `kc-logout logout-url` builds such a URL; from 18 on one of the two is needed.',
  },
  {
    code: 'hint-not-an-id-token',
    applies: ({ reason }) => /Token type is incorrect/.test(reason ?? ''),
    explanation: 'Another token than an ID token was sent as `id_token_hint`, mostly the access token.',
    fix: 'Send the `id_token` of the token response; it comes only with scope `openid`.',
  },
  {
    code: 'hint-of-another-client',
    applies: ({ reason }) => /client_id is different/.test(reason ?? ''),
    explanation: 'The `id_token_hint` was issued for another client than the `client_id` beside it.',
    fix: 'Leave `client_id` out, or send the ID token of that client.',
  },
  {
    code: 'hint-invalid',
    applies: ({ reason }) => /Invalid ID ?Token/i.test(reason ?? ''),
    explanation:
      'The `id_token_hint` is no token that this realm can verify: garbage, cut off, of another realm or server, or signed with a key that the realm no longer has.',
    fix: HINT,
  },
  {
    code: 'refresh-token-of-another-client',
    applies: ({ reason }) => /authorized client don't match/.test(reason ?? ''),
    // Not seen: in the sources of 26.7.4.
    explanation: 'A client posted a refresh token that was issued to another client.',
    fix: 'Each client logs out with its own refresh token.',
  },
  {
    code: 'refresh-token-stale',
    applies: ({ reason }) => /stale|not active|issued before/i.test(reason ?? ''),
    // Not seen: in the sources of 26.7.4.
    explanation:
      'The refresh token was made worthless before: its session has ended, or a not-before of realm, client or user is newer than it.',
    fix: 'Nothing, if a logout came before. `kc-logout not-before show` shows what is set and how to take it back.',
  },
  {
    code: 'refresh-token-invalid',
    applies: ({ reason }) => /refresh token/i.test(reason ?? ''),
    explanation:
      'A client posted a refresh token that is not valid (any more) to end its session: already used, of a session that has ended, or of another realm.',
    fix: REFRESH_TOKEN,
  },
  {
    code: 'certificate-bound',
    applies: ({ error }) => error === 'not_allowed',
    // Not seen: in the sources of 26.7.4.
    explanation:
      'The refresh token is bound to a client certificate, and the request came without it or with another.',
    fix: 'Send the logout over the same mutual TLS connection as the token request.',
  },
  {
    code: 'client-not-authenticated',
    applies: ({ error }) =>
      /^(invalid_client|invalid_client_credentials|unauthorized_client|client_not_found|client_disabled)$/.test(
        error ?? '',
      ),
    explanation:
      'The client could not sign in to end its session: wrong or rotated secret, or it is unknown or disabled.',
    fix: "Give the application the client's present secret, and its own client id.",
  },
  {
    code: 'logout-token-not-sent',
    applies: ({ reason }) => reason === 'No logout token',
    explanation:
      "Something called this realm's own backchannel logout endpoint without a `logout_token`: an identity provider that does not speak OpenID Connect Back-Channel Logout, or a scanner.",
    fix: "Keycloak's endpoint is for identity providers above it. An application's Backchannel Logout URL is the application's own address, not Keycloak's.",
  },
  {
    code: 'logout-token-of-no-provider',
    applies: ({ reason }) => /No Identity Provider has been found/.test(reason ?? ''),
    explanation:
      'A logout token came in whose issuer is none of the identity providers that this realm brokers.',
    fix: "Set the identity provider's issuer to what its tokens say in `iss` (`kc-logout inspect-token` shows it). A token of this realm itself means that a client's Backchannel Logout URL points at Keycloak.",
  },
  {
    code: 'logout-token-rejected',
    applies: ({ reason }) => /logout ?token|sid or sub/i.test(reason ?? ''),
    explanation:
      'An identity provider told this realm of a logout, and the logout token was not accepted; the reason says which rule failed.',
    fix: 'Put the token through `kc-logout inspect-token --kind logout`: it names every rule that fails, not only the first.',
  },
  {
    code: 'local-logout-failed',
    applies: ({ reason }) => /local logout/.test(reason ?? ''),
    // Not seen: in the sources of 26.7.4.
    explanation: 'An identity provider told this realm of a logout, and Keycloak failed to end the sessions.',
    fix: "Keycloak's server log has the exception of that moment.",
  },
  {
    code: 'confirmation-too-late',
    applies: ({ error }) => error === 'session_expired' || error === 'expired_code',
    // Not seen: in the sources of 26.7.4.
    explanation:
      'The person confirmed the logout too late, or the browser did not send the cookie back. Nothing was logged out.',
    fix: "Send an `id_token_hint`: then Keycloak asks nothing. Otherwise look whether Keycloak's cookies survive (proxy, SameSite, http).",
  },
  {
    code: 'logout-failed',
    applies: ({ error }) => error === 'logout_failed',
    // Not seen: in the sources of 26.7.4.
    explanation: 'Keycloak could not finish a logout in the browser.',
    fix: "Keycloak's server log has more at that moment.",
  },
  {
    code: 'session-not-found',
    applies: ({ error }) => error === 'user_session_not_found',
    // Not seen: in the sources of 26.7.4.
    explanation: 'There was no session any more to log out of.',
    fix: 'Nothing: somebody else ended it first.',
  },
  {
    code: 'saml-message-rejected',
    applies: ({ error }) => /^invalid_(saml|signature|logout)/.test(error ?? ''),
    // Not seen: in the sources of 26.7.4.
    explanation: 'A SAML logout message was rejected: its signature, its format or its destination.',
    fix: "Compare certificate and logout URLs of the SAML client with its metadata; Keycloak's log has the reason at DEBUG (org.keycloak.protocol.saml).",
  },
  {
    code: 'https-required',
    applies: ({ error }) => error === 'ssl_required',
    // Not seen: in the sources of 26.7.4.
    explanation: 'The realm wants https, and the request came over http (or a proxy did not say so).',
    fix: 'Call Keycloak over https, and let the proxy send X-Forwarded-Proto (`--proxy-headers`).',
  },
  // Up to 22.0.5 no event gives a reason, in 24.0.5 one in seven did: what is left to tell by is how the request came.
  {
    code: 'refresh-token-invalid',
    applies: ({ error, reason, clientAuthMethod }) =>
      error === 'invalid_token' && reason === undefined && clientAuthMethod !== undefined,
    explanation:
      'The client signed in and posted a refresh token that is not valid (any more), or none: its session had ended already, or the token was used before.',
    fix: REFRESH_TOKEN,
  },
  {
    code: 'token-invalid',
    applies: ({ error, reason }) => error === 'invalid_token' && reason === undefined,
    explanation:
      'A logout came with a token that Keycloak does not accept: an `id_token_hint`, or a logout token of an identity provider. Versions before 25 seldom say which.',
    fix: HINT,
  },
]

/** Says what a LOGOUT_ERROR means and what to do; what nobody foresaw is handed on in Keycloak's own words. */
export function explainLogoutError(error: LogoutError): Explanation {
  const row = ROWS.find(({ applies }) => applies(error))
  if (row) return { code: row.code, explanation: row.explanation, fix: row.fix }
  const words = [error.error, error.reason].filter((word) => word !== undefined).join(': ')
  return {
    code: 'other',
    explanation: `Keycloak says ${words ? `"${words}"` : 'nothing more'}.`,
    fix: "Keycloak's server log may say more at that moment.",
  }
}
