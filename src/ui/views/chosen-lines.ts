import type { Chosen } from '../../core/choice.ts'
import { firstFew, pluralize } from '../../util/format.ts'
import { accent, type Line, type Screen } from '../text.ts'
import { wrapped } from '../wrap.ts'

/** A group may be named once, a list of addresses may have hundreds of lines. */
const MAX_VALUES_SHOWN = 3

/** How many users or sessions each option chose, one option a line. */
export const chosenLines = (chosen: readonly Chosen[], screen: Screen): Line[] =>
  chosen.flatMap(({ option, values, users, sessions }) => {
    const count = users === undefined ? pluralize(sessions ?? 0, 'session') : pluralize(users, 'user')
    return wrapped([accent(option), ` ${firstFew(values, MAX_VALUES_SHOWN)}: ${count}`], screen)
  })
