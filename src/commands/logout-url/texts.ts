import type { Finding } from '../../core/finding.ts'

/** A finding with its sentences. */
export interface SaidFinding extends Finding {
  readonly message: string
  readonly why: string
  readonly fix: string
}

type Args = Readonly<Record<string, string | number | boolean>>
type Text = (args: Args) => readonly [message: string, why: string, fix: string]

const TEXTS: Readonly<Record<string, Text>> = {
  'hint-encrypted': () => [
    'The ID token is encrypted.',
    'Whether it fits cannot be told from here; Keycloak did not encrypt it for itself.',
    'Send the token as Keycloak signed it: decrypted, before it was used.',
  ],
  'hint-not-a-token': () => [
    'The file holds no ID token.',
    'Keycloak answers "Invalid parameter: id_token_hint", and nobody is logged out.',
    'Give the `id_token` of a token response, whole.',
  ],
  'hint-not-an-id-token': ({ typ }) => [
    `The token is no ID token (typ ${typ}).`,
    'Keycloak answers "Invalid parameter: id_token_hint", and nobody is logged out.',
    'Send the `id_token` of the token response; it comes only with scope `openid`.',
  ],
  'hint-of-another-realm': ({ expected, actual }) => [
    `The ID token is from ${actual}, not from ${expected}.`,
    'Keycloak answers "Invalid parameter: id_token_hint", and nobody is logged out.',
    'Use the logout URL of the realm that issued the token. Where only the host differs, Keycloak is called by two names: set its hostname.',
  ],
  'hint-of-another-client': ({ expected, actual }) => [
    `The ID token was issued to client ${actual}, not to ${expected}.`,
    'Keycloak answers "Invalid parameter: id_token_hint", and nobody is logged out.',
    'Send the ID token of this client.',
  ],
  'state-without-redirect': () => [
    '`state` does nothing without an address to come back to.',
    'Keycloak hands it back only with a redirect.',
    'Add --post-logout-redirect-uri.',
  ],
  'legacy-without-redirect': () => [
    '--legacy has nothing to do without an address to come back to.',
    'Only the name of that parameter differs.',
    'Add --post-logout-redirect-uri.',
  ],
  'legacy-refused': ({ version }) => [
    `Keycloak ${version} refuses \`redirect_uri\`.`,
    'It answers "Invalid parameter: redirect_uri", and nobody is logged out.',
    'Leave --legacy out: `post_logout_redirect_uri` with `id_token_hint`.',
  ],
  'legacy-ignored': ({ version }) => [
    `Keycloak ${version || '26 and later'} ignores \`redirect_uri\`.`,
    'The person ends on a page of Keycloak and does not come back.',
    'Leave --legacy out: `post_logout_redirect_uri` with `id_token_hint`.',
  ],
  'redirect-needs-client': () => [
    'An address to come back to needs `id_token_hint` or `client_id` with it.',
    'Keycloak answers "Missing parameters: id_token_hint", and nobody is logged out.',
    'Add --id-token (best) or --client.',
  ],
  'redirect-needs-hint': ({ version }) => [
    `Keycloak ${version} takes an address to come back to only with an \`id_token_hint\`.`,
    'It answers with an error page, and nobody is logged out.',
    'Add --id-token.',
  ],
  'redirect-not-allowed': ({ allowed }) => [
    'The client does not allow this address after a logout.',
    `Keycloak answers "Invalid redirect uri", and nobody is logged out. It allows: ${allowed}.`,
    'Add the address to "Valid post logout redirect URIs" of the client, or use one that is listed.',
  ],
  'redirect-unset': () => [
    'The client has no "Valid post logout redirect URIs", and Keycloak 20 takes that for none.',
    'It answers "Invalid redirect uri", and nobody is logged out.',
    'Set them to + ("as the redirect URIs").',
  ],
  'client-unknown': ({ clientId }) => [
    `The realm has no client ${clientId}.`,
    'Keycloak answers "Invalid redirect uri", and nobody is logged out.',
    'Give the client id as the application sends it at sign-in.',
  ],
  'client-not-seen': ({ clientId }) => [
    `The realm has no client ${clientId}.`,
    'No application signs people in with it, and from 18 on an address to come back to is refused with it.',
    'Give the client id as the application sends it at sign-in.',
  ],
  'client-disabled': () => [
    'The client is disabled.',
    'Keycloak does not take it for a client that could ask for a logout.',
    'Enable it, or log people out with `kc-logout user`.',
  ],
  'client-not-openid-connect': () => [
    'The client does not speak OpenID Connect.',
    'This URL is for OpenID Connect; SAML has a logout of its own.',
    'Use the SAML single logout service of the realm.',
  ],
  'no-hint-asks': () => [
    'Without an ID token Keycloak asks the person whether to log out.',
    'Who closes that page stays signed in.',
    'Keep the ID token at sign-in and add it: --id-token.',
  ],
  'no-hint-stays': () => [
    "Without an ID token this version ends only the session of the browser's own cookie.",
    'A browser without that cookie is sent back, and the session stays.',
    'Keep the ID token at sign-in and add it: --id-token.',
  ],
  'redirect-not-checked': () => [
    'Whether the client allows the address was not checked.',
    'Nobody signed in to look at the client.',
    'Name the client (--client) and sign in (--username or a client secret) to have it checked.',
  ],
  'snippet-placeholder': ({ placeholder }) => [
    `The address to come back to in the snippet is made up: ${placeholder}`,
    'Keycloak refuses an address that the client does not list, and then logs nobody out.',
    'Give the right one: --post-logout-redirect-uri. It is checked, too.',
  ],
  'version-unknown': () => [
    "The server's version is unknown.",
    'It was checked by the rules of the newest version known here, 26.7.4.',
    'Sign in as somebody with manage-realm.',
  ],
}

export function said(finding: Finding): SaidFinding {
  const [message, why, fix] = TEXTS[finding.code]?.(finding.args ?? {}) ?? [finding.code, '', '']
  return { ...finding, message, why, fix }
}
