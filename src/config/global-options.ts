/** The options of every command as they were typed; absent if not typed. */
export interface Globals {
  readonly server?: string | undefined
  readonly realm?: string | undefined
  readonly loginRealm?: string | undefined
  readonly clientId?: string | undefined
  readonly username?: string | undefined
  readonly passwordStdin?: boolean | undefined
  readonly passwordFile?: string | undefined
  readonly clientSecretFile?: string | undefined
  readonly tokenFile?: string | undefined
  readonly clientKey?: string | undefined
  readonly clientCert?: string | undefined
  readonly profile?: string | undefined
  readonly caFile?: string | undefined
  readonly insecure?: boolean | undefined
  readonly allowHttp?: boolean | undefined
  readonly timeout?: string | undefined
  readonly json?: boolean | undefined
  /** `false` with `--no-color`. */
  readonly color?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly debug?: boolean | undefined
}
