import type { RunNote } from '../cli/run-note.ts'
import type { LogoutVerdict, StopReason } from '../core/client-result.ts'
import type { ExitCode } from '../errors.ts'
import type { ClientStatus } from './client-status.ts'
import type { Page } from './page.ts'
import type { SessionRecord } from './session-record.ts'
import type { Timeline } from './timeline.ts'
import type { TokenTimes } from './token-times.ts'

/** A value and its source: `--realm`, `KC_LOGOUT_REALM`, `profile "prod"`, `default`. */
interface Sourced {
  readonly value: string
  readonly source: string
}

/** Who ran it, where and how. Times are milliseconds since the epoch. */
export interface Run extends RunNote {
  readonly version: string
  readonly username: string | null
  readonly clientId: string | null
  readonly loginRealm: string
  readonly realm: Sourced
  /** The URL with its base path. */
  readonly server: Sourced
  /** TLS certificate verification was off. */
  readonly insecure: boolean
  /** null if this account may not read it. */
  readonly keycloakVersion: string | null
  /** Arguments, options and values as they were typed. */
  readonly options: readonly string[]
  readonly began: number
  readonly ended: number
  /** Minutes that local time is ahead of UTC. */
  readonly utcOffset: number
}

/** What every command's result has. */
export interface Reported {
  readonly act: 'all' | 'user' | 'drill'
  readonly realm: string
  /** Absent: it has no dry run. */
  readonly dryRun?: boolean
  readonly interrupted?: boolean
  readonly error?: StopReason
  readonly verdict: LogoutVerdict | 'pass' | 'fail'
}

/** What a run knows besides its outcome. */
export interface RunRecords {
  readonly timeline?: Timeline | undefined
  readonly tokens?: TokenTimes | undefined
  /** For the CSV form. */
  readonly sessions?: readonly SessionRecord[]
}

/** How a command turns its outcome into a report. */
export interface ReportKind<O extends Reported> {
  readonly command: O['act']
  readonly notified: (outcome: O) => readonly ClientStatus[]
  readonly page: (report: Report<O>) => Page
  /** The lines of the CSV form, the names of the columns first; absent: one for each session and client. */
  readonly csv?: (report: Report<O>) => Iterable<readonly string[]>
}

/** The record of a run for the incident's ticket: the document of `--report F.json`. Contains no secrets. */
export interface Report<O extends Reported> extends RunNote {
  readonly report: O['act']
  /** A dry run: nothing was changed. */
  readonly planOnly: boolean
  readonly by: {
    readonly username: string | null
    readonly clientId: string | null
    readonly loginRealm: string
  }
  /** ISO 8601, UTC; `utcOffset` is local time's at the start: `+01:00`. */
  readonly when: {
    readonly began: string
    readonly ended: string
    readonly seconds: number
    readonly utcOffset: string
  }
  readonly where: {
    readonly realm: string
    readonly realmSource: string
    readonly server: string
    readonly serverSource: string
    readonly keycloakVersion: string | null
    readonly insecure: boolean
  }
  readonly kcLogout: {
    readonly version: string
    readonly command: O['act']
    readonly options: readonly string[]
  }
  /** What `--json` prints. */
  readonly outcome: O
  readonly notified: readonly ClientStatus[]
  /** Until when tokens live on; null for a plan, and for `drill`. */
  readonly tokens: TokenTimes | null
  /** null for a plan, for `user` and `drill`. */
  readonly timeline: Timeline | null
  readonly exitCode: ExitCode
}

/** Combines a run and its outcome. */
export function buildReport<O extends Reported>(
  run: Run,
  outcome: O,
  exitCode: ExitCode,
  { timeline, tokens }: RunRecords,
  { command, notified }: Pick<ReportKind<O>, 'command' | 'notified'>,
): Report<O> {
  const { username, clientId, loginRealm, realm, server, keycloakVersion, insecure, began, ended } = run
  return {
    report: command,
    planOnly: outcome.dryRun ?? false,
    reason: run.reason,
    ticket: run.ticket,
    by: { username, clientId, loginRealm },
    when: {
      began: new Date(began).toISOString(),
      ended: new Date(ended).toISOString(),
      seconds: (ended - began) / 1000,
      utcOffset: offset(run.utcOffset),
    },
    where: {
      realm: realm.value,
      realmSource: realm.source,
      server: server.value,
      serverSource: server.source,
      keycloakVersion,
      insecure,
    },
    kcLogout: { version: run.version, command, options: run.options },
    outcome,
    notified: notified(outcome),
    tokens: tokens ?? null,
    timeline: timeline ?? null,
    exitCode,
  }
}

function offset(minutes: number): string {
  const ahead = Math.abs(minutes)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`
}
