/** A secret that is fetched only when it is needed (a file, stdin, a prompt), and then once. */
export interface SecretSource {
  /** Where it comes from, for messages: `--password-file`, `KC_LOGOUT_PASSWORD`. */
  readonly source: string
  reveal(): Promise<string>
}

/** How a client proves itself; nothing of it for a public client, or for one that its TLS certificate proves. */
export interface ClientAuthentication {
  readonly clientSecret?: SecretSource | undefined
  /** A private key, PEM or JWK, that signs a short-lived statement (private_key_jwt, RFC 7523). It is never sent. */
  readonly clientKey?: SecretSource | undefined
}

/** As whom to sign in. */
export type Credentials =
  | (ClientAuthentication & {
      readonly kind: 'password'
      readonly clientId: string
      readonly username: string
      readonly password: SecretSource
    })
  | (ClientAuthentication & { readonly kind: 'client'; readonly clientId: string })
  | (ClientAuthentication & {
      /** Somebody signed in earlier; what Keycloak gave is stored and shared with other processes. */
      readonly kind: 'session'
      readonly clientId: string
      readonly username: string | undefined
      readonly store: TokenStore
      /** Signs in again when the session has ended and somebody can be asked. */
      readonly password: SecretSource | undefined
    })
  | { readonly kind: 'token'; readonly token: SecretSource }

/** What Keycloak gave to somebody who signed in. Times are milliseconds since the epoch, by this machine's clock. */
export interface StoredTokens {
  readonly accessToken: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly refreshToken: string | undefined
  /** Undefined when Keycloak sets no end, as for offline tokens. */
  readonly refreshExpiresAt: number | undefined
  readonly sessionState: string | undefined
}

/** The tokens of one sign-in, shared by every process that uses it. */
export interface TokenStore {
  /** For messages: `profile "prod"`. */
  readonly source: string
  /** What somebody does when the session has ended. */
  readonly remedy: string
  read(): Promise<StoredTokens | undefined>
  /**
   * Runs `change` while no other process does, with what is stored by then, and stores what it gives. The same value
   * given back stores nothing.
   */
  update(
    change: (held: StoredTokens | undefined) => Promise<StoredTokens | undefined>,
  ): Promise<StoredTokens | undefined>
}

/** PEM of a certificate that this side shows in TLS, and of its private key. */
export interface ClientCertificate {
  readonly certificate: SecretSource
  readonly key: SecretSource
}

/** Everything needed to reach one realm: complete, and free of contradictions. */
export interface Connection {
  /** An http(s) URL without a trailing slash, query, fragment or credentials; with or without Keycloak's `/auth`. */
  readonly server: string
  /** The realm acted on. */
  readonly realm: string
  readonly loginRealm: string
  readonly credentials: Credentials
  /** Shown to the server when it asks for one (mutual TLS). */
  readonly clientCertificate?: ClientCertificate | undefined
  /** A PEM file of certificates to trust besides Node's own. */
  readonly caFile: string | undefined
  /** Certificates are not checked. */
  readonly insecure: boolean
  /** Milliseconds, for connecting and for each silence while reading. */
  readonly timeout: number
}

/** What a person needs to let this program in (RFC 8628, 3.2). */
export interface DeviceCode {
  readonly userCode: string
  /** Where the code is typed, as the server says; its host may be another than the one asked. */
  readonly url: string
  /** The same with the code in it. */
  readonly completeUrl: string | undefined
  /** Seconds until the code is worth nothing. */
  readonly expiresIn: number
}
