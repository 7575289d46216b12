import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { actInEachRealm } from '../../cli/realms/act-in-each-realm.ts'
import { reportStopped } from '../../cli/report-stopped.ts'
import { announce, parseRunNote } from '../../cli/run-note.ts'
import { showTarget } from '../../cli/show-target.ts'
import { underProgress } from '../../cli/with-progress.ts'
import { type ExitCode, errorFields } from '../../errors.ts'
import { evidenceSources, refuseStdinInRealms } from '../../evidence/open.ts'
import { seenSoFar, watchRun } from '../../evidence/watch-run.ts'
import { tryConnection } from '../../keycloak/http/can-connect.ts'
import { type RealmReport, type ReportFile, reported } from '../../report/report-file.ts'
import { NamesInRealms } from '../../sessions/choose/names-in-realms.ts'
import { lackingRole } from '../../sessions/lacking-role.ts'
import { buildOutcome, withEvidence } from './build-outcome.ts'
import { askHoldBack, confirm, confirmRealms, requireConfirmation, requireConfirmations } from './confirm.ts'
import { execute } from './execute.ts'
import { exitCodeOf } from './exit-code.ts'
import { gather } from './gather.ts'
import { startHistory } from './history.ts'
import { type AllOptions, declareOptions, parseAllOptions } from './options.ts'
import type { AllOutcome } from './outcome.ts'
import { planAll } from './plan.ts'
import { allPlanView } from './plan.view.ts'
import { realmSummary } from './realm-summary.ts'
import { refuseSelfLockout } from './refuse-self-lockout.ts'
import { plannedRecords, recordsOf } from './report/records.ts'
import { allReport } from './report/report-kind.ts'
import type { RealmRun } from './run.ts'
import { verify } from './verify.ts'
import { allView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout all -r customers --dry-run', 'show the plan, change nothing'],
  ['kc-logout all -r customers', 'log out all users, after a prompt'],
  ['kc-logout all -r customers --confirm customers', 'the same from a script'],
  ['kc-logout all --client shop --confirm customers', 'only sessions that involve shop'],
])

/** Adds `all` to the command line. */
export function register(program: Command, start: Start, connect = tryConnection): void {
  declareOptions(program.command('all'))
    .addHelpText('before', EXAMPLES)
    .action((options) => start((ctx) => runInRealms(options, ctx, connect)))
}

async function runInRealms(options: AllOptions, ctx: Context, connect: typeof tryConnection) {
  const { evidence } = parseAllOptions(options, ctx.now())
  const note = parseRunNote(options)
  evidenceSources(evidence)
  if (ctx.several) refuseStdinInRealms(evidence)
  else await requireConfirmation(options, ctx)
  // One question for each of several realms would be too many.
  const inEach: AllOptions = ctx.several ? { holdBack: 'no', ...options } : options
  const excluded = new NamesInRealms()
  const onUnknownExcluded = ctx.several && excluded.note
  announce(note, ctx)
  return reported(options.report, { options, ...note }, ctx, allReport, (file, keep) =>
    actInEachRealm<AllOutcome>(ctx, {
      run: (inRealm) => runAll(inEach, inRealm, { connect, file, onUnknownExcluded }),
      summary: realmSummary,
      requireConfirmation: (realms) => requireConfirmations(options, realms, ctx.ask),
      planned: () => excluded.require(options.excludeUser ?? []),
      ended: keep,
      confirm: (ask, plans, realms) => confirmRealms(options, { toLogOut: plans.length, realms }, ask),
    }),
  )
}

interface RunDeps {
  readonly connect: typeof tryConnection
  readonly file: ReportFile<AllOutcome> | undefined
  readonly onUnknownExcluded: NamesInRealms['note'] | undefined
}

/**
 * Logs out all users of the realm. Roles: view-clients, view-realm to plan it; manage-users to do it; manage-realm (or
 * manage-clients) for the delivery status of Admin URLs.
 */
async function runAll(
  options: AllOptions,
  ctx: Context,
  { connect, file, onUnknownExcluded }: RunDeps,
): Promise<ExitCode> {
  const settings = parseAllOptions(options, ctx.now())
  const { dryRun } = settings
  const sources = evidenceSources(settings.evidence)
  const report = await file?.in(ctx)

  // Every session is read before the first one ends, because pages shift while sessions end.
  const keycloak = await ctx.keycloak()
  const { realm } = keycloak
  if (settings.cutOffFirst) await refuseSelfLockout(keycloak, ctx)
  await report?.identify(keycloak)
  const [snapshot, lacking] = await Promise.all([
    underProgress(ctx, (progress) => gather(settings, { keycloak, ctx, progress, onUnknownExcluded })),
    lackingRole(settings.cutOffFirst ? ['manage-users', 'manage-realm'] : ['manage-users'], keycloak),
  ])

  const plan = planAll(snapshot)
  const planned = {
    ...buildOutcome({ realm, dryRun }, plan, snapshot),
    ...(lacking ? { error: errorFields(lacking) } : {}),
  }
  await showTarget(ctx)
  // Nobody is asked to confirm a choice of nothing.
  if (dryRun || planned.verdict === 'nothing-to-do') {
    ctx.print.result(planned, allPlanView)
    reportStopped(planned.error, ctx)
    const exitCode = exitCodeOf(planned, settings)
    report?.add(planned, exitCode, plannedRecords(snapshot))
    return exitCode
  }
  ctx.print.plan(planned, allPlanView)
  if (lacking) throw lacking
  const holdBack = await askHoldBack(options, ctx)
  await confirm(planned, options, ctx)
  const confirmed = { ...settings, holdBack }
  return carryOut(planned, { settings: confirmed, sources, snapshot, plan, keycloak, connect, report }, ctx)
}

interface Confirmed extends Pick<RealmRun, 'settings' | 'snapshot' | 'plan' | 'keycloak'> {
  readonly sources: ReturnType<typeof evidenceSources>
  readonly connect: typeof tryConnection
  readonly report: RealmReport<AllOutcome> | undefined
}

async function carryOut(planned: AllOutcome, run: Confirmed, ctx: Context): Promise<ExitCode> {
  const { settings, sources, snapshot, plan, keycloak, connect, report } = run
  const history = report && startHistory(plan, snapshot, ctx)
  const watch = { ...settings.evidence, sources }
  const target = { keycloak, clients: snapshot.clients }
  const result = await watchRun(watch, target, ctx, (watched) =>
    underProgress(ctx, async (bar) => {
      const progress = history?.recordPhases(bar) ?? bar
      const realmRun: RealmRun = {
        ...{ settings, snapshot, plan, ctx, progress, history },
        keycloak: watched.keycloak,
        connect: (url) => connect(url, ctx.signal),
        onSessionEnded: watched.ended,
        seenSoFar: () => seenSoFar(watched.counts()),
        failing: watched.failing,
      }
      const execution = await execute(realmRun)
      // Keycloak's answer proves nothing, what is left in it does.
      const verification = await verify(realmRun, execution)
      if (sources.length > 0) progress.phase('waiting for evidence')
      return { execution, verification, evidence: await watched.settle() }
    }),
  ).catch((error: unknown) => {
    report?.addBroken(planned, error, { timeline: history?.timeline() })
    throw error
  })

  const { realm, dryRun } = planned
  const recorded = withEvidence(buildOutcome({ realm, dryRun }, plan, snapshot, result), result.evidence)
  const { deliveries: _, ...withoutDeliveries } = recorded
  const outcome: AllOutcome = settings.deliveries ? recorded : withoutDeliveries
  const endedAt = ctx.now()
  for (const problem of outcome.evidenceProblems ?? []) ctx.print.warn(problem)
  ctx.print.result(outcome, (value, screen) => allView(value, screen, endedAt))
  reportStopped(outcome.error, ctx)
  const exitCode = exitCodeOf(outcome, settings)
  if (history) report?.add(recorded, exitCode, recordsOf(recorded, snapshot, { history, endedAt, ...result }))
  return exitCode
}
