import type { Accounts } from '../auth/accounts.ts'
import type { TenantAudits } from '../commands/audit/open-tenant-audits.ts'
import type { Probe } from '../commands/doctor/probe/probe.ts'
import type { Answer, IncomingRequest } from '../commands/listen/logout-request.ts'
import type { Forward } from '../commands/listen/server/forward.ts'
import type { ReceiveOptions, Receiver } from '../commands/listen/server/server.ts'
import type { Takeovers } from '../commands/listen/takeover-store.ts'
import type { Globals } from '../config/global-options.ts'
import type { Settings } from '../config/settings.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { Files } from '../runtime/file-access.ts'
import type { Ask, Print } from '../ui/output.ts'

/** What a command may reach of the world. Commands take everything from here, so that tests can hand them another. */
export interface Context {
  readonly print: Print
  readonly ask: Ask
  readonly files: Files
  /**
   * A YAML or JSON text as a value. Throws a usage error (exit 2) with line and column.
   * @param name how the text is called in messages: its path, or `stdin`
   */
  parseFile(text: string, name: string): Promise<unknown>
  /** Aborted on Ctrl-C (`reason` is `'SIGINT'`), on termination (`'SIGTERM'`) and when the terminal is closed (`'SIGHUP'`). */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` or as soon as the signal is aborted. */
  sleep(ms: number): Promise<void>
  /** Does something accept a connection (with TLS, where the URL says https) at this URL's host and port, from here? */
  connects(url: string): Promise<boolean>
  /** Reads the audit logs of tenants that the caller named. */
  tenantAudits(): Promise<TenantAudits>
  /** Looks at URLs from here, for `doctor`. */
  probe(): Promise<Probe>
  /** Where the connection's values came from; throws a usage error when they contradict each other. */
  settings(): Promise<Settings>
  /**
   * GETs a public JSON document (keys, discovery) without credentials and without following redirects. `date` is the
   * server's clock, milliseconds since the epoch. Throws exit 5 for a 404, 6 when the server cannot be reached.
   */
  fetchJson(url: string): Promise<{ body: unknown; date: number | undefined }>
  /** Signing in, and the profiles in which that is kept. */
  accounts(): Promise<Accounts>
  /**
   * Names for completing a command line on which `typed` stands already. Never asks and never throws: an empty list where
   * something is missing.
   */
  names(kind: 'realm' | 'client' | 'profile', typed: Globals): Promise<readonly string[]>
  /** Signs in (once) and returns the realm to ask and to act on. Throws when server, realm or credentials are missing. */
  keycloak(): Promise<Keycloak>
  /** As `keycloak`, but of its own and deaf to Ctrl-C: for putting back, on the way out, what was changed. */
  keycloakAfterwards(): Promise<Keycloak>
  /** Listens for logout requests and answers each with what `handle` says, until it is closed. */
  receive(options: ReceiveOptions, handle: (request: IncomingRequest) => Promise<Answer>): Promise<Receiver>
  /** What hands requests on to other receivers. Throws a usage error where what to trust (`--ca-file`) cannot be read. */
  forwarder(): Promise<Forward>
  /** The clients that listeners took over and have not put back. */
  takeovers(): Promise<Takeovers>
}
