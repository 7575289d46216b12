import type { Chosen } from '../../core/choice.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { accent, type Line, type Screen } from '../text.ts'
import { wrapped } from '../wrap.ts'

/** A group may be named once, a list of addresses may have hundreds of lines. */
const MAX_VALUES_SHOWN = 3

/** How many users or sessions each option chose, one option a line. */
export const chosenLines = (chosen: readonly Chosen[], screen: Screen): Line[] =>
  chosen.flatMap(({ option, values, users, sessions }) => {
    const more = values.length - MAX_VALUES_SHOWN
    const shown =
      values.slice(0, MAX_VALUES_SHOWN).join(', ') + (more > 0 ? ` and ${formatNumber(more)} more` : '')
    const count = users === undefined ? pluralize(sessions ?? 0, 'session') : pluralize(users, 'user')
    return wrapped([accent(option), ` ${shown}: ${count}`], screen)
  })
