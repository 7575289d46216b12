import { type ExitCode, interrupted } from '../../errors.ts'
import type { Progress } from '../../ui/output.ts'
import type { View } from '../../ui/text.ts'
import type { Context, RealmOfSeveral } from '../context.ts'
import { namedContext } from './realm-print.ts'
import { asUserError, type RealmEntry, type RealmResult } from './realm-result.ts'
import type { UnreachedServers } from './unreached-servers.ts'

/** What a command printed in a realm: its last plan and its result. Every command prints one kind of document. */
export interface Kept<D extends object> {
  planned?: Shown<D>
  result?: Shown<D>
}

interface Shown<D extends object> {
  readonly document: D
  readonly view: View<D>
}

/**
 * Runs a command for one realm in a realm of several and keeps what it prints. What it throws becomes the entry's error,
 * so that the other realms go on; those of a server that cannot be reached are not tried.
 */
export async function attempt<D extends object>(
  realm: RealmOfSeveral,
  progress: (name: string) => Progress,
  run: (ctx: Context) => Promise<ExitCode>,
  servers: UnreachedServers,
  kept: Kept<D> = {},
): Promise<RealmEntry<D>> {
  const { name } = realm
  const { signal } = realm.ctx
  if (signal.aborted) return { realm: name, error: interrupted(signal) }
  const unreached = await servers.errorFor(realm)
  if (unreached) return { realm: name, error: unreached }
  const ctx = namedContext(realm, progress, (kind, document, view) => {
    kept[kind] = { document, view } as unknown as Shown<D> // the printer takes any document, a command has one
  })
  try {
    const exitCode = await run(ctx)
    await servers.note(realm, undefined)
    return { realm: name, result: { ...(kept.result ?? NOTHING), exitCode } as RealmResult<D> }
  } catch (thrown) {
    const error = signal.aborted ? interrupted(signal) : asUserError(thrown)
    await servers.note(realm, error)
    return { realm: name, error }
  }
}

/** Of a command that printed lines instead of a document. */
const NOTHING = { document: {}, view: () => [] }
