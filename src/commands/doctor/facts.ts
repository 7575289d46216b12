import type { EventsConfig } from '../../core/events/events-config.ts'
import type { Client, PushResult, Realm } from '../../core/model.ts'
import type { RolesHeld } from '../../core/roles.ts'

/** Everything that `doctor` found out, before anything is made of it. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly server: ServerFacts
  /** Undefined when nobody could say. */
  readonly roles: RolesHeld | undefined
  readonly realm: Realm
  /** Undefined without view-events. */
  readonly events: EventsConfig | undefined
  /** Undefined without view-clients. */
  readonly clients: readonly Client[] | undefined
  readonly urls: readonly UrlFacts[]
}

export interface ServerFacts {
  /** With its base path, as it was reached from here. */
  readonly url: string
  readonly version: string | undefined
  /** Of the realm acted on. */
  readonly issuer: string | undefined
}

/** Which of a client's URLs it is. */
export type UrlUse = 'backchannel' | 'admin'

/** One URL that Keycloak calls for one client, and how it looks from here. */
export interface UrlFacts {
  readonly clientId: string
  readonly use: UrlUse
  readonly url: string
  readonly look: Look
  /** What the application answered to a forged logout token (`--probe`, Backchannel Logout URLs only). */
  readonly answer?: HttpLook
  /** What Keycloak itself says of an Admin URL (`--probe`): its own test call. */
  readonly tested?: PushResult
  /** Why `--probe` did not call it, though it might have been reached: what is missing, or Keycloak's own failure. */
  readonly untried?: { readonly why: 'no-role' | 'no-issuer' | 'server-failed'; readonly detail: string }
}

/** Name, connection and certificates of a URL's host. Nothing was sent beyond a TLS greeting. */
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
  /** The certificate first, then whoever issued it, as far as the server sent them or they are trusted here. */
  readonly chain: readonly CertificateFacts[]
  /** Does the chain lead to an authority that is trusted here (Node's list, and --ca-file)? Dates and names aside. */
  readonly trusted: boolean
  /** Why the name does not fit; undefined when it does. */
  readonly nameProblem: string | undefined
}

export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  readonly selfSigned: boolean
  /** Does it say where its issuer's certificate can be fetched? Browsers do so, Java does not. */
  readonly namesIssuerUrl: boolean
}

/** What came back from an HTTP request. */
export type HttpLook =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly location: string | undefined
      readonly ms: number
    }
  | { readonly kind: 'silent'; readonly ms: number }
  | { readonly kind: 'failed'; readonly detail: string }
