import { table } from '../../ui/table.ts'
import { bad, bold, dim, type Line, type Screen } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { RealmEntry, RealmSummary } from './realm-result.ts'

/** With more realms, each gets one line. */
const MAX_IN_FULL = 5

export interface ShownRealms<D extends object> {
  readonly entries: readonly RealmEntry<D>[]
  readonly visible: number | undefined
  readonly summary: RealmSummary<D>
  /** The same can be read again, of one realm. Not after an operation. */
  readonly isReadable: boolean
}

/** Few realms in full, then one line for each, then the number of realms. */
export function realmsView<D extends object>(
  { entries, visible, summary, isReadable }: ShownRealms<D>,
  screen: Screen,
): Line[] {
  const full = entries.length > MAX_IN_FULL ? [] : entries
  return [
    ...full.flatMap((entry) => ('result' in entry ? [...inFull(entry.realm, entry.result, screen), ''] : [])),
    ...realmTable(entries, summary, screen),
    '',
    ...wrapped([bold(totalText(entries)), dim(visibleText(visible))], screen),
    ...(isReadable && full.length === 0 && entries.some((entry) => 'result' in entry)
      ? [dim('-r REALM shows one of them in full.')]
      : []),
  ]
}

function inFull<D extends object>(
  realm: string,
  { document, view }: Extract<RealmEntry<D>, { result: unknown }>['result'],
  screen: Screen,
): Line[] {
  return [[bold(`── ${realm} ──`)], ...view(document, screen)]
}

function realmTable<D extends object>(
  entries: readonly RealmEntry<D>[],
  { heads, cells }: RealmSummary<D>,
  screen: Screen,
): Line[] {
  const done = entries.flatMap((entry) => ('result' in entry ? [entry] : []))
  const failed = entries.flatMap((entry) => ('error' in entry ? [entry] : []))
  return [
    ...(done.length > 0
      ? table(
          [{ head: 'realm', least: 16 }, ...heads],
          done.map(({ realm, result }) => [realm, ...cells(result.document)]),
          screen.columns,
        )
      : []),
    ...failed.flatMap(({ realm, error }) => wrapped([bad('✗ '), bold(realm), `: ${error.message}`], screen)),
  ]
}

function totalText<D extends object>(entries: readonly RealmEntry<D>[]): string {
  const failed = entries.filter((entry) => 'error' in entry).length
  return `${pluralize(entries.length, 'realm')}${failed > 0 ? `, ${formatNumber(failed)} failed` : ''}`
}

/** A list of realms has no others than these: Keycloak shows no more. */
const visibleText = (visible: number | undefined) =>
  visible === undefined ? '' : ` of ${pluralize(visible, 'realm')} visible to you`
