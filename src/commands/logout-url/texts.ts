import type { Finding } from '../../core/finding.ts'

/** A finding with its sentences. */
export interface ExplainedFinding extends Finding {
  readonly message: string
  readonly why: string
  readonly fix: string
}

type Args = Readonly<Record<string, string | number | boolean>>
type Texts = readonly [message: string, why: string, fix: string]

const BAD_HINT = 'Keycloak answers "Invalid parameter: id_token_hint", and the user stays signed in.'
const BAD_REDIRECT = 'Keycloak answers "Invalid redirect uri", and the user stays signed in.'
const KEEP_TOKEN = 'Store the ID token at sign-in and add it: --id-token.'

const TEXTS: Readonly<Record<string, (args: Args) => Texts>> = {
  'hint-encrypted': () => [
    'The ID token is encrypted.',
    'Its content cannot be checked here, and Keycloak cannot read it either.',
    'Send the signed token: decrypt it first.',
  ],
  'hint-not-a-token': () => [
    'The file holds no ID token.',
    BAD_HINT,
    'Give the whole `id_token` of a token response.',
  ],
  'hint-not-an-id-token': ({ typ }) => [
    `The token is not an ID token (typ ${typ}).`,
    BAD_HINT,
    'Send the `id_token` of the token response. It is issued only with the scope `openid`.',
  ],
  'hint-of-another-realm': ({ expected, actual }) => [
    `The ID token is from ${actual}, not from ${expected}.`,
    BAD_HINT,
    'Use the logout URL of the realm that issued the token. If only the host differs, Keycloak is called by two names: set its hostname.',
  ],
  'hint-of-another-client': ({ expected, actual }) => [
    `The ID token was issued to client ${actual}, not to ${expected}.`,
    BAD_HINT,
    'Send the ID token of this client.',
  ],
  'state-without-redirect': () => [
    '`state` has no effect without a redirect address.',
    'Keycloak returns it only with a redirect.',
    'Add --post-logout-redirect-uri.',
  ],
  'legacy-without-redirect': () => [
    '--legacy has no effect without a redirect address.',
    'Only the name of that parameter is different.',
    'Add --post-logout-redirect-uri.',
  ],
  'legacy-refused': ({ version }) => [
    `Keycloak ${version} refuses \`redirect_uri\`.`,
    'It answers "Invalid parameter: redirect_uri", and the user stays signed in.',
    'Leave --legacy out: `post_logout_redirect_uri` with `id_token_hint`.',
  ],
  'legacy-ignored': ({ version }) => [
    `Keycloak ${version || '26 and later'} ignores \`redirect_uri\`.`,
    'The user ends on a page of Keycloak and is not sent back.',
    'Leave --legacy out: `post_logout_redirect_uri` with `id_token_hint`.',
  ],
  'redirect-needs-client': () => [
    'A redirect address needs `id_token_hint` or `client_id`.',
    'Keycloak answers "Missing parameters: id_token_hint", and the user stays signed in.',
    'Add --id-token (preferred) or --client.',
  ],
  'redirect-needs-hint': ({ version }) => [
    `Keycloak ${version} accepts a redirect address only with an \`id_token_hint\`.`,
    'It answers with an error page, and the user stays signed in.',
    'Add --id-token.',
  ],
  'redirect-not-allowed': ({ allowed }) => [
    'The client does not allow this redirect address after a logout.',
    `${BAD_REDIRECT} It allows: ${allowed}.`,
    'Add the address to "Valid post logout redirect URIs" of the client, or use one of that list.',
  ],
  'redirect-unset': () => [
    'The client has no "Valid post logout redirect URIs", and Keycloak 20 then allows none.',
    BAD_REDIRECT,
    'Set them to + (the same as the redirect URIs).',
  ],
  'client-unknown': ({ clientId }) => [
    `The realm has no client ${clientId}.`,
    BAD_REDIRECT,
    'Give the client id that the application sends at sign-in.',
  ],
  'client-not-seen': ({ clientId }) => [
    `The realm has no client ${clientId}.`,
    'No application signs users in with it, and from 18 on Keycloak refuses a redirect address with it.',
    'Give the client id that the application sends at sign-in.',
  ],
  'client-disabled': () => [
    'The client is disabled.',
    'Keycloak logs users out with it all the same (seen on 26.7.4), but none can sign in with it.',
    'Nothing, if that is intended. Otherwise enable the client.',
  ],
  'client-not-openid-connect': () => [
    'The client does not use OpenID Connect.',
    'This URL is for OpenID Connect; SAML has a logout of its own.',
    'Use the SAML single logout service of the realm.',
  ],
  'no-hint-asks': () => [
    'Without an ID token Keycloak asks the user to confirm the logout.',
    'A user who closes that page stays signed in.',
    KEEP_TOKEN,
  ],
  'no-hint-stays': () => [
    "Without an ID token this version ends only the session of the browser's own cookie.",
    'A browser without that cookie is sent back, and the session stays.',
    KEEP_TOKEN,
  ],
  'redirect-not-checked': () => [
    'The redirect address was not checked.',
    'Without a sign-in the settings of the client cannot be read.',
    'Name the client (--client) and sign in (--username or a client secret) to have it checked.',
  ],
  'snippet-placeholder': ({ placeholder }) => [
    `The redirect address in the code is a placeholder: ${placeholder}`,
    'Keycloak refuses an address that the client does not list, and the user stays signed in.',
    'Give the address: --post-logout-redirect-uri. It is then checked.',
  ],
  'version-unknown': () => [
    "The server's version is unknown.",
    'The rules of the newest version known here, 26.7.4, were used.',
    'Sign in with an account that has manage-realm.',
  ],
}

/** Adds the sentences to a finding. */
export function explained(finding: Finding): ExplainedFinding {
  const [message, why, fix] = TEXTS[finding.code]?.(finding.args ?? {}) ?? [finding.code, '', '']
  return { ...finding, message, why, fix }
}
