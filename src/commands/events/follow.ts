import type { Context } from '../../cli/context.ts'
import { eventCells } from '../../core/events/event-cells.ts'
import type { LogoutEvent } from '../../core/events/logout-events.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { type EventsQuery, readEvents, withNames } from './read-events.ts'
import { CUT, followedEventView } from './view.ts'

const POLL_MS = 2000
/** An event is stored when its transaction ends: one that began earlier may still come. */
const OVERLAP_MS = 60_000

/**
 * Shows events as they are stored, until the signal is aborted.
 * @param how `ahead`: milliseconds by which the server's clock is ahead of the one here; `csv`: as lines of CSV
 */
export async function followEvents(
  query: EventsQuery,
  { ahead, csv }: { readonly ahead: number; readonly csv: boolean },
  ctx: Context,
): Promise<ExitCode> {
  const keycloak = await ctx.keycloak()
  const names = new Map<string, string | undefined>()
  let shown = new Set<string>()
  let { since } = query
  while (!ctx.signal.aborted) {
    const { events, isCut } = await readEvents({ ...query, since }, keycloak)
    if (isCut) ctx.print.warn(CUT)
    const fresh = events.filter((event) => !shown.has(JSON.stringify(event)))
    for (const event of await withNames(fresh, keycloak, names))
      await (csv
        ? ctx.print.row(eventCells(keycloak.realm, event))
        : ctx.print.item(event, followedEventView))
    since = Math.max(since, ctx.now() + ahead - OVERLAP_MS)
    shown = new Set(events.filter((event) => isRecent(event, since)).map((event) => JSON.stringify(event)))
    await ctx.sleep(POLL_MS)
  }
  return EXIT.ok
}

const isRecent = ({ time }: LogoutEvent, since: number) => Date.parse(time) >= since
