import { EXIT, type ExitCode, errorFields, UserError } from '../../errors.ts'
import type { Column } from '../../ui/table.ts'
import type { Piece, View } from '../../ui/text.ts'
import type { RealmsVerdict } from './combine.ts'

/** What a command found or did in one realm. */
export interface RealmResult<D extends object> {
  /** What `--json` prints of it. */
  readonly document: D
  readonly view: View<D>
  readonly exitCode: ExitCode
}

/** A realm of several with its result, or with the error that kept it from one. */
export type RealmEntry<D extends object> =
  | { readonly realm: string; readonly result: RealmResult<D> }
  | { readonly realm: string; readonly error: UserError }

/** How a command sums up a realm in one row of a table. */
export interface RealmSummary<D extends object> {
  readonly heads: readonly Column[]
  readonly cells: (document: D) => readonly Piece[]
  readonly verdict: (document: D) => RealmsVerdict
}

/** The JSON document of several realms. */
export interface RealmsDocument<D extends object> {
  readonly realms: readonly (D | { readonly realm: string; readonly error: ReturnType<typeof errorFields> })[]
  /** How many realms the account may see; null if the realms were named. */
  readonly visible: number | null
  readonly verdict: RealmsVerdict
}

export const documentOf = <D extends object>(entry: RealmEntry<D>) =>
  'result' in entry ? entry.result.document : { realm: entry.realm, error: errorFields(entry.error) }

export const exitCodeOf = <D extends object>(entry: RealmEntry<D>): ExitCode =>
  'result' in entry ? entry.result.exitCode : entry.error.exitCode

export const asUserError = (error: unknown): UserError =>
  error instanceof UserError
    ? error
    : new UserError('internal', `Unexpected: ${error instanceof Error ? error.message : String(error)}`, {
        hint: 'This is a bug in kc-logout. Run it with -r for this realm and --debug.',
        exitCode: EXIT.failed,
        cause: error,
      })
