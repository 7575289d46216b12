/** How several realms were named on the command line. */
export type RealmChoice =
  /** `-r` given more than once. */
  | { readonly by: '-r'; readonly names: readonly string[] }
  /** `--realms`: patterns with `*` and `?`. */
  | { readonly by: '--realms'; readonly patterns: readonly string[] }
  | { readonly by: '--all-realms' }
  /** `--profile` given more than once: the realm and the sign-in of each. */
  | { readonly by: '--profile'; readonly profiles: readonly string[] }

/** The options of every command as they were typed; absent if not typed. */
export interface Globals {
  readonly server?: string | undefined
  readonly realm?: string | undefined
  /** Absent if one realm is meant. */
  readonly several?: RealmChoice | undefined
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
