/** A secret that is read on first use (from a file, stdin, a prompt) and only once. */
export interface SecretSource {
  /** Where it comes from, for messages: `--password-file`, `KC_LOGOUT_PASSWORD`. */
  readonly source: string
  reveal(): Promise<string>
}

/** How a client authenticates. Both are absent for a public client, and for one authenticated by its TLS certificate. */
export interface ClientAuthentication {
  readonly clientSecret?: SecretSource | undefined
  /** A private key, PEM or JWK, that signs a client assertion (private_key_jwt, RFC 7523). It is never sent. */
  readonly clientKey?: SecretSource | undefined
}

/** How to sign in, and as whom. */
export type Credentials =
  | (ClientAuthentication & {
      readonly kind: 'password'
      readonly clientId: string
      readonly username: string
      readonly password: SecretSource
    })
  | (ClientAuthentication & { readonly kind: 'client'; readonly clientId: string })
  | (ClientAuthentication & {
      /** An earlier sign-in, whose tokens are stored and shared with other processes. */
      readonly kind: 'session'
      readonly clientId: string
      readonly username: string | undefined
      readonly store: TokenStore
      /** For signing in again after the session has ended, if a prompt is possible. */
      readonly password: SecretSource | undefined
    })
  | { readonly kind: 'token'; readonly token: SecretSource }

/** The tokens of a sign-in. Times are milliseconds since the epoch, by the local clock. */
export interface StoredTokens {
  readonly accessToken: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly refreshToken: string | undefined
  /** Undefined if Keycloak sets no expiry (offline tokens). */
  readonly refreshExpiresAt: number | undefined
  readonly sessionState: string | undefined
}

/** The stored tokens of one sign-in, shared by all processes that use it. */
export interface TokenStore {
  /** For messages: `profile "prod"`. */
  readonly source: string
  /** What the user does after the session has ended. */
  readonly remedy: string
  read(): Promise<StoredTokens | undefined>
  /**
   * Runs `change` on the stored tokens under a lock and stores its result. Returning the same value stores nothing.
   */
  update(
    change: (held: StoredTokens | undefined) => Promise<StoredTokens | undefined>,
  ): Promise<StoredTokens | undefined>
}

/** The TLS client certificate and its private key, both PEM. */
export interface ClientCertificate {
  readonly certificate: SecretSource
  readonly key: SecretSource
}

/** All settings needed to reach one realm, complete and validated. */
export interface Connection {
  /** An http(s) URL without a trailing slash, query, fragment or credentials; with or without Keycloak's `/auth`. */
  readonly server: string
  /** The target realm. */
  readonly realm: string
  readonly loginRealm: string
  readonly credentials: Credentials
  /** Sent if the server requests one (mutual TLS). */
  readonly clientCertificate?: ClientCertificate | undefined
  /** A PEM file of certificates to trust in addition to Node's. */
  readonly caFile: string | undefined
  /** Skip TLS certificate verification. */
  readonly insecure: boolean
  /** Milliseconds: for connecting, and for each idle period while reading. */
  readonly timeout: number
}

/** A device authorization response: what a person needs to grant access (RFC 8628, 3.2). */
export interface DeviceCode {
  readonly userCode: string
  /** The verification URI as the server sent it; its host may differ from the server's. */
  readonly url: string
  /** The same with the code included. */
  readonly completeUrl: string | undefined
  /** Seconds until the code expires. */
  readonly expiresIn: number
}
