import { capitalised } from '../util/format.ts'
import { CAUSES, STATUS } from './call-failures.ts'
import type { ClientResult } from './client-result.ts'
import { isAccepted } from './notifications.ts'

/** A kind of answer that kept an application from being notified, and what to do about it. */
export interface FailedAnswer {
  readonly clientId: string
  /** `HTTP 400`, `read-timeout`, `not sent` */
  readonly what: string
  readonly count: number
  readonly why: string
  readonly fix: string
}

const NOT_SENT = {
  why: 'Keycloak made no call, although the session ended: its client session had expired, or the client changed.',
  fix: 'Check the client with `kc-logout doctor`.',
}
const NOT_ACCEPTED = {
  what: "the application did not accept it; this version's log does not say why",
  fix: 'Look into the log of the application, or use --evidence with traces.',
}
const UNKNOWN = { what: 'the request failed', fix: 'Check the URL with `kc-logout doctor`.' }

/** A client, and what was seen of its notifications. */
export type Answered = Pick<ClientResult, 'clientId' | 'answers' | 'notifications'>

/** What was refused, failed or not sent at these clients, with the causes and remedies that `explain` names. */
export function failedAnswers(clients: readonly Answered[]): FailedAnswer[] {
  return clients.flatMap(({ clientId, answers, notifications: { notSent } }) => [
    ...answers.flatMap((answer): FailedAnswer[] => {
      const { count } = answer
      if ('status' in answer) {
        if (isAccepted(answer.status)) return []
        const texts = STATUS.find(({ status }) => status.test(String(answer.status)))
        return [
          { clientId, count, what: `HTTP ${answer.status}`, why: texts?.why ?? '', fix: texts?.fix ?? '' },
        ]
      }
      // Whether an Admin URL is reached has lines of its own.
      if (answer.error === 'not-reached') return []
      const known = Object.hasOwn(CAUSES, answer.error) ? CAUSES[answer.error] : undefined
      const cause = known ?? (answer.error === 'not-accepted' ? NOT_ACCEPTED : UNKNOWN)
      const why = `${capitalised(cause.what)}.`
      return [{ clientId, count, what: answer.error, why, fix: cause.fix }]
    }),
    ...(notSent > 0 ? [{ clientId, count: notSent, what: 'not sent', ...NOT_SENT }] : []),
  ])
}
