import { version } from '../../../package.json'
import type { Context } from '../../cli/context.ts'
import type { Settings } from '../../config/settings.ts'
import { EXIT, type ExitCode, errorFields, interruption, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { Timeline } from '../../report/timeline.ts'
import { isRecord } from '../../util/is-record.ts'
import type { AllOutcome } from './outcome.ts'
import { formatOf, render } from './report/render.ts'
import { buildReport, type Run } from './report/report.ts'

/** The record of a run, written at its end. */
export interface ReportFile {
  /** Remembers who runs it at which server, while that can be read. */
  identify(keycloak: Keycloak): Promise<void>
  /**
   * Writes the report. Never throws: if it cannot be written, a warning says so, and the result still stands on stdout.
   * @returns the run's exit code; 1 if that would have been 0 and the report is missing
   */
  write(outcome: AllOutcome, timeline: Timeline | undefined, exitCode: ExitCode): Promise<ExitCode>
  /** Like `write`, if the run failed and what was done is unknown. */
  writeBroken(planned: AllOutcome, timeline: Timeline | undefined, error: unknown): Promise<void>
}

type Caller = Pick<Run, 'username' | 'clientId' | 'loginRealm' | 'keycloakVersion'> & {
  readonly server: string
}

/**
 * Checks, before any request, that the report can be written later.
 * @param options the command's options as commander hands them over
 * @throws {UserError} `report-format`, `file-there`, `not-writable` (2)
 */
export async function prepareReport(path: string, options: object, ctx: Context): Promise<ReportFile> {
  const began = ctx.now()
  const format = formatOf(path)
  if (format === undefined)
    throw usageError(
      'report-format',
      `The format of --report ${path} is unknown.`,
      'Use a file name that ends in .html, .md or .json.',
    )
  await ctx.files.requireFree(path)
  const settings = await ctx.settings()
  let caller: Caller = {
    username: null,
    clientId: null,
    loginRealm: settings.loginRealm.value,
    server: settings.server?.value ?? '',
    keycloakVersion: null,
  }

  const file: ReportFile = {
    async identify(keycloak) {
      caller = await callerOf(keycloak, settings)
    },

    async write(outcome, timeline, exitCode) {
      const code = ctx.signal.aborted ? interruption(ctx.signal) : exitCode
      const run = runOf(settings, caller, outcome.realm, { options, began, ended: ctx.now() })
      const report = buildReport(run, outcome, { timeline: timeline ?? null, exitCode: code })
      try {
        await ctx.files.write(path, render(report, format))
        ctx.print.note(`Report: ${path}`)
        return code
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        ctx.print.warn(`${message} The report is lost; the result is on stdout.`)
        return code === EXIT.ok ? EXIT.failed : code
      }
    },

    async writeBroken(planned, timeline, error) {
      const shown =
        error instanceof UserError
          ? error
          : new UserError('internal', error instanceof Error ? error.message : String(error))
      const outcome: AllOutcome = {
        ...planned,
        dryRun: false,
        interrupted: ctx.signal.aborted,
        error: errorFields(shown),
        verdict: 'failed',
      }
      await file.write(outcome, timeline, shown.exitCode)
    },
  }
  return file
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
  { options, began, ended }: { readonly options: object; readonly began: number; readonly ended: number },
): Run {
  return {
    version,
    ...caller,
    realm: { value: targetRealm, source: realm?.source ?? '' },
    server: { value: caller.server, source: server?.source ?? '' },
    insecure,
    options: flagsOf(options),
    began,
    ended,
    utcOffset: -new Date(began).getTimezoneOffset(),
  }
}

/** `{ client: ['shop'], realmStep: false, strict: true }` as it was typed: `--client shop --no-realm-step --strict`. */
function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (Array.isArray(value))
      return value.flatMap((one: unknown) => [`--${flag}`, isRecord(one) ? String(one.text) : String(one)])
    // commander sets what `--no-…` switches off.
    if (value === false) return [`--no-${flag}`]
    if (value === true) return name === 'realmStep' ? [] : [`--${flag}`]
    return [`--${flag}`, String(value)]
  })
}
