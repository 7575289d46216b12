import { expect, test } from 'vitest'
import { explainLogoutError, type LogoutError } from './logout-errors.ts'

const cases: [code: string, error: Partial<LogoutError>][] = [
  // As Keycloak 26.7.4 stored them for requests that provoke them.
  ['redirect-not-allowed', { error: 'invalid_redirect_uri', clientId: 'shop' }],
  ['redirect-of-no-client', { error: 'invalid_redirect_uri' }],
  [
    'hint-missing',
    {
      error: 'invalid_request',
      reason:
        "Either the parameter 'client_id' or the parameter 'id_token_hint' is required when 'post_logout_redirect_uri' is used.",
    },
  ],
  ['hint-invalid', { error: 'invalid_token', reason: 'Invalid IDToken' }],
  [
    'hint-not-an-id-token',
    { error: 'invalid_token', reason: "Token type is incorrect. Expected '[ID]' but was 'Bearer'" },
  ],
  [
    'hint-of-another-client',
    {
      error: 'invalid_token',
      clientId: 'desk',
      reason: 'Parameter client_id is different than the client for which ID Token was issued.',
    },
  ],
  [
    'refresh-token-invalid',
    {
      error: 'invalid_token',
      clientId: 'shop',
      reason: 'Invalid refresh token',
      clientAuthMethod: 'client-secret',
    },
  ],
  ['client-not-authenticated', { error: 'invalid_client_credentials', clientId: 'shop' }],
  ['logout-token-rejected', { error: 'invalid_token', reason: 'The decode of the logoutToken failed' }],
  ['logout-token-not-sent', { error: 'invalid_token', reason: 'No logout token' }],
  ['logout-token-of-no-provider', { error: 'invalid_token', reason: 'No Identity Provider has been found' }],
  // As the sources of 26.7.4 have them.
  [
    'refresh-token-of-another-client',
    {
      error: 'invalid_token',
      reason: "Invalid refresh token. Token client and authorized client don't match",
    },
  ],
  ['refresh-token-stale', { error: 'invalid_token', reason: 'Stale token' }],
  ['refresh-token-stale', { error: 'invalid_token', reason: 'Toked issued before the user session started' }],
  ['certificate-bound', { error: 'not_allowed', reason: 'Client certificate missing' }],
  ['logout-token-rejected', { error: 'invalid_token', reason: 'Missing sid or sub claim' }],
  [
    'logout-token-rejected',
    { error: 'invalid_token', reason: 'The LogoutToken contains a nonce claim which is not allowed' },
  ],
  ['local-logout-failed', { error: 'logout_failed', reason: 'There was an error during the local logout' }],
  ['confirmation-too-late', { error: 'session_expired', reason: 'Failed verification during logout.' }],
  ['logout-failed', { error: 'logout_failed' }],
  ['saml-message-rejected', { error: 'invalid_saml_logout_request' }],
  ['https-required', { error: 'ssl_required' }],
  // As Keycloak 12.0.4 stored them: without a reason.
  ['refresh-token-invalid', { error: 'invalid_token', clientId: 'shop', clientAuthMethod: 'client-secret' }],
  ['token-invalid', { error: 'invalid_token' }],
  ['other', { error: 'something_new', reason: 'of 2031' }],
  ['other', {}],
]

test.each(cases)('%s: %o', (code, error) => {
  const nothing = { error: undefined, reason: undefined, clientId: undefined, clientAuthMethod: undefined }
  const explained = explainLogoutError({ ...nothing, ...error })
  expect(explained.code).toBe(code)
  expect(explained.explanation).toMatch(/\.$/)
  expect(explained.fix.length).toBeGreaterThan(10)
})
