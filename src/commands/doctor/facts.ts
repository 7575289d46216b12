import type { EventsConfig } from '../../core/events/events-config.ts'
import type { Client, IdentityProvider, PushResult, Realm } from '../../core/model.ts'
import type { ClientSight } from '../../core/not-visible.ts'
import type { RolesHeld } from '../../core/roles.ts'

/** Everything that `doctor` reads, before the rules are applied. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly server: ServerFacts
  /** Undefined if it cannot be read. */
  readonly roles: RolesHeld | undefined
  readonly realm: Realm
  /** Undefined without view-events. */
  readonly events: EventsConfig | undefined
  /** Undefined without view-clients. */
  readonly clients: readonly Client[] | undefined
  /** How much of the realm's clients the caller sees; undefined if only named clients are checked. */
  readonly sight: ClientSight | undefined
  /** Undefined without view-identity-providers. */
  readonly providers: readonly IdentityProvider[] | undefined
  readonly urls: readonly UrlFacts[]
}

export interface ServerFacts {
  /** With its base path, as used from here. */
  readonly url: string
  readonly version: string | undefined
  /** Which evidence of the applications' answers this version has; undefined: not known. */
  readonly tracesCalls: boolean | undefined
  readonly logNamesSession: boolean | undefined
  /** Of the target realm. */
  readonly issuer: string | undefined
}

/** Which of a client's URLs it is. */
export type UrlUse = 'backchannel' | 'admin'

/** One URL that Keycloak calls for one client, and the result of its check from here. */
export interface UrlFacts {
  readonly clientId: string
  readonly use: UrlUse
  readonly url: string
  readonly look: Look
  /** The response to a forged logout token (`--probe`, Backchannel Logout URLs only). */
  readonly answer?: HttpLook
  /** The result of Keycloak's own test call to an Admin URL (`--probe`). */
  readonly tested?: PushResult
  /** Why `--probe` did not call it: a missing role or issuer, or an error of Keycloak. */
  readonly notProbed?: { readonly why: 'no-role' | 'no-issuer' | 'server-failed'; readonly detail: string }
}

/** Name, connection and certificates of a URL's host. Nothing was sent beyond the TLS handshake. */
export type Look =
  | { readonly kind: 'ok'; readonly tls?: TlsLook }
  | { readonly kind: 'not-http' }
  | {
      readonly kind: 'failed'
      readonly fault: ConnectFault
      readonly detail: string
      readonly addresses: readonly string[]
    }

export type ConnectFault =
  | 'unknown-host'
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'connection-closed'
  | 'tls-not-spoken'
  | 'tls-old-protocol'
  | 'tls-client-certificate'
  | 'tls-failed'

export interface TlsLook {
  readonly protocol: string
  /** The certificate first, then its issuers, as far as the server sent them or they are trusted here. */
  readonly chain: readonly CertificateFacts[]
  /** Does the chain end at an authority that is trusted here (Node's list, and --ca-file)? Dates and names aside. */
  readonly trusted: boolean
  /** Why the name does not match; undefined if it does. */
  readonly nameProblem: string | undefined
}

export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  readonly selfSigned: boolean
  /** Does it name a URL of its issuer's certificate? Browsers fetch it, Java does not. */
  readonly namesIssuerUrl: boolean
}

/** The result of an HTTP request. */
export type HttpLook =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly location: string | undefined
      readonly ms: number
    }
  | { readonly kind: 'silent'; readonly ms: number }
  | { readonly kind: 'failed'; readonly detail: string }
