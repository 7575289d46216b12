import { failedAnswers } from '../../core/failed-answers.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { withCode } from '../../report/answers-section.ts'
import { type Piece, quoted } from '../../report/page.ts'
import { capitalised } from '../../util/format.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { DrilledClient } from './outcome.ts'
import { SEEN_TEXTS } from './texts.ts'
import type { Seen } from './verdict.ts'

/** Why an application does not know of the logout, and what to do; empty if nothing is known. */
export interface Advice {
  readonly why: string
  /** Commands are quoted. */
  readonly fix: readonly Piece[]
}

/** What to say about an application that is not out, or that did not accept its notification. */
export function adviceFor(client: DrilledClient): Advice {
  const { clientId, expectation, reason, notifications, evidence, verdict } = client
  const noticed =
    verdict === 'out-later' && expectation === 'not-notified'
      ? ['It noticed by itself, usually when its access token ended.']
      : []
  const [failed] = failedAnswers([client])
  if (failed)
    return {
      why: [...noticed, `${capitalised(failed.what)}: ${failed.why}`].join(' '),
      fix: withCode(failed.fix),
    }
  if (verdict === 'out') return { why: '', fix: [] }
  if (verdict !== 'still-in' && verdict !== 'out-later') return { why: '', fix: fixOf(client.seen) }
  const advice = (why: string, fix: readonly Piece[]): Advice => ({ why: [...noticed, why].join(' '), fix })
  if (expectation !== 'notified')
    return advice(`Keycloak does not notify it${reason ? `: ${REASON_TEXTS[reason]}` : ''}.`, [
      quoted(kcLogout`doctor ${clientId}`),
      ' says how to change that; ',
      quoted(kcLogout`configure ${clientId} --backchannel-url <url>`),
      ' sets the logout URL.',
    ])
  if (notifications.accepted > 0)
    return advice("It answered Keycloak's notification with success, and kept the session.", [
      'Check its session store and its mapping of sessions: docs/applications.md names known pitfalls.',
    ])
  if (evidence.length > 0)
    return advice('Keycloak notifies it; the evidence does not show its answer.', [
      'Give --evidence-wait more seconds, or look into the log of the application.',
    ])
  return advice('Keycloak notifies it; its answer was not seen.', [
    'Run again with --evidence to see the answer.',
  ])
}

const fixOf = ({ what }: Seen) => {
  const { fix } = SEEN_TEXTS[what]
  return fix === undefined ? [] : [fix]
}
