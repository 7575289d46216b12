import type { TokenReport } from '../../token/inspect.ts'
import type { ReceiverOpinion } from '../../token/receivers.ts'
import { bad, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { hanging, wrappedText } from '../../ui/views/token-layout.ts'

/** Returns how well-known receivers would react; nothing if all accept the token. */
export function receiverLines({ receivers = [] }: TokenReport, screen: Screen): Line[] {
  if (receivers.every(({ says }) => says === 'accepts')) return []
  const names = (says: ReceiverOpinion['says']) => receivers.filter((each) => each.says === says).map(nameOf)
  const [accepting, unknown] = [names('accepts'), names('not-known')]
  return [
    '',
    ...wrappedText(HEADING, screen.columns).map(bold),
    ...receivers.flatMap((each) =>
      each.says === 'rejects'
        ? hanging(['  ', bad('rejects ')], `${nameOf(each)}  ${each.because.join('; ')}`, screen, 12)
        : each.says === 'depends'
          ? hanging(['  ', warn('depends ')], `${nameOf(each)}  ${each.because.join('; ')}`, screen, 12)
          : [],
    ),
    ...(unknown.length > 0 ? hanging(['  ', dim('not known ')], unknown.join(', '), screen) : []),
    ...(accepting.length > 0 ? hanging(['  ', good('accept ')], accepting.join(', '), screen) : []),
  ]
}

const HEADING = 'How well-known receivers would react (tried with each; * from its source only)'

const nameOf = ({ receiver, version, evidence }: ReceiverOpinion) =>
  `${receiver} ${version}${evidence === 'read' ? '*' : ''}`
