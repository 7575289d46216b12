import { version } from '../../../package.json'
import type { Context } from '../../cli/context.ts'
import { EXIT, type ExitCode, errorFields, interruption, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { AllOutcome } from './outcome.ts'
import { formatOf, render } from './report/render.ts'
import { type Report, reportOf } from './report/report.ts'
import type { Timeline } from './report/timeline.ts'

/** The file that a run leaves for the incident's ticket. */
export interface ReportFile {
  /** Remembers who acts, on what, while that can be asked. */
  identify(keycloak: Keycloak): Promise<void>
  /**
   * Writes what came of it. Never throws: where that cannot be done it says so, and the result still stands on stdout.
   * @returns the exit code of the run: its own, or 1 where that would have been 0 and the report is not there
   */
  write(outcome: AllOutcome, timeline: Timeline | undefined, exitCode: ExitCode): Promise<ExitCode>
  /** As `write`, where the act broke off and what was done is not known. */
  writeBroken(planned: AllOutcome, timeline: Timeline | undefined, error: unknown): Promise<void>
}

/**
 * Checks, before any request, that the file can be written later.
 * @param options the command's flags by their names in the program, as they were typed
 * @throws {UserError} `report-format`, `file-there`, `not-writable` (2)
 */
export async function reportFile(path: string, options: object, ctx: Context): Promise<ReportFile> {
  const began = ctx.now()
  const format = formatOf(path)
  if (format === undefined)
    throw usageError(
      'report-format',
      `--report ${path}: the name says no format.`,
      'End it with .html, .md or .json.',
    )
  await ctx.files.requireFree(path)
  const settings = await ctx.settings()
  let by: Report['by'] = { username: null, clientId: null, loginRealm: settings.loginRealm.value }
  let at = { server: settings.server?.value ?? '', version: null as string | null }

  const file: ReportFile = {
    async identify(keycloak) {
      const { username, clientId, loginRealm } = await keycloak.caller()
      by = {
        username: username ?? null,
        clientId: clientId ?? (settings.token ? null : settings.clientId.value),
        // With a token that was given, nobody signed in here.
        loginRealm: (settings.token && loginRealm) ?? by.loginRealm,
      }
      // A record without a version is better than no logout.
      const known = await keycloak.capabilities().catch(() => undefined)
      at = { server: keycloak.server, version: known?.version ?? null }
    },

    async write(outcome, timeline, exitCode) {
      const code = ctx.signal.aborted ? interruption(ctx.signal) : exitCode
      const { realm, server, insecure } = settings
      const report = reportOf(
        {
          version,
          ...by,
          realm: { value: outcome.realm, source: realm?.source ?? '' },
          server: { value: at.server, source: server?.source ?? '' },
          insecure,
          keycloakVersion: at.version,
          options: flagsOf(options),
          began,
          ended: ctx.now(),
          utcOffset: -new Date(began).getTimezoneOffset(),
        },
        outcome,
        { timeline: timeline ?? null, exitCode: code },
      )
      try {
        await ctx.files.write(path, render(report, format))
        ctx.print.note(`Report: ${path}`)
        return code
      } catch (error) {
        ctx.print.warn(
          `${error instanceof Error ? error.message : error} The report is lost; the result is on stdout.`,
        )
        return code === EXIT.ok ? EXIT.failed : code
      }
    },

    async writeBroken(planned, timeline, error) {
      const said =
        error instanceof UserError
          ? error
          : new UserError('internal', error instanceof Error ? error.message : String(error))
      const outcome: AllOutcome = {
        ...planned,
        dryRun: false,
        interrupted: ctx.signal.aborted,
        error: errorFields(said),
        verdict: 'failed',
      }
      await file.write(outcome, timeline, said.exitCode)
    },
  }
  return file
}

/** `{ client: ['shop'], realmStep: false, strict: true }` as it was typed: `--client shop --no-realm-step --strict`. */
function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (Array.isArray(value)) return value.flatMap((one) => [`--${flag}`, String(one)])
    // commander sets what `--no-…` switches off.
    if (value === false) return [`--no-${flag}`]
    if (value === true) return name === 'realmStep' ? [] : [`--${flag}`]
    return [`--${flag}`, String(value)]
  })
}
