import pMap from 'p-map'
import type { ExitCode } from '../../errors.ts'
import type { Progress } from '../../ui/output.ts'
import type { Context, OpenedRealms, RealmOfSeveral, SeveralRealms } from '../context.ts'
import { underProgress } from '../with-progress.ts'
import { attempt } from './attempt.ts'
import { exitCodeOfRealms, verdictOfRealms } from './combine.ts'
import { notesOnly } from './realm-print.ts'
import { documentOf, exitCodeOf, type RealmSummary, type RealmsDocument } from './realm-result.ts'
import { realmsView, type ShownRealms } from './realms.view.ts'
import { UnreachedServers } from './unreached-servers.ts'

/** Realms that are read at the same time. */
const REALMS_AT_ONCE = 4

/**
 * Runs a command that only reads in the target realm, or in each of several, and prints one result. A realm that fails
 * does not stop the others.
 * @param ended called when all realms are read, before the result is printed, unless the run was interrupted
 */
export async function inEachRealm<D extends object>(
  ctx: Context,
  run: (ctx: Context) => Promise<ExitCode>,
  summary: RealmSummary<D>,
  ended: () => void = () => {},
): Promise<ExitCode> {
  if (!ctx.several) return run(ctx)
  const { realms, visible } = await openRealms(ctx.several)
  const entries = await severalAtOnce(ctx, 'reading realms', realms, (realm, progress, servers) =>
    attempt<D>(realm, progress, run, servers),
  )
  if (!ctx.signal.aborted) ended()
  return printRealms(ctx, { entries, visible, summary, isReadable: true })
}

/** Works on a few realms at the same time, under a bar that counts them. Returns what came of each, in their order. */
export const severalAtOnce = <T>(
  ctx: Context,
  phase: string,
  realms: readonly RealmOfSeveral[],
  work: (
    realm: RealmOfSeveral,
    progress: (name: string) => Progress,
    servers: UnreachedServers,
  ) => Promise<T>,
): Promise<T[]> =>
  underProgress(ctx, async (bar) => {
    bar.phase(phase, realms.length)
    const servers = new UnreachedServers()
    let done = 0
    return pMap(
      realms,
      async (realm) => {
        const result = await work(realm, notesOnly(bar), servers)
        bar.update(++done)
        return result
      },
      { concurrency: REALMS_AT_ONCE },
    )
  })

/** Prints the results of several realms as one, and returns their exit code. */
export function printRealms<D extends object>(ctx: Context, shown: ShownRealms<D>): ExitCode {
  const { entries, visible, summary } = shown
  const document: RealmsDocument<D> = {
    realms: entries.map(documentOf),
    visible: visible ?? null,
    verdict: verdictOfRealms(
      entries.map((entry) => ('result' in entry ? summary.verdict(entry.result.document) : 'failed')),
    ),
  }
  ctx.print.result(document, (_, screen) => realmsView(shown, screen))
  return exitCodeOfRealms(entries.map(exitCodeOf))
}

/** Prints lines in each realm, one realm after another; those of JSON name the realm. */
export async function listInEachRealm(
  ctx: Context,
  run: (ctx: Context) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!ctx.several) return run(ctx)
  const { realms } = await openRealms(ctx.several)
  const servers = new UnreachedServers()
  const codes: ExitCode[] = []
  for (const realm of realms) {
    const entry = await attempt(realm, () => ctx.print.progress(), run, servers)
    if ('error' in entry) ctx.print.warn(`${realm.name}: ${entry.error.message}`)
    codes.push(exitCodeOf(entry))
  }
  return exitCodeOfRealms(codes)
}

/**
 * The realms of a run. One sign-in serves them all: if it fails, it fails once and not for each realm.
 * @param check called before the sign-in if the realms were named, else before the realms are read
 */
export async function openRealms(
  several: SeveralRealms,
  check: (names: readonly string[]) => void = () => {},
): Promise<OpenedRealms> {
  const opened = await several.open()
  check(opened.realms.map(({ name }) => name))
  if (several.by !== '--profile') await opened.realms[0]?.ctx.keycloak()
  return opened
}
