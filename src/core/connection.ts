/** A secret that is fetched only when it is needed (a file, stdin, a prompt), and then once. */
export interface SecretSource {
  /** Where it comes from, for messages: `--password-file`, `KC_LOGOUT_PASSWORD`. */
  readonly source: string
  reveal(): Promise<string>
}

/** As whom to sign in. */
export type Credentials =
  | {
      readonly kind: 'password'
      readonly clientId: string
      readonly username: string
      readonly password: SecretSource
      readonly clientSecret: SecretSource | undefined
    }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: SecretSource }
  | { readonly kind: 'token'; readonly token: SecretSource }

/** Everything needed to reach one realm: complete, and free of contradictions. */
export interface Connection {
  /** An http(s) URL without a trailing slash, query, fragment or credentials; with or without Keycloak's `/auth`. */
  readonly server: string
  /** The realm acted on. */
  readonly realm: string
  readonly loginRealm: string
  readonly credentials: Credentials
  /** A PEM file of certificates to trust besides Node's own. */
  readonly caFile: string | undefined
  /** Certificates are not checked. */
  readonly insecure: boolean
  /** Milliseconds, for connecting and for each silence while reading. */
  readonly timeout: number
}
