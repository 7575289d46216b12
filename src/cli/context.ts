import type { Accounts } from '../auth/accounts.ts'
import type { RealmChoice } from '../config/global-options.ts'
import type { Settings } from '../config/settings.ts'
import type { HttpOptions } from '../keycloak/http/http-options.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { Files } from '../runtime/file-access.ts'
import type { Ask, Print } from '../ui/output.ts'
import type { HostFacts } from './host.ts'

/** Everything outside a command that it may use. Tests pass a context of their own. */
export interface Context {
  readonly print: Print
  readonly ask: Ask
  readonly files: Files
  readonly host: HostFacts
  /** Aborted on Ctrl-C (`reason` is `'SIGINT'`), on `'SIGTERM'`, and on `'SIGHUP'` when the terminal is closed. */
  readonly signal: AbortSignal
  /** Adds a comment to the User-Agent of the requests to Keycloak. To be called before the first one. */
  announce(comment: string): void
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  sleep(ms: number): Promise<void>
  /** The connection's values and where each came from. Throws a usage error when they contradict each other. */
  settings(): Promise<Settings>
  /**
   * How requests leave this machine: certificates, proxy, timeout, user agent, debug output. For connections to other
   * servers than Keycloak. Throws a usage error when `--ca-file` cannot be read.
   */
  http(): Promise<HttpOptions>
  /**
   * GETs a public JSON document (keys, discovery) without credentials and without following redirects. `date` is the
   * server's clock, milliseconds since the epoch. Throws exit 5 for a 404, exit 6 if the server cannot be reached.
   */
  fetchJson(url: string): Promise<{ body: unknown; date: number | undefined }>
  /** Sign-in and the profiles that store it. */
  accounts(): Promise<Accounts>
  /** The realms, if the command line names several; undefined if one realm is meant. */
  readonly several: SeveralRealms | undefined
  /** Signs in (once) and returns the target realm. Throws when server, realm or credentials are missing. */
  keycloak(): Promise<Keycloak>
  /** Like `keycloak`, with a connection of its own that Ctrl-C does not abort: for restoring what was changed. */
  keycloakAfterwards(): Promise<Keycloak>
}

/** One of several realms, with a context in which the commands for one realm run. */
export interface RealmOfSeveral {
  readonly name: string
  readonly ctx: Context
}

/** The realms of a run, in the order in which they are worked on; the realm signed in to is the last. */
export interface OpenedRealms {
  readonly realms: readonly RealmOfSeveral[]
  /** How many realms the account may see; undefined if they were named and no list was read. */
  readonly visible: number | undefined
}

/** Several realms, as the command line names them. */
export interface SeveralRealms {
  /** The option that named them. */
  readonly by: RealmChoice['by']
  /**
   * Reads the list of realms if the names are not given; sends no request otherwise.
   * @throws {UserError} `no-such-realm` (5), `bad-realm`, `no-realm`, `realm-twice` (2)
   */
  open(): Promise<OpenedRealms>
}
