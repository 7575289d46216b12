import { version } from '../../package.json'
import type { Context } from '../cli/context.ts'
import type { RealmEntry } from '../cli/realms/realm-result.ts'
import type { RunNote } from '../cli/run-note.ts'
import type { Settings } from '../config/settings.ts'
import { EXIT, type ExitCode, errorFields, interruption, UserError, usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type Format, formatOf, type RealmRecord, render, renderRealms } from './render.ts'
import { buildReport, type Reported, type ReportKind, type Run, type RunRecords } from './report.ts'
import { typedOptions } from './typed-options.ts'

/** The record of a run in one realm. */
export interface RealmReport<O extends Reported> {
  /** Remembers who runs it at which server, while that can be read. */
  identify(keycloak: Keycloak): Promise<void>
  add(outcome: O, exitCode: ExitCode, records?: RunRecords): void
  /** Like `add`, if the run failed and what was done is unknown. */
  addBroken(planned: O, error: unknown, records?: RunRecords): void
}

/** The file of a run, written at its end. */
export interface ReportFile<O extends Reported> {
  /** The record of the run in this context's realm. */
  in(ctx: Context): Promise<RealmReport<O>>
  /**
   * Writes the report, if there is a record. Never throws: if it cannot be written, a warning says so, and the result
   * still stands on stdout.
   * @param entries of several realms: those that failed are in the report, too
   * @returns the run's exit code; 1 if that would have been 0 and the report is missing
   */
  write(exitCode: ExitCode, entries?: readonly RealmEntry<O>[]): Promise<ExitCode>
}

type Caller = Pick<Run, 'username' | 'clientId' | 'loginRealm' | 'keycloakVersion'> & {
  readonly server: string
}

/** How the command line was typed, and why. */
export interface Given extends RunNote {
  /** The command's options as commander hands them over. */
  readonly options: object
  /** Its arguments. */
  readonly args?: readonly string[]
}

/**
 * Checks, before any request, that the report can be written later.
 * @throws {UserError} `report-format`, `file-there`, `not-writable` (2)
 */
async function openReport<O extends Reported>(
  path: string,
  given: Given,
  ctx: Context,
  kind: ReportKind<O>,
): Promise<ReportFile<O>> {
  const began = ctx.now()
  const format = formatOf(path)
  if (format === undefined)
    throw usageError(
      'report-format',
      `The format of --report ${path} is unknown.`,
      'Use a file name that ends in .html, .md, .json or .csv.',
    )
  await ctx.files.requireFree(path)
  const records: RealmRecord<O>[] = []
  return {
    in: (inRealm) => realmReport(records, { began, given, kind, ctx: inRealm }),
    async write(exitCode, entries) {
      const code = ctx.signal.aborted ? interruption(ctx.signal) : exitCode
      if (records.length === 0 && !entries) return exitCode
      try {
        await ctx.files.write(path, textOf({ records, entries, code, format, kind }))
        ctx.print.note(`Report: ${path}`)
        return code
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        ctx.print.warn(`${message} The report is lost; the result is on stdout.`)
        return code === EXIT.ok ? EXIT.failed : code
      }
    },
  }
}

/**
 * Runs a command and writes its report at the end, also if it failed after it had begun.
 * @param path undefined: no report
 * @param run gets the file, and a function that keeps the results of several realms for it
 */
export async function reported<O extends Reported>(
  path: string | undefined,
  given: Given,
  ctx: Context,
  kind: ReportKind<O>,
  run: (
    file: ReportFile<O> | undefined,
    keep: (entries: readonly RealmEntry<O>[]) => void,
  ) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (path === undefined) return run(undefined, () => {})
  const file = await openReport(path, given, ctx, kind)
  let kept: readonly RealmEntry<O>[] | undefined
  try {
    const exitCode = await run(file, (entries) => {
      kept = entries
    })
    return await file.write(exitCode, kept)
  } catch (error) {
    await file.write(error instanceof UserError ? error.exitCode : EXIT.failed, kept)
    throw error
  }
}

function textOf<O extends Reported>({
  records,
  entries,
  code,
  format,
  kind,
}: {
  readonly records: readonly RealmRecord<O>[]
  readonly entries: readonly RealmEntry<O>[] | undefined
  readonly code: ExitCode
  readonly format: Format
  readonly kind: ReportKind<O>
}): string {
  const [only] = records
  if (!entries && only) return render(only, format, kind)
  const known = new Set(records.map(({ report }) => report.where.realm))
  const failed = (entries ?? []).flatMap((entry) =>
    'error' in entry && !known.has(entry.realm)
      ? [{ realm: entry.realm, error: errorFields(entry.error) }]
      : [],
  )
  return renderRealms({ command: kind.command, records, failed, exitCode: code }, format, kind.page)
}

async function realmReport<O extends Reported>(
  records: RealmRecord<O>[],
  { began, given, kind, ctx }: { began: number; given: Given; kind: ReportKind<O>; ctx: Context },
): Promise<RealmReport<O>> {
  const settings = await ctx.settings()
  let caller: Caller = {
    username: null,
    clientId: null,
    loginRealm: settings.loginRealm.value,
    server: settings.server?.value ?? '',
    keycloakVersion: null,
  }
  const report: RealmReport<O> = {
    async identify(keycloak) {
      caller = await callerOf(keycloak, settings)
    },
    add(outcome, exitCode, more = {}) {
      const code = ctx.signal.aborted ? interruption(ctx.signal) : exitCode
      const run = runOf(settings, caller, outcome.realm, { given, began, ended: ctx.now() })
      records.push({ report: buildReport(run, outcome, code, more, kind), sessions: more.sessions ?? [] })
    },
    addBroken(planned, error, more) {
      const shown =
        error instanceof UserError
          ? error
          : new UserError('internal', error instanceof Error ? error.message : String(error))
      const outcome: O = {
        ...planned,
        dryRun: false,
        interrupted: ctx.signal.aborted,
        error: errorFields(shown),
        verdict: 'failed',
      }
      report.add(outcome, shown.exitCode, more)
    },
  }
  return report
}

async function callerOf(keycloak: Keycloak, settings: Settings): Promise<Caller> {
  const { username, clientId, loginRealm } = await keycloak.caller()
  // A missing version must not prevent a logout.
  const capabilities = await keycloak.capabilities().catch(() => undefined)
  return {
    username: username ?? null,
    clientId: clientId ?? (settings.token ? null : settings.clientId.value),
    // A given access token was issued without a sign-in of ours.
    loginRealm: (settings.token && loginRealm) ?? settings.loginRealm.value,
    server: keycloak.server,
    keycloakVersion: capabilities?.version ?? null,
  }
}

function runOf(
  { realm, server, insecure }: Settings,
  caller: Caller,
  targetRealm: string,
  { given, began, ended }: { readonly given: Given; readonly began: number; readonly ended: number },
): Run {
  const { options, args = [], reason, ticket } = given
  return {
    version,
    ...caller,
    realm: { value: targetRealm, source: realm?.source ?? '' },
    server: { value: caller.server, source: server?.source ?? '' },
    insecure,
    options: [...args, ...typedOptions(options)],
    began,
    ended,
    utcOffset: -new Date(began).getTimezoneOffset(),
    reason,
    ticket,
  }
}
