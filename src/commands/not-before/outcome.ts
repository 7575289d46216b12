import type { Level } from './levels.ts'
import type { LevelName } from './set-by.ts'

/** Where a not-before is set or cleared. */
export interface Place {
  readonly level: Exclude<LevelName, 'user'>
  readonly name: string
}

export interface NotBeforeChange extends Place {
  /** ISO 8601; null is none. */
  readonly from: string | null
  readonly to: string | null
}

/** What one Admin URL said to the push: `confirmed` is an answer 200 or 204, `failed` is anything else, or none. */
export interface Pushed {
  readonly url: string
  readonly delivery: 'confirmed' | 'failed'
}

/** The document of `not-before` (docs/commands.md). What only `set` and `clear` have is absent from `show`. */
export interface NotBeforeDocument {
  readonly act: 'show' | 'set' | 'clear'
  readonly realm: string
  /** By the server's clock as far as it is known; ISO 8601. */
  readonly now: string
  readonly levels: readonly Level[]
  readonly dryRun?: boolean
  readonly change?: NotBeforeChange
  /** Client sessions that live: the most that it can be about. */
  readonly sessions?: { readonly active: number; readonly offline: number }
  /** Is one's own sign-in of this realm, so that it becomes stale too? */
  readonly ownSignIn?: boolean
  readonly push?: readonly Pushed[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly verdict?: 'changed' | 'unchanged' | 'planned' | 'partial'
}
