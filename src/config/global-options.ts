/** The options of every command as they were typed; absent if not typed. */
export interface Globals {
  readonly server?: string
  readonly realm?: string
  readonly loginRealm?: string
  readonly clientId?: string
  readonly username?: string
  readonly passwordStdin?: boolean
  readonly passwordFile?: string
  readonly clientSecretFile?: string
  readonly tokenFile?: string
  readonly clientKey?: string
  readonly clientCert?: string
  readonly profile?: string
  readonly caFile?: string
  readonly insecure?: boolean
  readonly allowHttp?: boolean
  readonly timeout?: string
  readonly json?: boolean
  /** `false` with `--no-color`. */
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}
