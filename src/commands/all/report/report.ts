import type { ExitCode } from '../../../errors.ts'
import type { ClientStatus } from '../../../report/client-status.ts'
import type { Timeline } from '../../../report/timeline.ts'
import type { AllOutcome } from '../outcome.ts'
import { clientStatus } from './client-status.ts'

/** A value and its source: `--realm`, `KC_LOGOUT_REALM`, `profile "prod"`, `default`. */
interface Sourced {
  readonly value: string
  readonly source: string
}

/** Who ran it, where and how. Times are milliseconds since the epoch. */
export interface Run {
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
  /** Options and values as they were typed. */
  readonly options: readonly string[]
  readonly began: number
  readonly ended: number
  /** Minutes that local time is ahead of UTC. */
  readonly utcOffset: number
}

/** The record of a run for the incident's ticket: the document of `--report F.json`. Contains no secrets. */
export interface Report {
  readonly report: 'all'
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
    readonly command: 'all'
    readonly options: readonly string[]
  }
  /** What `--json` prints. */
  readonly outcome: AllOutcome
  readonly notified: readonly ClientStatus[]
  /** null for a plan. */
  readonly timeline: Timeline | null
  readonly exitCode: ExitCode
}

/** Combines a run and its outcome. */
export function buildReport(
  run: Run,
  outcome: AllOutcome,
  { timeline, exitCode }: { readonly timeline: Timeline | null; readonly exitCode: ExitCode },
): Report {
  const { username, clientId, loginRealm, realm, server, keycloakVersion, insecure, began, ended } = run
  return {
    report: 'all',
    planOnly: outcome.dryRun,
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
    kcLogout: { version: run.version, command: 'all', options: run.options },
    outcome,
    notified: outcome.clients.map((client) => clientStatus(client, outcome)),
    timeline,
    exitCode,
  }
}

function offset(minutes: number): string {
  const ahead = Math.abs(minutes)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`
}
