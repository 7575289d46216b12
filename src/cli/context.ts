import type { Accounts } from '../auth/accounts.ts'
import type { Answer, Forwarded, IncomingRequest } from '../commands/listen/logout-request.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { Probe } from '../commands/doctor/probe/probe.ts'
import type { ReceiveOptions, Receiver } from '../commands/listen/server/server.ts'
import type { Settings } from '../config/settings.ts'
import type { Takeovers } from '../commands/listen/takeover-store.ts'
import type { TenantAudits } from '../commands/audit/open-tenant-audits.ts'
import type { Line, View } from '../ui/text.ts'

/** The options that every command takes, as they were typed. Absent means not typed. */
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

/** Hands a request on to another receiver. Never throws: no answer is an answer too. */
export type Forward = (url: string, request: IncomingRequest) => Promise<Forwarded>

/** stdout holds the result, once; everything else goes to stderr. */
export interface Print {
  readonly json: boolean
  /** The one result of a command: its JSON document (`schemaVersion` is added), or the view of it. */
  result<T extends object>(document: T, view: View<T>): void
  /** One of many results (`--list`, `listen`, `--follow`): one JSON line each, or the view of it. Waits for a slow reader. */
  item<T extends object>(document: T, view: View<T>): Promise<void>
  /**
   * The one result, when its list is too long to hold: one JSON document whose member `name` is written as the items
   * come and whose other members `end` gives afterwards, or the views of them all. Waits for a slow reader.
   */
  list<T extends object, E extends object>(
    name: string,
    items: AsyncIterable<T>,
    view: View<T>,
    end: () => E,
    endView: View<E>,
  ): Promise<void>
  /** Text that is the result itself, whatever `--json` says (a file to keep, a completion script). */
  raw(text: string): void
  /** A plan before it is agreed to: stderr. */
  plan<T>(value: T, view: View<T>): void
  /** A word along the way: stderr, not with `-q`. */
  note(line: Line): void
  /** A warning: stderr, also with `-q`. */
  warn(line: Line): void
  /** Progress of something long: a bar on a terminal, a line every few seconds elsewhere. */
  progress(): Progress
}

export interface Progress {
  /** A new phase with its name and, where it is known, how much there is to do. */
  phase(name: string, total?: number): void
  /** Sets what is done and what failed so far in this phase. */
  update(done: number, failed?: number): void
  /** Prints a line above the bar. */
  note(line: Line): void
  /** Takes the bar away. Safe to call twice. */
  stop(): void
}

export interface Ask {
  /** Are stdin and stderr both terminals? */
  readonly possible: boolean
  /**
   * Returns when the person agrees. Throws `declined` (exit 8) when they do not, and `confirmation-wanted` (exit 8)
   * when nobody can be asked.
   * @param flag what a script passes instead, for the hint, such as `--yes`
   * @param expected when given, it has to be typed rather than answered with y
   */
  agree(question: string, how: { flag: string; expected?: string }): Promise<void>
  /** Something not shown while it is typed. Throws a usage error when nobody can be asked. */
  secret(question: string): Promise<string>
  /** A line of text. Throws a usage error when nobody can be asked. */
  text(question: string, initial?: string): Promise<string>
}

export interface Files {
  /** Reads a text file, `-` being stdin. Throws a usage error (exit 2) when it is not readable or too large. */
  read(path: string, options?: { maxBytes?: number }): Promise<string>
  /** Lines of a file or of stdin (`-`), without their line breaks, as they come. */
  lines(path: string): AsyncIterable<string>
  /**
   * Lines of a log or of stdin (`-`), in batches as they come; a line longer than 256 KB is cut. With `follow` a file
   * is read on until the signal is aborted, rotation included, and an empty batch means that nothing came for a moment.
   */
  logLines(path: string, options: { readonly follow: boolean }): AsyncIterable<readonly string[]>
  /**
   * Throws a usage error (exit 2) where `write` could not write, or where a file stands that holds something. Leaves
   * nothing behind.
   */
  requireFree(path: string): Promise<void>
  /**
   * Writes a file that its owner alone may read (0600), at once or not at all, and never in place of one that holds
   * something. Throws `not-written`.
   */
  write(path: string, text: string): Promise<void>
  /** Is stdin something other than a terminal, so that reading it would not wait for a person? */
  readonly stdinIsPiped: boolean
}
