import { type ExitCode, interrupted } from '../../errors.ts'
import type { Progress } from '../../ui/output.ts'
import type { View } from '../../ui/text.ts'
import type { Context, RealmOfSeveral } from '../context.ts'
import { namedContext } from './realm-print.ts'
import { asUserError, type RealmEntry, type RealmResult } from './realm-result.ts'

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
 * so that the other realms go on.
 */
export async function attempt<D extends object>(
  realm: RealmOfSeveral,
  progress: (name: string) => Progress,
  run: (ctx: Context) => Promise<ExitCode>,
  kept: Kept<D> = {},
): Promise<RealmEntry<D>> {
  const { name } = realm
  const { signal } = realm.ctx
  if (signal.aborted) return { realm: name, error: interrupted(signal) }
  const ctx = namedContext(realm, progress, (kind, document, view) => {
    kept[kind] = { document, view } as unknown as Shown<D> // the printer takes any document, a command has one
  })
  try {
    const exitCode = await run(ctx)
    return { realm: name, result: { ...(kept.result ?? NOTHING), exitCode } as RealmResult<D> }
  } catch (error) {
    return { realm: name, error: signal.aborted ? interrupted(signal) : asUserError(error) }
  }
}

/** Of a command that printed lines instead of a document. */
const NOTHING = { document: {}, view: () => [] }
