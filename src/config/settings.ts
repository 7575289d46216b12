import type { TokenStore } from '../core/connection.ts'

/** A value and where it came from, in words for people: `--realm`, `KC_LOGOUT_REALM`, `profile "prod"`, `default`. */
export interface Setting<T = string> {
  readonly value: T
  readonly source: string
}

/**
 * How to reach a realm and as whom, every value with its source. What is missing is undefined; who needs it says so.
 * Secrets are read when they are asked for, once, and never printed.
 */
export interface Settings {
  readonly server: Setting | undefined
  readonly realm: Setting | undefined
  readonly loginRealm: Setting
  readonly clientId: Setting
  readonly username: Setting | undefined
  readonly password: Secret | undefined
  readonly clientSecret: Secret | undefined
  /** An access token that somebody else obtained; it is used as it is and never refreshed. */
  readonly token: Secret | undefined
  /** A private key by which the client signs in (private_key_jwt), or that of its certificate. Never sent. */
  readonly clientKey?: FileSecret | undefined
  /** A certificate that is shown in TLS (mutual TLS). */
  readonly clientCert?: FileSecret | undefined
  /** Somebody signed in earlier (`login`). */
  readonly session?: StoredSession | undefined
  /** The profile that takes part, and where it was named: a flag, a variable, or the file of profiles itself. */
  readonly profile?: Setting | undefined
  /** Findings of `doctor` that the profile calls known and wanted: `CODE` or `CODE:client-id`. */
  readonly accept?: readonly string[] | undefined
  readonly caFile: Setting | undefined
  readonly insecure: boolean
  readonly allowHttp: boolean
  /** What said so. */
  readonly insecureFrom?: string | undefined
  readonly allowHttpFrom?: string | undefined
  /** Milliseconds, for connecting and for each silence while reading. */
  readonly timeout: number
}

/** A sign-in that is kept, for one server, login realm and client. */
export interface StoredSession {
  readonly source: string
  readonly origin: string
  readonly loginRealm: string
  readonly clientId: string
  readonly store: TokenStore
}

/** A secret that is fetched only when it is needed (a file, stdin, a prompt). */
export interface Secret {
  readonly source: string
  /** The origin that this secret belongs to, when it was stored for one: it is sent to no other. */
  readonly origin?: string
  reveal(): Promise<string>
}

/** A secret that stands in a file of the user's own; `-` is stdin. */
export interface FileSecret extends Secret {
  readonly path: string
}
