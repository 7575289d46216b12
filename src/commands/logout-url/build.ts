import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import type { Decoded } from '../../token/decode.ts'
import { allowedRedirects, isAllowed } from './redirects.ts'
import { logoutParametersOf } from './version.ts'

/** The parameters of a logout URL, and where it goes. */
export interface LogoutUrlRequest {
  /** The realm's `end_session_endpoint`. */
  readonly endpoint: string
  /** The realm's issuer. */
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  /** Decoded, not verified. */
  readonly idToken: Decoded | undefined
  readonly postLogoutRedirectUri: string | undefined
  readonly state: string | undefined
  readonly legacy: boolean
}

export interface LogoutUrl {
  readonly url: string
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
}

/** The facts that a logout URL is checked against. */
export interface RealmFacts {
  /** Undefined without a sign-in. */
  readonly client: Client | undefined
  /** False if the realm has no such client; undefined without a sign-in. */
  readonly clientExists: boolean | undefined
  readonly version: string | undefined
}

/**
 * Returns the URL by which an application logs a user out (OpenID Connect RP-Initiated Logout 1.0 section 2; the old
 * `redirect_uri` form with `legacy`), with findings for all that Keycloak would refuse or ignore. It sends nothing.
 */
export function buildLogoutUrl(request: LogoutUrlRequest, facts: RealmFacts): LogoutUrl {
  const { endpoint, legacy, clientId, idToken, postLogoutRedirectUri, state } = request
  const parameters: Record<string, string> = {}
  if (idToken) parameters.id_token_hint = idToken.text
  else if (clientId !== undefined && !legacy) parameters.client_id = clientId
  if (postLogoutRedirectUri !== undefined)
    parameters[legacy ? 'redirect_uri' : 'post_logout_redirect_uri'] = postLogoutRedirectUri
  if (state !== undefined) parameters.state = state
  const query = new URLSearchParams(parameters).toString()
  return {
    url: query === '' ? endpoint : `${endpoint}${endpoint.includes('?') ? '&' : '?'}${query}`,
    endpoint,
    parameters,
    findings: [
      ...hintFindings(request),
      ...redirectFindings(request, facts),
      ...generalFindings(request, facts),
    ],
  }
}

/** Faults of the hint, in the order in which Keycloak checks. An expired one is valid. */
function hintFindings({ idToken, clientId, issuer }: LogoutUrlRequest): Finding[] {
  if (!idToken) return []
  const payload = idToken.payload
  if (idToken.form === 'jwe') return [{ code: 'hint-encrypted', severity: 'warning' }]
  if (idToken.form !== 'jws' || !payload) return [{ code: 'hint-not-a-token', severity: 'error' }]
  const findings: Finding[] = []
  const typ = typeof payload.typ === 'string' ? payload.typ : undefined
  if (typ !== undefined && typ !== 'ID')
    findings.push({ code: 'hint-not-an-id-token', severity: 'error', args: { typ } })
  if (issuer !== undefined && payload.iss !== issuer)
    findings.push({
      code: 'hint-of-another-realm',
      severity: 'error',
      args: { expected: issuer, actual: String(payload.iss ?? 'none') },
    })
  const party = partyOf(idToken)
  if (clientId !== undefined && party !== undefined && party !== clientId)
    findings.push({
      code: 'hint-of-another-client',
      severity: 'error',
      args: { expected: clientId, actual: party },
    })
  return findings
}

/** The client that an ID token was issued to. */
export function partyOf({ payload }: Decoded): string | undefined {
  if (typeof payload?.azp === 'string') return payload.azp
  const aud = Array.isArray(payload?.aud) ? payload.aud[0] : payload?.aud
  return typeof aud === 'string' ? aud : undefined
}

function redirectFindings(
  request: LogoutUrlRequest,
  { client, clientExists, version }: RealmFacts,
): Finding[] {
  const { postLogoutRedirectUri: address, clientId, idToken, state, endpoint, legacy } = request
  const does = logoutParametersOf(version)
  if (address === undefined)
    return [
      ...(state === undefined ? [] : [{ code: 'state-without-redirect', severity: 'warning' as const }]),
      ...(legacy ? [{ code: 'legacy-without-redirect', severity: 'warning' as const }] : []),
    ]
  const findings: Finding[] = []
  if (legacy && does.legacyRedirect !== 'works')
    findings.push({
      code: `legacy-${does.legacyRedirect}`,
      severity: 'error',
      args: { version: version ?? '' },
    })
  if (does.redirectNeedsClient && clientId === undefined && !idToken)
    findings.push({ code: 'redirect-needs-client', severity: 'error' })
  else if (does.redirectNeedsHint && !idToken)
    findings.push({ code: 'redirect-needs-hint', severity: 'error', args: { version: version ?? '' } })
  if (clientExists === false && does.redirectNeedsClient)
    findings.push({ code: 'client-unknown', severity: 'error', args: { clientId: clientId ?? '' } })
  if (!client) return findings
  if (does.unsetMeansNone && client.postLogoutRedirectUris === undefined)
    findings.push({ code: 'redirect-unset', severity: 'error', clientId: client.clientId })
  else {
    // Up to 16 Keycloak checks only redirect URIs, those of every client: only this client's are certain.
    const rules = does.redirectNeedsClient ? client : { ...client, postLogoutRedirectUris: undefined }
    const allowed = allowedRedirects(rules, serverOf(endpoint))
    if (!isAllowed(address, allowed, does.matching))
      findings.push({
        code: 'redirect-not-allowed',
        severity: 'error',
        clientId: client.clientId,
        url: address,
        args: { allowed: allowed.length === 0 ? 'none' : allowed.join(' ') },
      })
  }
  return findings
}

function generalFindings(
  request: LogoutUrlRequest,
  { client, clientExists, version }: RealmFacts,
): Finding[] {
  const does = logoutParametersOf(version)
  const findings: Finding[] = []
  if (!request.idToken)
    findings.push({ code: does.asksWithoutHint ? 'no-hint-asks' : 'no-hint-stays', severity: 'warning' })
  // With an address it is `client-unknown`, if Keycloak checks the client for it.
  if (clientExists === false && !(request.postLogoutRedirectUri !== undefined && does.redirectNeedsClient))
    findings.push({
      code: 'client-not-seen',
      severity: 'warning',
      args: { clientId: request.clientId ?? '' },
    })
  if (client && !client.enabled)
    findings.push({ code: 'client-disabled', severity: 'warning', clientId: client.clientId })
  if (client && client.protocol !== 'openid-connect')
    findings.push({ code: 'client-not-openid-connect', severity: 'error', clientId: client.clientId })
  if (request.postLogoutRedirectUri !== undefined && !client && clientExists !== false)
    findings.push({ code: 'redirect-not-checked', severity: 'info' })
  else if (version === undefined) findings.push({ code: 'version-unknown', severity: 'info' })
  return findings
}

/** `https://kc.example/auth/realms/…` is of the server `https://kc.example/auth`. */
const serverOf = (endpoint: string) => endpoint.replace(/\/realms\/.*$/s, '')
