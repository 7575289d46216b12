import type { Level } from './levels.ts'
import type { LevelName } from './set-by.ts'

/** The realm or client whose not-before is set or cleared. */
export interface NotBeforeTarget {
  readonly level: Exclude<LevelName, 'user'>
  readonly name: string
}

export interface NotBeforeChange extends NotBeforeTarget {
  /** ISO 8601; null if there is none. */
  readonly from: string | null
  readonly to: string | null
}

/** The result of a push to one Admin URL: `confirmed` is a response 200 or 204, `failed` any other, or none. */
export interface PushedUrl {
  readonly url: string
  readonly delivery: 'confirmed' | 'failed'
}

/** The document of `not-before` (docs/reference/not-before.md). Optional fields are absent from `show`. */
export interface NotBeforeDocument {
  readonly act: 'show' | 'set' | 'clear'
  readonly realm: string
  /** The server's time as far as it is known; ISO 8601. */
  readonly now: string
  readonly levels: readonly Level[]
  readonly dryRun?: boolean
  readonly change?: NotBeforeChange
  /** Present client sessions, the most that can be affected. */
  readonly sessions?: { readonly active: number; readonly offline: number }
  /** The account is signed in to this realm, so that its own sign-in becomes stale, too. */
  readonly ownSignIn?: boolean
  readonly push?: readonly PushedUrl[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly verdict?: 'changed' | 'unchanged' | 'planned' | 'partial'
}
