/** A property of a logout token that some receivers reject. */
export type Trait =
  | 'bad-signature'
  | 'alg-none'
  | 'other-alg'
  | 'not-rs256'
  | 'typ-jwt'
  | 'typ-logout'
  | 'wrong-iss'
  | 'wrong-aud'
  | 'no-iat'
  | 'no-exp'
  | 'expired'
  | 'no-jti'
  | 'replayed'
  | 'no-event'
  | 'event-null'
  | 'event-falsy'
  | 'event-no-object'
  | 'event-not-empty'
  | 'more-events'
  | 'no-sub-no-sid'
  | 'no-sid'
  | 'nonce'
  | 'nonce-null'

export interface Receiver {
  readonly name: string
  /** The code that decides. */
  readonly source: string
  /** The version that the cells are known for. */
  readonly version: string
  /** `run`: every cell was tried with signed tokens. `read`: taken from the source or the compiled class. */
  readonly evidence: 'run' | 'read'
  readonly rejects: readonly Trait[]
  readonly accepts: readonly Trait[]
  /** Cells that changed after `version`. */
  readonly changes?: readonly Change[]
}

/** A trait that a receiver accepts up to a version and rejects since a later one. */
export interface Change {
  readonly trait: Trait
  readonly acceptedUntil: string
  readonly rejectedSince: string
}

const FORGED = ['bad-signature', 'alg-none', 'wrong-iss', 'wrong-aud'] as const
const ANY_TYP = ['typ-jwt', 'typ-logout'] as const

/**
 * What well-known receivers check. A trait in neither list makes the answer `not-known`; some depend on configuration.
 * An answer other than 2xx counts as a rejection, as in Keycloak. test/live/receivers.test.ts and
 * test/applications/receivers.test.ts run every cell of the receivers with `evidence: 'run'`.
 */
export const RECEIVERS: readonly Receiver[] = [
  {
    name: 'Spring Security',
    source: 'OidcBackChannelLogoutTokenValidator.java',
    version: '6.5.5',
    evidence: 'run',
    rejects: [
      ...FORGED,
      'expired',
      'no-iat',
      'no-jti',
      'no-event',
      'event-null',
      'no-sub-no-sid',
      'nonce',
      'not-rs256',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
    ],
    accepts: [...ANY_TYP, 'no-exp', 'replayed', 'more-events', 'no-sid', 'nonce-null'],
  },
  {
    name: 'mod_auth_openidc',
    source: 'oidc_handle_logout_backchannel()',
    version: '2.4.12.3',
    evidence: 'run',
    rejects: [
      ...FORGED,
      'expired',
      'replayed',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
    ],
    accepts: [
      ...ANY_TYP,
      'no-exp',
      'event-not-empty',
      'more-events',
      'no-sid',
      'nonce-null',
      'no-iat',
      'no-jti',
      'not-rs256',
    ],
    // Commit bee6c167, "require iat and jti in a back-channel logout token".
    changes: [
      { trait: 'no-iat', acceptedUntil: '2.4.20', rejectedSince: '2.4.20.1' },
      { trait: 'no-jti', acceptedUntil: '2.4.20', rejectedSince: '2.4.20.1' },
    ],
  },
  {
    name: 'express-openid-connect',
    source: 'lib/context.js, backchannelLogout()',
    version: '3.4.0',
    evidence: 'run',
    rejects: [
      ...FORGED,
      'other-alg',
      'expired',
      'no-event',
      'event-null',
      'event-falsy',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
      'not-rs256',
    ],
    accepts: [
      ...ANY_TYP,
      'no-iat',
      'no-exp',
      'no-jti',
      'replayed',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sid',
    ],
  },
  {
    name: 'auth0-auth-js 1.16.0, nextjs-auth0',
    source: 'src/auth-client.ts, verifyLogoutToken()',
    version: '4.30.0',
    evidence: 'read',
    rejects: [
      ...FORGED,
      'expired',
      'no-iat',
      'no-event',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
      'not-rs256',
    ],
    accepts: [
      ...ANY_TYP,
      'no-exp',
      'no-jti',
      'replayed',
      'event-null',
      'event-not-empty',
      'more-events',
      'no-sid',
    ],
  },
  {
    name: 'Open Liberty',
    source: 'LogoutTokenValidator.java',
    version: '25.0.0.10',
    evidence: 'read',
    rejects: [
      ...FORGED,
      'other-alg',
      'expired',
      'no-iat',
      'no-exp',
      'no-jti',
      'replayed',
      'no-event',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
    ],
    accepts: [...ANY_TYP, 'event-not-empty', 'more-events', 'no-sid', 'nonce-null', 'event-null'],
  },
  {
    name: 'Quarkus',
    source: 'BackChannelLogoutHandler, verifyLogoutTokenClaims',
    version: '3.28.2',
    evidence: 'read',
    rejects: [
      'bad-signature',
      'alg-none',
      'expired',
      'no-exp',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'nonce',
      'nonce-null',
    ],
    accepts: [...ANY_TYP, 'no-jti', 'replayed', 'event-not-empty', 'more-events', 'not-rs256'],
  },
  {
    name: 'Synapse',
    source: 'synapse/handlers/oidc.py, handle_backchannel_logout',
    version: '1.163.2',
    evidence: 'read',
    rejects: [...FORGED, 'no-event', 'no-sub-no-sid', 'no-sid', 'nonce', 'nonce-null', 'expired'],
    accepts: [
      ...ANY_TYP,
      'no-jti',
      'replayed',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-exp',
      'no-iat',
    ],
  },
  {
    // Checks signatures only if "Validate Signatures" of the identity provider is on.
    name: 'Keycloak as a broker',
    source: 'TokenManager.verifyLogoutToken',
    version: '26.7.4',
    evidence: 'read',
    rejects: ['wrong-iss', 'wrong-aud', 'no-iat', 'no-jti', 'no-event', 'no-sub-no-sid', 'nonce', 'expired'],
    accepts: [
      ...ANY_TYP,
      'replayed',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sid',
      'nonce-null',
      'no-exp',
    ],
  },
  {
    name: "OpenID Foundation's conformance suite",
    source: 'OIDCCBackChannelRpInitiatedLogout.java',
    version: 'commit a288bed',
    evidence: 'read',
    rejects: [
      ...FORGED,
      'no-iat',
      'no-jti',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
    ],
    accepts: [...ANY_TYP, 'no-exp', 'replayed', 'no-sid'],
  },
]
