import { type ExitCode, interrupted } from '../../errors.ts'
import type { Progress } from '../../ui/output.ts'
import type { Context, RealmOfSeveral } from '../context.ts'
import { namedContext } from './realm-print.ts'
import { asUserError, type RealmEntry, type RealmResult } from './realm-result.ts'

/**
 * Runs a command for one realm in a realm of several and keeps what it prints as its result. What it throws becomes the
 * entry's error, so that the other realms go on.
 */
export async function attempt<D extends object>(
  realm: RealmOfSeveral,
  progress: (name: string) => Progress,
  run: (ctx: Context) => Promise<ExitCode>,
): Promise<RealmEntry<D>> {
  const { name } = realm
  const { signal } = realm.ctx
  if (signal.aborted) return { realm: name, error: interrupted(signal) }
  let printed: Pick<RealmResult<D>, 'document' | 'view'> | undefined
  const ctx = namedContext(realm, progress, (document, view) => {
    printed = { document, view } as typeof printed // the command's only document
  })
  try {
    const exitCode = await run(ctx)
    return { realm: name, result: { ...(printed ?? NOTHING), exitCode } as RealmResult<D> }
  } catch (error) {
    return { realm: name, error: signal.aborted ? interrupted(signal) : asUserError(error) }
  }
}

/** Of a command that printed lines instead of a document. */
const NOTHING = { document: {}, view: () => [] }
