import { maskChange } from '../../client-settings/outcome.ts'
import type { ClientPlan } from '../../client-settings/plan.ts'
import { accent, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { hanging } from '../../ui/views/token-layout.ts'
import type { RestoredClient } from './takeover-steps.ts'

interface ShownTakeover {
  readonly plan: ClientPlan
  /** The commands that restore the client by hand. */
  readonly manual: readonly string[]
  /** The file with the former settings. */
  readonly path: string
}

/** How to undo the takeover by hand, and the planned changes. */
export const takeoverView = ({ plan, manual, path }: ShownTakeover, screen: Screen): Line[] => [
  bold('To undo by hand if this program is killed:'),
  '  kc-logout listen --restore',
  ...manual.map((command): Line => ['  ', command]),
  ...hanging([dim('  stored in ')], path, screen),
  '',
  [accent(plan.clientId), '  while this runs'],
  ...plan.changes
    .map(maskChange)
    .map(({ field, from, to }): Line => `  ${field}: ${from ?? 'none'} -> ${to ?? 'none'}`),
  '',
]

interface ShownRestoration extends RestoredClient {
  /** A crashed listener left it over. */
  readonly earlier: boolean
}

/** The result of restoring one client. */
export function restoredView(
  { clientId, restored, left, gone, renamedTo, earlier }: ShownRestoration,
  screen: Screen,
): Line[] {
  if (gone) return [`Client ${clientId} no longer exists: nothing to restore.`]
  const name = [accent(clientId), renamedTo ? `, renamed to ${renamedTo}` : '']
  const origin = earlier ? ' (left over from an earlier listener)' : ''
  return [
    ...(restored.length > 0
      ? hanging([good('restored '), ...name, `${origin}: `], restored.join(', '), screen, 2)
      : []),
    ...(left.length > 0
      ? hanging(
          [warn('left alone '), ...name, ': '],
          `${left.join(', ')} (changed by someone else in the meantime)`,
          screen,
          2,
        )
      : []),
    ...(restored.length === 0 && left.length === 0
      ? [[...name, `${origin} already has its former settings`] satisfies Line]
      : []),
  ]
}
