import type { ClientPlan } from '../../client-settings/plan.ts'
import { accent, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { hanging } from '../../ui/views/token-layout.ts'

interface ShownTakeover {
  readonly plan: ClientPlan
  readonly byHand: readonly string[]
  /** The file that remembers it. */
  readonly path: string
}

/** The way back first, then what is about to change. */
export const takeoverView = ({ plan, byHand, path }: ShownTakeover, screen: Screen): Line[] => [
  bold('The way back, should this program not get to it:'),
  '  kc-logout listen --restore',
  ...byHand.map((command): Line => ['  ', command]),
  ...hanging([dim('  kept in ')], path, screen),
  '',
  [accent(plan.clientId), '  for as long as this runs'],
  ...plan.changes.map(({ field, from, to }): Line => `  ${field}: ${from ?? 'none'} -> ${to ?? 'none'}`),
  '',
]

interface ShownBack {
  readonly clientId: string
  readonly restored: readonly string[]
  readonly left: readonly string[]
  readonly gone: boolean
  readonly renamedTo?: string
  /** Left behind by a listener that died. */
  readonly earlier: boolean
}

export function putBackView(
  { clientId, restored, left, gone, renamedTo, earlier }: ShownBack,
  screen: Screen,
): Line[] {
  if (gone) return [`Client ${clientId} is gone: there is nothing to put back.`]
  const what = restored.length > 0 ? restored.join(', ') : 'nothing, as it is as it was'
  return [
    ...hanging(
      [
        good('put back '),
        accent(clientId),
        renamedTo ? `, renamed to ${renamedTo}` : '',
        earlier ? ' (left by an earlier listener): ' : ': ',
      ],
      what,
      screen,
      2,
    ),
    ...(left.length > 0
      ? hanging(
          [warn('left alone '), accent(clientId), ': '],
          `${left.join(', ')}, changed by somebody else meanwhile`,
          screen,
          2,
        )
      : []),
  ]
}
