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
  readonly caFile: Setting | undefined
  readonly insecure: boolean
  readonly allowHttp: boolean
  /** Milliseconds, for connecting and for each silence while reading. */
  readonly timeout: number
}

/** A secret that is fetched only when it is needed (a file, stdin, a prompt). */
export interface Secret {
  readonly source: string
  /** The origin that this secret belongs to, when it was stored for one: it is sent to no other. */
  readonly origin?: string
  reveal(): Promise<string>
}
