import { ownProperty } from '../util/own-property.ts'
import type { JsonObject } from './json.ts'
import { headerType, type Kind } from './kind.ts'

/** The name of each kind at the beginning of a sentence. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  logout: 'Logout token',
  id: 'ID token',
  access: 'Access token',
  refresh: 'Refresh token',
  offline: 'Offline token',
  'security-event': 'Security event token',
  'client-assertion': 'Client assertion',
  'dpop-proof': 'DPoP proof',
  'action-token': 'Action token',
  registration: 'Registration access token',
  'admin-action': 'Admin action',
  'identity-cookie': 'Identity cookie',
  encrypted: 'Encrypted token',
  opaque: 'Opaque token',
  unknown: 'Token of unknown kind',
}

/** Explicit types that kc-logout names but has no rules for. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  'oauth-authz-req+jwt': 'Authorization request (RFC 9101)',
  'token-introspection+jwt': 'Introspection response (RFC 9701)',
  'oauth-client-attestation+jwt': 'Client attestation',
  'oauth-client-attestation-pop+jwt': 'Proof of a client attestation',
  'entity-statement+jwt': 'OpenID Federation entity statement',
  'trust-mark+jwt': 'OpenID Federation trust mark',
  'resolve-response+jwt': 'OpenID Federation resolve response',
  'openid4vci-proof+jwt': 'Proof for a verifiable credential',
  'dc+sd-jwt': 'Verifiable credential (SD-JWT)',
  'vc+sd-jwt': 'Verifiable credential (SD-JWT)',
  'kb+jwt': 'Key binding of a verifiable credential',
  'statuslist+jwt': 'Token status list',
  'provider-commands+jwt': 'OpenID Provider command',
  passport: 'PASSporT (RFC 8225)',
}

/** Returns the name of a token's kind; for one without rules, its explicit type. */
export function nameOfKind(kind: Kind, header: JsonObject, payload: JsonObject): string {
  if (kind === 'registration' && payload.typ === 'InitialAccessToken') return 'Initial access token'
  if (kind !== 'unknown') return KIND_NAMES[kind]
  const typ = headerType(header)
  return (typ === undefined ? undefined : ownProperty(OTHER_TYPES, typ)) ?? KIND_NAMES.unknown
}
