import type { TokenStore } from '../core/connection.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A value and its source as shown to users: `--realm`, `KC_LOGOUT_REALM`, `profile "prod"`, `default`. */
export interface Setting<T = string> {
  readonly value: T
  readonly source: string
}

/**
 * How to reach a realm and sign in, each value with its source. What was not given is undefined; whoever needs it
 * reports that. Secrets are read once, on demand, and never printed.
 */
export interface Settings {
  readonly server: Setting | undefined
  readonly realm: Setting | undefined
  readonly loginRealm: Setting
  readonly clientId: Setting
  readonly username: Setting | undefined
  readonly password: Secret | undefined
  readonly clientSecret: Secret | undefined
  /** An access token obtained elsewhere; used as it is, never refreshed. */
  readonly token: Secret | undefined
  /** The private key for private_key_jwt, or the key of the client certificate. Never sent. */
  readonly clientKey?: FileSecret | undefined
  /** The client certificate for mutual TLS. */
  readonly clientCert?: FileSecret | undefined
  /** A sign-in stored by `login`. */
  readonly session?: StoredSession | undefined
  /** The profile in use, and where it was named: an option, a variable, or the file of profiles. */
  readonly profile?: Setting | undefined
  /** Findings of `doctor` that the profile accepts: `CODE` or `CODE:client-id`. */
  readonly accept?: readonly string[] | undefined
  readonly caFile: Setting | undefined
  readonly insecure: boolean
  readonly allowHttp: boolean
  readonly insecureFrom?: string | undefined
  readonly allowHttpFrom?: string | undefined
  /** Milliseconds, for connecting and for each silence while reading. */
  readonly timeout: number
}

/** The values of a profile. Its secrets carry the origin that they were stored for. */
export interface ProfileValues {
  readonly name: string
  readonly server?: string
  readonly realm?: string
  readonly loginRealm?: string
  readonly clientId?: string
  readonly username?: string
  readonly password?: Secret
  readonly clientSecret?: Secret
  readonly token?: Secret
  /** Paths; used at the profile's own server only. */
  readonly clientKey?: string
  readonly clientCert?: string
  readonly session?: StoredSession
  readonly caFile?: string
  readonly insecure?: boolean
  readonly allowHttp?: boolean
  readonly accept?: readonly string[]
  /** Where the profile was named: `--profile`, `KC_LOGOUT_PROFILE`, or its file. */
  readonly namedBy?: string
}

/** A stored sign-in, bound to one server, login realm and client. */
export interface StoredSession {
  readonly source: string
  readonly origin: string
  readonly loginRealm: string
  readonly clientId: string
  readonly store: TokenStore
}

/** A secret that is fetched on demand (a file, stdin, a prompt). */
export interface Secret {
  readonly source: string
  /** The origin that this secret was stored for; it is sent to no other. */
  readonly origin?: string
  reveal(): Promise<string>
}

/** A secret in a file of the user's own; `-` is stdin. */
export interface FileSecret extends Secret {
  readonly path: string
}
