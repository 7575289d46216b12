import type { Context } from '../../cli/context.ts'
import { reportStopped } from '../../cli/report-stopped.ts'
import { announce, parseRunNote } from '../../cli/run-note.ts'
import { showTarget } from '../../cli/show-target.ts'
import { underProgress } from '../../cli/with-progress.ts'
import type { Client, Realm, User } from '../../core/model.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import type { Delivered } from '../../evidence/merge.ts'
import { withOutcomes } from '../../evidence/result.ts'
import { seenSoFar, type WatchedRun, watchRun } from '../../evidence/watch-run.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { type ReportFile, reported } from '../../report/report-file.ts'
import { findUsers, readUserNames } from '../../sessions/find-users.ts'
import { lackingForUsers } from '../../sessions/lacking-role.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { Browsers } from './browser.ts'
import { drill } from './drill.ts'
import type { DrillDeps, DrilledApp } from './drill-app.ts'
import { allowedHosts } from './hosts.ts'
import { httpBrowsers } from './open-http-browser.ts'
import type { DrillOptions } from './options.ts'
import { type DrillOutcome, outcomeOf } from './outcome.ts'
import { refuseAdministrator } from './refuse-administrator.ts'
import { drillReport } from './report/drill-report.ts'
import { type DrillSettings, readSettings } from './settings.ts'
import { chooseApps, type DrillApp, urlsOf } from './targets.ts'
import { drillView } from './view.ts'

/** Drills a logout. Roles: view-users, view-clients, manage-users. */
export async function runDrill(options: DrillOptions, ctx: Context): Promise<ExitCode> {
  const { clientIds: args, report, ...flags } = options
  const typed = { ...flags, ...(flags.url === undefined ? {} : { url: withoutQuery(flags.url) }), report }
  const note = parseRunNote(options)
  announce(note, ctx)
  return reported(report, { args, options: typed, ...note }, ctx, drillReport, (file) =>
    drillOnce(options, ctx, file),
  )
}

/** A query or a fragment may contain a secret. */
const withoutQuery = (url: string) => url.replace(/([?#]).*/s, '$1…')

async function drillOnce(
  options: DrillOptions,
  ctx: Context,
  file: ReportFile<DrillOutcome> | undefined,
): Promise<ExitCode> {
  const settings = await readSettings(options, ctx)
  const openBrowsers = await prepareBrowsers(options, ctx)
  const report = await file?.in(ctx)
  const run = await gather(settings, ctx)
  await report?.identify(run.keycloak)
  await showTarget(ctx)
  const outcome = await watchRun(
    { ...settings.evidence, sources: settings.sources },
    run,
    ctx,
    async (watched) => {
      const browsers = await openBrowsers()
      try {
        return await drillWatched(settings, run, watched, browsers, ctx)
      } finally {
        await browsers.close()
      }
    },
  )
  for (const problem of outcome.evidenceProblems ?? []) ctx.print.warn(problem)
  ctx.print.result(outcome, drillView)
  reportStopped(outcome.error, ctx)
  const exitCode = outcome.error?.exitCode ?? (outcome.verdict === 'pass' ? EXIT.ok : EXIT.checkFailed)
  report?.add(outcome, exitCode)
  return exitCode
}

/** @throws {UserError} `browser-missing` (2), before any request */
async function prepareBrowsers(
  { browser, browserPath }: DrillOptions,
  ctx: Context,
): Promise<() => Promise<Browsers>> {
  const http = await ctx.http()
  if (!browser && browserPath === undefined) return async () => httpBrowsers(http)
  const { prepareChromium } = await import('./chromium/open-chromium.ts')
  return prepareChromium({ ...http, path: browserPath, env: ctx.host.env })
}

interface DrillRun {
  readonly keycloak: Keycloak
  readonly user: User
  readonly clients: readonly Client[]
  readonly realm: Realm
  readonly apps: readonly DrillApp[]
  /** Addresses of the realm: its issuer, and where it is administered. */
  readonly realmUrls: readonly string[]
  readonly allowHttp: boolean
}

/**
 * Signs in and reads the user, the clients and the realm. Changes nothing.
 * @throws {UserError} `user-not-found`, `client-not-found` (5), `user-is-administrator`, `ambiguous-user`, `nothing-to-drill`
 *   (2), `administrator-unknown`, `role-missing` (4)
 */
async function gather(settings: DrillSettings, ctx: Context): Promise<DrillRun> {
  const names = await readUserNames([settings.user], ctx.files)
  const keycloak = await ctx.keycloak()
  const [users, clients, realm, { issuer }] = await Promise.all([
    findUsers(names, undefined, keycloak),
    keycloak.clients(),
    keycloak.realmInfo(),
    keycloak.discovery(),
  ])
  const [user] = users
  if (!user) throw new Error('findUsers returned no user')
  requireClients(
    [...settings.clientIds, ...(settings.fileApps ?? []).map(({ clientId }) => clientId)],
    clients,
    keycloak,
  )
  await refuseAdministrator(user, clients, keycloak)
  const lacking = await lackingForUsers([user], keycloak)
  if (lacking) throw lacking
  const apps = chooseApps(clients, settings)
  if (apps.length === 0)
    throw new UserError('nothing-to-drill', `Realm ${keycloak.realm} has no client that users sign in to.`, {
      exitCode: EXIT.notFound,
      hint: 'Name a client.',
    })
  const { allowHttp } = await ctx.settings()
  const administered = `${keycloak.server}/realms/${encodeURIComponent(keycloak.realm)}`
  const realmUrls = [administered, ...(typeof issuer === 'string' ? [issuer] : [])]
  return { keycloak, user, clients, realm, apps, realmUrls, allowHttp }
}

async function drillWatched(
  { password, wait, sources }: DrillSettings,
  { user, clients, realm, apps, realmUrls, allowHttp, keycloak }: DrillRun,
  watched: WatchedRun,
  browsers: Browsers,
  ctx: Context,
): Promise<DrillOutcome> {
  const deps: DrillDeps = {
    keycloak: watched.keycloak,
    ctx,
    user,
    password,
    clients,
    realm,
    wait,
    allowHttp,
    hostsOf: (app) => allowedHosts(realmUrls, urlsOf(app)),
    open: browsers.open,
    onEnded: watched.ended,
  }
  return underProgress(ctx, async (progress) => {
    progress.phase('drilling applications', apps.length)
    const result = await drill(apps, deps, {
      onDone: (done) => progress.update(done, 0, seenSoFar(watched.counts())),
      onLeft: (ids) => ctx.print.warn(leftText(ids, user.username)),
      afterwards: ctx.keycloakAfterwards,
    })
    if (sources.length > 0) progress.phase('waiting for evidence')
    const evidence = await watched.settle()
    return outcomeOf(
      { realm: keycloak.realm, user: user.username, interrupted: ctx.signal.aborted },
      result,
      evidence,
      (one, client) => {
        const [seen = client] = withOutcomes(
          [client],
          evidence.found.filter(isOf(one, result.drilled)),
          evidence.kinds,
          evidence.events.filter(({ sessionId }) => one.sessionIds.includes(sessionId)),
        )
        return seen
      },
    )
  })
}

/** A log that does not name sessions says nothing of one application among several. */
const isOf =
  ({ sessionIds }: DrilledApp, drilled: readonly DrilledApp[]) =>
  ({ sessionId }: Delivered) =>
    sessionId === null ? drilled.length === 1 : sessionIds.includes(sessionId)

function leftText(ids: readonly string[] | null, username: string): string {
  const command =
    ids === null ? kcLogout`user ${username}` : kcLogout`user ${ids.flatMap((id) => ['--session', id])}`
  const what = ids === null ? `all sessions of ${username}` : 'them'
  return `Sessions of the drill may still be active. End ${what}: ${command}`
}
